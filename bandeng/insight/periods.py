"""The periods that are counted: the last thirty days, months, quarters, years, heating seasons."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils.translation import gettext as _

KINDS = ("recent", "month", "quarter", "year", "heating")
RECENT = 30  # days
HEATING = ((10, 15), (4, 15))  # first and last day of the heating season 供暖季 (month, day)


def span(kind: str, day: date) -> tuple[date, date] | None:
    """Return first and last day of the period of *kind* that has *day*; None where no such period has it.

    "recent" is the one that ends on *day*. Raises ValueError for an unknown kind.
    """
    if kind == "recent":
        return day - timedelta(days=RECENT - 1), day
    if kind == "month":
        return day.replace(day=1), _last_of_month(day)
    if kind == "quarter":
        first = day.replace(month=3 * ((day.month - 1) // 3) + 1, day=1)
        return first, _last_of_month(first.replace(month=first.month + 2))
    if kind == "year":
        return date(day.year, 1, 1), date(day.year, 12, 31)
    if kind == "heating":
        return _heating(day)
    raise ValueError(kind)


def _last_of_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _heating(day: date) -> tuple[date, date] | None:
    start, end = HEATING
    if (day.month, day.day) >= start:
        return date(day.year, *start), date(day.year + 1, *end)
    if (day.month, day.day) <= end:
        return date(day.year - 1, *start), date(day.year, *end)
    return None


def holding(days: set[date]) -> set[tuple[str, date, date]]:
    """Return (kind, first, last) of every calendar period that has one of *days*; not "recent", which moves on its own."""
    found = set()
    for day in days:
        for kind in KINDS[1:]:
            if limits := span(kind, day):
                found.add((kind, *limits))
    return found


def code(kind: str, first: date) -> str:
    """Return how a period stands in an address: recent, 2026-10, 2026-q4, 2026, 2026-heating."""
    return {
        "recent": "recent", "month": f"{first:%Y-%m}", "quarter": f"{first.year}-q{(first.month + 2) // 3}", "year": f"{first.year}",
        "heating": f"{first.year}-heating",
    }[kind]


def label(kind: str, first: date) -> str:
    """Return what people call a period."""
    if kind == "recent":
        return _("最近 30 天")
    if kind == "month":
        return _("%(year)s 年 %(month)s 月") % {"year": first.year, "month": first.month}
    if kind == "quarter":
        return _("%(year)s 年第 %(n)s 季度") % {"year": first.year, "n": (first.month + 2) // 3}
    if kind == "year":
        return _("%(year)s 年") % {"year": first.year}
    return _("%(a)s–%(b)s 供暖季") % {"a": first.year, "b": first.year + 1}
