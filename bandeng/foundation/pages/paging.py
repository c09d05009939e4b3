"""Pages of long lists, by ?page=2 in the address."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest

MOST = 2000  # beyond this one filters instead of turning pages


def page_of(request: HttpRequest) -> int:
    """Return the page that the address asks for; 1 when it asks for none or for nonsense."""
    given = request.GET.get("page", "1")
    return min(int(given), MOST) if given.isascii() and given.isdigit() and 0 < len(given) < 6 and int(given) else 1


@dataclass(frozen=True, slots=True)
class Pages:
    """Where the reader stands in a list: `first` and `last` line of this page, and the neighbouring pages."""

    first: int
    last: int
    total: int
    before: int | None
    after: int | None


def pages(page: int, total: int, size: int) -> Pages:
    """Return where page number *page* of *size* lines stands in a list of *total*."""
    first = (page - 1) * size + 1
    last = min(page * size, total)
    return Pages(first, last, total, page - 1 if page > 1 else None, page + 1 if last < total else None)
