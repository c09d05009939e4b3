"""Limits: started, met, void; the due dates on case and order are their cache."""

from datetime import date, timedelta

import pytest

from bandeng.cases import catalogue
from bandeng.cases.actions import filing, orders, work
from bandeng.cases.actions.intake import withdraw
from bandeng.cases.limits import CLASSES, ORDER_LIMITS, Whistle
from bandeng.cases.models import Case, Limit, Order
from bandeng.cases.tests.lives import completed, dispatched, done, rated, whistled
from bandeng.foundation.clock import current
from tests.district import requester


def kinds(rows):
    """Return {kind: how it stands}."""
    return {row.kind: "void" if row.ended_at else "met" if row.met_at else "running" for row in rows}


def of_case(case):
    return kinds(case.limits.filter(order=None))


def caches_are_right():
    for case in Case.objects.all():
        running = list(Limit.objects.filter(case=case, met_at=None, ended_at=None).values_list("order_id", "due_at"))
        assert case.due_at == min((due for order, due in running if order is None), default=None), case.state
        for order in Order.objects.filter(case=case):
            assert order.due_at == min((due for pk, due in running if pk == order.pk), default=None), order.state


@pytest.mark.parametrize(("code", "response", "finish"), [
    ("6003", timedelta(minutes=30), timedelta(hours=2)),  # a smell of gas
    ("1001", timedelta(hours=4), None),  # a lift
    ("1003", timedelta(hours=24), None),
])
def test_a_report_starts_the_limits_of_its_class(town, clock, code, response, finish):
    case = town.case(category=code)
    assert of_case(case) == {"response": "running", "finish": "running"}
    assert case.due_at == clock.now + response
    if finish:
        assert case.limits.get(kind="finish").due_at == clock.now + finish


def test_days_end_at_midnight(town, clock):
    assert town.case().limits.get(kind="finish").due_at == clock.now.replace(day=17, hour=0)


def test_a_question_counts_working_days(town, clock):
    clock.set(clock.now.replace(day=6))  # a Friday
    case = town.case(category="B001")
    assert case.due_at == clock.now.replace(day=9, hour=17, minute=30)


def test_every_class_and_whistle_has_limits():
    assert {row["limit_class"] for row in catalogue.rows("categories")} <= CLASSES.keys()
    assert set(ORDER_LIMITS) == set(Whistle.values)


def of_order(order):
    return {limit.kind: (limit.amount, limit.unit) for limit in order.limits.all()}


@pytest.mark.parametrize(("code", "ack", "finish"), [
    ("6005", (4, "work_hour"), (7, "day")), ("6001", (2, "hour"), (24, "hour")),
    ("6003", (30, "minute"), (2, "hour")), ("7001", (4, "hour"), (2, "day"))])
def test_an_order_has_the_limits_of_its_class(town, clock, code, ack, finish):
    """What wants a response within hours wants it of a unit too, at night as by day."""
    case, order = dispatched(town, town.case(category=code))
    row = town.categories[code]
    assert of_order(order) == {"ack": ack, "finish": finish}, row.limit_class


def test_a_daily_whistle_for_a_hazard_is_there_within_hours_and_a_hard_one_has_its_own(town, clock):
    daily, _other = whistled(town, "daily", town.case(category="7001"))[1]
    assert of_order(daily) == {"ack": (4, "hour"), "arrive": (4, "hour"), "finish": (2, "day")}
    hard, _other = whistled(town, "hard", town.case(category="7001"))[1]
    assert of_order(hard) == {"ack": (4, "work_hour"), "plan": (5, "work_day"), "finish": (15, "day")}


def test_a_red_slip_shortens_the_orders_too(town, clock):
    case = town.case(category="6005")
    filing.set_slip(town.actor("worker_a"), case=case.pk, slip="red")
    case, order = dispatched(town, Case.objects.get(pk=case.pk))
    assert order.limits.get(kind="finish").due_at <= case.limits.get(kind="finish", order=None).due_at


def test_taking_it_meets_the_first_response(town, clock):
    case = town.case()
    clock.pass_by(hours=1)
    work.take(town.actor("officer_a1"), case=case.pk)
    case.refresh_from_db()
    assert of_case(case) == {"response": "met", "finish": "running"}
    assert case.limits.get(kind="response").met_at == clock.now
    assert case.due_at == case.limits.get(kind="finish").due_at
    caches_are_right()


def test_telling_the_requester_something_is_a_response(town, clock):
    case = town.case()
    work.tell_requester(town.actor("officer_a1"), case=case.pk, words="明天过去")
    assert of_case(case)["response"] == "met"
    caches_are_right()


def test_a_note_is_no_response(town, clock):
    case = town.case()
    work.note(town.actor("officer_a1"), case=case.pk, words="老问题")
    assert of_case(case)["response"] == "running"


def test_the_answer_meets_what_runs(town, clock):
    case = completed(town)
    assert of_case(case) == {"response": "met", "finish": "met"}
    assert case.due_at is None
    caches_are_right()


def test_a_limit_met_late_stays_met_at_its_moment(town, clock):
    case = town.case()
    clock.pass_by(days=3)
    work.take(town.actor("officer_a1"), case=case.pk)
    row = case.limits.get(kind="response")
    assert row.met_at > row.due_at


def test_a_whistle_gives_each_order_its_clock(town, clock):
    case, (water, roads) = whistled(town)
    for order in (water, roads):
        assert kinds(order.limits.all()) == {"ack": "running", "arrive": "running", "finish": "running"}
        order.refresh_from_db()
        assert order.due_at == clock.now.replace(hour=16, minute=30)
    assert of_case(case)["response"] == "met"
    caches_are_right()


def test_an_emergency_has_half_an_hour(town, clock):
    _case, (water, _) = whistled(town, "emergency")
    assert kinds(water.limits.all()) == {"arrive": "running", "finish": "running"}
    assert water.due_at == clock.now + timedelta(minutes=30)


def test_an_order_meets_its_limits_one_by_one(town, clock):
    case, (water, _) = whistled(town)
    orders.acknowledge(town.actor("water"), case=case.pk, order=water.pk)
    assert kinds(water.limits.all()) == {"ack": "met", "arrive": "running", "finish": "running"}
    caches_are_right()
    orders.report_in(town.actor("water"), case=case.pk, order=water.pk)
    assert kinds(water.limits.all()) == {"ack": "met", "arrive": "met", "finish": "running"}
    caches_are_right()
    orders.give_result(town.actor("water"), case=case.pk, order=water.pk, result="好了")
    assert set(kinds(water.limits.all()).values()) == {"met"}
    caches_are_right()


def test_who_comes_at_once_has_acknowledged_too(town, clock):
    case, (water, _) = whistled(town)
    orders.report_in(town.actor("water"), case=case.pk, order=water.pk)
    assert kinds(water.limits.all()) == {"ack": "met", "arrive": "met", "finish": "running"}
    caches_are_right()


def test_one_units_act_does_not_meet_another_units_limit(town, clock):
    case, (water, roads) = whistled(town)
    orders.report_in(town.actor("water"), case=case.pk, order=water.pk)
    assert set(kinds(roads.limits.all()).values()) == {"running"}


def test_an_objection_runs_on_and_starts_the_arbiters_limit(town, clock):
    case, (water, _) = whistled(town)
    orders.object_to(town.actor("water"), case=case.pk, order=water.pk, ground="不归我们")
    assert kinds(water.limits.all()) == {"ack": "running", "arrive": "running", "finish": "running", "ruling": "running"}
    assert water.limits.get(kind="ruling").due_at == clock.now.replace(day=10, hour=17, minute=30)
    caches_are_right()


def test_withdrawing_voids_what_runs_and_leaves_what_was_met(town, clock):
    case, _ = whistled(town)
    withdraw(requester(case), case=case.pk)
    assert of_case(case) == {"response": "met", "finish": "void"}
    assert set(kinds(Limit.objects.exclude(order=None)).values()) == {"void"}
    caches_are_right()


def test_a_reopened_case_has_a_short_limit_beside_the_met_one(town, clock):
    from bandeng.cases.actions import ending

    case = rated(town)
    ending.reopen(requester(case), case=case.pk, reason="又堵了")
    rows = case.limits.filter(kind="finish").order_by("pk")
    assert [bool(row.met_at) for row in rows] == [True, False]
    assert rows[1].amount == 2
    caches_are_right()


def test_a_cancelled_order_has_no_due_date(town, clock):
    case, order = dispatched(town)
    orders.cancel(town.actor("officer_a1"), case=case.pk, order=order.pk, reason="不用了")
    assert set(kinds(order.limits.all()).values()) == {"void"}
    caches_are_right()


def test_results_of_all_units_leave_the_cases_own_limit(town, clock):
    case, (water, roads) = whistled(town)
    done(town, "water", water)
    done(town, "roads", roads)
    case.refresh_from_db()
    assert case.due_at == case.limits.get(kind="finish", order=None).due_at
    caches_are_right()


def test_a_limit_knows_the_calendar_it_was_counted_by(town, clock, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        current.correct(date(2026, 3, 10), is_workday=False)
    case = town.case(category="B001")
    assert case.due_at == clock.now.replace(day=11, hour=17, minute=30)
    assert case.limits.first().calendar == current.calendar().version > 0
