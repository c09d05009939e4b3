"""Forms that are drawn once for all pages say nothing of one page on another."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from bandeng.cases.actions import orders
from bandeng.cases.models import Category
from bandeng.cases.tests.lives import whistled
from bandeng.cases.views import offers
from bandeng.people.models import Unit, UnitKind
from tests.district import IN_C1, IN_ELM

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_kept():
    offers.forget()
    yield
    offers.forget()


@pytest.fixture
def page(client, town, log_in, clock):
    def get(case, name="dispatcher_west", language="zh-hans"):
        log_in(town, name)
        client.cookies["django_language"] = language
        answer = client.get(reverse("cases:case", args=[case.number]))
        assert answer.status_code == 200
        return answer.content.decode()

    return get


def test_a_page_is_the_same_when_its_forms_are_kept(page, town):
    case = town.case(IN_ELM)
    tokens = re.compile(r'name="(?:once|csrfmiddlewaretoken)" value="[^"]*"')
    first, second = (tokens.sub("", page(case)) for _ in range(2))
    assert first == second
    assert offers._kept


def test_every_order_has_fields_of_its_own(page, town):
    case, made = whistled(town)
    html = page(case, "dispatcher_west")
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert all(f"cancel_{order.pk}_reason" in ids for order in made)
    assert offers.ORDER not in html
    other, again = whistled(town, case=town.case(IN_ELM, "另一件"))
    assert f"cancel_{again[0].pk}_reason" in page(other)
    assert f"cancel_{made[0].pk}_reason" not in page(other)


def test_forms_speak_the_readers_language(page, town):
    case = town.case(IN_ELM)
    assert "写给一起办的人" in page(case)
    english = page(case, language="en")
    assert "写给一起办的人" not in english
    assert "写给一起办的人" in page(case)


def test_what_the_community_asks_for_stands_on_its_own_case_only(page, town):
    asked, other = town.case(IN_ELM), town.case(IN_ELM, "另一件")
    orders.ask_whistle(town.actor("worker_a"), case=asked.pk, units=[town.units["water"].pk], reason="社区叫不动水务")
    html = page(asked)
    assert "社区叫不动水务</textarea>" in html
    assert re.search(rf'name="units" value="{town.units["water"].pk}"[^>]*checked', html)
    assert "社区叫不动水务" not in page(other)
    assert not re.search(rf'name="units" value="{town.units["water"].pk}"[^>]*checked', page(other))


def test_results_stand_in_the_answer_of_their_own_case_only(page, town):
    case, made = whistled(town)
    for name, order in zip(("water", "roads"), made, strict=True):
        orders.report_in(town.actor(name), case=case.pk, order=order.pk)
        orders.give_result(town.actor(name), case=case.pk, order=order.pk, result=f"{name} 修好了")
    other = town.case(IN_ELM, "另一件")
    assert "water 修好了\n" in page(case)
    assert "修好了" not in page(other)


def test_units_are_those_near_the_case_and_new_ones_appear(page, town):
    case, far = town.case(IN_ELM), town.case(IN_C1)
    assert "东街园林队" not in page(case, "dispatcher_west")
    assert "东街园林队" in page(far, "dispatcher_east")
    Unit.objects.create(name="西街应急队", kind=UnitKind.DEPARTMENT, seat=town.places["west"])
    assert "西街应急队" in page(case, "dispatcher_west")


def test_a_new_kind_of_matter_can_be_chosen_once_it_is_known(page, town):
    case = town.case(IN_ELM)
    assert "新的一类" not in page(case)
    Category.objects.filter(code="1001").update(name="新的一类")
    from bandeng.cases import queries

    queries.forget()  # as after five seconds
    assert "新的一类" in page(case)


def test_what_was_sent_comes_back_and_is_not_kept(page, town, client, log_in):
    case, other = town.case(IN_ELM), town.case(IN_ELM, "另一件")
    log_in(town, "worker_a")
    answer = client.post(reverse("cases:verb", args=[case.number, "redirect"]), {"reason": "只写了理由"})
    assert answer.status_code == 422
    assert "只写了理由</textarea>" in answer.content.decode()
    assert "只写了理由" not in page(other, "worker_a") + page(case, "worker_a")


def test_not_more_than_so_many_are_kept(page, town, monkeypatch):
    monkeypatch.setattr(offers, "KEPT", 3)
    case = town.case(IN_ELM)
    assert page(case) and len(offers._kept) <= 3


def test_a_page_opens_while_another_thread_empties_what_is_kept(page, town, monkeypatch):
    class Emptied(dict):
        """Loses everything right after each look, as by another thread."""

        def __contains__(self, key):
            found = super().__contains__(key)
            self.clear()
            return found

        def __setitem__(self, key, value):
            super().__setitem__(key, value)
            self.clear()

    monkeypatch.setattr(offers, "_kept", Emptied())
    assert "写给一起办的人" in page(town.case(IN_ELM))
