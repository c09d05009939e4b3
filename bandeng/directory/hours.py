"""Opening hours: OpenStreetMap's way of writing them, or how people write them here, read by the Chinese calendar.

On a make-up workday (调休上班) a place keeps the hours of a Friday, whatever day of the week it is. On a public holiday
what is said of PH (节假日) holds; where nothing is said, the day's usual hours are shown as doubtful. The syntax itself
is read by a library.

Pure: no database; the calendar is given.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from opening_hours import OpeningHours, ParserError, State  # type: ignore[attr-defined]

from bandeng.foundation.clock.calendar import WorkCalendar

LOOK_AHEAD = 14  # days within which the next opening is looked for
DAY = timedelta(days=1)
Span = tuple[time, time]  # an end of 00:00 is midnight

# How hours are written here. Longer words first.
_WORDS = (
    ("法定节假日", "PH"), ("节假日", "PH"), ("工作日", "Mo-Fr"), ("双休日", "Sa-Su"), ("周末", "Sa-Su"),  # untranslated: read
    ("每天", "Mo-Su"), ("每日", "Mo-Su"), ("全天", "00:00-24:00"), ("24小时", "00:00-24:00"),  # untranslated: read
    ("不营业", "off"), ("不开放", "off"), ("休息", "off"), ("关门", "off"),  # untranslated: read
    *((f"{week}{number}", day) for week in ("星期", "礼拜", "周") for number, day in zip(  # untranslated: read
        "一二三四五六日天", ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su", "Su"), strict=True)),  # untranslated: read
    ("至", "-"), ("到", "-"), ("~", "-"), ("—", "-"), ("–", "-"), ("、", ","), ("，", ","), ("；", ";"), ("：", ":"),  # untranslated: read
    ("和", ","), ("。", ";"), ("\n", ";"),  # untranslated: read
)
_SPAN = re.compile(r"(\d{1,2}):(\d{2})")


class HoursError(Exception):
    """The hours cannot be read."""


def read(text: str) -> str:
    """Return opening hours in OpenStreetMap's syntax, from that syntax or from Chinese: "周一至周五 9:00-17:00；节假日休息".

    Raises HoursError. "" stays empty: nothing is known.
    """
    if not text.strip():
        return ""
    found = unicodedata.normalize("NFKC", text.strip())
    for word, meaning in _WORDS:
        found = found.replace(unicodedata.normalize("NFKC", word), meaning)
    found = _SPAN.sub(lambda match: f"{int(match[1]):02d}:{match[2]}", found)
    found = re.sub(r"\s*([-,;])\s*", r"\1", found).strip("; ")
    found = re.sub(r"(?<=[a-zH])(?=\d\d:|off)", " ", found)  # 周一至周五9:00
    found = re.sub(r"(?<=\d\d:\d\d),(?=(?:Mo|Tu|We|Th|Fr|Sa|Su|PH))", ";", found)  # 周一 9:00-12:00，周二 …
    found = found.replace(";", "; ")
    try:
        OpeningHours(found)
    except ParserError as error:
        raise HoursError(text) from error
    if len(found) > 200:
        raise HoursError(text)
    return found


@dataclass(frozen=True, slots=True)
class DayHours:
    """When a place is open on one day. `doubtful`: a public holiday of which nothing is said."""

    day: date
    spans: tuple[Span, ...]
    doubtful: bool = False
    made_up: bool = False  # a Saturday or Sunday on which people work


@dataclass(frozen=True, slots=True)
class Status:
    """Whether a place is open at a moment, and until when; or when it opens next."""

    open: bool
    changes: datetime | None
    doubtful: bool


class Hours:
    """Opening hours that can be asked. Raises HoursError for what is no opening hours."""

    def __init__(self, text: str, calendar: WorkCalendar) -> None:
        self._calendar = calendar
        rules = [rule.strip() for rule in text.split(";") if rule.strip()]
        holiday = [rule for rule in rules if re.search(r"\bPH\b", rule)]
        usual = [rule for rule in rules if not re.fullmatch(r"PH\b.*", rule)] or ["off"]
        try:
            self._usual = OpeningHours("; ".join(usual))
            self._holiday = OpeningHours("; ".join(re.sub(r"\bPH\b", "Mo-Su", rule) for rule in holiday)) if holiday else None
        except ParserError as error:
            raise HoursError(text) from error

    def on(self, day: date) -> DayHours:
        """Return when the place is open on *day*."""
        if self._calendar.is_public_holiday(day):
            rules = self._holiday or self._usual
            return DayHours(day, self._spans(rules, day), doubtful=self._holiday is None)
        if day.weekday() >= 5 and self._calendar.is_workday(day):
            friday = day - DAY * (day.weekday() - 4)
            return DayHours(day, self._spans(self._usual, friday), made_up=True)
        return DayHours(day, self._spans(self._usual, day))

    def week(self, first: date) -> list[DayHours]:
        """Return the hours of seven days."""
        return [self.on(first + DAY * number) for number in range(7)]

    def at(self, moment: datetime) -> Status:
        """Return whether the place is open at an aware *moment*, and when that changes (within a fortnight)."""
        zone = self._calendar.zone
        local = moment.astimezone(zone)
        today = self.on(local.date())
        open_now, end = False, None
        for begins, ends, doubtful in self._moments(local.date() - DAY):
            if begins <= local < ends or (open_now and begins == end):
                open_now, end = True, ends
            elif begins > local:
                if open_now:
                    break
                return Status(False, begins, today.doubtful or doubtful)
        always = end is not None and end - local > DAY * LOOK_AHEAD
        return Status(open_now, None if always else end, today.doubtful)

    def _moments(self, first: date) -> Iterator[tuple[datetime, datetime, bool]]:
        zone = self._calendar.zone
        for number in range(LOOK_AHEAD + 2):
            hours = self.on(first + DAY * number)
            for begins, ends in hours.spans:
                start = datetime.combine(hours.day, begins, zone)
                yield start, datetime.combine(hours.day, ends, zone) + (DAY if ends <= begins else timedelta()), hours.doubtful

    @staticmethod
    def _spans(rules: OpeningHours, day: date) -> tuple[Span, ...]:
        """Return the open spans that begin on *day*; one that runs past midnight keeps its end."""
        start = datetime.combine(day, time())
        found = []
        for begins, ends, state, _comment in rules.intervals(start, start + DAY * 2):
            if state == State.OPEN and begins < start + DAY and (begins >= start):
                ends = min(ends, start + DAY) if ends - begins >= DAY else ends
                found.append((begins.time(), ends.time()))
        return tuple(found)
