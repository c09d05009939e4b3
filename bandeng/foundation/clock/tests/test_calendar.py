"""Limits by the Civil Code of the PRC, arts 201-203, on the published calendar of 2026."""

import pickle
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandeng.foundation.clock.calendar import SHANGHAI, ClockStopped, Span, Unit, WorkCalendar

CAL = WorkCalendar()


def at(month, day, hour=0, minute=0, year=2026, second=0):
    return datetime(year, month, day, hour, minute, second, tzinfo=SHANGHAI)


def hours(n):
    return Span(n, Unit.HOUR)


def work_hours(n):
    return Span(n, Unit.WORK_HOUR)


def days(n):
    return Span(n, Unit.DAY)


def work_days(n):
    return Span(n, Unit.WORK_DAY)


moments = st.datetimes(datetime(2004, 1, 2), datetime(2031, 12, 1)).map(lambda m: m.replace(tzinfo=SHANGHAI))
spans = st.builds(Span, st.integers(1, 60), st.sampled_from(list(Unit)))


# -- units --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "span", "due"),
    [
        (at(3, 4, 10, 7), Span(30, Unit.MINUTE), at(3, 4, 10, 37)),
        (at(3, 6, 23, 0), hours(24), at(3, 7, 23, 0)),
        # art 201: the start day does not count, however early it was; art 203: until 24:00
        (at(3, 4, 0, 0), days(1), at(3, 6)),
        (at(3, 4, 23, 59), days(1), at(3, 6)),
        (at(3, 4, 9, 0), days(7), at(3, 12)),
        # Friday afternoon, one workday: the end of business on Monday
        (at(3, 6, 16, 0), work_days(1), at(3, 9, 17, 30)),
        (at(3, 7, 16, 0), work_days(1), at(3, 9, 17, 30)),
        (at(3, 4, 7, 0), work_days(5), at(3, 11, 17, 30)),
        # over the midday break, over the night, over the weekend, and to the minute of closing
        (at(3, 4, 11, 0), work_hours(2), at(3, 4, 15, 30)),
        (at(3, 4, 16, 30), work_hours(4), at(3, 5, 11, 30)),
        (at(3, 6, 17, 0), work_hours(1), at(3, 9, 9, 0)),
        (at(3, 4, 14, 30), work_hours(3), at(3, 4, 17, 30)),
        (at(3, 4, 22, 0), work_hours(1), at(3, 5, 9, 30)),
    ],
)
def test_limits(start, span, due):
    assert CAL.add(start, span) == due


def test_spring_festival_and_its_makeup_days():
    # 15-23 Feb 2026 are off; Saturdays 14 and 28 Feb are worked instead
    assert CAL.is_workday(date(2026, 2, 14))
    assert not CAL.is_workday(date(2026, 2, 16))
    assert CAL.add(at(2, 13, 9), work_days(1)) == at(2, 14, 17, 30)
    assert CAL.add(at(2, 14, 9), work_days(1)) == at(2, 24, 17, 30)
    assert CAL.add(at(2, 14, 17, 0), work_hours(1)) == at(2, 24, 9, 0)
    assert CAL.add(at(2, 14, 9), days(2)) == at(2, 17), "natural days run through the holidays"


def test_national_day_and_its_makeup_days():
    # 1-7 Oct 2026 are off; Sunday 20 Sep and Saturday 10 Oct are worked
    assert CAL.add(at(9, 30, 9), work_days(3)) == at(10, 10, 17, 30)
    assert CAL.workdays_between(date(2026, 9, 30), date(2026, 10, 10)) == 3
    assert CAL.next_work_moment(at(10, 1, 9)) == at(10, 8, 8, 30)


def test_year_end():
    assert CAL.add(at(12, 31, 10, year=2025), work_days(1)) == at(1, 4, 17, 30), "4 Jan 2026 makes up"
    assert CAL.add(at(12, 31, 10, year=2025), days(1)) == at(1, 2)
    assert CAL.add(at(12, 31, 17, 0, year=2025), work_hours(1)) == at(1, 4, 9, 0)


def test_unpublished_years_are_monday_to_friday_and_provisional_until_corrected():
    day = date(2035, 10, 1)  # a Monday
    assert CAL.is_workday(day)
    assert CAL.is_provisional(day)
    assert not CAL.is_provisional(date(2026, 10, 1))
    corrected = WorkCalendar(corrections={day: False, date(2035, 10, 6): True}, version=2)
    assert not corrected.is_workday(day)
    assert corrected.is_workday(date(2035, 10, 6))
    assert not corrected.is_provisional(day)
    assert corrected.is_provisional(date(2035, 10, 2))


def test_a_correction_wins_over_the_published_calendar():
    flood = WorkCalendar(corrections={date(2026, 7, 8): False})
    assert flood.add(at(7, 7, 9), work_days(1)) == at(7, 9, 17, 30)


def test_natural_days_end_on_rest_days_unless_asked_otherwise():
    friday = at(3, 6, 9)
    assert CAL.add(friday, days(1)) == at(3, 8)
    lawful = WorkCalendar(rest_day_extends=True)
    assert lawful.add(friday, days(1)) == at(3, 10), "art 203: Saturday is not the last day, Monday is"
    assert lawful.add(friday, days(3)) == at(3, 10)


def test_moments_of_any_zone_and_a_day_taken_from_one():
    early = datetime(2026, 3, 5, 0, 30, tzinfo=timezone.utc)  # noqa: UP017 - 08:30 in Shanghai
    assert CAL.add(early, work_hours(1)) == at(3, 5, 9, 30)
    evening = datetime(2026, 3, 6, 17, 0, tzinfo=ZoneInfo("UTC"))  # Saturday 01:00 in Shanghai
    assert not CAL.is_workday(evening)
    assert CAL.add(early, hours(1)).tzinfo is SHANGHAI


@pytest.mark.parametrize("call", ["add", "subtract", "next_work_moment"])
def test_naive_moments_are_refused(call):
    arguments = (datetime(2026, 3, 4),) if call == "next_work_moment" else (datetime(2026, 3, 4), hours(1))
    with pytest.raises(ValueError, match="time zone"):
        getattr(CAL, call)(*arguments)


@pytest.mark.parametrize("amount", [0, -1])
def test_a_span_is_positive(amount):
    with pytest.raises(ValueError, match="1 or more"):
        Span(amount, Unit.DAY)


@pytest.mark.parametrize(
    "windows",
    [
        (),
        ((time(12), time(9)),),
        ((time(9), time(12)), (time(11), time(17))),
        ((time(14), time(17)), (time(9), time(12))),
    ],
)
def test_wrong_hours_are_refused(windows):
    with pytest.raises(ValueError, match="[Ww]orking hours|window"):
        WorkCalendar(hours=windows)


def test_hours_until_midnight():
    late = WorkCalendar(hours=((time(18), time(0)),))
    assert late.add(at(3, 4, 9), work_hours(6)) == at(3, 5)
    assert late.work_minutes(at(3, 4), at(3, 5)) == 360


# -- lengths ------------------------------------------------------------------------------------------------


def test_work_minutes():
    assert CAL.work_minutes(at(3, 4), at(3, 5)) == 390
    assert CAL.work_minutes(at(3, 6, 17), at(3, 9, 9)) == 60
    assert CAL.work_minutes(at(3, 9, 9), at(3, 6, 17)) == -60
    assert CAL.work_minutes(at(3, 4, 9), at(3, 4, 9, 1, second=59)) == 1
    assert CAL.work_minutes(at(2, 15), at(2, 24)) == 0


def test_a_whole_year_of_working_time():
    year = CAL.work_minutes(at(1, 1), at(1, 1, year=2027))
    assert year == 390 * CAL.workdays_between(date(2025, 12, 31), date(2026, 12, 31))
    assert 245 * 390 <= year <= 252 * 390


# -- pauses -------------------------------------------------------------------------------------------------


def test_pauses_of_working_limits_count_in_working_time_only():
    start, limit = at(3, 4, 9), work_hours(4)
    assert CAL.add(start, limit) == at(3, 4, 15, 30)
    assert CAL.add(start, limit, [(at(3, 4, 10), at(3, 4, 11))]) == at(3, 4, 16, 30)
    assert CAL.add(start, limit, [(at(3, 4, 12), at(3, 4, 14, 30))]) == at(3, 4, 15, 30), "the midday break"
    assert CAL.add(start, limit, [(at(3, 4, 15, 30), at(3, 5))]) == at(3, 4, 15, 30), "after the end"


def test_pauses_of_days():
    pause = (at(3, 5, 8, 30), at(3, 5, 12))
    assert CAL.add(at(3, 4, 9), work_days(1), [pause]) == at(3, 6, 12)
    assert CAL.add(at(3, 4, 9), days(1), [pause]) == at(3, 6, 3, 30)
    assert CAL.add(at(3, 4, 9), days(1), [(at(3, 4, 10), at(3, 4, 20))]) == at(3, 6), "the start day"


def test_overlapping_pauses_count_once_in_any_order():
    pauses = [(at(3, 4, 10), at(3, 4, 11)), (at(3, 4, 9, 30), at(3, 4, 10, 30)), (at(3, 4, 10), at(3, 4, 10))]
    assert CAL.add(at(3, 4, 9), hours(2), pauses) == at(3, 4, 12, 30)


def test_an_unended_pause_leaves_no_end_to_tell():
    with pytest.raises(ClockStopped) as stopped:
        CAL.add(at(3, 4, 9), hours(2), [(at(3, 4, 10), None), (at(3, 4, 10, 30), at(3, 4, 11))])
    assert stopped.value.since == at(3, 4, 10)
    with pytest.raises(ClockStopped) as stopped:
        CAL.add(at(3, 4, 9), hours(2), [(at(3, 3), None)])
    assert stopped.value.since == at(3, 4, 9)
    assert CAL.add(at(3, 4, 9), hours(2), [(at(3, 4, 11), None)]) == at(3, 4, 11), "used up before it began"


def test_a_reversed_pause_is_refused():
    with pytest.raises(ValueError, match="before it begins"):
        CAL.add(at(3, 4, 9), hours(2), [(at(3, 4, 11), at(3, 4, 10))])


# -- properties ---------------------------------------------------------------------------------------------


def begin_of(start, span):
    """When the clock of `span` begins to run, by the words of the law."""
    if span.starts_next_day:
        start = datetime.combine(start.date() + timedelta(days=1), time.min, SHANGHAI)
    return CAL.next_work_moment(start) if span.is_working else start


@given(moments, spans)
def test_subtract_gives_back_the_beginning(start, span):
    assert CAL.subtract(CAL.add(start, span), span) == begin_of(start, span)


@given(moments, moments, spans)
def test_a_later_start_never_ends_earlier(one, other, span):
    first, second = sorted((one, other))
    assert CAL.add(first, span) <= CAL.add(second, span)


@given(moments, st.sampled_from(list(Unit)), st.integers(1, 60), st.integers(1, 60))
def test_more_time_ends_later(start, unit, one, more):
    assert CAL.add(start, Span(one, unit)) < CAL.add(start, Span(one + more, unit))


@given(moments, spans, moments, st.timedeltas(timedelta(0), timedelta(days=40)))
def test_a_pause_adds_exactly_what_it_takes(start, span, pause_start, length):
    pause = (pause_start, pause_start + length)
    begin, plain = begin_of(start, span), CAL.add(start, span)
    due = CAL.add(start, span, [pause])
    ran = CAL.work_time if span.is_working else lambda a, b: b - a
    inside = (min(max(pause[0], begin), due), min(max(pause[1], begin), due))
    assert ran(plain, due) == ran(*inside)
    assert due >= plain


@given(moments, spans, st.lists(st.tuples(st.integers(0, 900), st.integers(0, 90)), max_size=6), st.randoms())
def test_order_and_cutting_of_pauses_do_not_matter(start, span, raw, random):
    hour = timedelta(hours=1)
    pauses = [(start + a * hour, start + (a + n) * hour) for a, n in raw]
    cut = [(a + i * hour, a + (i + 1) * hour) for a, b in pauses for i in range((b - a) // hour)]
    random.shuffle(cut)
    assert CAL.add(start, span, pauses) == CAL.add(start, span, cut)


@given(moments, spans.filter(lambda span: span.is_working))
def test_working_limits_end_in_working_time(start, span):
    due = CAL.add(start, span)
    assert CAL.is_workday(due)
    assert any(opening < due.time() <= closing for opening, closing in CAL.hours)
    if span.unit is Unit.WORK_DAY:
        assert due.time() == time(17, 30)
        assert CAL.workdays_between(start, due) == span.amount


@given(moments, moments, moments)
def test_working_time_adds_up(a, b, c):
    assert CAL.work_time(a, b) + CAL.work_time(b, c) == CAL.work_time(a, c)


@given(moments)
def test_the_next_work_moment_loses_no_working_time(moment):
    following = CAL.next_work_moment(moment)
    assert CAL.work_time(moment, following) == timedelta(0)
    assert CAL.next_work_moment(following) == following
    assert CAL.work_time(following, following + timedelta(seconds=1)) == timedelta(seconds=1)


@given(moments)
def test_no_summer_time(moment):
    later = CAL.add(moment, hours(24))
    assert later - moment == timedelta(hours=24)
    assert later.replace(tzinfo=None) - moment.replace(tzinfo=None) == timedelta(hours=24)


# -- the object ---------------------------------------------------------------------------------------------


def test_a_calendar_is_a_value():
    corrections = {date(2026, 7, 8): False}
    calendar = WorkCalendar(corrections=corrections)
    corrections[date(2026, 7, 9)] = False
    assert calendar.is_workday(date(2026, 7, 9)), "later changes of the mapping do not reach it"
    assert calendar == pickle.loads(pickle.dumps(calendar))
    assert hash(calendar) == hash(WorkCalendar(corrections={date(2026, 7, 8): False}))
