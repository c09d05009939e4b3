"""The views of the inbox that ask what is late, refused, done again or with nobody; and what lies near."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bandeng.cases import lines
from bandeng.cases.actions import ending, orders, work
from bandeng.cases.models import Case, Order
from bandeng.cases.tests.lives import completed, dispatched, rated, whistled
from bandeng.foundation.clock import moment
from bandeng.people.models import Post
from tests.district import IN_A1, IN_A2, IN_B1, IN_C1, IN_ELM, requester

pytestmark = pytest.mark.django_db


def found(town, name, view, **more):
    return [row.pk for row in lines.inbox(town.actor(name), view, **more)[0]]


def leave(place):
    """Whoever holds a post there leaves."""
    yesterday = moment.today() - timedelta(days=1)
    Post.objects.filter(place=place).update(starts_on=date(2020, 1, 1), ends_on=yesterday)


def test_late_and_soon_follow_the_clock_and_nothing_else(town, clock):
    case = town.case(IN_ELM, category="6001")
    due = Case.objects.get(pk=case.pk).due_at
    clock.set(due - timedelta(hours=25))
    assert (found(town, "worker_a", "soon"), found(town, "worker_a", "late")) == ([], [])
    clock.set(due - timedelta(hours=23))
    assert (found(town, "worker_a", "soon"), found(town, "worker_a", "late")) == ([case.pk], [])
    clock.set(due)  # what is due at this very moment is not late
    assert (found(town, "worker_a", "soon"), found(town, "worker_a", "late")) == ([case.pk], [])
    clock.set(due + timedelta(seconds=1))
    assert (found(town, "worker_a", "soon"), found(town, "worker_a", "late")) == ([], [case.pk])


def test_what_is_answered_is_late_no_more(town, clock):
    case = completed(town, town.case(IN_ELM, category="6001"))
    clock.pass_by(days=30)
    assert case.pk not in found(town, "worker_a", "late")


def test_a_unit_finds_its_own_late_orders(town, clock):
    _case, made = whistled(town)
    clock.set(made[0].due_at + timedelta(minutes=1))
    rows, total = lines.inbox(town.actor("water"), "late")
    assert ([row.order for row in rows], total) == ([made[0].pk], 1)
    assert found(town, "parks", "late") == []


def test_refused_is_what_waits_for_the_arbiter_or_lies_without_a_unit(town, clock):
    case, order = dispatched(town)
    assert found(town, "worker_a", "refused") == []
    orders.object_to(town.actor("firm"), case=case.pk, order=order.pk, ground="不在服务范围")
    assert found(town, "worker_a", "refused") == found(town, "supervisor", "refused") == [case.pk]
    assert [row.order for row in lines.inbox(town.actor("firm"), "refused")[0]] == [order.pk]
    orders.rule_objection(town.actor("supervisor"), case=case.pk, order=order.pk, upheld=True, reason="确实不归")
    assert found(town, "worker_a", "refused") == [case.pk]
    orders.dispatch(town.actor("worker_a"), case=case.pk, units=[town.units["water"].pk], leader=None, reason="请你们看")
    assert found(town, "worker_a", "refused") == []


def test_an_objection_that_was_rejected_is_refused_no_more(town, clock):
    case, order = dispatched(town)
    orders.object_to(town.actor("firm"), case=case.pk, order=order.pk, ground="不在服务范围")
    orders.rule_objection(town.actor("supervisor"), case=case.pk, order=order.pk, upheld=False, reason="归你们")
    assert found(town, "worker_a", "refused") == []


def test_an_order_that_was_only_cancelled_is_not_refused(town, clock):
    case, order = dispatched(town)
    orders.cancel(town.actor("worker_a"), case=case.pk, order=order.pk, reason="派错了")
    assert found(town, "worker_a", "refused") == []


def test_reopened_stays_reopened_while_it_is_done_again(town, clock):
    case = rated(town)
    assert found(town, "worker_a", "reopened") == []
    ending.reopen(requester(case), case=case.pk, reason="又堵了")
    assert found(town, "worker_a", "reopened") == [case.pk]
    work.take(town.actor("officer_a1"), case=case.pk)
    assert found(town, "worker_a", "reopened") == [case.pk]


def test_a_case_lies_with_nobody_when_its_officer_has_left(town, clock):
    case, other = town.case(IN_B1), town.case(IN_ELM)
    assert found(town, "supervisor", "unowned") == []
    leave(town.places["b1"])
    assert found(town, "supervisor", "unowned") == found(town, "worker_b", "unowned") == [case.pk]
    assert found(town, "worker_a", "unowned") == []
    assert other.pk not in found(town, "supervisor", "unowned")


def test_a_case_lies_with_nobody_at_a_level_without_anybody_in_post(town, clock):
    case = town.case(IN_B1)
    work.pass_up(town.actor("officer_b1"), case=case.pk, reason="社区来")
    assert found(town, "supervisor", "unowned") == []
    leave(town.places["b"])
    assert found(town, "supervisor", "unowned") == [case.pk]


def test_a_place_that_no_subdistrict_covers_has_no_owner(town, clock):
    case = town.case(IN_C1)
    Case.objects.filter(pk=case.pk).update(subdistrict=None, community=None, grid=None, level="subdistrict")
    assert found(town, "dispatcher", "unowned") == [case.pk]


def test_near_is_sorted_by_distance_and_ends_after_a_walk(town, clock):
    far, near = town.case(IN_A1), town.case(IN_ELM)
    town.case(IN_C1)
    corner = town.case((100.0005, 30.0005))  # within the box around the point, but not within the walk
    rows, total = lines.inbox(town.actor("supervisor"), "near", near=(100.009, 30.008))
    assert ([row.pk for row in rows], total) == ([near.pk], 1)
    assert rows[0].metres == pytest.approx(510, abs=10)
    rows, _total = lines.inbox(town.actor("supervisor"), "near", near=(100.013, 30.012))
    assert [row.pk for row in rows] == [far.pk]
    assert corner.pk


def test_near_knows_no_more_than_one_may_see(town, clock):
    town.case(IN_ELM)
    assert lines.inbox(town.actor("officer_a2"), "near", near=(100.005, 30.005)) == ([], 0)
    assert lines.inbox(town.actor("supervisor"), "near") == ([], 0)


@pytest.mark.parametrize("view", [view for view in lines.VIEWS if view not in ("done", "mine", "asked")])
def test_no_view_shows_a_case_of_another_community(town, clock, view):
    for where in (IN_ELM, IN_A2, IN_C1):
        case, order = dispatched(town, town.case(where)) if where == IN_ELM else (town.case(where), None)
        if order:
            orders.object_to(town.actor("firm"), case=case.pk, order=order.pk, ground="不归")
    leave(town.places["a1"])
    clock.pass_by(days=40)
    assert found(town, "worker_b", view, near=(100.005, 30.005)) == []


def test_a_tab_counts_what_its_list_holds(town, clock):
    for where in (IN_ELM, IN_A2, IN_B1, IN_C1):
        town.case(where)
    whistled(town)
    clock.pass_by(days=3)
    leave(town.places["b1"])
    for name in ("officer_a1", "worker_a", "dispatcher_west", "supervisor", "auditor", "water"):
        desk = lines.Desk(town.actor(name))
        for shown in desk.views:
            many = desk.count(shown)
            for view, counted in many.items():
                assert counted == lines.inbox(town.actor(name), view)[1], (name, view)


def test_tabs_are_counted_in_one_statement(town, clock, django_assert_max_num_queries):
    whistled(town)
    actor = town.actor("worker_a")
    lines.inbox(actor)  # what this process knows of the places
    with django_assert_max_num_queries(2):  # and which grids are left alone
        lines.Desk(actor).count("mine")


def test_orders_of_nobody_elses_unit_are_listed(town, clock):
    whistled(town)
    assert Order.objects.count() == 2
    for view in ("mine", "late", "soon", "refused"):
        assert {row.order for row in lines.inbox(town.actor("firm"), view)[0]} == set()
