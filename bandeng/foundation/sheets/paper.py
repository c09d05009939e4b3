"""Writing sheets: an empty one to fill in, one with what there is, and a returned one with its problems marked.

Every value is written as text, so that codes keep their digits and nothing that begins with "=" is ever run.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence

import xlsxwriter
from django.utils.translation import gettext as _

from bandeng.foundation.sheets.table import Column, Problem, Table

LIST_ROWS = 5000  # how far down the lists of choices reach


def filled(columns: Sequence[Column], rows: Iterable[Mapping[str, object]] = (), *, title: str = "") -> bytes:
    """Return an .xlsx with a head, a list of choices where there is one, a page of explanations, and *rows*."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "constant_memory": False}) as book:
        looks = _Looks(book)
        page = book.add_worksheet((title or _("数据"))[:31])
        _head(page, looks, columns)
        for number, row in enumerate(rows, start=1):
            for position, column in enumerate(columns):
                value = row.get(column.name)
                if value not in (None, ""):
                    page.write_string(number, position, str(value), looks.text)
        _explain(book.add_worksheet(_("说明")[:31]), looks, columns)
    return out.getvalue()


def returned(columns: Sequence[Column], table: Table, problems: Sequence[Problem]) -> bytes:
    """Return the sheet as it came, with a last column that says what is wrong in each row, and those cells marked.

    Once mended it can be sent again as it is: the column of problems is passed over in reading.
    """
    by_row: dict[int, list[Problem]] = {}
    for problem in problems:
        by_row.setdefault(problem.row, []).append(problem)
    shown = [column for column in columns if column.name in table.given] or list(columns)
    positions = {column.name: position for position, column in enumerate(shown)}
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        looks = _Looks(book)
        page = book.add_worksheet(_("数据")[:31])
        _head(page, looks, shown, last=_("问题"))
        for number, row in enumerate(table.rows, start=1):
            mine = by_row.get(row.number, [])
            wrong = {problem.column: problem for problem in mine}
            for column in shown:
                if row[column.name] or column.name in wrong:
                    look = looks.text if column.name not in wrong else looks.wrong if wrong[column.name].grave else looks.doubt
                    page.write_string(number, positions[column.name], row[column.name], look)
            if mine:
                page.write_string(number, len(shown), "\n".join(_said(problem, shown) for problem in mine), looks.said)
    return out.getvalue()


def _said(problem: Problem, columns: Sequence[Column]) -> str:
    title = next((str(column.title) for column in columns if column.name == problem.column), "")
    return f"{title}：{problem.text}" if title and not problem.text.startswith(title) else problem.text


class _Looks:
    """The few formats of a book."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.text = book.add_format({"num_format": "@", "valign": "top"})
        self.head = book.add_format({"bold": True, "bg_color": "#F1EAE0", "bottom": 1, "num_format": "@"})
        self.needed = book.add_format({"bold": True, "bg_color": "#F6EDD8", "bottom": 1, "num_format": "@"})
        self.wrong = book.add_format({"bg_color": "#F6D5CE", "num_format": "@", "valign": "top"})
        self.doubt = book.add_format({"bg_color": "#F6EDD8", "num_format": "@", "valign": "top"})
        self.said = book.add_format({"font_color": "#A8362A", "text_wrap": True, "valign": "top"})


def _head(page: xlsxwriter.worksheet.Worksheet, looks: _Looks, columns: Sequence[Column], last: str = "") -> None:
    for position, column in enumerate(columns):
        page.set_column(position, position, column.wide, looks.text)
        page.write_string(0, position, f"{column.title}*" if column.needed else str(column.title),
                          looks.needed if column.needed else looks.head)
        if column.choices:
            page.data_validation(1, position, LIST_ROWS, position, {
                "validate": "list", "source": [str(choice) for choice in column.choices], "ignore_blank": True,
                "error_type": "warning"})
    if last:
        page.set_column(len(columns), len(columns), 60)
        page.write_string(0, len(columns), last, looks.head)
    page.freeze_panes(1, 0)


def _explain(page: xlsxwriter.worksheet.Worksheet, looks: _Looks, columns: Sequence[Column]) -> None:
    page.set_column(0, 0, 16)
    page.set_column(1, 1, 8)
    page.set_column(2, 2, 70)
    for position, title in enumerate((_("列"), _("必填"), _("怎么填"))):
        page.write_string(0, position, title, looks.head)
    for number, column in enumerate(columns, start=1):
        page.write_string(number, 0, str(column.title))
        page.write_string(number, 1, _("是") if column.needed else "")
        choices = " / ".join(str(choice) for choice in column.choices)
        note = str(column.note) or (_("从这些里选：%(choices)s") % {"choices": choices} if choices else "")
        page.write_string(number, 2, note)
