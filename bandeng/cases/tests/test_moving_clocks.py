"""Extension 延期, deferral 挂账, waiting for the requester, lateness told upwards, a corrected calendar."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from bandeng.cases import bars, climbing, lines, verbs
from bandeng.cases.actions import clocks, filing, intake, orders, work
from bandeng.cases.models import Case, Event, Limit, Pause
from bandeng.cases.story import story
from bandeng.cases.tests.lives import completed, dispatched, whistled
from bandeng.cases.tests.test_limits import caches_are_right
from bandeng.foundation.access import Invalid, Refused, WrongState
from bandeng.foundation.clock import current
from bandeng.foundation.clock.moment import today
from bandeng.foundation.notify.models import Message
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
