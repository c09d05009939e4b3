"""Narrowing a list by its address: what is left, what is ignored with a word, and that no right is widened by it."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs

import pytest
from django.urls import reverse

from bandeng.cases import lines
from bandeng.cases.actions import ending, filing
from bandeng.cases.filter_form import FilterForm, address, chips, values
from bandeng.cases.lines import Filters
from bandeng.cases.tests.lives import completed, dispatched, whistled
from tests.district import IN_A2, IN_B1, IN_C1, IN_ELM, requester

pytestmark = pytest.mark.django_db


def form(town, name="supervisor", **given):
    return FilterForm(given, actor=town.actor(name))


def left(town, name="supervisor", view="all", **given):
    rows, total = lines.inbox(town.actor(name), view, filters=form(town, name, **given).filters)
    assert total == len(rows)
    return {row.pk for row in rows}


@pytest.fixture
def four(town, clock):
    town.elm = town.case(IN_ELM, category="1003")
    town.a2 = town.case(IN_A2, category="1001")
    town.b = town.case(IN_B1, category="2001", source="phone", actor=town.actor("worker_b"), post=town.actor("worker_b").posts[0])
    town.c = town.case(IN_C1, category="3001")
    filing.set_slip(town.actor("worker_c"), case=town.c.pk, slip="red")
    return town


def test_each_filter_leaves_what_it_says(four, clock):
    everything = {four.elm.pk, four.a2.pk, four.b.pk, four.c.pk}
    places = four.places
    for given, wanted in [
        ({}, everything), ({"category": "1003"}, {four.elm.pk}), ({"category": "物业"}, {four.elm.pk, four.a2.pk}),
        ({"area": str(places["a"].pk)}, {four.elm.pk, four.a2.pk}), ({"area": str(places["a2"].pk)}, {four.a2.pk}),
        ({"area": str(places["east"].pk)}, {four.c.pk}), ({"compound": "榆钱"}, {four.elm.pk}), ({"compound": "elm"}, {four.elm.pk}),
        ({"slip": "red"}, {four.c.pk}), ({"source": "phone"}, {four.b.pk}), ({"state": "handling"}, set()),
        ({"state": "received", "category": "物业", "area": str(places["a1"].pk)}, {four.elm.pk}),
    ]:
        assert left(four, **given) == wanted, given


def test_received_between_two_days_counts_both_of_them(four, clock):
    today, other = str(clock.now.date()), str((clock.now + timedelta(days=1)).date())
    assert len(left(four, since=today, until=today)) == 4
    assert left(four, since=other) == set()
    assert left(four, until=str((clock.now - timedelta(days=1)).date())) == set()


def test_by_unit_and_by_whistle(four, clock):
    whistled(four, case=four.elm)
    dispatched(four, four.a2)
    assert left(four, unit="水务") == left(four, whistle="daily") == {four.elm.pk}
    assert left(four, unit="榆钱物业") == {four.a2.pk}
    assert left(four, whistle="emergency") == set()


def test_a_liaison_filters_and_groups_orders(four, clock):
    whistled(four, "hard", case=four.elm)
    whistled(four, case=four.a2)
    mine = {"name": "water", "view": "mine"}
    assert left(four, **mine, whistle="hard") == {four.elm.pk}
    assert left(four, **mine, state="whistled") == {four.elm.pk, four.a2.pk}
    assert left(four, **mine, state="accepted") == set()
    assert left(four, **mine, area=str(four.places["a2"].pk)) == {four.a2.pk}
    rows, _total = lines.inbox(four.actor("water"), filters=Filters(by="whistle"))
    assert [row.whistle for row in rows] == ["daily", "hard"]
    rows, _total = lines.inbox(four.actor("water"), filters=Filters(by="category"))
    assert [row.category_id for row in rows] == sorted(row.category_id for row in rows)


def test_groups_stand_together_in_lists_of_cases(four, clock):
    rows, _total = lines.inbox(four.actor("supervisor"), "all", filters=Filters(by="community"))
    keys = [row.community_id for row in rows]
    assert keys == sorted(keys)


def test_no_filter_shows_what_another_community_has(four, clock):
    for given in ({"area": str(four.places["c"].pk)}, {"compound": "松风"}, {"category": "3001"}, {"slip": "red"}, {"unit": "物业"}):
        for view in ("all", "late", "soon", "unowned", "mine"):
            assert four.c.pk not in left(four, "worker_a", view, **given)


@pytest.mark.parametrize("given", [
    {"category": "9999"}, {"category": "\0"}, {"area": "x"}, {"area": "99999999999999999999"}, {"area": "²"}, {"compound": "没有这个"},
    {"slip": "green"}, {"source": "x"}, {"state": "x"}, {"whistle": "x"}, {"unit": "没有这家"}, {"since": "2026-13-45"}, {"until": "明天"},
    {"by": "x"}, {"compound": "榆" * 99},
])
def test_what_means_nothing_is_left_out_with_a_word(four, client, log_in, given):
    log_in(four, "supervisor")
    answer = client.get(reverse("cases:inbox"), {"view": "all", **given})
    assert answer.status_code == 200
    assert answer.context["total"] == 4
    assert "没有用上" in answer.content.decode()
    assert answer.context["chips"] == []


def test_a_building_or_a_place_of_another_kind_is_no_area(four, clock):
    assert form(four, area=str(four.places["elm"].pk)).filters.area is None


def test_a_form_with_empty_fields_leads_to_a_short_address(four, client, log_in):
    log_in(four, "supervisor")
    sent = {"view": "all", "category": "1003", "area": "", "slip": "", "since": "", "by": ""}
    assert client.get(reverse("cases:inbox"), sent).url == "/desk/?view=all&category=1003"


def test_every_filter_that_is_on_is_said_and_taken_off_by_itself(four, clock):
    bound = form(four, category="物业", area=str(four.places["a"].pk), slip="blue", by="state")
    found = chips(bound, "all")
    assert [(chip.label, chip.text) for chip in found] == [("类别", "物业，整类"), ("社区、网格", "槐树社区"), ("红单、蓝单", "蓝单")]
    assert parse_qs(found[0].without) == {"view": ["all"], "area": [str(four.places["a"].pk)], "slip": ["blue"], "by": ["state"]}


def test_a_colleague_sees_the_same_as_far_as_rights_go(four, client, log_in):
    query = address("all", values(form(four, category="物业").filters))
    seen = {}
    for name in ("supervisor", "dispatcher_west", "worker_a", "officer_a1", "worker_b"):
        log_in(four, name)
        seen[name] = {row.pk for _n, row, _head in client.get(f"/desk/?{query}").context["rows"]}
    assert seen["supervisor"] == seen["dispatcher_west"] == seen["worker_a"] == {four.elm.pk, four.a2.pk}
    assert seen["officer_a1"] == {four.elm.pk}
    assert seen["worker_b"] == set()


def test_the_places_to_choose_from_are_ones_own(four, clock):
    def offered(name):
        return {str(text) for _top, some in form(four, name).fields["area"].choices if isinstance(some, list) for _key, text in some}

    assert offered("worker_a") == {"槐树社区", "槐树第一网格", "槐树第二网格"}
    assert {"西街街道", "槐树社区", "北门社区", "槐树第一网格"} <= offered("dispatcher_west")
    assert "东岗社区" not in offered("dispatcher_west")
    assert {"西街街道", "东岗社区"} <= offered("supervisor")


def test_pages_keep_the_filters(four, client, log_in, monkeypatch):
    monkeypatch.setattr(lines, "PAGE", 1)
    log_in(four, "supervisor")
    page = client.get("/desk/?view=all&category=物业")
    assert ("category", "物业") in page.context["keep"]
    assert page.context["pages"].after == 2
    assert client.get("/desk/?view=all&category=物业&page=2").context["total"] == 2


def test_an_open_point_is_rounded_before_it_stands_anywhere(four, client, log_in):
    log_in(four, "worker_a")
    answer = client.get("/desk/?view=near&near=100.0051234,30.0049876")
    assert parse_qs(answer.url.partition("?")[2]) == {"view": ["near"], "near": ["100.005,30.005"]}
    page = client.get(answer.url)
    assert (page.context["total"], page.context["keep"]) == (1, [("view", "near"), ("near", "100.005,30.005")])
    page = client.get("/desk/?view=near&place=松风小区")
    assert page.context["place"].near == "100.065,30.005"


def test_what_ended_is_narrowed_within_a_season(four, clock):
    began = clock.now.date()
    gone = completed(four, four.elm)
    ending.answer(requester(gone), case=gone.pk, solved=True, grade=5)
    assert left(four, view="ended", category="物业") == {gone.pk}
    clock.pass_by(days=93)
    assert left(four, view="ended") == {gone.pk}
    assert left(four, view="ended", category="物业") == set()
    assert left(four, view="ended", category="物业", since=str(began)) == {gone.pk}


@pytest.mark.parametrize("near", ["nan,inf", "1,2,3", "x", "999,0", "\0", ","])
def test_a_point_that_is_none_is_dropped(four, client, log_in, near):
    log_in(four, "worker_a")
    assert client.get("/desk/", {"view": "near", "near": near}).url == "/desk/?view=near"


@pytest.mark.parametrize("name", ["officer_a1", "worker_a", "dispatcher_west", "water", "supervisor", "auditor"])
@pytest.mark.parametrize("view", ["mine", "late", "refused", "unowned", "near", "ended"])
def test_a_narrowed_inbox_takes_few_queries(four, client, log_in, django_assert_max_num_queries, name, view):
    whistled(four, case=four.elm)
    log_in(four, name)
    client.get("/")
    given = {"view": view, "category": "物业", "compound": "榆钱", "unit": "水务", "whistle": "daily", "by": "community",
             "area": four.places["a"].pk, "since": "2026-03-01", "near": "100.005,30.005", "slip": "blue"}
    with django_assert_max_num_queries(15):
        assert client.get(reverse("cases:inbox"), given).status_code == 200
