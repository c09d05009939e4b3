"""What several sheets about people and units read the same way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import override

from bandeng.foundation.sheets.table import Problem, Row

YES = {"1", "是", "同意", "y", "yes", "true"}  # untranslated: read
NO = {"", "0", "否", "不", "不同意", "n", "no", "false"}  # untranslated: read


class Cells:
    """Reads cells of rows; collects what is wrong with them."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def wrong(self, row: Row, column: str, text: str) -> None:
        self.problems.append(Problem(row.number, column, text))

    def doubt(self, row: Row, column: str, text: str) -> None:
        self.problems.append(Problem(row.number, column, text, grave=False))

    def is_wrong(self, row: Row) -> bool:
        """Whether anything grave has been found in *row* so far."""
        return any(one.grave and one.row == row.number for one in reversed(self.problems))

    def choice(self, row: Row, column: str, words: Mapping[str, str]) -> str:
        """Return the value that the cell's word stands for."""
        found = words.get(row[column].strip().lower(), "")
        if not found:
            word = row[column]
            self.wrong(row, column, _("“%(word)s”认不出来，从下拉里选一个。") % {"word": word} if word else _("没有填，从下拉里选一个。"))
        return found

    def text(self, row: Row, column: str, limit: int) -> str:
        """Return the text of a cell, no longer than its field."""
        if len(row[column]) > limit:
            self.wrong(row, column, _("最多 %(limit)s 个字，现在有 %(n)s 个。") % {"limit": limit, "n": len(row[column])})
        return row[column]

    def day(self, row: Row, column: str) -> date | None:
        """Return the day of a cell: 2026-03-09, 2026/3/9 or 2026.3.9."""
        if not row[column]:
            return None
        try:
            year, month, day = (int(part) for part in row[column].split(" ")[0].replace("/", "-").replace(".", "-").split("-"))
            return date(year, month, day)
        except ValueError:
            self.wrong(row, column, _("“%(text)s”不是日期，要写成 2026-03-09。") % {"text": row[column]})
            return None

    def yes(self, row: Row, column: str) -> bool:
        """Return whether a cell says yes."""
        word = row[column].strip().lower()
        if word not in YES | NO:
            self.wrong(row, column, _("只写“是”或“否”。"))
        return word in YES


def words_of(choices: Iterable[tuple[str, object]]) -> dict[str, str]:
    """Return every word for a choice, in both languages and in the code, in lower case."""
    found: dict[str, str] = {}
    for value, label in choices:
        for language in ("zh-hans", "en"):
            with override(language):
                found.setdefault(str(label).lower(), value)
        found.setdefault(value, value)
    return found
