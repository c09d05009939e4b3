"""Opening hours on ordinary days, holidays and make-up workdays."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandeng.directory.hours import Hours, HoursError, read
from bandeng.foundation.clock.calendar import WorkCalendar

CALENDAR = WorkCalendar()
ZONE = ZoneInfo("Asia/Shanghai")
OFFICE = "Mo-Fr 09:00-12:00,14:00-17:00; Sa 10:00-12:00"
# 2026: 3 October (Sat) and 1–7 October off; 10 October (Sat) is a make-up workday (notice of the State Council).
HOLIDAY, MADE_UP, MONDAY = date(2026, 10, 1), date(2026, 10, 10), date(2026, 3, 9)


def at(day, hour, minute=0):
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE)


@pytest.mark.parametrize(("text", "meaning"), [
    ("周一至周五 9:00-17:00", "Mo-Fr 09:00-17:00"),
    ("周一到周五9:00—12:00，14:00—17:30；周六 10:00-12:00", "Mo-Fr 09:00-12:00,14:00-17:30; Sa 10:00-12:00"),
    ("每天 8：30-20：00；法定节假日休息", "Mo-Su 08:30-20:00; PH off"), ("工作日 9:00-17:00\n周末 休息", "Mo-Fr 09:00-17:00; Sa-Su off"),
    ("全天", "00:00-24:00"), ("24/7", "24/7"), ("Mo-Fr 09:00-17:00; PH off", "Mo-Fr 09:00-17:00; PH off"), ("", ""),
    ("周一、周三 9:00-11:00", "Mo,We 09:00-11:00"), ("周一 9:00-12:00，周二 14:00-17:00", "Mo 09:00-12:00; Tu 14:00-17:00"),
])
def test_hours_are_read_as_people_write_them(text, meaning):
    assert read(text) == meaning


@pytest.mark.parametrize("text", ["看心情", "9点", "Mo-Fr 25:99", "周八 9:00-10:00", "x" * 300])
def test_what_is_no_hours_is_refused(text):
    with pytest.raises(HoursError):
        read(text)


@given(st.text(max_size=60))
def test_rubbish_is_read_or_refused(text):
    try:
        found = read(text)
    except HoursError:
        return
    if found:
        Hours(found, CALENDAR).at(at(MONDAY, 10))


def test_the_calendar_knows_these_days():
    assert CALENDAR.is_public_holiday(HOLIDAY)
    assert CALENDAR.is_workday(MADE_UP) and MADE_UP.weekday() == 5
    assert not CALENDAR.is_public_holiday(date(2026, 3, 14))  # a plain Saturday


@pytest.mark.parametrize(("hour", "minute", "is_open", "changes"), [
    (8, 0, False, (9, 0)), (9, 0, True, (12, 0)), (11, 59, True, (12, 0)), (12, 0, False, (14, 0)), (16, 0, True, (17, 0)),
])
def test_open_now_and_until_when(hour, minute, is_open, changes):
    status = Hours(OFFICE, CALENDAR).at(at(MONDAY, hour, minute))
    assert (status.open, status.changes, status.doubtful) == (is_open, at(MONDAY, *changes), False)


def test_after_the_last_hour_the_next_day_counts():
    assert Hours(OFFICE, CALENDAR).at(at(MONDAY, 18)).changes == at(date(2026, 3, 10), 9)


def test_a_make_up_saturday_has_the_hours_of_a_friday():
    day = Hours(OFFICE, CALENDAR).on(MADE_UP)
    assert day.made_up
    assert day.spans == ((time(9), time(12)), (time(14), time(17)))


def test_a_holiday_of_which_nothing_is_said_is_doubtful():
    assert Hours(OFFICE, CALENDAR).on(HOLIDAY).doubtful
    assert Hours(OFFICE, CALENDAR).at(at(HOLIDAY, 10)).doubtful


@pytest.mark.parametrize(("rule", "spans"), [
    ("PH off", ()), ("PH 10:00-16:00", ((time(10), time(16)),)),
])
def test_what_is_said_of_holidays_holds(rule, spans):
    day = Hours(f"{OFFICE}; {rule}", CALENDAR).on(HOLIDAY)
    assert (day.spans, day.doubtful) == (spans, False)


def test_holidays_named_with_other_days_keep_those_hours():
    hours = Hours("Mo-Fr 09:00-17:00; Sa,PH 10:00-12:00", CALENDAR)
    assert hours.on(HOLIDAY).spans == ((time(10), time(12)),)
    assert hours.on(date(2026, 3, 14)).spans == ((time(10), time(12)),)


def test_a_week_of_closed_holidays_leads_to_the_day_after():
    status = Hours("Mo-Fr 09:00-17:00; PH off", CALENDAR).at(at(HOLIDAY, 10))
    assert (status.open, status.changes) == (False, at(date(2026, 10, 8), 9))


def test_what_never_closes_never_changes():
    for text in ("24/7", "Mo-Su 00:00-24:00"):
        status = Hours(text, CALENDAR).at(at(MONDAY, 3))
        assert (status.open, status.changes) == (True, None)


def test_a_night_shop_is_open_past_midnight():
    hours = Hours("Mo-Su 18:00-02:00", CALENDAR)
    assert hours.at(at(MONDAY, 23)).changes == at(date(2026, 3, 10), 2)
    assert hours.at(at(date(2026, 3, 10), 1)).open
    assert not hours.at(at(date(2026, 3, 10), 3)).open
