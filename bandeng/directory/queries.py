"""Reading service points for pages: what is near, what is open now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from math import cos, radians

from django.db.models import Q, QuerySet

from bandeng.directory import kinds
from bandeng.directory.hours import DayHours, Hours, HoursError, Status
from bandeng.directory.matching import metres
from bandeng.directory.models import ServicePoint
from bandeng.foundation.clock.calendar import WorkCalendar
from bandeng.foundation.clock.current import calendar
from bandeng.foundation.clock.moment import now
from bandeng.foundation.pages import speech
from bandeng.territory.lines.shapes import METRES_PER_DEGREE

PAGE = 40
MOST = 3000  # rows looked at for one page
REACH = 2000.0  # metres within which something is near


@dataclass(frozen=True)
class Row:
    """One service point as a page shows it. `status` is None where no hours are known."""

    point: ServicePoint
    status: Status | None
    distance: float | None

    @property
    def kind(self) -> str:
        return kinds.label(self.point.kind)

    @property
    def far(self) -> str:
        """The straight distance, rounded as people say it."""
        if self.distance is None:
            return ""
        step = 10 if self.distance < 500 else 50
        return f"{round(self.distance / step) * step:.0f}"


@lru_cache(maxsize=4096)
def _hours(text: str, at: WorkCalendar) -> Hours | None:
    try:
        return Hours(text, at)
    except HoursError:
        return None


def hours_of(point: ServicePoint) -> Hours | None:
    """Return the opening hours of a point, or None where they are not known."""
    return _hours(point.hours, calendar()) if point.hours else None


def status(point: ServicePoint, moment: datetime) -> Status | None:
    """Return whether a point is open at a moment, or None where its hours are not known."""
    hours = hours_of(point)
    return hours.at(moment) if hours else None


def week(point: ServicePoint, moment: datetime) -> list[DayHours]:
    """Return the hours of the seven days that begin with the day of *moment*."""
    hours = hours_of(point)
    return hours.week(moment.astimezone(speech.ZONE).date()) if hours else []


def in_force() -> QuerySet[ServicePoint]:
    """Return the service points that are there."""
    return ServicePoint.objects.filter(ended_on__isnull=True)


def find(
    *, group: str = "", words: str = "", at: tuple[float, float] | None = None, open_now: bool = False, page: int = 1,
) -> tuple[list[Row], int]:
    """Return one page of what fits, nearest first where a place is given (within 2 km), else by name; and how many fit."""
    rows = in_force()
    wanted = next((one.kinds for one in kinds.GROUPS if one.key == group), None)
    if wanted:
        rows = rows.filter(kind__in=wanted)
    if words:
        by_kind = [key for word, key in kinds.words().items() if words.lower() in word]
        rows = rows.filter(Q(name__icontains=words) | Q(name_en__icontains=words) | Q(address__icontains=words) | Q(kind__in=by_kind))
    if at:
        rows = rows.filter(_box(at))
    moment = now()
    if not at and not open_now:
        picked = rows.order_by("name", "pk")[(page - 1) * PAGE : page * PAGE]
        return [Row(row, status(row, moment), None) for row in picked], rows.count()
    found = _looked_at(rows[:MOST], at, open_now, moment)
    return found[(page - 1) * PAGE : page * PAGE], len(found)


def _looked_at(rows: Sequence[ServicePoint], at: tuple[float, float] | None, open_now: bool, moment: datetime) -> list[Row]:
    found = []
    for row in rows:
        distance = metres(*at, row.lon, row.lat) if at else None
        if distance is not None and distance > REACH:
            continue
        state = status(row, moment)
        if not open_now or (state is not None and state.open):
            found.append(Row(row, state, distance))
    return sorted(found, key=lambda one: (one.distance or 0.0, one.point.name, one.point.pk))


def _box(at: tuple[float, float]) -> Q:
    lon, lat = at
    up = REACH / METRES_PER_DEGREE
    side = up / max(cos(radians(lat)), 0.01)
    return Q(lat__range=(lat - up, lat + up), lon__range=(lon - side, lon + side))
