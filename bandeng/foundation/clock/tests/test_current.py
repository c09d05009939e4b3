"""The calendar in force, with this district's corrections."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command

from bandeng.foundation.access import Actor, PostRef
from bandeng.foundation.clock import current, moment
from bandeng.foundation.clock.calendar import Span, Unit
from bandeng.foundation.clock.models import CalendarVersion, DayCorrection
from bandeng.foundation.journal.models import Entry

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 3, 9)
FRIDAY_EVENING = datetime(2026, 3, 6, 17, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def test_a_correction_is_seen_at_once_here(django_capture_on_commit_callbacks):
    assert current.calendar().is_workday(MONDAY)
    with django_capture_on_commit_callbacks(execute=True):
        current.correct(MONDAY, is_workday=False, note="notice")
    assert not current.calendar().is_workday(MONDAY)


def test_a_correction_moves_what_is_counted(django_capture_on_commit_callbacks):
    before = current.calendar().add(FRIDAY_EVENING, Span(1, Unit.WORK_DAY))
    with django_capture_on_commit_callbacks(execute=True):
        current.correct(MONDAY, is_workday=False)
    after = current.calendar().add(FRIDAY_EVENING, Span(1, Unit.WORK_DAY))
    assert (before.date(), after.date()) == (MONDAY, date(2026, 3, 10))


def test_every_correction_raises_the_version():
    current.correct(MONDAY, is_workday=False)
    first = CalendarVersion.objects.get().number
    current.correct(MONDAY, is_workday=True)
    assert CalendarVersion.objects.get().number == first + 1
    assert DayCorrection.objects.get().is_workday is True


def test_another_workers_correction_is_seen_at_the_next_look(monkeypatch):
    current.calendar()
    DayCorrection.objects.create(day=MONDAY, is_workday=False)
    CalendarVersion.objects.create(pk=1, number=9)
    monkeypatch.setattr(current, "_CHECK_EVERY", 0.0)
    assert current.calendar().version == 9
    assert not current.calendar().is_workday(MONDAY)


def test_between_two_looks_nothing_is_asked(django_assert_num_queries):
    current.calendar()
    with django_assert_num_queries(0):
        current.calendar()


def test_a_set_moment_ends_with_its_block():
    with moment.at(FRIDAY_EVENING):
        assert moment.now() == FRIDAY_EVENING
        assert moment.today() == date(2026, 3, 6)
    assert moment.now() != FRIDAY_EVENING


def test_a_correction_stands_in_the_journal_with_who_made_it():
    by = PostRef(id=3, role="sysadmin")
    current.correct(MONDAY, is_workday=False, actor=Actor(person_id=7, posts=(by,)), post=by)
    entry = Entry.objects.get()
    assert (entry.action, entry.person_id, entry.post_id, entry.object_id) == ("calendar.correct", 7, 3, "2026-03-09")


@pytest.mark.parametrize(("what", "is_workday"), [("off", False), ("work", True)])
def test_a_day_is_corrected_from_the_command_line(what, is_workday, capsys):
    call_command("calendar", "2027-02-05", what, "--note", "春节")
    row = DayCorrection.objects.get()
    assert (row.day, row.is_workday, row.note) == (date(2027, 2, 5), is_workday, "春节")
    assert "2027-02-05" in capsys.readouterr().out
    assert Entry.objects.get().action == "calendar.correct"


@pytest.mark.parametrize("day", ["2027-02-30", "tomorrow", ""])
def test_what_is_no_date_is_refused_in_words(day):
    with pytest.raises(CommandError, match="like 2027-02-05"):
        call_command("calendar", day, "off")
