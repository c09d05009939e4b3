"""Orders: whistles, objections and rulings, sending back, cancelling."""

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from bandeng.cases.actions import orders, work
from bandeng.cases.actions.intake import withdraw
from bandeng.cases.models import Limit, Order
from bandeng.cases.tests.lives import dispatched, done, whistled
from bandeng.foundation.access import Invalid, Refused, WrongState
from bandeng.foundation.notify import outbox
from bandeng.foundation.notify.models import Message
from tests.district import requester


def reload(*rows):
    for row in rows:
        row.refresh_from_db()
    return rows[0]


def object_to(town, case, order, name="water"):
    orders.object_to(town.actor(name), case=case.pk, order=order.pk, ground="归市里养护")


def rule(town, case, order, upheld, name="supervisor"):
    orders.rule_objection(town.actor(name), case=case.pk, order=order.pk, upheld=upheld, reason="按目录")


def test_a_whistle_makes_one_order_for_each_unit_and_one_leads(town, clock):
    case, made = whistled(town)
    assert [(o.unit, o.leads, o.state) for o in made] == [
        (town.units["water"], True, "whistled"), (town.units["roads"], False, "whistled")]
    assert (case.state, case.level) == ("handling", "subdistrict")


def test_a_second_leader_is_never_made(town, clock):
    case, _ = whistled(town)
    orders.whistle(town.actor("dispatcher_west"), case=case.pk, units=[town.units["parks"].pk],
                   leader=town.units["parks"].pk, kind="daily", occasion="law", reason="也来")
    assert case.orders.filter(leads=True).count() == 1


def test_the_database_refuses_two_leaders_and_two_open_orders_of_a_unit(town, clock):
    case, (water, roads) = whistled(town)
    with pytest.raises(IntegrityError), transaction.atomic():
        Order.objects.filter(pk=roads.pk).update(leads=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Order.objects.create(case=case, unit=water.unit, state="dispatched", ask="x", asked_at=clock.now)


def test_a_unit_that_is_at_it_is_not_asked_twice(town, clock):
    case, _ = whistled(town)
    with pytest.raises(Invalid, match="试验水务公司"):
        whistled(town, case=case)


@pytest.mark.parametrize(("field", "wrong"), [
    ("kind", {"kind": ""}), ("occasion", {"occasion": "habit"}), ("units", {"units": []}), ("reason", {"reason": "  "}),
    ("units", {"units": [999999]}),
])
def test_a_whistle_wants_its_parts(town, clock, field, wrong):
    case = town.case()
    right = {"units": [town.units["water"].pk], "leader": None, "kind": "hard", "occasion": "hard", "reason": "来"}
    with pytest.raises(Invalid) as caught:
        orders.whistle(town.actor("dispatcher_west"), case=case.pk, **{**right, **wrong})
    assert caught.value.field == field
    assert not case.orders.exists()


def test_a_request_for_a_whistle_is_open_once(town, clock):
    case = town.case()
    orders.ask_whistle(town.actor("worker_a"), case=case.pk, units=[town.units["water"].pk], reason="叫不动")
    with pytest.raises(WrongState):
        orders.ask_whistle(town.actor("worker_a"), case=case.pk, units=[town.units["water"].pk], reason="再请")
    assert reload(case).level == "subdistrict"


def test_a_declined_request_goes_back_with_the_reason(town, clock):
    case = town.case()
    orders.ask_whistle(town.actor("worker_a"), case=case.pk, units=[town.units["water"].pk], reason="叫不动")
    orders.decline_whistle(town.actor("chief_west"), case=case.pk, reason="物业先办")
    assert reload(case).level == "community"
    assert case.asks.get().answer == "物业先办"
    with pytest.raises(Refused):
        orders.decline_whistle(town.actor("worker_a"), case=case.pk, reason="x")
    with pytest.raises(WrongState):
        orders.decline_whistle(town.actor("chief_west"), case=case.pk, reason="又一次")


def test_a_whistle_answers_the_request(town, clock):
    case = town.case()
    orders.ask_whistle(town.actor("worker_a"), case=case.pk, units=[town.units["water"].pk], reason="叫不动")
    whistled(town, case=case)
    assert case.asks.get().answered_at == clock.now


def test_an_objection_stops_one_unit_while_the_other_works(town, clock):
    case, (water, roads) = whistled(town)
    object_to(town, case, water)
    orders.report_in(town.actor("roads"), case=case.pk, order=roads.pk)
    assert (reload(water).state, reload(roads).state, reload(case).state) == ("objected", "arrived", "handling")


def test_a_unit_objects_within_four_working_hours(town, clock):
    case, (water, roads) = whistled(town)  # Monday 10:00: two hours before noon, two after 14:30
    clock.set(clock.now.replace(hour=16, minute=30))
    object_to(town, case, water)
    clock.pass_by(seconds=1)
    with pytest.raises(WrongState):
        object_to(town, case, roads, "roads")


def test_working_hours_stand_still_over_the_weekend(town, clock):
    clock.set(clock.now.replace(month=3, day=6, hour=17))  # Friday, half an hour before the end
    case, (water, _) = whistled(town)
    clock.pass_by(days=2, hours=18)  # Monday 11:00: three hours of four are gone
    object_to(town, case, water)
    assert reload(water).objected


def test_a_unit_objects_once(town, clock):
    case, order = dispatched(town)
    object_to(town, case, order, "firm")
    rule(town, case, order, upheld=False)
    Order.objects.filter(pk=order.pk).update(state="dispatched")
    with pytest.raises(WrongState):
        object_to(town, case, order, "firm")


def test_nobody_objects_to_an_emergency(town, clock):
    case, (water, _) = whistled(town, "emergency")
    with pytest.raises(WrongState):
        object_to(town, case, water)
    assert reload(water).state == "whistled"


def test_an_acknowledged_order_is_not_objected_to_any_more(town, clock):
    case, (water, _) = whistled(town)
    orders.acknowledge(town.actor("water"), case=case.pk, order=water.pk)
    with pytest.raises(WrongState):
        object_to(town, case, water)


def test_an_upheld_objection_takes_the_order_away(town, clock):
    case, (water, roads) = whistled(town)
    object_to(town, case, water)
    rule(town, case, water, upheld=True)
    assert reload(water).state == "cancelled"
    assert water.due_at is None
    assert not Limit.objects.filter(order=water, met_at__isnull=True, ended_at=None).exists()
    assert reload(roads).state == "whistled"


def test_after_an_upheld_objection_of_the_leader_the_oldest_open_order_leads(town, clock):
    case, (water, roads) = whistled(town)
    assert water.leads
    object_to(town, case, water)
    rule(town, case, water, upheld=True)
    assert reload(roads).leads
    assert not reload(water).leads
    made = orders.whistle(town.actor("dispatcher_west"), case=case.pk, units=[town.units["parks"].pk], leader=None,
                          kind="daily", occasion="hard", reason="也请来")
    assert not made[0].leads


def test_a_leader_that_is_not_among_the_units_is_refused(town, clock):
    case = town.case()
    with pytest.raises(Invalid):
        orders.whistle(town.actor("dispatcher_west"), case=case.pk, units=[town.units["water"].pk],
                       leader=town.units["roads"].pk, kind="daily", occasion="hard", reason="x")


def test_a_whistled_unit_gives_no_result_before_it_has_reported_in(town, clock):
    case, (water, _roads) = whistled(town)
    orders.acknowledge(town.actor("water"), case=case.pk, order=water.pk)
    with pytest.raises(WrongState):
        orders.give_result(town.actor("water"), case=case.pk, order=water.pk, result="办好了")


def test_an_answered_case_lets_no_order_come_alive_again(town, clock):
    case, made = whistled(town)
    for name, order in zip(("water", "roads"), made, strict=True):
        done(town, name, order)
    work.complete(town.actor("dispatcher_west"), case=case.pk, answer="好了")
    with pytest.raises(WrongState):
        orders.send_back(town.actor("dispatcher_west"), case=case.pk, order=made[0].pk, reason="不行")
    orders.rate_order(town.actor("dispatcher_west"), case=case.pk, order=made[0].pk, grade=4)


def test_a_rejected_objection_leaves_the_unit_with_it(town, clock):
    case, (water, _) = whistled(town)
    object_to(town, case, water)
    clock.pass_by(hours=1)
    rule(town, case, water, upheld=False)
    assert reload(water).state == "accepted"
    assert water.limits.get(kind="ack").met_at == clock.now
    assert water.limits.get(kind="ruling").met_at == clock.now
    assert water.limits.get(kind="finish").met_at is None


@pytest.mark.parametrize("name", ["water", "worker_a", "dispatcher_west", "auditor"])
def test_only_the_district_rules(town, clock, name):
    case, (water, _) = whistled(town)
    object_to(town, case, water)
    with pytest.raises(Refused):
        rule(town, case, water, True, name)


def test_the_arbiters_are_told(town, clock):
    case, (water, _) = whistled(town)
    object_to(town, case, water)
    told = Message.objects.filter(key__contains=":objected").values_list("recipient_id", flat=True)
    assert set(told) == {town.people[name].pk for name in ("supervisor", "dispatcher")}


def test_another_units_liaison_does_not_act_for_this_one(town, clock):
    case, (water, _) = whistled(town)
    for verb in (orders.acknowledge, orders.report_in, orders.start_work):
        with pytest.raises((Refused, WrongState)):
            verb(town.actor("roads"), case=case.pk, order=water.pk)
    with pytest.raises(Refused):
        orders.give_result(town.actor("roads"), case=case.pk, order=water.pk, result="x")


def test_an_order_of_another_case_is_not_found_through_this_one(town, clock):
    case, (water, _) = whistled(town)
    other = town.case()
    with pytest.raises(Order.DoesNotExist):
        orders.acknowledge(town.actor("water"), case=other.pk, order=water.pk)


def test_a_bad_result_is_sent_back_with_a_short_limit(town, clock):
    case, order = dispatched(town)
    done(town, "firm", order)
    clock.pass_by(hours=1)
    orders.send_back(town.actor("officer_a1"), case=case.pk, order=order.pk, reason="还在漏")
    assert reload(order).state == "handling"
    assert order.due_at == clock.now.replace(day=12, hour=0, minute=0)
    orders.give_result(town.actor("firm"), case=case.pk, order=order.pk, result="这回好了")
    assert reload(order).state == "resolved_claimed"


def test_withdrawing_cancels_what_units_have_not_finished(town, clock):
    case, (water, roads) = whistled(town)
    done(town, "roads", roads)
    withdraw(requester(case), case=case.pk, reason="自己好了")
    assert (reload(case).state, reload(water).state, reload(roads).state) == ("withdrawn", "cancelled", "resolved_claimed")
    assert not case.limits.filter(met_at__isnull=True, ended_at=None).exists()
    assert case.due_at is None
    assert Message.objects.filter(key__startswith=f"order:{water.pk}:cancelled/", recipient_id=town.people["water"].pk).exists()


def test_a_cancelled_order_no_longer_holds_the_answer_up(town, clock):
    case, order = dispatched(town)
    orders.cancel(town.actor("officer_a1"), case=case.pk, order=order.pk, reason="自己办了")
    work.complete(town.actor("officer_a1"), case=case.pk, answer="好了")
    assert reload(case).state == "callback"


def test_an_emergency_whistle_rings_at_night(town, clock):
    clock.set(clock.now.replace(hour=23))
    whistled(town, "emergency")
    outbox.send_due()
    assert {m.to[0] for m in mail.outbox} >= {"water@test.example", "roads@test.example"}


def test_a_daily_whistle_waits_for_the_morning(town, clock):
    clock.set(clock.now.replace(hour=23))
    whistled(town, "daily")
    outbox.send_due()
    assert mail.outbox == []


def test_an_order_is_rated_once_from_one_to_five(town, clock):
    case, order = dispatched(town)
    done(town, "firm", order)
    for grade in (0, 6):
        with pytest.raises(Invalid):
            orders.rate_order(town.actor("officer_a1"), case=case.pk, order=order.pk, grade=grade)
    orders.rate_order(town.actor("officer_a1"), case=case.pk, order=order.pk, grade=4)
    with pytest.raises(WrongState):
        orders.rate_order(town.actor("officer_a1"), case=case.pk, order=order.pk, grade=1)
    assert reload(order).grade == 4
