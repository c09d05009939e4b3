"""Hand-overs: who may push what to whom, first-receiver duty, plans, and marks in both directions."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bandeng.cases import rules, story
from bandeng.cases.actions import orders, settings, work
from bandeng.cases.models import Case, Category, Order
from bandeng.cases.tests.lives import dispatched, done, whistled
from bandeng.foundation.access import Invalid, Refused, WrongState
from bandeng.foundation.notify.models import Message
from tests.district import IN_B1, requester


def reload(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def told(case: Case, notes: bool = False) -> list[str]:
    return [point.did for point in story.story(case, notes=notes)]


def at_subdistrict(town, **more) -> Case:
    case = town.case(**more)
    work.pass_up(town.actor("officer_a1"), case=case.pk, reason="办不了")
    work.pass_up(town.actor("worker_a"), case=case.pk, reason="社区也办不了")
    return reload(case)


# Down to the community: only what stands on its list


def test_what_stands_on_the_list_is_handed_down(town, clock):
    case = at_subdistrict(town)
    orders.hand_down(town.actor("dispatcher_west"), case=case.pk, reason="社区和物业谈一次")
    assert reload(case).level == "community"


def test_what_does_not_is_refused_with_the_words_of_the_rule(town, clock):
    case = at_subdistrict(town, category="6005")
    with pytest.raises(WrongState) as refused:
        orders.hand_down(town.actor("dispatcher_west"), case=case.pk, reason="社区办")
    assert "清单以外的事不能派给社区" in str(refused.value) and "第十七条" in str(refused.value)
    assert reload(case).level == "subdistrict"


def test_a_declined_whistle_does_not_push_it_down_either(town, clock):
    for code, level in (("1003", "community"), ("6005", "subdistrict")):
        case = town.case(category=code, words=f"一件{code}")
        orders.ask_whistle(town.actor("worker_a"), case=case.pk, units=[town.units["roads"].pk], reason="请吹哨")
        orders.decline_whistle(town.actor("dispatcher_west"), case=case.pk, reason="先不吹")
        assert reload(case).level == level
        assert town.people["worker_a"].pk in _heard("declined")


def _heard(event):
    return set(Message.objects.filter(key__contains=event).values_list("recipient_id", flat=True))


def test_the_list_is_the_districts_to_change(town, clock):
    Category.objects.filter(code="6005").update(on_list=True)
    case = at_subdistrict(town, category="6005")
    orders.hand_down(town.actor("dispatcher_west"), case=case.pk, reason="换灯泡")
    assert reload(case).level == "community"


@pytest.mark.parametrize("name", ["worker_a", "officer_a1", "dispatcher_east", "supervisor", "water", "auditor"])
def test_only_the_subdistrict_hands_down(town, clock, name):
    case = at_subdistrict(town)
    with pytest.raises(Refused):
        orders.hand_down(town.actor(name), case=case.pk, reason="x")


def test_what_is_not_in_its_hands_cannot_be_handed_down(town, clock):
    with pytest.raises(WrongState):
        orders.hand_down(town.actor("dispatcher_west"), case=town.case().pk, reason="x")


# The community whistles to its own joint committee


def allow(town, members=("firm",)):
    settings.set_whistle_right(
        town.actor("dispatcher_west"), community=town.places["a"], may=True, members=[town.units[name] for name in members])
    rules.forget()


def blow(town, who="worker_a", units=("firm",), kind="daily", occasion="hard", case=None):
    return orders.whistle_members(
        town.actor(who), case=(case or town.case()).pk, units=[town.units[name].pk for name in units], leader=None, kind=kind,
        occasion=occasion, reason="请来坐一坐")


def test_by_setting_a_community_whistles_to_its_members_and_keeps_the_matter(town, clock):
    with pytest.raises(Refused):
        blow(town)
    allow(town)
    order = blow(town)[0]
    case = reload(order.case)
    assert (case.level, case.state, order.whistle, order.state) == ("community", "handling", "daily", "whistled")
    done(town, "firm", order)
    orders.rate_order(town.actor("worker_a"), case=case.pk, order=order.pk, grade=5)
    assert Order.objects.get(pk=order.pk).grade == 5


def test_others_than_members_are_called_by_the_subdistrict(town, clock):
    allow(town)
    with pytest.raises(Invalid) as error:
        blow(town, units=("firm", "water"))
    assert "试验水务公司" in str(error.value) and not Order.objects.exists()


@pytest.mark.parametrize(("kind", "occasion"), [("emergency", "emergency"), ("daily", "emergency"), ("", "hard")])
def test_an_emergency_is_never_the_communitys_whistle(town, clock, kind, occasion):
    allow(town)
    with pytest.raises(Invalid):
        blow(town, kind=kind, occasion=occasion)


@pytest.mark.parametrize("who", ["worker_b", "officer_a1", "dispatcher_east", "firm", "supervisor"])
def test_the_right_is_that_of_the_one_community(town, clock, who):
    allow(town)
    with pytest.raises(Refused):
        blow(town, who=who)
    with pytest.raises(Refused):
        blow(town, who="worker_b", case=town.case(IN_B1))


def test_the_page_offers_only_the_members(town, client):
    allow(town)
    case = town.case()
    client.force_login(town.people["worker_a"])
    page = client.get(f"/desk/{case.number}/").content.decode()
    part = page[page.index("whistle_members/"):]
    part = part[:part.index("</form>")]
    assert "榆钱物业" in part and "试验水务公司" not in part and "应急哨" not in part


# Kinds of whistles


@pytest.mark.parametrize(("kind", "occasion", "fits"), [
    ("emergency", "emergency", True), ("emergency", "hard", False), ("daily", "emergency", False), ("hard", "law", True),
])
def test_an_emergency_is_the_occasion_of_an_emergency_whistle_and_of_no_other(town, clock, kind, occasion, fits):
    given = {"units": [town.units["water"].pk], "leader": None, "kind": kind, "occasion": occasion, "reason": "来"}
    case = town.case()
    if fits:
        assert orders.whistle(town.actor("dispatcher_west"), case=case.pk, **given)
    else:
        with pytest.raises(Invalid) as error:
            orders.whistle(town.actor("dispatcher_west"), case=case.pk, **given)
        assert error.value.field == "occasion"


def test_a_hard_task_wants_a_plan_within_five_working_days(town, clock):
    case, (water, _roads) = whistled(town, "hard")
    plan = water.limits.get(kind="plan")
    assert plan.due_at == clock.now.replace(day=16, hour=17, minute=30)  # five working days after a Monday
    orders.acknowledge(town.actor("water"), case=case.pk, order=water.pk)
    orders.give_plan(town.actor("water"), case=case.pk, order=water.pk, plan="先查管子，再挖，再修路面。")
    assert water.limits.get(kind="plan").met_at == clock.now
    assert "交了办法" in told(case)
    with pytest.raises(WrongState):
        orders.give_plan(town.actor("water"), case=case.pk, order=water.pk, plan="再来一遍")


def test_a_daily_whistle_wants_no_plan(town, clock):
    case, (water, _roads) = whistled(town)
    orders.acknowledge(town.actor("water"), case=case.pk, order=water.pk)
    with pytest.raises(WrongState):
        orders.give_plan(town.actor("water"), case=case.pk, order=water.pk, plan="x")


def test_a_result_stands_for_the_plan(town, clock):
    _case, (water, _roads) = whistled(town, "hard")
    done(town, "water", water)
    assert not water.limits.filter(met_at__isnull=True, ended_at__isnull=True).exists()


# First-receiver duty


def test_the_leading_unit_asks_for_help_and_keeps_the_matter(town, clock):
    case, (water, roads) = whistled(town)
    orders.acknowledge(town.actor("water"), case=case.pk, order=water.pk)
    orders.ask_partner(town.actor("water"), case=case.pk, order=water.pk, units=[town.units["parks"].pk], reason="要挪树")
    water.refresh_from_db()
    assert (water.leads, water.state) == (True, "accepted")
    assert "请再叫来一起办：东街园林队" in told(case, notes=True) and "请再叫来一起办：东街园林队" not in told(case)
    assert town.people["dispatcher_west"].pk in _heard("partner")
    orders.acknowledge(town.actor("roads"), case=case.pk, order=roads.pk)
    with pytest.raises(WrongState):
        orders.ask_partner(town.actor("roads"), case=case.pk, order=roads.pk, units=[town.units["parks"].pk], reason="x")


def test_the_leading_unit_hears_when_the_others_are_done(town, clock):
    case, (_water, roads) = whistled(town)
    done(town, "roads", roads)
    assert town.people["water"].pk in _heard(":co/")


def test_a_stage_report_is_read_by_the_requester(town, clock):
    case, order = dispatched(town)
    orders.acknowledge(town.actor("firm"), case=case.pk, order=order.pk)
    orders.stage_report(town.actor("firm"), case=case.pk, order=order.pk, words="等配件，周五到")
    assert any(point.text == "等配件，周五到" for point in story.own_story(case))


@pytest.mark.parametrize("act", [
    lambda a, case, order: orders.stage_report(a, case=case, order=order, words="x"),
    lambda a, case, order: orders.give_plan(a, case=case, order=order, plan="x"),
    lambda a, case, order: orders.ask_partner(a, case=case, order=order, units=[1], reason="x"),
    lambda a, case, order: orders.rate_whistle(a, case=case, order=order, grade=3),
])
@pytest.mark.parametrize("who", ["roads", "worker_a", "dispatcher_west", "officer_a1", "supervisor"])
def test_nobody_else_speaks_for_a_unit(town, clock, act, who):
    case, (water, _roads) = whistled(town, "hard")
    with pytest.raises(Refused):
        act(town.actor(who), case.pk, water.pk)
    with pytest.raises(Refused):
        act(requester(case), case.pk, water.pk)


# Marks in both directions


def test_the_unit_rates_the_whistle_once_also_after_the_end(town, clock):
    case, (water, roads) = whistled(town)
    for name, order in (("water", water), ("roads", roads)):
        done(town, name, order)
    work.complete(town.actor("dispatcher_west"), case=case.pk, answer="好了")
    orders.rate_whistle(town.actor("water"), case=case.pk, order=water.pk, grade=4, words="说得清楚")
    water.refresh_from_db()
    assert water.whistle_grade == 4
    assert "给这次吹哨打 4 分" in told(case, notes=True) and "给这次吹哨打 4 分" not in told(case)
    with pytest.raises(WrongState):
        orders.rate_whistle(town.actor("water"), case=case.pk, order=water.pk, grade=1)
    with pytest.raises(Invalid):
        orders.rate_whistle(town.actor("roads"), case=case.pk, order=roads.pk, grade=6)


def test_a_plain_dispatch_is_no_whistle_to_rate(town, clock):
    case, order = dispatched(town)
    orders.acknowledge(town.actor("firm"), case=case.pk, order=order.pk)
    orders.give_result(town.actor("firm"), case=case.pk, order=order.pk, result="好了")
    with pytest.raises(WrongState):
        orders.rate_whistle(town.actor("firm"), case=case.pk, order=order.pk, grade=3)


def test_the_clock_runs_from_delivery_not_from_signature(town, clock):
    case, order = dispatched(town)
    due = order.limits.get(kind="finish").due_at
    clock.pass_by(days=2)
    orders.acknowledge(town.actor("firm"), case=case.pk, order=order.pk)
    assert order.limits.get(kind="finish").due_at == due
    assert order.limits.get(kind="finish").started_at == clock.now - timedelta(days=2)


def test_a_result_sent_back_does_not_make_two_leaders(town, clock):
    case, (water, roads) = whistled(town)
    done(town, "water", water)
    orders.cancel(town.actor("dispatcher_west"), case=case.pk, order=roads.pk, reason="不用了")
    new = orders.whistle(town.actor("dispatcher_west"), case=case.pk, units=[town.units["roads"].pk], leader=None, kind="daily",
                         occasion="hard", reason="再来")[0]
    assert new.leads
    orders.send_back(town.actor("dispatcher_west"), case=case.pk, order=water.pk, reason="没修好")
    water.refresh_from_db()
    assert (water.leads, water.state) == (False, "handling")
