"""Working-time calendar: when does a limit (时限) of so many hours, days or workdays end?

Pure: no Django, no database. The rules are those of the Civil Code of the PRC (民法典), arts 201-203:

* art 201: a period counted in days does not count the day it starts on; it begins with the next day.
  A period counted in hours runs from the moment itself.
* art 203: the last day ends at 24:00; where there are business hours, it ends when business stops.
* The weekends and holidays taken off, and the weekends worked instead (调休), are those of the yearly
  notice of the State Council, read from the package `chinesecalendar` and from `corrections`.

Every unit is one of two clocks run for a length: natural time (minute, hour, day) or working time (work hour,
work day), started at the moment itself (minute, hour, work hour) or at the end of the start day (day, work
day). All workdays are equally long, so n workdays are n times that length of working time, and the end
falls on the end of business of the n-th workday. A pause stops the clock, whichever of the two it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import chinese_calendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
UTC = ZoneInfo("UTC")
MICROSECOND = timedelta(microseconds=1)
ONE_DAY = timedelta(days=1)
DAY_LENGTH = ONE_DAY // MICROSECOND

# The package raises outside the years it has data for; asking its table keeps us right when it is upgraded.
KNOWN_YEARS = range(
    min(chinese_calendar.constants.holidays).year, max(chinese_calendar.constants.holidays).year + 1
)

Pause = tuple[datetime, datetime | None]
Hours = tuple[tuple[time, time], ...]


class Unit(StrEnum):
    """What a limit is counted in."""

    MINUTE = "minute"  # 分钟, natural
    HOUR = "hour"  # 小时, natural
    DAY = "day"  # 自然日
    WORK_DAY = "work_day"  # 工作日
    WORK_HOUR = "work_hour"  # 工作时


@dataclass(frozen=True)
class Span:
    """A length of time: a whole, positive number of one unit. ValueError for zero or less."""

    amount: int
    unit: Unit

    def __post_init__(self) -> None:
        if self.amount < 1:
            raise ValueError(f"A span needs an amount of 1 or more, not {self.amount}.")
        object.__setattr__(self, "unit", Unit(self.unit))

    @property
    def is_working(self) -> bool:
        """Whether it runs in working time only."""
        return self.unit in (Unit.WORK_DAY, Unit.WORK_HOUR)

    @property
    def starts_next_day(self) -> bool:
        """Whether the day it starts on is not counted (Civil Code art 201)."""
        return self.unit in (Unit.DAY, Unit.WORK_DAY)


class ClockStopped(Exception):
    """No end can be told: a pause without an end (挂账, 等待居民) began before the limit was used up.

    `since` is the moment from which the clock stands still. The limit is neither met nor missed meanwhile.
    """

    def __init__(self, since: datetime) -> None:
        super().__init__(f"The clock has been standing still since {since.isoformat()}.")
        self.since = since


@dataclass(frozen=True)
class _Year:
    """The workdays of one year: `days` in order, `before[i]` = how many lie before the i-th day (0-based)."""

    days: tuple[date, ...]
    before: tuple[int, ...]


@dataclass(frozen=True)
class WorkCalendar:
    """The working time of an office in China.

    hours: the windows of a workday, local, in order, not overlapping; a closing time of 00:00 means 24:00.
    corrections: day -> True (workday) or False (rest day); they win over the published calendar.
    zone: must be one without summer time, as local time is counted on.
    version: raised by whoever keeps the corrections; due dates remember the version they were made with.
    rest_day_extends: art 203 moves a natural-day limit that would end on a rest day to the end of the next
        workday. Off by default: a limit in natural days is a promise to a resident, who reads it as days.
    """

    hours: Hours = ((time(8, 30), time(12, 0)), (time(14, 30), time(17, 30)))
    corrections: Mapping[date, bool] = field(default_factory=dict, hash=False)
    version: int = 1
    zone: ZoneInfo = SHANGHAI
    rest_day_extends: bool = False
    _windows: tuple[tuple[int, int], ...] = field(init=False, repr=False, compare=False, default=())
    _work_length: int = field(init=False, repr=False, compare=False, default=0)
    _years: dict[int, _Year] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        windows = _windows_of(self.hours)
        object.__setattr__(self, "corrections", dict(self.corrections))
        object.__setattr__(self, "_windows", windows)
        object.__setattr__(self, "_work_length", sum(end - begin for begin, end in windows))

    # -- days ---------------------------------------------------------------------------------------------

    def is_workday(self, day: date) -> bool:
        """Whether people work on `day` (a local date; an aware moment is taken as its local date)."""
        day = self._day(day)
        corrected = self.corrections.get(day)
        if corrected is not None:
            return corrected
        if day.year in KNOWN_YEARS:
            return bool(chinese_calendar.is_workday(day))
        return day.weekday() < 5

    def is_public_holiday(self, day: date) -> bool:
        """Whether `day` is off by the yearly notice, not only because it is a Saturday or Sunday."""
        day = self._day(day)
        if self.is_workday(day):
            return False
        named = day.year in KNOWN_YEARS and chinese_calendar.get_holiday_detail(day)[1] is not None
        return day.weekday() < 5 or named or day in self.corrections

    def is_provisional(self, day: date) -> bool:
        """Whether `day` is only guessed (Monday to Friday): unpublished, and corrected by nobody."""
        day = self._day(day)
        return day.year not in KNOWN_YEARS and day not in self.corrections

    def workdays_between(self, start: date, end: date) -> int:
        """How many workdays lie after `start`, up to and with `end` (art 201: the start day does not count).

        Negative when `end` is earlier than `start`.
        """
        return self._count(self._day(start) + ONE_DAY, self._day(end) + ONE_DAY)

    # -- moments ------------------------------------------------------------------------------------------

    def next_work_moment(self, moment: datetime) -> datetime:
        """`moment` itself within working hours (opening included, closing not), else the next opening."""
        return self._aware(self._next_work(self._local(moment)))

    def work_time(self, start: datetime, end: datetime) -> timedelta:
        """Working time between two moments; negative when `end` is earlier."""
        return self._worked(self._local(start), self._local(end)) * MICROSECOND

    def work_minutes(self, start: datetime, end: datetime) -> int:
        """Whole minutes of working time between two moments, begun ones dropped; negative when reversed."""
        if end < start:
            return -self.work_minutes(end, start)
        return self.work_time(start, end) // timedelta(minutes=1)

    def add(self, start: datetime, span: Span, pauses: Iterable[Pause] = ()) -> datetime:
        """When a limit of `span` that starts at `start` ends, in the calendar's zone.

        pauses: (from, to) during which the clock stands still; they may overlap and need no order; `to` None
        means that it still lasts. Only what falls into the running time of the clock counts: a pause at night
        does not lengthen a limit in working hours, one on the start day not a limit in days.
        Raises ClockStopped when an unended pause began before the end; ValueError for naive moments and for a
        pause that ends before it begins.
        """
        moment = self._begin(self._local(start), span)
        left = self._length(span)
        working = span.is_working
        for begin, end in self._merged(pauses):
            ran = self._ran(moment, begin, working) if begin > moment else 0
            if ran >= left:
                break
            if end is None:
                raise ClockStopped(self._aware(max(begin, moment)))
            left -= ran
            moment = max(moment, end)
        due = self._forward(moment, left) if working else moment + left * MICROSECOND
        if span.unit is Unit.DAY and self.rest_day_extends:
            due = self._over_rest(due)
        return self._aware(due)

    def subtract(self, end: datetime, span: Span) -> datetime:
        """The latest moment at which the clock must begin to run for `span` to be over at `end`.

        The reverse of `add` without pauses: it gives back the moment the clock really began to run, which for
        days is the 24:00 after the start day, and in working time always lies within working hours.
        """
        local = self._local(end)
        length = self._length(span)
        return self._aware(self._back(local, length) if span.is_working else local - length * MICROSECOND)

    # -- inside: local moments without zone, lengths in whole microseconds --------------------------------

    def _local(self, moment: datetime) -> datetime:
        """The moment as local wall time. Without summer time (China: since 1992) it runs evenly."""
        if not isinstance(moment, datetime) or moment.utcoffset() is None:
            raise ValueError(f"The calendar needs a moment with a time zone, not {moment!r}.")
        return moment.astimezone(self.zone).replace(tzinfo=None)

    def _aware(self, local: datetime) -> datetime:
        return local.replace(tzinfo=self.zone)

    def _day(self, day: date) -> date:
        return self._local(day).date() if isinstance(day, datetime) else day

    def _length(self, span: Span) -> int:
        if span.unit is Unit.WORK_DAY:
            return span.amount * self._work_length
        one = {Unit.MINUTE: timedelta(minutes=1), Unit.DAY: ONE_DAY}.get(span.unit, timedelta(hours=1))
        return span.amount * (one // MICROSECOND)

    def _begin(self, local: datetime, span: Span) -> datetime:
        return _midnight(local) + ONE_DAY if span.starts_next_day else local

    def _merged(self, pauses: Iterable[Pause]) -> list[tuple[datetime, datetime | None]]:
        """Pauses in order, overlapping ones joined; what follows an unended one is part of it."""
        merged: list[tuple[datetime, datetime | None]] = []
        local = [(self._local(begin), self._local(end) if end else None) for begin, end in pauses]
        for begin, end in sorted(local, key=lambda pause: pause[0]):
            if end is not None and end < begin:
                raise ValueError(f"A pause cannot end ({end}) before it begins ({begin}).")
            if merged and (merged[-1][1] is None or begin <= merged[-1][1]):
                last = merged[-1][1]
                merged[-1] = (merged[-1][0], None if last is None or end is None else max(last, end))
            else:
                merged.append((begin, end))
        return merged

    def _ran(self, start: datetime, end: datetime, working: bool) -> int:
        return self._worked(start, end) if working else (end - start) // MICROSECOND

    def _worked(self, start: datetime, end: datetime) -> int:
        whole = self._count(start.date(), end.date()) * self._work_length
        return whole + self._within(end) - self._within(start)

    def _within(self, local: datetime) -> int:
        """Working time of the moment's own day up to the moment; 0 on a rest day."""
        if not self.is_workday(local.date()):
            return 0
        now = (local - _midnight(local)) // MICROSECOND
        return sum(min(max(now - begin, 0), end - begin) for begin, end in self._windows)

    def _forward(self, local: datetime, length: int) -> datetime:
        """The earliest moment at which `length` (above 0) of working time has gone by."""
        position = self._within(local) + length
        days = -(-position // self._work_length) - 1
        rest = position - days * self._work_length
        day = self._nth_workday(local.date(), days)
        for begin, end in self._windows:
            if rest <= end - begin:
                return _at(day, begin + rest)
            rest -= end - begin
        raise AssertionError("the rest of a workday lies within its windows")

    def _back(self, local: datetime, length: int) -> datetime:
        """The latest moment from which `length` of working time (0 or more) is left until `local`."""
        days, rest = divmod(self._within(local) - length, self._work_length)
        day = self._nth_workday(local.date(), days)
        for begin, end in self._windows:
            if rest < end - begin:
                return _at(day, begin + rest)
            rest -= end - begin
        raise AssertionError("the rest of a workday lies within its windows")

    def _next_work(self, local: datetime) -> datetime:
        if self.is_workday(local.date()):
            now = (local - _midnight(local)) // MICROSECOND
            for begin, end in self._windows:
                if now < end:
                    return local if now >= begin else _at(local.date(), begin)
        return _at(self._nth_workday(local.date() + ONE_DAY, 0), self._windows[0][0])

    def _over_rest(self, due: datetime) -> datetime:
        """Art 203: 24:00 of the first workday from the last day on (pauses may end a limit within a day)."""
        last = (due - MICROSECOND).date()
        return due if self.is_workday(last) else _at(self._nth_workday(last, 0), DAY_LENGTH)

    def _nth_workday(self, day: date, n: int) -> date:
        """n = 0: the first workday from `day` on; n = -1: the last one before. OverflowError beyond 9999."""
        year = day.year
        index = self._year(year).before[(day - date(year, 1, 1)).days] + n
        while index >= len(self._year(year).days):
            index -= len(self._year(year).days)
            year += 1
        while index < 0:
            year -= 1
            index += len(self._year(year).days)
        return self._year(year).days[index]

    def _count(self, first: date, last: date) -> int:
        """Workdays from `first` on, before `last`; negative when reversed."""
        if last < first:
            return -self._count(last, first)
        full = sum(len(self._year(year).days) for year in range(first.year, last.year))
        return full + self._before(last) - self._before(first)

    def _before(self, day: date) -> int:
        return self._year(day.year).before[(day - date(day.year, 1, 1)).days]

    def _year(self, year: int) -> _Year:
        """The day table of a year, made once per calendar: a due date then costs a few look-ups."""
        table = self._years.get(year)
        if table is None:
            if not 1 <= year <= 9999:
                raise OverflowError(f"The calendar ends with the year 9999, it has no year {year}.")
            table = self._years[year] = self._make_year(year)
        return table

    def _make_year(self, year: int) -> _Year:
        first = date(year, 1, 1)
        days: list[date] = []
        before: list[int] = []
        for offset in range((date(year, 12, 31) - first).days + 1):
            before.append(len(days))
            day = first + timedelta(days=offset)
            if self.is_workday(day):
                days.append(day)
        return _Year(tuple(days), tuple(before))


def _windows_of(hours: Hours) -> tuple[tuple[int, int], ...]:
    """The working windows in microseconds since midnight. ValueError when empty, reversed or overlapping."""
    windows = []
    reached = 0
    for opening, closing in hours:
        begin, end = _since_midnight(opening), _since_midnight(closing) or DAY_LENGTH
        if begin < reached or end <= begin:
            raise ValueError("Working hours must be in order, not overlap, and close after they open.")
        windows.append((begin, end))
        reached = end
    if not windows:
        raise ValueError("A calendar needs at least one window of working hours.")
    return tuple(windows)


def _since_midnight(clock: time) -> int:
    return (datetime.combine(date.min, clock) - datetime.min) // MICROSECOND


def _midnight(local: datetime) -> datetime:
    return local.replace(hour=0, minute=0, second=0, microsecond=0)


def _at(day: date, since_midnight: int) -> datetime:
    return datetime.combine(day, time.min) + since_midnight * MICROSECOND
