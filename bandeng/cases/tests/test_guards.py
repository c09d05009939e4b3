"""Every guard that stands in the tables stops somebody who has the right post and comes in the right state.

One test for each row with a guard; that no row is forgotten is a test too. Before the act, the table and the policy are
asked: both say yes, so that what refuses is the guard and nothing else; and nothing in the database has changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from bandeng.cases import machine, policies
from bandeng.cases.actions import calling, clocks, ending, exclusions, family, objections, orders, privacy, work
from bandeng.cases.actions.intake import Reach
from bandeng.cases.models import Case, CommunityRule, Order
from bandeng.cases.tests import walking
from bandeng.cases.tests.lives import completed, dispatched, done, rated, whistled
from bandeng.foundation.clock.moment import today
from bandeng.foundation.pages.speech import ZONE
from tests.district import IN_C1, IN_ELM, Town, requester

pytestmark = pytest.mark.django_db

Try = tuple[str, Callable[..., Any], Case, dict[str, Any]]  # who, the action, on what, with what
GUARDS: dict[tuple[str, str, str], Callable[[Town, Any], Iterator[Try]]] = {}


def guard(machine_: str, action: str, to: str = "") -> Callable:
    """Keep the function under the row it is about; it yields what must be refused, one after the other."""

    def keep(function: Callable) -> Callable:
        GUARDS[machine_, action, to] = function
        return function

    return keep


case_of = partial(guard, "case")
order_of = partial(guard, "order")


def fresh(case: Case) -> Case:
    return Case.objects.select_related("parent").get(pk=case.pk)


def taken(town: Town, **more: Any) -> Case:
    case = town.case(**more)
    work.take(town.actor("officer_a1"), case=case.pk)
    return fresh(case)


@case_of("pass_up")
def _above_the_subdistrict_there_is_nobody(town, clock):
    case = town.case()
    work.pass_up(town.actor("officer_a1"), case=case.pk, reason="x")
    work.pass_up(town.actor("worker_a"), case=case.pk, reason="x")
    yield "dispatcher_west", work.pass_up, case, {"reason": "x"}


@case_of("ask_whistle")
def _one_request_is_open(town, clock):
    case, given = town.case(), {"units": [town.units["water"].pk], "reason": "x"}
    orders.ask_whistle(town.actor("worker_a"), case=case.pk, **given)
    yield "worker_a", orders.ask_whistle, case, given


@case_of("decline_whistle")
def _nothing_was_asked(town, clock):
    yield "dispatcher_west", orders.decline_whistle, town.case(), {"reason": "x"}


def _part(town: Town, case: Case | None = None) -> tuple[Case, Case]:
    case = case or taken(town)
    return case, family.split(town.actor("officer_a1"), case=case.pk, category=town.categories["6005"], words="还有一件")


@case_of("not_file", "not_filed")
def _a_part_is_open(town, clock):
    yield "dispatcher_west", work.not_file, _part(town)[0], {"reason": "x", "ground": "no_fact"}


def _refused(town: Town, name: str = "dispatcher_west", **more: Any) -> Case:
    case = town.case(**more)
    work.not_file(town.actor(name), case=case.pk, reason="x", ground="no_fact")
    return fresh(case)


@case_of("object_not_filed")
def _once_and_within_fifteen_days(town, clock):
    once, late = _refused(town), _refused(town, words="另一件")
    objections.object_not_filed(requester(once), case=once.pk, words="x")
    yield "requester", objections.object_not_filed, once, {"words": "x"}
    clock.pass_by(days=15, seconds=1)
    yield "requester", objections.object_not_filed, late, {"words": "x"}


def _not_by_a_party(action):
    def tried(town, clock):
        mine, nobody = _refused(town, "supervisor"), _refused(town, words="另一件")
        objections.object_not_filed(requester(mine), case=mine.pk, words="x")
        yield "supervisor", action, mine, {"reason": "x"}
        yield "supervisor", action, nobody, {"reason": "x"}  # nobody objected

    return tried


case_of("uphold_not_filed", "filed")(_not_by_a_party(objections.uphold_not_filed))
case_of("reject_not_filed")(_not_by_a_party(objections.reject_not_filed))


@case_of("merge", "merged")
def _into_an_open_one_near_by(town, clock):
    case, ended, far, itself = town.case(), completed(town), town.case(IN_C1), town.case(words="自己")
    ending.answer(requester(ended), case=ended.pk, solved=True, grade=5)
    for other in (ended.number, far.number, "260101-9999"):
        yield "worker_a", family.merge, case, {"into": other}
    yield "worker_a", family.merge, itself, {"into": itself.number}
    whole, part = _part(town)
    yield "worker_a", family.merge, part, {"into": whole.number}


@case_of("unmerge", "filed")
def _not_after_the_time_is_over(town, clock):
    case, other = town.case(), completed(town)
    family.merge(town.actor("worker_a"), case=case.pk, into=other.number)
    ending.answer(requester(other), case=other.pk, solved=True, grade=5)
    clock.pass_by(days=15, seconds=1)
    yield "requester", family.unmerge, case, {"reason": "x"}
    clock.pass_by(days=31)
    assert privacy.erase_due()[0]
    yield "worker_a", family.unmerge, case, {"reason": "x"}


@case_of("split")
def _a_part_has_no_parts_and_nine_are_enough(town, clock):
    given = {"category": town.categories["6005"], "words": "x"}
    whole, part = _part(town)
    yield "officer_a1", family.split, part, given
    for _n in range(family.PARTS_MOST - 1):
        _part(town, whole)
    yield "officer_a1", family.split, whole, given


def _lead_is_among_them(action, name, **given):
    def tried(town, clock):
        more = {**given, "units": [town.units["water"].pk, town.units["roads"].pk], "reason": "x"}
        yield name, action, town.case(), {**more, "leader": town.units["firm"].pk}

    return tried


case_of("whistle", "handling")(_lead_is_among_them(orders.whistle, "dispatcher_west", kind="daily", occasion="hard"))
case_of("dispatch", "handling")(_lead_is_among_them(orders.dispatch, "worker_a"))


@case_of("whistle_members", "handling")
def _only_where_it_is_allowed_only_members_never_an_emergency(town, clock):
    given = {"leader": None, "kind": "daily", "occasion": "hard", "reason": "x"}
    yield "worker_a", orders.whistle_members, town.case(), {**given, "units": [town.units["water"].pk]}
    rule, _made = CommunityRule.objects.get_or_create(community=town.places["a"])
    rule.may_whistle = True
    rule.save()
    rule.members.set([town.units["water"]])
    yield "worker_a", orders.whistle_members, town.case(), {**given, "units": [town.units["roads"].pk]}
    yield "worker_a", orders.whistle_members, town.case(), {
        **given, "units": [town.units["water"].pk], "kind": "emergency", "occasion": "emergency"}


@case_of("hand_down")
def _only_what_is_on_the_list_and_at_the_subdistrict(town, clock):
    off = town.case(category="2002")
    Case.objects.filter(pk=off.pk).update(level="subdistrict")
    assert not off.category.on_list
    yield "dispatcher_west", orders.hand_down, off, {"reason": "x"}
    yield "dispatcher_west", orders.hand_down, town.case(category="1004"), {"reason": "x"}


def _extension_asked(town: Town) -> Case:
    case = taken(town)
    clocks.ask_extension(town.actor("officer_a1"), case=case.pk, days=2, reason="x")
    return case


@case_of("ask_extension")
def _in_time_and_once(town, clock):
    given = {"days": 2, "reason": "x"}
    yield "officer_a1", clocks.ask_extension, _extension_asked(town), given
    twice = _extension_asked(town)
    clocks.grant_extension(town.actor("worker_a"), case=twice.pk, reason="x")
    yield "officer_a1", clocks.ask_extension, twice, given
    late = taken(town)
    clock.pass_by(days=9)
    yield "officer_a1", clocks.ask_extension, late, given


def _nothing_is_asked_for(action, name, make):
    def tried(town, clock):
        found = make(town)
        case, more = found if isinstance(found, tuple) else (found, None)
        yield name, action, case, {"reason": "x", **({"order": more.pk} if more else {})}

    return tried


case_of("grant_extension")(_nothing_is_asked_for(clocks.grant_extension, "worker_a", taken))
case_of("refuse_extension")(_nothing_is_asked_for(clocks.refuse_extension, "worker_a", taken))
case_of("defer")(_nothing_is_asked_for(clocks.defer, "supervisor", taken))
case_of("refuse_deferral")(_nothing_is_asked_for(clocks.refuse_deferral, "supervisor", taken))
case_of("resume")(_nothing_is_asked_for(clocks.resume, "officer_a1", taken))


@case_of("ask_deferral")
def _no_pause_is_open(town, clock):
    case = taken(town)
    given = {"ground": "x", "plan": "x", "review_on": today() + timedelta(days=20)}
    yield "officer_a1", clocks.ask_deferral, case, {**given, "review_on": today() + timedelta(days=91)}
    clocks.wait(town.actor("officer_a1"), case=case.pk, question="x")
    yield "officer_a1", clocks.ask_deferral, case, given


@case_of("wait")
def _once_only(town, clock):
    case = taken(town)
    clocks.wait(town.actor("officer_a1"), case=case.pk, question="x")
    yield "officer_a1", clocks.wait, case, {"question": "x"}
    clocks.resume(town.actor("officer_a1"), case=case.pk, reason="x")
    yield "officer_a1", clocks.wait, case, {"question": "x"}


@case_of("complete", "callback")
def _while_somebody_is_at_work(town, clock):
    yield "officer_a1", work.complete, dispatched(town)[0], {"answer": "x"}
    yield "officer_a1", work.complete, _part(town)[0], {"answer": "x"}


def _in_check(town: Town) -> Case:
    case = completed(town)
    ending.answer(requester(case), case=case.pk, solved=False, grade=1)
    return fresh(case)


def _not_the_own_work(passed):
    def tried(town, clock):
        case = town.case()
        work.take(town.actor("worker_a"), case=case.pk)
        work.complete(town.actor("worker_a"), case=case.pk, answer="x")
        ending.answer(requester(case), case=case.pk, solved=False, grade=1)
        yield "worker_a", work.check, case, {"passed": passed, "finding": "x"}

    return tried


case_of("check_passed", "callback")(_not_the_own_work(True))
case_of("check_failed", "reopened")(_not_the_own_work(False))


def _after_a_call_by_another(action, **given):
    def tried(town, clock):
        clock.set(clock.now.astimezone(ZONE).replace(hour=10))
        case = town.case(reach=Reach(phone="0000-1"))
        work.take(town.actor("worker_a"), case=case.pk)
        work.complete(town.actor("worker_a"), case=case.pk, answer="x")
        privacy.open_contact(town.actor("worker_a"), case=case.pk, reason="电话回访一下")
        yield "worker_a", action, case, given  # handled it
        yield "head_a", action, case, given  # has not opened the contact
        if action is calling.call_tried:
            privacy.open_contact(town.actor("head_a"), case=case.pk, reason="电话回访一下")
            clock.set(clock.now.astimezone(ZONE).replace(hour=21))
            yield "head_a", action, case, given

    return tried


case_of("heard_yes", "rated")(_after_a_call_by_another(calling.heard, solved=True, grade=5))
case_of("heard_no", "field_check")(_after_a_call_by_another(calling.heard, solved=False, grade=1))
case_of("call_tried")(_after_a_call_by_another(calling.call_tried))


@case_of("call_tried", "field_check")
def _not_at_once_and_not_a_third_time(town, clock):
    clock.set(clock.now.astimezone(ZONE).replace(hour=10))
    case = completed(town, town.case(reach=Reach(phone="0000-1")))
    ending.answer(requester(case), case=case.pk, solved=False, grade=2)
    work.check(town.actor("head_a"), case=case.pk, passed=True, finding="x")
    privacy.open_contact(town.actor("worker_a"), case=case.pk, reason="电话回访一下")
    calling.call_tried(town.actor("worker_a"), case=case.pk)
    yield "worker_a", calling.call_tried, case, {}
    clock.pass_by(hours=3)
    calling.call_tried(town.actor("worker_a"), case=case.pk)
    assert fresh(case).state == "callback"  # looked at already
    clock.pass_by(hours=3)
    yield "worker_a", calling.call_tried, case, {}


@case_of("close_by_silence", "closed")
def _not_before_seven_days(town, clock):
    case = completed(town)
    clock.pass_by(days=6, hours=23)
    yield "system", lambda actor, case: ending.close_by_silence(case), case, {}


def _silent(town: Town, clock: Any) -> Case:
    case = completed(town)
    clock.pass_by(days=8)
    assert ending.close_silent() == 1
    return fresh(case)


@case_of("rate", "rated")
def _within_fifteen_days(town, clock):
    case = _silent(town, clock)
    clock.pass_by(days=15, seconds=1)
    yield "requester", ending.rate, case, {"solved": True, "grade": 5}


@case_of("reopen", "reopened")
def _once_within_fifteen_days(town, clock):
    twice, late = rated(town), rated(town, town.case(words="另一件"))
    ending.reopen(requester(twice), case=twice.pk, reason="x")
    work.take(town.actor("officer_a1"), case=twice.pk)
    work.complete(town.actor("officer_a1"), case=twice.pk, answer="x")
    ending.answer(requester(twice), case=twice.pk, solved=True, grade=5)
    yield "requester", ending.reopen, twice, {"reason": "x"}
    clock.pass_by(days=15, seconds=1)
    yield "requester", ending.reopen, late, {"reason": "x"}


ASK = {"ground": "unlawful", "evidence": "居民要求封掉邻居的窗户。"}


def _excluded(town: Town, *steps: str) -> Case:
    case = _in_check(town)
    exclusions.ask_exclusion(town.actor("officer_a1"), case=case.pk, **ASK)
    for step in steps:
        if step == "grant":
            exclusions.grant_exclusion(town.actor("supervisor"), case=case.pk, reason="x")
        else:
            exclusions.appeal_exclusion(requester(case), case=case.pk, words="x")
    return fresh(case)


@case_of("ask_exclusion")
def _once_in_time_after_a_rating_never_by_who_decides(town, clock):
    yield "officer_a1", exclusions.ask_exclusion, taken(town), ASK
    yield "officer_a1", exclusions.ask_exclusion, _excluded(town), ASK
    district = _in_check(town)
    Case.objects.filter(pk=district.pk).update(level="subdistrict", subdistrict=None)  # the district holds it itself
    yield "supervisor", exclusions.ask_exclusion, district, ASK
    late = _in_check(town)
    clock.pass_by(days=15, seconds=1)
    yield "officer_a1", exclusions.ask_exclusion, late, ASK


def _nothing_asked_or_a_party(action):
    def tried(town, clock):
        yield "supervisor", action, _in_check(town), {"reason": "x"}
        own = _excluded(town)
        own.events.create(at=clock.now, action="give_result", by="unit_liaison", person_id=town.people["supervisor"].pk)
        yield "supervisor", action, own, {"reason": "x"}

    return tried


case_of("grant_exclusion")(_nothing_asked_or_a_party(exclusions.grant_exclusion))
case_of("refuse_exclusion")(_nothing_asked_or_a_party(exclusions.refuse_exclusion))


@case_of("appeal_exclusion")
def _only_what_was_granted_in_time(town, clock):
    yield "requester", exclusions.appeal_exclusion, _excluded(town), {"words": "x"}
    yield "requester", exclusions.appeal_exclusion, _excluded(town, "grant", "appeal"), {"words": "x"}
    late = _excluded(town, "grant")
    clock.pass_by(days=15, seconds=1)
    yield "requester", exclusions.appeal_exclusion, late, {"words": "x"}


def _no_appeal_or_a_party(action):
    def tried(town, clock):
        yield "dispatcher", action, _excluded(town, "grant"), {"reason": "x"}
        own = _excluded(town, "grant", "appeal")
        own.events.create(at=clock.now, action="grant_exclusion", by="district", person_id=town.people["dispatcher"].pk)
        yield "dispatcher", action, own, {"reason": "x"}

    return tried


case_of("uphold_appeal")(_no_appeal_or_a_party(exclusions.uphold_appeal))
case_of("reject_appeal")(_no_appeal_or_a_party(exclusions.reject_appeal))


# Orders


@order_of("object", "objected")
def _soon_once_never_to_an_emergency(town, clock):
    emergency, (first, _second) = whistled(town, "emergency")
    yield "water", orders.object_to, emergency, {"order": first.pk, "ground": "x"}
    late, (other, _second) = whistled(town)
    clock.pass_by(days=2)
    yield "water", orders.object_to, late, {"order": other.pk, "ground": "x"}
    Order.objects.filter(pk=other.pk).update(objected=True, asked_at=clock.now)
    yield "water", orders.object_to, late, {"order": other.pk, "ground": "x"}


def _busy(town: Town, kind: str = "daily") -> tuple[Case, Order, Order]:
    case, (first, second) = whistled(town, kind)
    for name, order in (("water", first), ("roads", second)):
        orders.report_in(town.actor(name), case=case.pk, order=order.pk)
    return fresh(case), first, second


@order_of("give_plan")
def _a_plan_is_for_a_hard_task_once(town, clock):
    case, first, _second = _busy(town)
    yield "water", orders.give_plan, case, {"order": first.pk, "plan": "x"}
    case, first, _second = _busy(town, "hard")
    orders.give_plan(town.actor("water"), case=case.pk, order=first.pk, plan="x")
    yield "water", orders.give_plan, case, {"order": first.pk, "plan": "x"}


@order_of("ask_partner")
def _only_who_leads_asks_for_partners(town, clock):
    case, _first, second = _busy(town)
    yield "roads", orders.ask_partner, case, {"order": second.pk, "units": [town.units["firm"].pk], "reason": "x"}


@order_of("ask_extension")
def _of_an_order_too_in_time_and_once(town, clock):
    case, first, second = _busy(town)
    clocks.ask_extension(town.actor("water"), case=case.pk, order=first.pk, days=2, reason="x")
    yield "water", clocks.ask_extension, case, {"order": first.pk, "days": 2, "reason": "x"}
    clock.pass_by(days=9)
    yield "roads", clocks.ask_extension, case, {"order": second.pk, "days": 2, "reason": "x"}


order_of("grant_extension")(_nothing_is_asked_for(clocks.grant_extension, "dispatcher_west", lambda town: _busy(town)[:2]))
order_of("refuse_extension")(_nothing_is_asked_for(clocks.refuse_extension, "dispatcher_west", lambda town: _busy(town)[:2]))


@order_of("give_result", "resolved_claimed")
def _whoever_was_whistled_comes_first(town, clock):
    case, (first, _second) = whistled(town)
    orders.acknowledge(town.actor("water"), case=case.pk, order=first.pk)
    yield "water", orders.give_result, case, {"order": first.pk, "result": "x"}


ELSEWHERE = {
    ("case", "route", "handling"): "test_rules: a rule is tried before it is switched on",
    ("case", "split_off", "received"): "the part is made by `split`, whose guard is here",
    ("case", "complete", "field_check"): "below: which of two ways",
}


def test_every_guard_of_the_tables_is_tried():
    rows = {(move.machine, move.action, move.to) for move in machine.MOVES if move.guard}
    assert rows == GUARDS.keys() | ELSEWHERE.keys()


@pytest.mark.parametrize("key", GUARDS, ids=lambda key: ".".join(part for part in key if part))
def test_a_guard_stops_whoever_has_the_right_in_the_right_state(town, clock, key):
    name, action, _to = key
    tried = 0
    for who, run, case, given in GUARDS[key](town, clock):
        case = fresh(case)
        actor = walking.who(town, who, case) if who != "system" else policies.Actor(system=True)
        order = Order.objects.get(pk=given["order"]) if "order" in given else None
        assert policies.may(actor, action, case, order), f"{who} has no right to {action}: the guard is not tried"
        assert machine.allowed(name, action, (order or case).state), f"{action} does not fit {(order or case).state}"
        before = walking.picture()
        with pytest.raises(walking.REFUSALS):
            run(actor, case=case.pk, **given)
        assert walking.picture() == before
        tried += 1
    assert tried


@pytest.mark.parametrize(("slip", "share", "to"), [("blue", 0.0, "callback"), ("red", 0.0, "field_check"), ("blue", 1.0, "field_check")])
def test_which_of_two_ways_a_result_goes(town, clock, settings, slip, share, to):
    settings.FIELD_CHECK_SHARE = share
    case = taken(town, where=IN_ELM)
    Case.objects.filter(pk=case.pk).update(slip=slip)
    work.complete(town.actor("officer_a1"), case=case.pk, answer="x")
    assert fresh(case).state == to


def test_what_is_done_is_done_by_the_last_one(town, clock):
    """The counterpart: with the guard met, the same act is taken."""
    case, order = dispatched(town)
    done(town, "firm", order)
    work.complete(town.actor("officer_a1"), case=case.pk, answer="x")
    assert fresh(case).state == "callback"
