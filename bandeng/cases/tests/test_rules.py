"""Where a new case goes: slips, routing rules, default units; tried before they work, explained on the case."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from bandeng.cases import rules, story
from bandeng.cases.actions import catalogue, filing, orders, routing, settings, work
from bandeng.cases.models import Case, CommunityRule, Order, RoutingRule
from bandeng.cases.tests.lives import completed, dispatched
from bandeng.foundation.access import Invalid, Refused, WrongState
from tests.district import IN_A2, IN_B1, IN_C1, IN_ELM, made_town, requester
from tests.threads import errors, together


def rule(town, *, on=True, who="dispatcher", **values):
    given = {"title": "路灯归市政中心", "codes": "6005", "to": "unit", "unit": town.units["roads"], **values}
    made = routing.save(town.actor(who), rule=None, **given)
    if on:
        routing.try_out(town.actor(who), rule=made.pk)
        routing.switch(town.actor(who), rule=made.pk, on=True)
    rules.forget()
    return made


def lines(case):
    return [(point.did, point.text) for point in story.story(case, notes=False)]


def test_a_rule_sends_the_order_at_once_and_says_so_on_the_case(town, clock):
    rule(town, at_once=True)
    case = town.case(category="6005")
    order = case.orders.get()
    assert (case.state, order.unit, order.leads) == ("handling", town.units["roads"], True)
    assert ("按规则派给：区市政中心", "按派单规则“路灯归市政中心”") in lines(case)
    assert case.limits.get(kind="response").met_at is None  # a rule is no answer of anybody
    assert order.limits.filter(kind="ack").exists()


def test_a_rule_only_suggests_unless_it_says_at_once(town, client):
    rule(town)
    case = town.case(category="6005")
    assert case.state == "received" and not case.orders.exists()
    assert rules.suggested(case).unit == town.units["roads"]
    client.force_login(town.people["worker_a"])
    page = client.get(f"/desk/{case.number}/").content.decode()
    assert "建议：按派单规则“路灯归市政中心”。您来定。" in page


def test_a_rule_says_who_holds_the_case(town):
    rule(town, title="漏水先到街道", codes="1004", to="", unit=None, level="subdistrict")
    case = town.case(category="1004")
    assert case.level == "subdistrict"
    assert ("按规则交给街道", "派单规则“漏水先到街道”") in lines(case)
    assert town.case().level == "grid"


def test_the_first_that_fits_decides(town):
    rule(town, title="全区", at_once=True)
    second = rule(town, title="西街归水务", place=town.places["west"], unit=town.units["water"], at_once=True)
    assert town.case(category="6005").orders.get().unit == town.units["roads"]
    routing.move(town.actor("dispatcher"), rule=second.pk, up=True)
    rules.forget()
    assert town.case(category="6005", words="又一件").orders.get().unit == town.units["water"]
    assert town.case(IN_C1, category="6005").orders.get().unit == town.units["roads"]  # the east is not the west


@pytest.mark.parametrize(("where", "goes"), [(IN_ELM, True), (IN_A2, True), (IN_B1, False)])
def test_a_place_means_everything_below_it(town, where, goes):
    rule(town, place=town.places["a"], at_once=True)
    assert town.case(where, category="6005").orders.exists() == goes


def test_a_rule_may_ask_for_an_answer_and_for_the_time(town, clock):
    rule(town, title="夜里施工归执法", codes="5001", question="when", answer="晚上 10 点到早上 6 点", at_once=True)
    rule(town, title="夜里的问题", codes="B001", time="off", to="", unit=None, level="community")
    question = town.categories["5001"].questions.get()
    night = [(question, "晚上 10 点到早上 6 点")]
    assert town.case(category="5001", answers=night).orders.exists()
    assert not town.case(category="5001", answers=[(question, "白天")], words="白天的").orders.exists()
    assert town.case(category="B001").level == "grid"
    clock.pass_by(hours=12)
    assert town.case(category="B001", words="夜里的").level == "community"


def test_a_rule_is_tried_before_it_is_switched_on_and_again_after_a_change(town):
    made = rule(town, on=False)
    assert not town.case(category="6005").orders.exists()
    with pytest.raises(WrongState):
        routing.switch(town.actor("dispatcher"), rule=made.pk, on=True)
    routing.try_out(town.actor("dispatcher"), rule=made.pk)
    routing.switch(town.actor("dispatcher"), rule=made.pk, on=True)
    routing.save(town.actor("dispatcher"), rule=made.pk, title="改了", codes="6005", to="unit", unit=town.units["water"])
    made.refresh_from_db()
    assert (made.is_on, made.tried_at) == (False, None)
    with pytest.raises(IntegrityError), transaction.atomic():
        RoutingRule.objects.filter(pk=made.pk).update(is_on=True)


def test_the_trial_compares_with_what_really_happened(town):
    first, order = dispatched(town, town.case(category="6005"))  # went to the property firm
    town.case(category="6005", words="没派过")
    town.case(category="1003")
    trial = routing.try_out(town.actor("supervisor"), rule=rule(town, on=False).pk)
    assert (trial.looked_at, trial.decided, trial.same_unit, trial.other_unit, trial.no_unit) == (3, 2, 0, 1, 1)
    assert [(case.number, would, really) for case, would, really in trial.shown][-1] == (first.number, "区市政中心", "榆钱物业")
    assert Order.objects.count() == 1  # trying changes nothing


def test_earlier_rules_come_first_in_the_trial_too(town):
    rule(town, title="前面的")
    town.case(category="6005")
    trial = routing.try_out(town.actor("dispatcher"), rule=rule(town, on=False, title="后面的").pk)
    assert (trial.decided, trial.before) == (0, 1)


@pytest.mark.parametrize("bad", [
    {"title": ""}, {"to": "unit", "unit": None}, {"to": "", "level": ""}, {"question": "when", "answer": ""},
])
def test_a_rule_that_says_nothing_is_refused(town, bad):
    with pytest.raises(Invalid):
        rule(town, on=False, **bad)


def test_only_the_district_writes_rules(town):
    made = rule(town)
    for name, actor in town.everybody().items():
        if name in {"dispatcher", "supervisor"}:
            continue
        for act in (
            lambda a: routing.save(a, rule=None, title="x", level="community"), lambda a: routing.switch(a, rule=made.pk, on=False),
            lambda a: routing.move(a, rule=made.pk, up=True), lambda a: routing.remove(a, rule=made.pk),
            lambda a: routing.try_out(a, rule=made.pk),
        ):
            with pytest.raises(Refused):
                act(actor)
    made.refresh_from_db()
    assert made.is_on and RoutingRule.objects.count() == 1


def test_a_unit_that_has_ended_gets_nothing(town):
    rule(town, at_once=True)
    town.units["roads"].ended_on = "2026-01-01"
    town.units["roads"].save()
    rules.forget()
    case = town.case(category="6005")
    assert case.state == "received" and not case.orders.exists()


# Default units


def test_the_property_firm_of_the_compound_answers_for_property(town):
    found = rules.suggested(town.case(IN_ELM, category="1003"))
    assert (found.unit, found.why) == (town.units["firm"], "榆钱小区由榆钱物业服务")
    assert rules.suggested(town.case(IN_A2, category="1003")) is None  # no compound, no firm


def test_the_nearest_place_wins(town):
    boss = town.actor("dispatcher")
    catalogue.set_default_unit(boss, code="6005", place=town.places["district"], unit=town.units["roads"])
    catalogue.set_default_unit(boss, code="6005", place=town.places["east"], unit=town.units["parks"])
    rules.forget()
    assert rules.suggested(town.case(IN_C1, category="6005")).unit == town.units["parks"]
    west = rules.suggested(town.case(IN_ELM, category="6005"))
    assert (west.unit, west.why) == (town.units["roads"], "“路灯不亮”在试验区由区市政中心负责")
    catalogue.set_default_unit(boss, code="6005", place=town.places["east"], unit=None)
    rules.forget()
    assert rules.suggested(town.case(IN_C1, category="6005", words="再来")).unit == town.units["roads"]


def test_a_rule_may_name_the_default_unit(town):
    rule(town, title="物业的直接给物业", codes="1003", to="default", unit=None, at_once=True)
    case = town.case(IN_ELM, category="1003")
    assert case.orders.get().unit == town.units["firm"]
    assert ("按规则派给：榆钱物业", "按派单规则“物业的直接给物业”：榆钱小区由榆钱物业服务") in lines(case)
    assert town.case(IN_A2, category="1003", words="没有物业").state == "received"


# Red and blue slips


def red(town, who="head_a", place="a", **more):
    given = {"classes": ["hazard"], "codes": ["1003"], "level": "subdistrict", "days": 1, "words": "急的先办", **more}
    made = settings.set_slip_rule(town.actor(who), community=town.places[place] if place else None, **given)
    rules.forget()
    return made


def test_a_red_slip_goes_up_and_is_finished_within_the_days_of_the_rule(town, clock):
    red(town)
    case = town.case()
    assert (case.slip, case.level) == ("red", "subdistrict")
    assert case.limits.get(kind="finish").due_at == clock.now.replace(hour=0) + timedelta(days=2)  # one whole day after today
    other = town.case(IN_B1)
    assert (other.slip, other.level) == ("blue", "grid")  # the neighbours have a rule of their own


def test_without_a_rule_only_emergencies_are_red(town):
    gas = town.case(category="6003")
    assert (gas.slip, gas.level, town.case().slip) == ("red", "community", "blue")
    assert gas.limits.get(kind="finish").amount == 2 and gas.limits.get(kind="finish").unit == "hour"  # shorter than the rule


def test_making_it_red_by_hand_shortens_what_runs_and_names_who_answers(town, clock):
    case = town.case(category="1004")  # fifteen days
    filing.set_slip(town.actor("worker_a"), case=case.pk, slip="red")
    case.refresh_from_db()
    assert case.level == "community"
    assert case.limits.get(kind="finish").due_at == clock.now.replace(hour=0) + timedelta(days=3)
    assert rules.owner_of(case).person == town.people["head_a"]
    filing.set_slip(town.actor("worker_a"), case=case.pk, slip="blue")
    assert case.limits.get(kind="finish").due_at == clock.now.replace(hour=0) + timedelta(days=16)
    with pytest.raises(WrongState):
        filing.set_slip(town.actor("worker_a"), case=case.pk, slip="blue")


def test_no_colour_is_changed_after_the_answer(town):
    case = completed(town)
    with pytest.raises(WrongState):
        filing.set_slip(town.actor("worker_a"), case=case.pk, slip="red")


def test_who_answers_for_a_red_slip_is_named_to_its_requester(town, client):
    red(town, level="community")
    case = town.case()
    client.force_login(town.people["worker_a"])
    assert "红单由槐树社区" in client.get(f"/desk/{case.number}/").content.decode()
    assert rules.owner_of(town.case(IN_B1)) is None  # a blue one


@pytest.mark.parametrize("name", ["worker_a", "officer_a1", "worker_b", "dispatcher_east", "water", "auditor", "admin", "supervisor"])
def test_others_do_not_set_the_rule_of_a_community(town, name):
    with pytest.raises(Refused):
        red(town, who=name)
    with pytest.raises(Refused):
        settings.set_whistle_right(town.actor(name), community=town.places["a"], may=True, members=[town.units["firm"]])


@pytest.mark.parametrize("name", ["head_a", "dispatcher_west", "worker_a", "water"])
def test_the_rule_for_all_is_the_districts(town, name):
    with pytest.raises(Refused):
        red(town, who=name, place=None)
    assert red(town, who="dispatcher", place=None).community is None


@pytest.mark.parametrize("bad", [{"classes": ["soon"]}, {"codes": ["ZZ"]}, {"level": "grid"}, {"days": 0}, {"days": 99}])
def test_a_rule_for_slips_that_cannot_be_is_refused(town, bad):
    with pytest.raises(Invalid):
        red(town, **bad)


def test_cases_that_are_there_keep_their_colour(town):
    case = town.case()
    red(town)
    assert Case.objects.get(pk=case.pk).slip == "blue"


def test_the_pages_say_and_set_the_rule(town, client):
    client.force_login(town.people["head_a"])
    assert f'/desk/slips/{town.places["a"].pk}/' in client.get("/slips/").content.decode()
    sent = {"which": "slip", "classes": ["hazard"], "codes": "1003， 6005", "level": "community", "days": 3, "words": "先顾老人"}
    assert client.post(f"/desk/slips/{town.places['a'].pk}/", sent).status_code == 302
    rules.forget()
    client.logout()
    text = client.get("/slips/").content.decode()
    assert "先顾老人" in text and "路灯不亮" in text and "最多 3 天办结" in text
    assert CommunityRule.objects.get().red_codes == "1003,6005"


@pytest.mark.parametrize("bad", [{"codes": "9999"}, {"days": "x"}, {"level": ""}, {"classes": ["x"]}])
def test_bad_input_on_the_rule_page(town, client, bad):
    client.force_login(town.people["head_a"])
    sent = {"which": "slip", "classes": ["hazard"], "codes": "", "level": "community", "days": 3, "words": "写了半天", **bad}
    answer = client.post(f"/desk/slips/{town.places['a'].pk}/", sent)
    assert answer.status_code == 422 and "写了半天" in answer.content.decode()


def test_the_rule_pages(town, client):
    client.force_login(town.people["dispatcher"])
    sent = {"title": "路灯归市政", "codes": "6005", "to": "unit", "unit": town.units["roads"].pk, "at_once": "on"}
    assert client.post("/desk/rule/", sent).status_code == 302
    made = RoutingRule.objects.get()
    assert client.post("/desk/rule/", {**sent, "codes": "nope"}).status_code == 422
    assert client.post(f"/desk/rule/{made.pk}/on/").status_code == 302
    assert not RoutingRule.objects.get().is_on
    town.case(category="6005")
    assert "会管到 1 件" in client.post(f"/desk/rule/{made.pk}/try/").content.decode()
    assert client.post(f"/desk/rule/{made.pk}/on/").status_code == 302
    client.logout()
    assert "马上派给" in client.get("/rules/").content.decode()


def test_a_case_that_a_rule_sent_can_be_worked_on_to_the_end(town, clock):
    rule(town, at_once=True)
    case = town.case(category="6005")
    order = case.orders.get()
    orders.acknowledge(town.actor("roads"), case=case.pk, order=order.pk)
    orders.give_result(town.actor("roads"), case=case.pk, order=order.pk, result="换了灯泡")
    work.complete(town.actor("officer_a1"), case=case.pk, answer="亮了")
    assert Case.objects.get(pk=case.pk).state == "callback"
    assert requester(case)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("place", ["a", None])
def test_two_who_set_the_first_rule_at_once_make_one(place):
    town = made_town()
    who = ("head_a", "dispatcher_west") if place else ("dispatcher", "supervisor")
    results = together(*[
        lambda name=name, level=level: red(town, who=name, place=place, level=level)
        for name, level in zip(who, ("community", "subdistrict"), strict=True)
    ])
    assert errors(results) == []
    assert CommunityRule.objects.count() == 1
