"""Two acts at the very same moment that must not both happen, or that may follow each other and must leave all whole.

Each pair runs in threads with connections of their own, several times, for either may be the quicker one.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from bandeng.cases.actions import (
    calling,
    clocks,
    ending,
    exclusions,
    family,
    intake,
    objections,
    orders,
    paper,
    privacy,
    work,
)
from bandeng.cases.actions.intake import Reach
from bandeng.cases.models import Case, Event, Support
from bandeng.cases.tests import walking
from bandeng.cases.tests.lives import completed, dispatched, whistled
from bandeng.foundation.journal import sealer
from bandeng.foundation.pages.speech import ZONE
from tests.district import IN_ELM, Town, made_town, requester
from tests.threads import errors, together

Act = Callable[[], Any]
Pair = tuple[Act, Act]
ONE = 1  # exactly one of the two happens; None: one or both, by the order in which they come
TIMES = 3


def by(town: Town, name: str, action: Callable[..., Any], case: Case, **given: Any) -> Act:
    """Return an act of somebody on a case, not yet done."""
    actor = requester(case) if name == "requester" else town.actor(name)
    return partial(action, actor, case=case.pk, **given)


def taken(town: Town, **more: Any) -> Case:
    case = town.case(**more)
    work.take(town.actor("officer_a1"), case=case.pk)
    return case


def take_it_twice(town, clock):
    case = town.case()
    return by(town, "officer_a1", work.take, case), by(town, "worker_a", work.take, case)


def take_on_or_object(town, clock):
    case, (order, _other) = whistled(town)
    return (by(town, "water", orders.acknowledge, case, order=order.pk),
            by(town, "water_head", orders.object_to, case, order=order.pk, ground="x"))


def both_rulings_on_an_objection(town, clock):
    case, (order, _other) = whistled(town)
    orders.object_to(town.actor("water"), case=case.pk, order=order.pk, ground="x")
    return tuple(by(town, name, orders.rule_objection, case, order=order.pk, upheld=upheld, reason="x")
                 for name, upheld in (("dispatcher", True), ("supervisor", False)))


def result_or_cancelled(town, clock):
    case, order = dispatched(town)
    orders.report_in(town.actor("firm"), case=case.pk, order=order.pk)
    return (by(town, "firm", orders.give_result, case, order=order.pk, result="x"),
            by(town, "worker_a", orders.cancel, case, order=order.pk, reason="x"))


def the_same_unit_twice(town, clock):
    case, firm = taken(town), [town.units["firm"].pk]
    return tuple(by(town, name, orders.dispatch, case, units=firm, leader=None, reason="x") for name in ("worker_a", "head_a"))


def answer_twice(town, clock):
    case = taken(town)
    return by(town, "officer_a1", work.complete, case, answer="一"), by(town, "worker_a", work.complete, case, answer="二")


def yes_or_silence(town, clock):
    case = completed(town)
    clock.pass_by(days=7, seconds=1)
    return by(town, "requester", ending.answer, case, solved=True, grade=5), partial(ending.close_by_silence, case.pk)


def yes_and_no(town, clock):
    case = completed(town)
    return tuple(by(town, "requester", ending.answer, case, solved=solved, grade=3) for solved in (True, False))


def both_ways_of_a_check(town, clock):
    case = completed(town)
    ending.answer(requester(case), case=case.pk, solved=False, grade=1)
    return (by(town, "worker_a", work.check, case, passed=True, finding="x"),
            by(town, "head_a", work.check, case, passed=False, finding="x"))


def the_second_call_twice(town, clock):
    clock.set(clock.now.astimezone(ZONE).replace(hour=10))
    case = completed(town, town.case(reach=Reach(phone="0000-1")))
    for name in ("worker_a", "head_a"):
        privacy.open_contact(town.actor(name), case=case.pk, reason="电话回访一下")
    calling.call_tried(town.actor("worker_a"), case=case.pk)
    clock.pass_by(hours=3)
    return tuple(by(town, name, calling.call_tried, case) for name in ("worker_a", "head_a"))


def both_answers_to_an_extension(town, clock):
    case = taken(town)
    clocks.ask_extension(town.actor("officer_a1"), case=case.pk, days=2, reason="x")
    return (by(town, "worker_a", clocks.grant_extension, case, reason="x"),
            by(town, "head_a", clocks.refuse_extension, case, reason="x"))


def extended_and_deferred(town, clock):
    case = taken(town)
    clocks.ask_extension(town.actor("officer_a1"), case=case.pk, days=2, reason="x")
    clocks.ask_deferral(town.actor("officer_a1"), case=case.pk, ground="x", plan="x", review_on=clock.now.date().replace(day=28))
    return (by(town, "worker_a", clocks.grant_extension, case, reason="x"),
            by(town, "supervisor", clocks.defer, case, reason="x"))


def going_on_and_the_word_waited_for(town, clock):
    case = taken(town)
    clocks.wait(town.actor("officer_a1"), case=case.pk, question="几号楼")
    return by(town, "officer_a1", clocks.resume, case, reason="x"), by(town, "requester", intake.add_words, case, words="三号楼")


def one_into_the_other_and_back(town, clock):
    one, two = town.case(), town.case(words="又一件")
    return by(town, "worker_a", family.merge, one, into=two.number), by(town, "head_a", family.merge, two, into=one.number)


def taken_apart_twice(town, clock):
    one, two = town.case(), town.case(words="又一件")
    family.merge(town.actor("worker_a"), case=one.pk, into=two.number)
    return by(town, "requester", family.unmerge, one, reason="x"), by(town, "worker_a", family.unmerge, one, reason="x")


def merged_into_what_ends(town, clock):
    one, two = town.case(), town.case(words="又一件")
    return by(town, "worker_a", family.merge, one, into=two.number), by(town, "requester", intake.withdraw, two)


def a_last_part_twice(town, clock):
    case, given = taken(town), {"category": town.categories["6005"], "words": "x"}
    for _n in range(family.PARTS_MOST - 1):
        family.split(town.actor("officer_a1"), case=case.pk, **given)
    return by(town, "officer_a1", family.split, case, **given), by(town, "worker_a", family.split, case, **given)


def split_and_answered(town, clock):
    case = taken(town)
    return (by(town, "officer_a1", family.split, case, category=town.categories["6005"], words="x"),
            by(town, "worker_a", work.complete, case, answer="x"))


def _scolded(town: Town) -> Case:
    case = completed(town)
    ending.answer(requester(case), case=case.pk, solved=False, grade=1)
    return case


def excluded_twice(town, clock):
    case = _scolded(town)
    return tuple(by(town, name, exclusions.ask_exclusion, case, ground="unlawful", evidence="x") for name in ("officer_a1", "worker_a"))


def both_rulings_on_an_exclusion(town, clock):
    case = _scolded(town)
    exclusions.ask_exclusion(town.actor("officer_a1"), case=case.pk, ground="unlawful", evidence="x")
    return (by(town, "supervisor", exclusions.grant_exclusion, case, reason="x"),
            by(town, "supervisor", exclusions.refuse_exclusion, case, reason="x"))


def objected_to_twice(town, clock):
    case = town.case()
    work.not_file(town.actor("dispatcher_west"), case=case.pk, reason="x", ground="no_fact")
    return tuple(by(town, "requester", objections.object_not_filed, case, words=words) for words in ("一", "二"))


def a_sheet_entered_twice(town, clock):
    ((sheet, _code),) = paper.print_pad(town.actor("worker_a"), community=town.places["a"], count=1)
    given = {"paper": sheet.number, "slip": "", "category": town.categories["1003"], "lon": IN_ELM[0], "lat": IN_ELM[1]}
    enter = partial(paper.enter, town.actor("worker_a"), **given)
    return tuple(partial(enter, words=words, report_key=f"{words}-{sheet.pk}") for words in ("一", "二"))


def withdrawn_and_answered(town, clock):
    case = taken(town)
    return by(town, "requester", intake.withdraw, case), by(town, "officer_a1", work.complete, case, answer="x")


def opened_and_erased(town, clock):
    case = completed(town, town.case(reach=Reach(phone="0000-1")))
    ending.answer(requester(case), case=case.pk, solved=True, grade=5)
    clock.pass_by(days=31)
    # The case has ended: the contact is not opened any more, however early that comes.
    return partial(privacy.erase, case.pk), by(town, "worker_a", privacy.open_contact, case, reason="电话回访一下")


PAIRS: tuple[tuple[Callable[[Town, Any], Pair], int | None], ...] = (
    (take_it_twice, ONE), (take_on_or_object, ONE), (both_rulings_on_an_objection, ONE), (result_or_cancelled, ONE),
    (the_same_unit_twice, ONE), (answer_twice, ONE), (yes_or_silence, ONE), (yes_and_no, ONE), (both_ways_of_a_check, ONE),
    (the_second_call_twice, ONE), (both_answers_to_an_extension, ONE), (extended_and_deferred, None),
    (going_on_and_the_word_waited_for, None), (one_into_the_other_and_back, ONE), (taken_apart_twice, ONE),
    (merged_into_what_ends, None), (a_last_part_twice, ONE), (split_and_answered, ONE), (excluded_twice, ONE),
    (both_rulings_on_an_exclusion, ONE), (objected_to_twice, ONE), (a_sheet_entered_twice, ONE), (withdrawn_and_answered, None),
    (opened_and_erased, ONE),
)


@pytest.mark.django_db(transaction=True)
def test_of_two_acts_at_the_same_moment_no_effect_is_lost_or_doubled(clock):
    """One town for all pairs: each has cases of its own."""
    town, begin = made_town(), clock.now
    for pair, wanted in PAIRS:
        for _time in range(TIMES):
            clock.set(begin)
            acts = pair(town, clock)
            results = together(*acts)
            failed = errors(results)
            odd = [error for error in failed if not isinstance(error, walking.REFUSALS)]
            assert odd == [], f"{pair.__name__}: {odd}"
            if wanted is not None:
                assert len(acts) - len(failed) == wanted, f"{pair.__name__}: {results}"
            assert len(failed) < len(acts), f"{pair.__name__}: nobody got through: {failed}"
            walking.check_all()
    sealer.seal()
    assert list(sealer.verify()) == []


@pytest.mark.django_db(transaction=True)
def test_the_same_report_and_the_same_neighbour_count_once(clock):
    town = made_town()
    for time in range(TIMES):
        made = together(*[partial(town.case, key=f"the same report {time}")] * 3)
        assert not errors(made)
        assert len({case.pk for case in made}) == 1
        assert Event.objects.filter(case=made[0], action="report").count() == 1
        said = together(*[partial(family.support, made[0].pk, "one browser")] * 3)
        assert sorted(said) == [False, False, True]
        assert Case.objects.get(pk=made[0].pk).supporters == Support.objects.filter(case=made[0]).count() == 1
