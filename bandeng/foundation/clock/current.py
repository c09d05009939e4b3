"""The calendar in force: built-in holidays with this district's corrections."""

from __future__ import annotations

import time
from datetime import date

from django.conf import settings
from django.db import transaction
from django.db.models import F

from bandeng.foundation.access import SYSTEM, Actor, PostRef
from bandeng.foundation.clock.calendar import WorkCalendar
from bandeng.foundation.clock.models import CalendarVersion, DayCorrection
from bandeng.foundation.journal.writer import record

_CHECK_EVERY = 1.0  # seconds between looks at the version row
_cache: tuple[float, WorkCalendar] | None = None


def calendar() -> WorkCalendar:
    """Return the calendar in force; another worker's correction is seen within a second."""
    global _cache
    now = time.monotonic()
    if _cache and now - _cache[0] < _CHECK_EVERY:
        return _cache[1]
    version = CalendarVersion.objects.values_list("number", flat=True).first() or 0
    if not _cache or _cache[1].version != version:
        rows = dict(DayCorrection.objects.values_list("day", "is_workday"))
        _cache = now, WorkCalendar(hours=settings.WORK_HOURS, corrections=rows, version=version)
    else:
        _cache = now, _cache[1]
    return _cache[1]


def forget() -> None:
    """Drop the cached calendar (after a correction, and between tests)."""
    global _cache
    _cache = None


@transaction.atomic
def correct(
    day: date, is_workday: bool, note: str = "", *, actor: Actor = SYSTEM, post: PostRef | None = None
) -> DayCorrection:
    """Set whether *day* is a workday, and raise the calendar's version."""
    row, _ = DayCorrection.objects.update_or_create(
        day=day, defaults={"is_workday": is_workday, "note": note[:100]}
    )
    CalendarVersion.objects.get_or_create(pk=1)
    CalendarVersion.objects.filter(pk=1).update(number=F("number") + 1)
    record(actor, "calendar.correct", row, post=post, fields=["is_workday"])
    transaction.on_commit(forget)
    return row
