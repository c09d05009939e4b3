"""The rates: a hand-counted week, and the job against making everything anew."""

from datetime import date, timedelta

import pytest
from django.core.management import call_command

from bandeng.cases.actions import clocks, ending, exclusions, orders, work
from bandeng.cases.tests.lives import completed, dispatched, rated, whistled
from bandeng.foundation.jobs import registry
from bandeng.insight import actions, formulas, jobs, periods
from bandeng.insight.models import COUNTED, CaseFact, Cell, Period
from tests.district import IN_A1, IN_B1, IN_C1, IN_ELM, requester

pytestmark = pytest.mark.django_db
REASON = "配件要从外地调，三天后到。"


def kept(clock):
    clock.pass_by(minutes=2)
    actions.keep_facts()
    actions.count_changed()


def cell(by="", key=0, *, kind="month", scope="", scope_key=0):
    found = Cell.objects.filter(period__kind=kind, scope=scope, scope_key=scope_key, by=by, key=key).first()
    return found.counts if found else {}


def answered(town, solved, grade, where=IN_ELM):
    case = completed(town, town.case(where))
    ending.answer(requester(case), case=case.pk, solved=solved, grade=grade)
    return case


def week(town, clock):
    """Six cases: two solved, one not, one excluded, one silent, one late in everything."""
    late = town.case(IN_ELM)
    clock.pass_by(hours=3)
    yes, pleased_not = answered(town, True, 5), answered(town, True, 2)
    answered(town, False, 1)
    out = answered(town, False, 1)
    exclusions.ask_exclusion(town.actor("officer_a1"), case=out.pk, ground="mistake", evidence="点错了，电话里说的")
    exclusions.grant_exclusion(town.actor("supervisor"), case=out.pk, reason="点错了")
    completed(town)
    clock.pass_by(days=8)
    ending.close_silent()
    return late, yes, pleased_not, out


# By hand


def test_the_rates_of_a_week_counted_by_hand(town, clock):
    week(town, clock)
    kept(clock)
    counts = cell()
    assert counts["received"] == 6
    assert (counts["response"], counts["response_ok"]) == (6, 5)  # the late one ran out
    assert (counts["answers"], counts["solved"], counts["pleased"]) == (3, 2, 1)
    assert counts["excluded_mistake"] == 1
    assert counts["silent"] == 1
    assert (counts["finish"], counts["finish_plain"], counts["finish_late"]) == (6, 5, 1)
    assert counts["ended"] == 3  # two that said yes and the silent one; the two that said no are looked at
    rates = {f.code: formulas.rate(f, counts) for f in formulas.FORMULAS}
    assert rates["response"].value == pytest.approx(5 / 6)
    assert rates["resolution"].value == pytest.approx(2 / 3)
    assert rates["satisfaction"].value == pytest.approx(1 / 3)
    assert rates["on_time"].value == pytest.approx(5 / 6)


def test_an_upheld_appeal_counts_again(town, clock):
    *_rest, out = week(town, clock)
    exclusions.appeal_exclusion(requester(out), case=out.pk, words="没点错")
    kept(clock)
    assert (cell()["answers"], cell()["excluded_mistake"]) == (3, 1)  # as long as it is not decided, the decision of before stands
    exclusions.uphold_appeal(town.actor("dispatcher"), case=out.pk, reason="没点错")
    kept(clock)
    assert (cell()["answers"], cell().get("excluded_mistake")) == (4, None)


def test_only_the_latest_answer_counts(town, clock):
    case = answered(town, False, 1)
    work.check(town.actor("head_a"), case=case.pk, passed=True, finding="看过")
    clock.pass_by(hours=1)
    ending.answer(requester(case), case=case.pk, solved=True, grade=4)
    kept(clock)
    assert (cell()["answers"], cell()["solved"], cell()["pleased"]) == (1, 1, 1)


def test_times_stand_still_while_the_clock_does(town, clock):
    case = town.case()
    clock.pass_by(hours=2)
    work.take(town.actor("officer_a1"), case=case.pk)
    clocks.ask_deferral(town.actor("officer_a1"), case=case.pk, ground="等", plan="办", review_on=date(2026, 4, 8))
    clocks.defer(town.actor("supervisor"), case=case.pk, reason="同意")
    clock.pass_by(days=5)
    clocks.resume(town.actor("officer_a1"), case=case.pk, reason="可以办了")
    clock.pass_by(hours=3)
    work.complete(town.actor("officer_a1"), case=case.pk, answer="好了")
    kept(clock)
    fact = CaseFact.objects.get()
    assert (fact.response_minutes, fact.finish_minutes) == (120, 300)
    assert (cell()["finish_deferred"], cell().get("finish_plain")) == (1, None)
    assert (cell()["response_median"], cell()["finish_p90"]) == (120, 300)


def test_an_extended_finish_is_counted_apart_and_a_late_one_stays_late(town, clock):
    case = town.case()
    clocks.ask_extension(town.actor("officer_a1"), case=case.pk, days=3, reason=REASON)
    clocks.grant_extension(town.actor("worker_a"), case=case.pk, reason=REASON)
    late = town.case()
    for one in (case, late):
        work.take(town.actor("officer_a1"), case=one.pk)
    clock.pass_by(days=9)
    for one in (case, late):
        work.complete(town.actor("officer_a1"), case=one.pk, answer="好了")
    kept(clock)
    assert (cell()["finish_extended"], cell()["finish_late"], cell().get("finish_plain")) == (1, 1, None)


def test_what_ran_out_by_itself_is_seen_without_any_event(town, clock):
    town.case()
    kept(clock)
    assert cell().get("response") is None
    clock.pass_by(days=2)
    actions.keep_facts()
    actions.count_changed()
    assert (cell()["response"], cell().get("response_ok")) == (1, None)


def test_hops_whistles_units_and_firms(town, clock):
    work.pass_up(town.actor("officer_a1"), case=(first := town.case()).pk, reason="要街道出面")
    work.pass_up(town.actor("worker_a"), case=first.pk, reason="要街道出面")
    _case, made = whistled(town, case=first)
    dispatched(town)
    orders.cancel(town.actor("dispatcher_west"), case=first.pk, order=made[1].pk, reason="不用了")
    kept(clock)
    assert cell()["whistles"] == 2
    fact = CaseFact.objects.get(pk=first.pk)
    assert fact.hops == 3
    assert fact.units == f",{town.units['water'].pk},"
    assert cell("firm", town.units["firm"].pk)["received"] == 2  # who served the compound, whoever worked on it
    assert cell("unit", town.units["firm"].pk)["received"] == 1
    assert cell("unit", 0) == {}


@pytest.mark.parametrize("by", ["group", "subdistrict", "community", "grid", "compound", "firm"])
def test_what_is_told_apart_adds_up_to_the_whole(town, clock, by):
    for where in (IN_ELM, IN_A1, IN_B1, IN_C1, IN_ELM):
        town.case(where, category="1001" if where == IN_B1 else "1003")
    kept(clock)
    rows = Cell.objects.filter(period__kind="month", scope="", by=by)
    assert sum(row.counts.get("received", 0) for row in rows) == cell()["received"] == 5
    inside = Cell.objects.filter(period__kind="month", scope="community", by="")
    assert sum(row.counts["received"] for row in inside) == 5


# Keeping and making anew


def everything():
    facts = list(CaseFact.objects.order_by("pk").values())
    cells = list(Cell.objects.order_by("period__kind", "period__first", "scope", "scope_key", "by", "key").values_list(
        "period__kind", "period__first", "scope", "scope_key", "by", "key", *COUNTED))
    return facts, cells


def test_making_anew_gives_the_same_as_the_job_step_by_step(town, clock):
    kept(clock)
    for _ in range(3):
        week(town, clock)
        kept(clock)
        rated(town)
        whistled(town)
        kept(clock)
    clock.pass_by(hours=2)
    actions.count_changed()
    step_by_step = everything()
    assert len(step_by_step[0]) == 24
    call_command("rebuild_rates", verbosity=0)
    assert everything() == step_by_step
    CaseFact.objects.all().delete()
    Period.objects.all().delete()
    call_command("rebuild_rates", verbosity=0)
    assert everything() == step_by_step


def test_the_job_works_in_batches_and_forgets_nobody(town, clock, monkeypatch):
    monkeypatch.setattr(actions, "BATCH", 2)
    cases = [town.case() for _ in range(5)]
    clock.pass_by(minutes=2)
    assert actions.keep_facts(most=2) == 2
    while actions.keep_facts(most=2):
        pass
    assert set(CaseFact.objects.values_list("pk", flat=True)) == {case.pk for case in cases}


def test_everything_is_made_anew_in_turns_and_nothing_that_happens_meanwhile_is_lost(town, clock, monkeypatch):
    monkeypatch.setattr(actions, "BATCH", 2)
    monkeypatch.setattr(jobs, "TURN", 0.0)
    cases = [town.case() for _ in range(5)]
    clock.pass_by(minutes=2)
    assert registry.run_now("keep_rates") == "read 2 cases anew, more to come"
    work.take(town.actor("officer_a1"), case=cases[0].pk)  # read already, and changed since
    clock.pass_by(minutes=2)
    for _turn in range(20):
        clock.pass_by(minutes=61)
        registry.run_now("keep_rates")
    assert not actions.under_way()
    assert set(CaseFact.objects.values_list("pk", flat=True)) == {case.pk for case in cases}
    by_turns = everything()
    call_command("rebuild_rates", verbosity=0)
    assert everything() == by_turns


def test_who_was_interrupted_leaves_it_to_the_job(town, clock):
    cases = [town.case() for _ in range(3)]
    clock.pass_by(minutes=2)
    kept(clock)
    actions.begin_anew()
    CaseFact.objects.all().delete()
    registry.run_now("keep_rates")
    assert CaseFact.objects.count() == len(cases)
    assert not actions.under_way()


def test_young_events_are_read_again(town, clock):
    town.case()
    actions.keep_facts()
    assert CaseFact.objects.count() == 1
    CaseFact.objects.all().delete()  # as if it had been committed behind another
    actions.keep_facts()
    assert CaseFact.objects.count() == 1


def test_long_periods_are_counted_seldom(town, clock):
    town.case()
    kept(clock)
    town.case()
    kept(clock)
    assert (cell()["received"], cell(kind="recent")["received"], cell(kind="year")["received"]) == (2, 2, 1)
    clock.pass_by(hours=1)
    actions.count_changed()
    assert cell(kind="year")["received"] == 2


def test_the_last_thirty_days_move_on(town, clock):
    town.case()
    kept(clock)
    clock.pass_by(days=29)
    actions.count_changed()
    assert cell(kind="recent")["received"] == 1
    clock.pass_by(days=1)
    actions.count_changed()
    assert cell(kind="recent") == {} or "received" not in cell(kind="recent")


def test_the_job_begins_by_reading_everything_and_then_says_what_it_did(town, clock):
    assert registry.run_now("keep_rates") == "read 0 cases, counted 1 periods"  # the last thirty days, empty
    town.case()
    clock.pass_by(minutes=2)
    assert registry.run_now("keep_rates") == "made the rates of 1 cases anew, counted 5 periods"
    town.case()
    clock.pass_by(minutes=2)
    assert registry.run_now("keep_rates") == "read 1 cases, counted 2 periods"
    assert cell()["received"] == 2


# The arithmetic


@pytest.mark.parametrize(("part", "whole", "low", "high"), [
    (0, 10, 0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1), (81, 263, 0.2553, 0.3662)])
def test_the_interval_is_that_of_wilson(part, whole, low, high):
    assert formulas.wilson(part, whole) == pytest.approx((low, high), abs=0.0001)


def test_an_interval_is_shown_for_few_only():
    assert formulas.Rate(5, 10).interval and not formulas.Rate(20, 30).interval and not formulas.Rate(0, 0).interval


@pytest.mark.parametrize(("values", "share", "found"), [
    ([1], .5, 1), ([1, 2], .5, 1), ([1, 2, 3], .5, 2), (range(1, 11), .9, 9), (range(1, 12), .9, 10)])
def test_quantiles_are_values_that_occurred(values, share, found):
    assert formulas.quantile(list(values), share) == found


@pytest.mark.parametrize(("kind", "day", "first", "last"), [
    ("month", date(2024, 2, 29), date(2024, 2, 1), date(2024, 2, 29)),
    ("quarter", date(2026, 12, 31), date(2026, 10, 1), date(2026, 12, 31)),
    ("year", date(2026, 5, 1), date(2026, 1, 1), date(2026, 12, 31)),
    ("heating", date(2026, 10, 15), date(2026, 10, 15), date(2027, 4, 15)),
    ("heating", date(2026, 4, 15), date(2025, 10, 15), date(2026, 4, 15)),
    ("recent", date(2026, 3, 9), date(2026, 2, 8), date(2026, 3, 9))])
def test_periods_have_their_days(kind, day, first, last):
    assert periods.span(kind, day) == (first, last)


def test_summer_has_no_heating_season():
    assert periods.span("heating", date(2026, 4, 16)) is None
    assert periods.span("heating", date(2026, 10, 14)) is None
    assert timedelta(days=30) - timedelta(days=periods.RECENT) == timedelta()
