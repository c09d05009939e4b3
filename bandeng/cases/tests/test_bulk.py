"""One act on several lines: each by itself, with what came of it; never what cannot be put right."""

from __future__ import annotations

import pytest
from django.urls import reverse

from bandeng.cases import bulk
from bandeng.cases.actions import work
from bandeng.cases.actions.intake import Reach
from bandeng.cases.models import Case, Event, Order
from bandeng.cases.tests.lives import completed, dispatched, whistled
from tests.district import IN_A1, IN_A2, IN_C1, IN_ELM

pytestmark = pytest.mark.django_db
URL = "/desk/bulk/"


def state(case):
    return Case.objects.get(pk=case.pk).state


def send(client, act, picks, **more):
    return client.post(URL, {"act": act, "pick": [getattr(pick, "number", pick) for pick in picks], "back": "view=all", **more})


def outcomes(answer):
    return [(one.number, one.done) for one in answer.context["outcomes"]]


def test_several_are_taken_in_hand_and_each_says_what_came_of_it(town, clock, client, log_in):
    first, second, over = town.case(), town.case(), completed(town)
    log_in(town, "officer_a1")
    answer = send(client, "take", [first, second, over])
    assert outcomes(answer) == [(first.number, True), (second.number, True), (over.number, False)]
    assert "等评价" in answer.context["outcomes"][2].words
    assert (state(first), state(second), state(over)) == ("handling", "handling", "callback")
    assert "办了 2 件" in answer.content.decode() and "1 件没办成" in answer.content.decode()


def test_a_case_one_may_not_see_is_as_one_that_is_not_there(town, clock, client, log_in):
    mine, theirs = town.case(), town.case(IN_C1)
    log_in(town, "worker_a")
    answer = send(client, "take", [theirs, mine, "000000-0000"])
    assert outcomes(answer) == [(theirs.number, False), (mine.number, True), ("000000-0000", False)]
    words = [one.words for one in answer.context["outcomes"]]
    assert words[0] == words[2]
    assert state(theirs) == "received"


def test_the_right_is_asked_for_each_case_by_its_action(town, clock, client, log_in):
    case = town.case()
    log_in(town, "supervisor")  # sees it, and does not hold it
    assert outcomes(send(client, "take", [case])) == [(case.number, False)]
    assert state(case) == "received"


def test_a_note_is_asked_for_first_and_then_stands_on_each(town, clock, client, log_in):
    cases = [town.case(), town.case(IN_A2)]
    log_in(town, "worker_a")
    asked = send(client, "note", cases)
    assert asked.status_code == 200 and not Event.objects.filter(action="note").exists()
    assert asked.context["form"].fields["words"]
    empty = send(client, "note", cases, filled="1", words="")
    assert empty.status_code == 422
    done = send(client, "note", cases, filled="1", words="周五一起看")
    assert [done for _number, done in outcomes(done)] == [True, True]
    assert list(Event.objects.filter(action="note").values_list("text", "public")) == [("周五一起看", False)] * 2


def test_several_are_put_into_another_category(town, clock, client, log_in):
    cases = [town.case(category="1003"), town.case(category="1001")]
    log_in(town, "worker_a")
    answer = send(client, "recategorise", cases, filled="1", category=str(town.categories["1001"].pk))
    assert outcomes(answer) == [(cases[0].number, True), (cases[1].number, False)]
    assert "已经是这一类" in answer.context["outcomes"][1].words


def test_alike_cases_go_to_one_unit_with_one_reason(town, clock, client, log_in):
    first, second, other = town.case(), town.case(category="1001"), town.case(category="3001")
    log_in(town, "worker_a")
    asked = send(client, "dispatch", [first, second])
    assert "榆钱物业" in asked.content.decode()
    answer = send(client, "dispatch", [first, second, other], filled="1", unit=str(town.units["firm"].pk), reason="请一起看看")
    assert [done for _number, done in outcomes(answer)] == [True, True, False]
    assert "同一大类" in answer.context["outcomes"][2].words
    assert set(Order.objects.values_list("case_id", "ask")) == {(first.pk, "请一起看看"), (second.pk, "请一起看看")}


def test_only_units_that_all_the_cases_have_in_common_are_offered(town, clock, client, log_in):
    inside, outside = town.case(IN_ELM), town.case(IN_A1)
    act = bulk.act_of(town.actor("dispatcher_west"), "dispatch")

    def offered(*cases):
        return {text for _key, text in bulk.form_of(act, cases).fields["unit"].choices[1:]}

    assert offered(inside) == {"榆钱物业"}
    assert offered(inside, outside) == {"榆钱物业"}  # of the community
    assert offered(inside, town.case(IN_C1)) == set()
    log_in(town, "dispatcher_west")
    answer = send(client, "dispatch", [inside], filled="1", unit=str(town.units["parks"].pk), reason="请看看")  # of the other subdistrict
    assert answer.status_code == 422 and not Order.objects.exists()


def test_a_liaison_acknowledges_several_orders_of_the_own_unit(town, clock, client, log_in):
    first, made = whistled(town)
    second, others = whistled(town)
    log_in(town, "water")
    picks = [f"{first.number}/{made[0].pk}", f"{second.number}/{others[1].pk}", second.number]
    assert outcomes(send(client, "acknowledge", picks)) == [(first.number, True), (second.number, False), (second.number, False)]
    made[0].refresh_from_db(), others[1].refresh_from_db()
    assert (made[0].state, others[1].state) == ("accepted", "whistled")


def test_an_order_of_another_case_is_not_taken_for_this_one(town, clock, client, log_in):
    first, made = dispatched(town)
    second, other = dispatched(town, town.case())
    log_in(town, "firm")
    assert outcomes(send(client, "acknowledge", [f"{first.number}/{other.pk}"])) == [(first.number, False)]
    other.refresh_from_db()
    assert other.state == "dispatched"


@pytest.mark.parametrize("act", ["complete", "merge", "redirect", "not_file", "close_by_exception", "open_contact", "check_passed",
                                 "heard_yes", "withdraw", "erase", "whistle", "", "\0"])
def test_what_cannot_be_put_right_is_never_done_to_several(town, clock, client, log_in, act):
    case = town.case()
    log_in(town, "dispatcher_west")
    before = Event.objects.count()
    answer = send(client, act, [case], filled="1", reason="都关了", into="1", answer="好了")
    assert answer.url == "/desk/?view=all"
    assert Event.objects.count() == before


def test_a_button_that_is_not_ones_own_does_nothing(town, clock, client, log_in):
    case = town.case()
    log_in(town, "auditor")
    assert send(client, "note", [case], filled="1", words="x").url == "/desk/?view=all"
    assert [act.name for act in bulk.acts_for(town.actor("auditor"))] == []
    assert [act.name for act in bulk.acts_for(town.actor("water"))] == ["acknowledge", "note"]


def test_no_more_than_fifty_at_once_and_none_is_nothing(town, clock, client, log_in):
    log_in(town, "worker_a")
    assert send(client, "take", [f"260309-{n:04d}" for n in range(51)]).url == "/desk/?view=all"
    assert send(client, "take", []).url == "/desk/?view=all"
    assert len(outcomes(send(client, "take", [f"260309-{n:04d}" for n in range(50)]))) == 50


def test_the_same_line_twice_is_one_line(town, clock, client, log_in):
    case = town.case()
    log_in(town, "officer_a1")
    assert outcomes(send(client, "take", [case, case])) == [(case.number, True)]


def test_the_same_form_is_taken_once(town, clock, client, log_in):
    case = town.case()
    log_in(town, "worker_a")
    for _ in range(2):
        answer = send(client, "note", [case], filled="1", words="一次", once="t" * 32)
    assert answer.url == "/desk/?view=all"
    assert Event.objects.filter(action="note").count() == 1


def test_one_that_breaks_lets_the_form_be_sent_again_and_keeps_what_was_done(town, clock, client, log_in, monkeypatch):
    first, second = town.case(), town.case()
    log_in(town, "worker_a")
    real, calls = work.note, []

    def breaks(*args, **kwargs):
        calls.append(kwargs)
        if len(calls) == 2:
            raise RuntimeError("broken")
        return real(*args, **kwargs)

    verb = next(one for one in bulk.verbs.CASE_VERBS if one.action == "note")
    monkeypatch.setattr(bulk.verbs, "verb", lambda name, orders: type(verb)(verb.action, verb.label, verb.form, breaks, verb.said))
    client.raise_request_exception = False
    assert send(client, "note", [first, second], filled="1", words="看看", once="t" * 32).status_code == 500
    assert set(Event.objects.filter(action="note").values_list("case_id", flat=True)) == {first.pk}


def test_the_sheet_names_matter_place_and_limit_and_nobody(town, clock, client, log_in):
    case = town.case(IN_ELM, "张三家门口冒水", reach=Reach(name="张三", phone="13800138000"))
    other = town.case(IN_C1)
    log_in(town, "officer_a1")
    answer = send(client, "print", [case, other])
    _head, _article, page = client.get(answer.url).content.decode().partition("<main")
    for words in (case.number, "榆钱小区", "物业服务", "办结"):
        assert words in page
    for words in ("张三", "13800138000", "冒水", other.number):
        assert words not in page
    assert "有 1 件不归您看" in page


def test_asking_and_printing_for_many_take_few_queries(town, clock, client, log_in, django_assert_max_num_queries):
    cases = [town.case((IN_ELM, IN_A1, IN_A2)[n % 3]) for n in range(12)]
    whistled(town, case=cases[0])
    log_in(town, "worker_a")
    client.get("/")
    with django_assert_max_num_queries(15):
        assert send(client, "dispatch", cases).status_code == 200
    with django_assert_max_num_queries(15):
        assert client.get("/desk/sheet/", {"pick": [case.number for case in cases]}).status_code == 200
    for path in ("/desk/views/", "/desk/phrases/"):
        with django_assert_max_num_queries(15):
            assert client.get(path).status_code == 200


def test_a_line_of_the_inbox_can_be_ticked(town, clock, client, log_in):
    case, made = whistled(town)
    log_in(town, "water")
    page = client.get(reverse("cases:inbox")).content.decode()
    assert f'name="pick" value="{case.number}/{made[0].pk}" form="bulk"' in page
