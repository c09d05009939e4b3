"""How cases end, come back, and are checked on the spot."""

import pytest

from bandeng.cases.actions import ending, family, filing, orders, work
from bandeng.cases.actions.intake import withdraw
from bandeng.cases.tests.lives import completed, done, rated, whistled
from bandeng.foundation.access import NOBODY, Invalid, Refused, WrongState
from bandeng.foundation.jobs import registry
from tests.district import requester


def reload(case):
    case.refresh_from_db()
    return case


def answer(case, solved, grade=3, words=""):
    ending.answer(requester(case), case=case.pk, solved=solved, grade=grade, words=words)
    return reload(case)


def check(town, case, name="head_a", passed=True):
    work.check(town.actor(name), case=case.pk, passed=passed, finding="去看过")
    return reload(case)


def test_a_yes_ends_the_case(town, clock):
    case = answer(completed(town), True, 5)
    assert (case.state, case.closed_at) == ("rated", clock.now)


def test_a_no_leads_to_a_field_check(town, clock):
    case = answer(completed(town), False, 1)
    assert (case.state, case.closed_at) == ("field_check", None)
    assert case.due_at == case.limits.get(kind="check").due_at


def test_the_requester_answers_once(town, clock):
    case = answer(completed(town), True, 5)
    with pytest.raises(WrongState):
        answer(case, False)


@pytest.mark.parametrize("grade", [0, 6, -1])
def test_there_are_five_grades(town, clock, grade):
    case = completed(town)
    with pytest.raises(Invalid):
        answer(case, True, grade)
    assert reload(case).state == "callback"


def test_personal_data_in_the_requesters_word_is_masked(town, clock):
    case = answer(completed(town), True, 5, "谢谢，我电话13800138000")
    assert "13800138000" not in case.ratings.get().words
    assert not case.events.filter(text__contains="13800138000").exists()


def test_a_red_slip_is_checked_before_the_requester_is_asked(town, clock):
    case = town.case()
    filing.set_slip(town.actor("worker_a"), case=case.pk, slip="red")
    assert reload(case).level == "community"  # it goes up
    work.take(town.actor("head_a"), case=case.pk)
    work.complete(town.actor("head_a"), case=case.pk, answer="修好了")
    assert reload(case).state == "field_check"


def test_the_draw_for_checks_takes_the_share_that_is_set(town, clock, settings):
    settings.FIELD_CHECK_SHARE = 1.0
    assert completed(town).state == "field_check"
    settings.FIELD_CHECK_SHARE = 0.0
    assert completed(town).state == "callback"


def test_a_passed_check_asks_the_requester_and_silence_counts_from_there(town, clock):
    case = answer(completed(town), False)
    clock.pass_by(hours=3)
    case = check(town, case)
    assert (case.state, case.completed_at) == ("callback", clock.now)


def test_a_failed_check_has_it_done_again_with_a_short_limit(town, clock):
    case = check(town, answer(completed(town), False), passed=False)
    assert case.state == "reopened"
    assert case.due_at == clock.now.replace(day=12, hour=0)
    assert completed(town, case).state == "callback"


def test_the_handler_does_not_check_the_own_work(town, clock):
    case = town.case()
    work.take(town.actor("worker_a"), case=case.pk)
    work.complete(town.actor("worker_a"), case=case.pk, answer="好了")
    answer(case, False)
    with pytest.raises(WrongState):
        check(town, case, "worker_a")
    assert check(town, case, "head_a").state == "callback"


def test_who_whistled_does_not_check(town, clock):
    case, made = whistled(town)
    for name, order in zip(("water", "roads"), made, strict=True):
        done(town, name, order)
    work.complete(town.actor("chief_west"), case=case.pk, answer="好了")
    answer(case, False)
    for name in ("dispatcher_west", "chief_west"):
        with pytest.raises(WrongState):
            check(town, case, name)
    assert check(town, case, "worker_a").state == "callback"


@pytest.mark.parametrize("name", ["officer_a1", "water", "worker_b", "dispatcher", "auditor"])
def test_not_everybody_checks(town, clock, name):
    case = answer(completed(town), False)
    with pytest.raises(Refused):
        check(town, case, name)


def test_silence_closes_after_seven_days_and_not_before(town, clock):
    case = completed(town)
    clock.pass_by(days=7, seconds=-1)
    assert ending.close_silent() == 0
    clock.pass_by(seconds=1)
    assert ending.close_silent() == 1
    assert (reload(case).state, case.closed_at) == ("closed", clock.now)


def test_a_case_is_not_closed_by_silence_out_of_turn(town, clock):
    case = completed(town)
    with pytest.raises(WrongState):
        ending.close_by_silence(case.pk)
    assert reload(case).state == "callback"


def test_the_job_closes_silent_cases_and_says_how_many(town, clock):
    completed(town)
    clock.pass_by(days=7)
    assert registry.run_now("close_silent_cases") == "closed 1 cases after silence"


def test_who_was_silent_may_still_rate_within_fifteen_days(town, clock):
    case = completed(town)
    clock.pass_by(days=7)
    ending.close_silent()
    clock.pass_by(days=15)
    ending.rate(requester(case), case=case.pk, solved=True, grade=4)
    assert reload(case).state == "rated"


def test_after_fifteen_days_it_is_too_late_to_rate(town, clock):
    case = completed(town)
    clock.pass_by(days=7)
    ending.close_silent()
    clock.pass_by(days=15, seconds=1)
    with pytest.raises(WrongState):
        ending.rate(requester(case), case=case.pk, solved=True, grade=4)


def test_a_case_is_reopened_within_fifteen_days(town, clock):
    case = rated(town)
    clock.pass_by(days=15)
    ending.reopen(requester(case), case=case.pk, reason="又堵了")
    assert (reload(case).state, case.closed_at, case.reopened_times) == ("reopened", None, 1)
    assert case.due_at


def test_after_fifteen_days_a_case_is_not_reopened(town, clock):
    case = rated(town)
    clock.pass_by(days=15, seconds=1)
    with pytest.raises(WrongState):
        ending.reopen(requester(case), case=case.pk, reason="又堵了")


def test_a_case_is_reopened_once(town, clock):
    case = rated(town)
    ending.reopen(requester(case), case=case.pk, reason="又堵了")
    rated(town, case)
    with pytest.raises(WrongState):
        ending.reopen(requester(case), case=case.pk, reason="还是堵")


def test_only_the_requester_reopens(town, clock):
    case = rated(town)
    for actor in (NOBODY, town.actor("officer_a1"), town.actor("supervisor"), requester(town.case())):
        with pytest.raises(Refused):
            ending.reopen(actor, case=case.pk, reason="x")


def test_the_supervisor_closes_by_exception_with_a_reason_that_the_requester_sees(town, clock):
    case = answer(completed(town), False)
    with pytest.raises(Invalid):
        ending.close_by_exception(town.actor("supervisor"), case=case.pk, reason=" ")
    ending.close_by_exception(town.actor("supervisor"), case=case.pk, reason="房子已拆")
    assert reload(case).state == "closed"
    assert case.events.get(action="close_by_exception").public


def test_a_withdrawn_case_is_over(town, clock):
    case = town.case()
    withdraw(requester(case), case=case.pk)
    assert (reload(case).state, case.closed_at) == ("withdrawn", clock.now)
    for act in (lambda: work.take(town.actor("officer_a1"), case=case.pk), lambda: withdraw(requester(case), case=case.pk)):
        with pytest.raises(WrongState):
            act()


def test_a_case_is_merged_into_an_open_one_of_the_same_community(town, clock):
    case, other = town.case(), town.case()
    family.merge(town.actor("worker_a"), case=case.pk, into=other.number)
    assert (reload(case).state, case.merged_into) == ("merged", other)


@pytest.mark.parametrize("which", ["itself", "ended", "elsewhere", "nowhere"])
def test_a_case_is_not_merged_into(town, clock, which):
    case = town.case()
    into = {"itself": case.number, "ended": rated(town).number, "elsewhere": town.case((100.03, 30.03)).number,
            "nowhere": "260309-9999"}[which]
    with pytest.raises(Invalid):
        family.merge(town.actor("worker_a"), case=case.pk, into=into)
    assert reload(case).state == "received"


def test_redirecting_and_refusing_end_the_case_with_a_reason(town, clock):
    one, two = town.case(), town.case()
    with pytest.raises(Invalid):
        work.redirect(town.actor("worker_a"), case=one.pk, channel="the pub", reason="x")
    work.redirect(town.actor("worker_a"), case=one.pk, channel="12345", reason="市里的事")
    work.not_file(town.actor("dispatcher_west"), case=two.pk, reason="没有这回事")
    for case in (one, two):
        assert reload(case).closed_at == clock.now
        assert case.due_at is None
        assert case.events.order_by("pk").last().public


def test_ending_a_case_cancels_its_orders(town, clock):
    case, made = whistled(town)
    withdraw(requester(case), case=case.pk)
    assert {o.state for o in case.orders.all()} == {"cancelled"}
    with pytest.raises(WrongState):
        orders.acknowledge(town.actor("water"), case=case.pk, order=made[0].pk)


def test_a_case_goes_up_step_by_step_and_no_further(town, clock):
    case = town.case()
    for name, level in [("officer_a1", "community"), ("worker_a", "subdistrict")]:
        work.pass_up(town.actor(name), case=case.pk, reason="办不了")
        assert reload(case).level == level
    with pytest.raises(WrongState):
        work.pass_up(town.actor("dispatcher_west"), case=case.pk, reason="办不了")
