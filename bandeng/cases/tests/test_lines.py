"""What a line of the inbox shows, where its names come from, and what a unit has done."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from bandeng.cases import lines, queries
from bandeng.cases.actions import orders, work
from bandeng.cases.models import Category
from bandeng.cases.tests.lives import dispatched, done, whistled
from bandeng.foundation.pages import paging
from bandeng.territory import locate
from bandeng.territory.models import Place
from tests.district import IN_A2, IN_ELM

pytestmark = pytest.mark.django_db


def only(town, name="officer_a1", view="mine"):
    rows, total = lines.inbox(town.actor(name), view)
    assert (len(rows), total) == (1, 1)
    return rows[0]


def test_a_line_says_what_where_and_by_when(town, clock):
    case = town.case(IN_ELM, "水管冒水", category="6001")
    row = only(town)
    assert (row.number, str(row.category), row.words, row.state_label) == (case.number, "停水、水管漏", "水管冒水", "已收到")
    assert row.where == "榆钱小区 · 槐树第一网格"
    assert (row.lon, row.lat) == IN_ELM
    assert (row.urgency, row.order, row.whistle_label) == ("soon", None, "")
    clock.pass_by(days=2)
    assert only(town).urgency == "late"


def test_a_line_speaks_the_readers_language(town, clock):
    town.case(IN_ELM)
    row = only(town)
    with translation.override("en"):
        assert (row.where, row.state_label, str(row.category)) == ("Elm · A1", "Received", "Property service")


def test_where_no_compound_is_what_was_typed_stands_there(town, clock):
    town.case(IN_A2, place_text="菜市场门口")
    assert only(town, "officer_a2").where == "菜市场门口 · 槐树第二网格"


def test_an_order_says_what_is_asked_of_the_unit(town, clock):
    _case, made = whistled(town)
    row = only(town, "water")
    assert (row.order, row.ask, row.state, row.state_label, row.whistle_label) == (
        made[0].pk, "请两家一起到场。", "whistled", "已吹哨", "日常哨")
    assert row.due_at == made[0].due_at


def test_places_that_have_ended_keep_their_names(town, clock, django_assert_max_num_queries):
    town.case(IN_ELM)
    Place.objects.filter(pk=town.places["a1"].pk).update(ended_on=timezone.localdate())
    locate.forget()
    assert only(town).where == "榆钱小区 · 槐树第一网格"


def test_a_category_made_a_moment_ago_is_known(town, clock):
    queries.categories()  # as this process knows them
    kind = Category.objects.get(code="1003")
    kind.pk, kind.code, kind.name = None, "1099", "新的一类"
    kind.save()
    town.categories["1099"] = kind
    town.case(IN_ELM, category="1099")
    assert str(only(town).category) == "新的一类"


def test_a_unit_finds_what_it_has_done_newest_first(town, clock):
    first, made = dispatched(town)
    orders.acknowledge(town.actor("firm"), case=first.pk, order=made.pk)
    done(town, "firm", made)
    second, other = dispatched(town, case=town.case())
    clock.pass_by(hours=1)
    done(town, "firm", other)
    rows, total = lines.inbox(town.actor("firm"), "done")
    assert ([row.pk for row in rows], total) == ([second.pk, first.pk], 2)
    assert {row.due_words for row in rows} == {""}


def test_what_was_cancelled_or_sent_back_is_not_done(town, clock):
    case, order = dispatched(town)
    done(town, "firm", order)
    orders.send_back(town.actor("worker_a"), case=case.pk, order=order.pk, reason="还漏")
    assert lines.inbox(town.actor("firm"), "done") == ([], 0)
    orders.cancel(town.actor("worker_a"), case=case.pk, order=order.pk, reason="换一家")
    assert lines.inbox(town.actor("firm"), "done") == ([], 0)


def test_a_long_list_says_that_it_is_long(town, clock, client, log_in, monkeypatch):
    for room in (paging, lines):
        monkeypatch.setattr(room, "COUNTED", 3)
    for _ in range(5):
        town.case(IN_ELM)
    log_in(town, "officer_a1")
    page = client.get(reverse("cases:inbox")).content.decode()
    assert "超过 3 件" in page
    assert lines.inbox(town.actor("officer_a1"))[1] == 4


def test_a_case_in_hand_lies_with_nobody_else(town, clock):
    case = town.case(IN_ELM)
    work.take(town.actor("officer_a1"), case=case.pk)
    assert only(town).pk == case.pk
    for name in ("officer_a2", "worker_a", "dispatcher_west", "dispatcher"):
        assert lines.inbox(town.actor(name))[0] == []
