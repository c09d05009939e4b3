"""Pages of long lists, by ?page=2 in the address."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest

COUNTED = 10_000  # lists are counted, and pages turned, up to here: beyond, one filters instead


def page_of(request: HttpRequest) -> int:
    """Return the page that the address asks for; 1 when it asks for none or for nonsense."""
    given = request.GET.get("page", "1")
    return min(int(given), COUNTED) if given.isascii() and given.isdigit() and 0 < len(given) < 6 and int(given) else 1


@dataclass(frozen=True, slots=True)
class Pages:
    """Where the reader stands in a list: `first` and `last` line of this page, and the neighbouring pages."""

    first: int
    last: int
    total: int
    before: int | None
    after: int | None

    @property
    def many(self) -> int:
        """COUNTED where there are more lines than are counted, else 0."""
        return COUNTED if self.total > COUNTED else 0


def pages(page: int, total: int, size: int) -> Pages:
    """Return where page number *page* of *size* lines stands in a list of *total*."""
    page = min(page, -(-COUNTED // size))
    first = (page - 1) * size + 1
    last = min(page * size, total)
    return Pages(first, last, total, page - 1 if page > 1 else None, page + 1 if last < total else None)


def counted(rows: QuerySet[Any]) -> int:
    """Return how many rows there are, up to COUNTED + 1: a million is not counted for a line above a list."""
    return rows.order_by()[: COUNTED + 1].count()


def lines_of(page: int, size: int) -> slice:
    """Return where the lines of a page stand; what lies beyond the counted ones is never read."""
    start = (page - 1) * size
    return slice(start, start + size) if start < COUNTED else slice(0, 0)


Name = TypeVar("Name", bound=Hashable)


def counted_all(lists: Mapping[Name, tuple[QuerySet[Any], int]]) -> dict[Name, int]:
    """Return how many rows each of these lists has, up to one more than the number beside it: all in one statement."""
    found = dict.fromkeys(lists, 0)
    parts, given, asked = [], [], []
    for name, (rows, most) in lists.items():
        try:
            text, values = rows.order_by().values("pk")[: most + 1].query.sql_with_params()
        except EmptyResultSet:  # nothing can be in it
            continue
        parts.append(f"(SELECT COUNT(*) FROM ({text}) AS counted)")  # noqa: S608  written by the ORM, values apart
        given += values
        asked.append(name)
    if parts:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(parts)}", given)
            found.update(zip(asked, cursor.fetchone(), strict=True))
    return found
