"""Extension 延期, deferral 挂账, waiting for the requester: who may, when, and what becomes of the clocks."""

from datetime import date, timedelta

import pytest

from bandeng.cases import lines, verbs
from bandeng.cases.actions import clocks, filing, intake, orders, work
from bandeng.cases.models import Case, Event, Limit, Pause
from bandeng.cases.story import story
from bandeng.cases.tests.lives import dispatched, whistled
from bandeng.cases.tests.test_limits import caches_are_right
from bandeng.foundation.access import Invalid, Refused, WrongState
from bandeng.foundation.clock.moment import today
from tests.district import requester
from tests.threads import together

TODAY = date(2026, 3, 9)
REASON = "配件要从外地调，三天后到。"


def finish(case, order=None):
    return case.limits.filter(kind="finish", order=order).order_by("-pk").first()


def fresh(case):
    return Case.objects.get(pk=case.pk)


def asked(town, case, days=3):
    clocks.ask_extension(town.actor("officer_a1"), case=case.pk, days=days, reason=REASON)
    return case


# Extension


def test_an_extension_moves_the_end_by_whole_days_and_keeps_the_old_one(town, clock):
    case = asked(town, town.case())
    old = finish(case)
    clocks.grant_extension(town.actor("worker_a"), case=case.pk, reason=REASON)
    new = finish(case)
    old.refresh_from_db()
    assert (new.due_at - old.due_at, new.extended) == (timedelta(days=3), True)
    assert (old.ended_at, old.met_at) == (clock.now, None)
    caches_are_right()
    assert "办结时限延了 3 天" in [point.action and str(point.did) for point in _story(case)]


def _story(case):
    return story(case, notes=False)


def test_the_requester_reads_that_it_takes_longer_and_why_but_not_that_it_was_asked(client, town, clock):
    case = asked(town, town.case())
    assert REASON not in [point.text for point in _story(case)]
    clocks.grant_extension(town.actor("worker_a"), case=case.pk, reason=REASON)
    assert REASON in [point.text for point in _story(case)]


def test_a_refused_extension_leaves_the_end_and_is_not_asked_again(town, clock):
    case = asked(town, town.case())
    due = finish(case).due_at
    clocks.refuse_extension(town.actor("worker_a"), case=case.pk, reason="能按时办完。")
    assert finish(case).due_at == due
    with pytest.raises(WrongState):
        asked(town, case)


@pytest.mark.parametrize("days", [0, -1, 16])
def test_days_have_a_limit(town, clock, days):
    with pytest.raises(Invalid):
        asked(town, town.case(), days)


def test_too_late_or_twice_is_refused(town, clock):
    case = asked(town, town.case())
    with pytest.raises(WrongState):
        asked(town, case)
    clocks.grant_extension(town.actor("worker_a"), case=case.pk, reason=REASON)
    with pytest.raises(WrongState):
        asked(town, case)
    late = town.case()
    clock.pass_by(days=30)
    with pytest.raises(WrongState):
        asked(town, late)


@pytest.mark.parametrize("name", ["officer_a1", "worker_b", "dispatcher_west", "water", "auditor", "admin"])
def test_only_the_next_level_grants(town, clock, name):
    case = asked(town, town.case())
    with pytest.raises(Refused):
        clocks.grant_extension(town.actor(name), case=case.pk, reason=REASON)


def test_nobody_grants_the_own_wish(town, clock):
    """A community may act for its grids, and is the next level above them: never both for one wish."""
    case = town.case()
    clocks.ask_extension(town.actor("worker_a"), case=case.pk, days=3, reason=REASON)
    with pytest.raises(Refused):
        clocks.grant_extension(town.actor("worker_a"), case=case.pk, reason=REASON)
    clocks.grant_extension(town.actor("head_a"), case=case.pk, reason=REASON)


def test_a_units_order_is_extended_by_whoever_holds_the_case(town, clock):
    case, order = dispatched(town)
    orders.acknowledge(town.actor("firm"), case=case.pk, order=order.pk)
    clocks.ask_extension(town.actor("firm"), case=case.pk, order=order.pk, days=2, reason=REASON)
    before, of_case = finish(case, order).due_at, finish(case).due_at
    with pytest.raises(Refused):
        clocks.grant_extension(town.actor("firm"), case=case.pk, order=order.pk, reason=REASON)
    clocks.grant_extension(town.actor("worker_a"), case=case.pk, order=order.pk, reason=REASON)
    assert finish(case, order).due_at - before == timedelta(days=2)
    assert finish(case).due_at == of_case
    caches_are_right()


def test_what_is_offered_fits_what_is_possible(town, clock):
    def offered(name):
        return {verb.action for verb in verbs.possible(town.actor(name), fresh(case))}

    case = town.case()
    assert "ask_extension" in offered("officer_a1")
    assert "grant_extension" not in offered("worker_a")
    asked(town, case)
    assert "ask_extension" not in offered("officer_a1")
    assert {"grant_extension", "refuse_extension"} <= offered("worker_a")
    assert not {"defer", "resume"} & offered("supervisor")
    clocks.ask_deferral(town.actor("officer_a1"), case=case.pk, ground="等旧管网改造", plan="六月动工", review_on=date(2026, 5, 1))
    assert {"defer", "refuse_deferral"} <= offered("supervisor")
    assert not {"ask_deferral", "wait"} & offered("officer_a1")


# Deferral


def deferred(town, case=None, review_on=date(2026, 5, 8)):
    case = case or town.case()
    clocks.ask_deferral(town.actor("officer_a1"), case=case.pk, ground="等旧管网改造", plan="六月动工", review_on=review_on)
    clocks.defer(town.actor("supervisor"), case=case.pk, reason="同意")
    return fresh(case)


def test_a_deferral_stops_the_finish_and_its_day_lets_it_run_again(town, clock):
    case = town.case()
    left = finish(case).due_at - clock.now
    work.take(town.actor("officer_a1"), case=case.pk)
    clock.pass_by(days=1)
    case = deferred(town, case)
    assert (case.pause, case.due_at, finish(case).stopped) == ("deferral", None, True)
    clock.set(clock.now.replace(month=5, day=8, hour=0, minute=30))
    assert clocks.resume_due() == 1
    case = fresh(case)
    assert (case.pause, finish(case).stopped) == ("", False)
    assert clock.now + left - timedelta(days=2) < case.due_at < clock.now + left
    assert clocks.resume_due() == 0
    caches_are_right()


def test_ground_plan_and_day_are_public(town, clock):
    case = deferred(town)
    point = next(point for point in _story(case) if point.action == "defer")
    assert "等旧管网改造" in point.text and "六月动工" in point.text
    assert "2026-05-08" in point.did


def test_everybody_sees_what_is_deferred_why_and_until_when_and_nothing_more(client, town, clock):
    case = town.case()
    clocks.ask_deferral(town.actor("officer_a1"), case=case.pk, ground="等旧管网改造，找 13800138000", plan="六月动工",
                        review_on=date(2026, 5, 8))
    page = "/board/deferred/"
    assert case.number not in client.get(page).content.decode()  # what is only asked for is between offices
    clocks.defer(town.actor("supervisor"), case=case.pk, reason="内部的话")
    shown = client.get(page).content.decode()
    assert case.number in shown and "等旧管网改造" in shown and "2026-05-08" in shown
    assert "13800138000" not in shown and "内部的话" not in shown and case.words not in shown
    clocks.resume(town.actor("supervisor"), case=case.pk, reason="可以办了")
    assert case.number not in client.get(page).content.decode()


def test_a_wish_whose_day_came_unanswered_blocks_no_better_one(town, clock):
    case = town.case()
    clocks.ask_deferral(town.actor("officer_a1"), case=case.pk, ground="等", plan="办", review_on=TODAY + timedelta(days=2))
    with pytest.raises(WrongState):
        clocks.ask_deferral(town.actor("officer_a1"), case=case.pk, ground="等", plan="办", review_on=TODAY + timedelta(days=9))
    clock.pass_by(days=2)
    with pytest.raises(WrongState):
        clocks.defer(town.actor("supervisor"), case=case.pk, reason="同意")
    assert deferred(town, case, TODAY + timedelta(days=9)).pause == "deferral"


@pytest.mark.parametrize("review_on", [TODAY, TODAY - timedelta(days=1), TODAY + timedelta(days=91)])
def test_the_day_of_review_lies_within_ninety_days(town, clock, review_on):
    with pytest.raises(Invalid):
        clocks.ask_deferral(town.actor("officer_a1"), case=town.case().pk, ground="等", plan="办", review_on=review_on)


@pytest.mark.parametrize("name", ["officer_a1", "worker_a", "dispatcher_west", "dispatcher", "auditor", "admin", "water"])
def test_only_the_supervisor_defers(town, clock, name):
    case = town.case()
    clocks.ask_deferral(town.actor("officer_a1"), case=case.pk, ground="等", plan="办", review_on=TODAY + timedelta(days=9))
    with pytest.raises(Refused):
        clocks.defer(town.actor(name), case=case.pk, reason="同意")
    assert fresh(case).pause == "asked"


def test_late_is_late_a_deferral_heals_nothing(town, clock):
    case = town.case()
    work.take(town.actor("officer_a1"), case=case.pk)
    clock.pass_by(days=20)
    case = deferred(town, case)
    first = finish(case)
    assert (first.ended_at, first.stopped) == (clock.now, False)
    assert first.ended_at > first.due_at
    clocks.resume(town.actor("officer_a1"), case=case.pk, reason="管网改好了")
    assert finish(case).pk != first.pk
    assert fresh(case).due_at > clock.now
    caches_are_right()


def test_an_answer_ends_the_pause(town, clock):
    case = town.case()
    work.take(town.actor("officer_a1"), case=case.pk)
    case = deferred(town, case)
    work.complete(town.actor("officer_a1"), case=case.pk, answer="提前办好了。")
    assert fresh(case).pause == ""
    assert not Pause.objects.filter(ended_at=None).exists()
    caches_are_right()


def test_units_clocks_stand_still_too(town, clock):
    case, made = whistled(town)
    clocks.ask_deferral(town.actor("dispatcher_west"), case=case.pk, ground="等", plan="办", review_on=TODAY + timedelta(days=9))
    clocks.defer(town.actor("supervisor"), case=case.pk, reason="同意")
    assert {row.stopped for row in Limit.objects.filter(kind="finish")} == {True}
    assert not Limit.objects.filter(kind="ack", stopped=True).exists()
    clocks.resume(town.actor("supervisor"), case=case.pk, reason="可以办了")
    assert not Limit.objects.filter(stopped=True).exists()
    caches_are_right()


@pytest.mark.django_db(transaction=True)
def test_two_who_resume_at_once_start_one_clock(town):
    case = deferred(town, review_on=today() + timedelta(days=60))
    done = together(*[lambda: clocks.resume(town.actor("officer_a1"), case=case.pk, reason="接着办")] * 3)
    assert sum(isinstance(one, WrongState) for one in done) == 2
    assert Event.objects.filter(case=case, action="resume").count() == 1


# Waiting


def test_the_requesters_words_let_the_clock_run_again(town, clock):
    case = town.case()
    clocks.wait(town.actor("officer_a1"), case=case.pk, question="哪一单元？")
    assert (fresh(case).pause, fresh(case).due_at) == ("requester", None)
    intake.add_words(requester(case), case=case.pk, words="三单元")
    assert fresh(case).pause == ""
    assert fresh(case).due_at == finish(case).due_at
    with pytest.raises(WrongState):
        clocks.wait(town.actor("officer_a1"), case=case.pk, question="再问一次")


def test_waiting_ends_by_itself_after_seven_days(town, clock):
    case = town.case()
    clocks.wait(town.actor("officer_a1"), case=case.pk, question="哪一单元？")
    clock.pass_by(days=6)
    assert clocks.resume_due() == 0
    clock.pass_by(days=1)
    assert clocks.resume_due() == 1
    caches_are_right()


# At the desk


def listed(town, name, view):
    return {row.number for row in lines.inbox(town.actor(name), view)[0]}


def test_whoever_is_asked_for_more_time_finds_it_in_a_view_of_its_own(town, clock):
    case = asked(town, town.case())
    assert listed(town, "worker_a", "asked") == {case.number}
    for name in ("officer_a1", "worker_b", "dispatcher_west", "dispatcher", "supervisor"):
        assert listed(town, name, "asked") == set(), name
    clocks.refuse_extension(town.actor("worker_a"), case=case.pk, reason="能按时办完。")
    assert listed(town, "worker_a", "asked") == set()


def test_the_view_shows_exactly_what_may_be_answered(town, clock):
    cases = [asked(town, town.case())]
    case, order = dispatched(town)
    orders.acknowledge(town.actor("firm"), case=case.pk, order=order.pk)
    clocks.ask_extension(town.actor("firm"), case=case.pk, order=order.pk, days=2, reason=REASON)
    up = town.case()
    work.pass_up(town.actor("officer_a1"), case=up.pk, reason="要社区出面")
    clocks.ask_extension(town.actor("worker_a"), case=up.pk, days=2, reason=REASON)
    put_off = town.case()
    clocks.ask_deferral(town.actor("officer_a1"), case=put_off.pk, ground="等", plan="办", review_on=TODAY + timedelta(days=9))
    cases += [case, up, put_off]
    for name, actor in town.everybody().items():
        may = {one.number for one in cases for part in (None, *one.orders.all())
               if {"grant_extension", "defer"} & {verb.action for verb in verbs.possible(actor, fresh(one), part)}}
        if "asked" in lines.views_of(actor):
            assert listed(town, name, "asked") == may, name
        else:
            assert may == set(), name


def test_what_stands_still_is_found_in_a_view_of_its_own(client, town, log_in, clock):
    case = deferred(town)
    town.case()
    assert listed(town, "worker_a", "paused") == listed(town, "supervisor", "paused") == {case.number}
    log_in(town, "supervisor")
    page = client.get("/desk/?view=paused").content.decode()
    assert case.number in page and "停着的" in page and "等我批" in page


# Beside other acts


def test_a_wish_is_not_granted_while_the_clock_stands_still(town, clock):
    case = deferred(town, asked(town, town.case()))
    with pytest.raises(WrongState):
        clocks.grant_extension(town.actor("worker_a"), case=case.pk, reason=REASON)
    assert listed(town, "worker_a", "asked") == set()
    clocks.resume(town.actor("officer_a1"), case=case.pk, reason="接着办")
    clocks.grant_extension(town.actor("worker_a"), case=case.pk, reason=REASON)
    assert finish(case).extended
    caches_are_right()


def test_another_category_counts_pauses_and_leaves_what_was_granted(town, clock):
    case = town.case()
    clocks.wait(town.actor("officer_a1"), case=case.pk, question="哪一单元？")
    filing.recategorise(town.actor("worker_a"), case=case.pk, category=town.categories["1004"])  # fifteen days
    clock.pass_by(days=3)
    intake.add_words(requester(case), case=case.pk, words="三单元")
    # from the 9th, fifteen whole days after that day, and what it stood still of them: from the 10th 0:00 to the 12th 10:00
    assert finish(case).due_at == clock.now.replace(day=25, hour=0) + timedelta(days=2, hours=clock.now.hour)
    other = asked(town, town.case())
    clocks.grant_extension(town.actor("worker_a"), case=other.pk, reason=REASON)
    due = finish(other).due_at
    filing.recategorise(town.actor("worker_a"), case=other.pk, category=town.categories["1004"])
    assert finish(other).due_at == due
    caches_are_right()
