"""Lateness told upwards, a corrected calendar, and what the pages show of a case's clocks."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from bandeng.cases import bars, climbing
from bandeng.cases.actions import clocks, work
from bandeng.cases.models import Event, Limit
from bandeng.cases.tests.lives import completed, whistled
from bandeng.cases.tests.test_limits import caches_are_right
from bandeng.cases.tests.test_moving_clocks import deferred, finish
from bandeng.foundation.clock import current
from bandeng.foundation.notify.models import Message

TODAY = date(2026, 3, 9)


# Lateness is told


def told(town, name, what):
    return Message.objects.filter(recipient_id=town.people[name].pk, subject__contains=what, channel="in_app").count()


def test_lateness_climbs_level_by_level_each_step_once(town, clock):
    case = town.case()
    work.take(town.actor("officer_a1"), case=case.pk)
    due = finish(case).due_at
    clock.set(due - timedelta(hours=40))
    assert climbing.climb() == 1
    assert (told(town, "officer_a1", "两天到期"), told(town, "worker_a", "到期")) == (1, 0)
    clock.set(due - timedelta(hours=20))
    assert climbing.climb() == 1
    assert climbing.climb() == 0
    assert told(town, "officer_a1", "一天到期") == 1
    clock.set(due + timedelta(minutes=5))
    assert climbing.climb() == 1
    assert (told(town, "officer_a1", "到期了"), told(town, "worker_a", "到期了"), told(town, "supervisor", "到期")) == (1, 1, 0)
    clock.set(due + timedelta(hours=25))
    assert climbing.climb() == 1
    assert told(town, "supervisor", "过期一天") == 1
    assert climbing.climb() == 0
    assert Event.objects.filter(case=case, action="overdue", public=True).count() == 1


def test_a_short_limit_warns_of_no_day_before_it(town, clock):
    town.case(category="6003")  # a smell of gas: half an hour
    assert climbing.climb() == 0
    clock.pass_by(minutes=31)
    assert climbing.climb() == 1


def test_what_stands_still_met_or_ended_is_not_told(town, clock):
    deferred(town)
    completed(town)
    clock.pass_by(days=40)
    Limit.objects.filter(kind__in=["response", "check"]).update(ended_at=clock.now)
    assert climbing.climb() == 0


def test_a_units_lateness_is_told_to_the_unit_and_its_whistler(town, clock):
    case, _made = whistled(town)
    Limit.objects.filter(order=None).update(ended_at=clock.now)
    clock.pass_by(days=3)
    assert climbing.climb() > 0
    assert told(town, "water", "过期一天") >= 1
    assert told(town, "dispatcher_west", "过期一天") >= 1


# The calendar


def test_a_corrected_holiday_moves_the_limits_that_run(town, clock):
    case = town.case(category="B001")  # a question: one working day, two working days
    before = {row.kind: row.due_at for row in case.limits.all()}
    current.correct(TODAY + timedelta(days=1), is_workday=False)
    current.forget()
    assert climbing.reckon_anew() == 2
    after = {row.kind: row.due_at for row in Limit.objects.filter(case=case)}
    assert all(after[kind] == due + timedelta(days=1) for kind, due in before.items())
    assert climbing.reckon_anew() == 0
    caches_are_right()


# On the page


def test_a_case_page_with_a_pause_and_the_requesters_page_show_it(client, town, log_in, clock):
    case = deferred(town)
    log_in(town, "officer_a1")
    page = client.get(reverse("cases:case", args=[case.number])).content.decode()
    assert "挂账中" in page and "等旧管网改造" in page and "停着，不算时间" in page
    client.logout()
    session = client.session
    session["claims"] = [case.pk]
    session.save()
    own = client.get(reverse("cases:follow_one", args=[case.number])).content.decode()
    assert "挂账中" in own and "2026-05-08" in own


def test_a_faulty_wish_comes_back_with_what_was_typed(client, town, log_in, clock):
    case = town.case()
    log_in(town, "officer_a1")
    path = reverse("cases:verb", args=[case.number, "ask_deferral"])
    answer = client.post(path, {"ground": "等旧管网改造", "plan": "六月动工", "review_on": "2027-01-01"})
    assert answer.status_code == 422
    assert "等旧管网改造" in answer.content.decode() and "90 天以内" in answer.content.decode()


# One bar for all of it


def drawn(case, clock, since=None):
    found = bars.bar(list(case.limits.order_by("pk")), clock.now, since)
    return [(part.kind, float(part.left), float(part.width)) for part in found.stretches], [part.kind for part in found.marks]


def test_the_bar_shows_how_far_it_is_and_the_other_ends(town, clock):
    case = town.case()
    assert drawn(case, clock) == ([("past", 0.0, 0.6)], ["running"])
    clock.pass_by(days=2)
    stretches, marks = drawn(case, clock)
    assert stretches[0][2] == pytest.approx(100 * 2 / ((finish(case).due_at - case.created_at).total_seconds() / 86400), abs=0.2)
    assert marks == ["late"]  # nobody has answered


def test_the_bar_shows_what_is_late_and_what_stands_still(town, clock):
    case = town.case()
    work.take(town.actor("officer_a1"), case=case.pk)
    clock.pass_by(days=20)
    stretches, _marks = drawn(case, clock)
    assert [kind for kind, _left, _width in stretches] == ["past", "late"]
    assert sum(width for _kind, _left, width in stretches) == pytest.approx(100, abs=0.5)
    other = town.case()
    clock.pass_by(days=1)
    other = deferred(town, other)
    since = clock.now
    clock.pass_by(days=2)
    assert [kind for kind, _left, _width in drawn(other, clock, since)[0]] == ["past", "stopped"]


def test_a_case_without_a_finish_has_no_bar():
    assert bars.bar([], clocks.steps.now()) is None
