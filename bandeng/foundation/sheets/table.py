"""A sheet as the office sends it: .xlsx, .xls, .ods or .csv read into rows of text, with the rows' own numbers.

Pure: no database. A column is known by its name in code, or by its title in either language; a title line above
the head, empty lines and columns that nobody asked for do no harm. What Excel spoils on the way (a long code kept
as a number) is found here, because afterwards nobody can see it.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, TypeAlias

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import override

from bandeng.foundation.sheets import workbook
from bandeng.foundation.text import clean

MOST_ROWS = 50_000
MOST_BYTES = 20 * 1024 * 1024
MOST_UNPACKED = 300 * 1024 * 1024
HEAD_WITHIN = 10  # lines in which the head is looked for
WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")
_EXACT = 10**15  # Excel keeps fifteen digits of a number; what is longer ends in noughts that nobody wrote

# What zipfile raises for an archive that is damaged, cut off, locked, or packed in a way it does not know.
BROKEN_ARCHIVE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError)

Text: TypeAlias = str | Promise


class SheetError(Exception):
    """The file as a whole cannot be read. The text says what is wrong and what to do."""


@dataclass(frozen=True)
class Column:
    """One column of a kind of sheet. `choices` are the words that may stand in it, for the template's list."""

    name: str
    title: Text
    needed: bool = False
    note: Text = ""
    choices: tuple[Text, ...] = ()
    wide: int = 14

    def titles(self) -> set[str]:
        """Return every heading by which the column is known, folded."""
        found = {_fold(self.name)}
        for language, _name in settings.LANGUAGES:
            with override(language):
                found.add(_fold(str(self.title)))
        return found


@dataclass(frozen=True)
class Problem:
    """Something wrong in one row (0 = the whole file). `grave` = the row cannot be taken in as it is."""

    row: int
    column: str
    text: str
    grave: bool = True


@dataclass
class Row:
    """One row: its number in the file, its values by column name ("" where empty), its outline if it has one."""

    number: int
    values: dict[str, str]
    shape: Any = None  # in WGS-84
    point: tuple[float, float] | None = None  # lon, lat in WGS-84

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")


@dataclass
class Table:
    """The rows of a file, the headings as they stood there, and what was wrong with single cells."""

    rows: list[Row]
    problems: list[Problem] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)  # headings that no column goes by
    given: frozenset[str] = frozenset()  # names of the columns that the file has at all
    geographic: bool = False  # it came as a file of outlines
    datum: str = "wgs84"  # what it was said to be in; rows are in WGS-84 all the same
    notes: list[str] = field(default_factory=list)


def read(name: str, content: bytes, columns: Sequence[Column]) -> Table:
    """Return the table of a sheet. Raises SheetError for what is no sheet, too large, or without the needed columns."""
    if len(content) > MOST_BYTES:
        raise SheetError(_("文件有 %(n)s MB，最多 %(most)s MB。请分成几个文件。") % {
            "n": len(content) // 2**20 + 1, "most": MOST_BYTES // 2**20})
    suffix = name[name.rfind("."):].lower() if "." in name else ""
    if suffix in WORKBOOKS:
        return _first_fitting(_workbook(name, content), columns)
    if suffix in (".csv", ".txt", ".tsv"):
        return _first_fitting([_csv(name, content)], columns)
    raise SheetError(_("“%(name)s” 不是能读的表格。请用 .xlsx、.xls、.ods 或 .csv。") % {"name": name})


def _workbook(name: str, content: bytes) -> list[list[list[Any]]]:
    if content[:2] == b"PK":
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as packed:
                unpacked = sum(item.file_size for item in packed.infolist())
        except BROKEN_ARCHIVE as error:
            raise SheetError(_broken(name)) from error
        if unpacked > MOST_UNPACKED:
            raise SheetError(_too_large(name))
    try:
        return workbook.read(content)
    except workbook.TooLargeError as error:
        raise SheetError(_too_large(name)) from error
    except workbook.BrokenError as error:
        raise SheetError(_broken(name)) from error


def _too_large(name: str) -> str:
    return _("“%(name)s” 解开后太大了。请分成几个文件。") % {"name": name}


def _broken(name: str) -> str:
    return _("“%(name)s” 打不开：文件坏了，或者设了密码。请另存为 .xlsx 再试。") % {"name": name}


def _csv(name: str, content: bytes) -> list[list[Any]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise SheetError(_("“%(name)s” 的编码认不出来。请存成 UTF-8 的 .csv，或直接用 .xlsx。") % {"name": name})
    first = text.split("\n", 1)[0]
    csv.field_size_limit(MOST_BYTES)
    try:
        return [list(row) for row in csv.reader(io.StringIO(text), delimiter="\t" if "\t" in first else ",")]
    except csv.Error as error:
        raise SheetError(_broken(name)) from error


def _first_fitting(sheets: Iterable[list[list[Any]]], columns: Sequence[Column]) -> Table:
    """Take the first sheet that has a head; say what is missing from the one that comes nearest."""
    nearest: tuple[int, list[str]] | None = None
    for lines in sheets:
        for position, line in enumerate(lines[:HEAD_WITHIN]):
            heads = [_plain(cell) for cell in line]
            known, _unknown = match(heads, columns)
            missing = [str(column.title) for column in columns if column.needed and column.name not in known.values()]
            if known and not missing:
                return _table(lines, position, heads, columns)
            if known and (nearest is None or len(known) > nearest[0]):
                nearest = len(known), missing
    if nearest is None:
        wanted = "、".join(str(column.title) for column in columns if column.needed)
        raise SheetError(_("没有找到表头。第一行要有这些列：%(columns)s。可以先下载空表照着填。") % {"columns": wanted})
    raise SheetError(missing_words(nearest[1]))


def missing_words(titles: Sequence[str]) -> str:
    """Return the sentence about columns that are not there; about an empty file when none is named."""
    if not titles:
        return _("文件里一行也没有。")
    return _("缺少这些列：%(columns)s。表头的字要和空表一样。") % {"columns": "、".join(titles)}


def match(heads: Sequence[str], columns: Sequence[Column]) -> tuple[dict[int, str], list[str]]:
    """Return which position holds which column, and the headings that no column goes by."""
    by_title = {title: column.name for column in columns for title in column.titles()}
    known: dict[int, str] = {}
    unknown = []
    for position, head in enumerate(heads):
        name = by_title.get(_fold(head))
        if name and name not in known.values():
            known[position] = name
        elif head and _fold(head) not in PROBLEM_HEADS:
            unknown.append(head)
    return known, unknown


# A sheet that was returned with its problems may be sent again as it is.
PROBLEM_HEADS = {"问题", "problems"}  # untranslated: read


def _table(lines: list[list[Any]], head_at: int, heads: list[str], columns: Sequence[Column]) -> Table:
    known, unknown = match(heads, columns)
    table = Table([], unknown=unknown, given=frozenset(known.values()))
    for number, line in enumerate(lines[head_at + 1 :], start=head_at + 2):
        values = {name: _plain(line[position]) if position < len(line) else "" for position, name in known.items()}
        if not any(values.values()):
            continue
        if len(table.rows) >= MOST_ROWS:
            raise SheetError(_("表里超过 %(most)s 行。请分成几个文件。") % {"most": MOST_ROWS})
        for position, name in known.items():
            if position < len(line) and _spoilt(line[position]):
                table.problems.append(Problem(number, name, _(
                    "Excel 把这一格当成了数，只留 15 位，后面的数字丢了。请把整列设成文本格式，再填一次。")))
        table.rows.append(Row(number, values))
    return table


def _spoilt(cell: Any) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool) and abs(cell) >= _EXACT


def _plain(cell: Any) -> str:
    """Return a cell as text: numbers without ".0", dates as 2026-03-09, no control characters, no outer space."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "minutes")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, time):
        return cell.isoformat("minutes")
    return clean(str(cell))


def _fold(head: str) -> str:
    """Return a heading as headings are compared: half width, lower case, no stars, spaces or bracketed remarks."""
    text = unicodedata.normalize("NFKC", head).lower()
    text = re.sub(r"\([^)]*\)", "", text)
    return re.sub(r"[\s*:：]+", "", text)
