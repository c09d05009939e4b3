"""The same thing twice, or two people in the same moment."""

import pytest

from bandeng.cases import claims
from bandeng.cases.actions import ending, orders, work
from bandeng.cases.models import Case, Contact, Limit, Order
from bandeng.cases.tests.lives import completed, dispatched, whistled
from bandeng.foundation.access import WrongState
from bandeng.foundation.journal.models import Entry
from tests.district import made_town, requester
from tests.threads import errors, together

at_once = pytest.mark.django_db(transaction=True)


@pytest.fixture
def big_town(transactional_db):
    """The made district, committed: other threads see it."""
    return made_town()


def test_a_report_sent_twice_makes_one_case_with_the_same_code(town, clock):
    key = claims.new_report_key()
    first, second = town.report(key=key), town.report(key=key)
    assert (second.case.pk, second.code, second.again) == (first.case.pk, first.code, True)
    assert first.again is False
    assert Case.objects.count() == 1


def test_another_matter_with_the_same_form_is_another_case(town, clock):
    key = claims.new_report_key()
    first, second = town.report(key=key), town.report(key=key, words="另外一件事")
    third = town.report(key=key, category="2001")
    assert len({first.case.pk, second.case.pk, third.case.pk}) == 3


def test_no_form_can_name_the_key_of_an_imported_message(town, clock):
    imported = town.report(key="import/20261122000123", source="import")
    tried = town.report(key="import/20261122000123")
    assert tried.case.pk != imported.case.pk
    assert tried.code != imported.code


def test_two_reports_have_two_numbers_and_two_codes(town, clock):
    first, second = town.report(), town.report()
    assert first.case.number != second.case.number
    assert first.code != second.code


def test_numbers_count_up_within_a_day(town, clock):
    numbers = [town.case().number, town.case().number]
    clock.pass_by(days=1)
    assert [*numbers, town.case().number] == ["260309-0001", "260309-0002", "260310-0001"]


@at_once
def test_a_report_sent_twice_in_the_same_moment_makes_one_case(big_town):
    key = claims.new_report_key()
    results = together(*[lambda: big_town.report(key=key)] * 3)
    assert errors(results) == []
    assert len({result.case.pk for result in results}) == len({result.code for result in results}) == 1
    assert sorted(result.again for result in results) == [False, True, True]
    assert (Case.objects.count(), Limit.objects.count()) == (1, 2)
    assert Entry.objects.filter(action="case.report").count() == 1


@at_once
def test_reports_in_the_same_moment_have_different_numbers(big_town):
    results = together(*[lambda: big_town.report()] * 4)
    assert errors(results) == []
    assert len({result.case.number for result in results}) == 4


def one_wins(results):
    lost = errors(results)
    assert [type(error) for error in lost] == [WrongState], lost


@at_once
def test_two_officers_take_a_case_in_the_same_moment(big_town):
    case = big_town.case()
    actors = [big_town.actor(name) for name in ("officer_a1", "deputy_a1")]
    one_wins(together(*[lambda a=a: work.take(a, case=case.pk) for a in actors]))
    assert case.events.filter(action="take").count() == 1


@at_once
def test_two_liaisons_acknowledge_in_the_same_moment(big_town):
    case, (water, _) = whistled(big_town)
    actors = [big_town.actor(name) for name in ("water", "water_head")]
    one_wins(together(*[lambda a=a: orders.acknowledge(a, case=case.pk, order=water.pk) for a in actors]))
    assert case.events.filter(action="acknowledge").count() == 1


@at_once
def test_the_requester_answers_yes_and_no_in_the_same_moment(big_town):
    case = completed(big_town)
    one_wins(together(*[
        lambda solved=solved: ending.answer(requester(case), case=case.pk, solved=solved, grade=3) for solved in (True, False)
    ]))
    assert case.ratings.count() == 1


@at_once
def test_two_whistles_in_the_same_moment_ask_a_unit_once(big_town):
    case = big_town.case()
    unit = big_town.units["water"].pk
    results = together(*[
        lambda name=name: orders.whistle(big_town.actor(name), case=case.pk, units=[unit], leader=unit, kind="daily",
                                         occasion="hard", reason="来")
        for name in ("dispatcher_west", "chief_west")
    ])
    assert len(errors(results)) == 1
    assert Order.objects.count() == 1


@at_once
def test_an_answer_and_a_new_order_in_the_same_moment_do_not_both_pass(big_town):
    case, order = dispatched(big_town)
    orders.cancel(big_town.actor("worker_a"), case=case.pk, order=order.pk, reason="换一家")
    one_wins(together(
        lambda: work.complete(big_town.actor("officer_a1"), case=case.pk, answer="好了"),
        lambda: orders.dispatch(big_town.actor("worker_a"), case=case.pk, units=[big_town.units["firm"].pk], leader=None,
                                reason="来"),
    ))


@at_once
def test_a_failing_report_leaves_nothing(big_town, monkeypatch):
    from bandeng.cases import tell

    def fail(*given):
        raise ZeroDivisionError

    monkeypatch.setattr(tell, "reported", fail)
    with pytest.raises(ZeroDivisionError):
        big_town.report()
    assert not any(model.objects.exists() for model in (Case, Limit, Contact, Entry))


@at_once
def test_claim_tries_in_the_same_moment_are_all_counted(big_town):
    together(*[lambda: claims.too_many("claim", "10.0.0.1", 99)] * 5)
    assert claims.ClaimTry.objects.get().count == 5
