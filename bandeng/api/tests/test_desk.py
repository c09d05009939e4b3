"""Inbox and case by the interface: the same people see the same as on the pages, and never contact or original words."""

from __future__ import annotations

import pytest
from django.test import Client

from bandeng.cases.actions import orders, privacy, work
from bandeng.cases.actions.intake import Reach
from bandeng.cases.tests.lives import completed, whistled
from tests.district import IN_A2, IN_B1, picture, requester

REACH = Reach(name="王奶奶", phone="000-8887766", email="wang@test.example")
INBOX = "/api/v1/desk/inbox"
SEES = ["officer_a1", "deputy_a1", "worker_a", "head_a", "dispatcher_west", "chief_west", "water", "water_head", "roads",
        "supervisor", "dispatcher", "auditor"]
SEES_NOT = ["officer_a2", "officer_b1", "worker_b", "worker_c", "dispatcher_east", "firm", "parks", "leader", "admin"]


def at(case):
    return f"/api/v1/desk/cases/{case.number}"


@pytest.fixture
def case(town, clock):
    """Whistled to water and roads; with contact, a photograph and notes."""
    case = town.case(words="水管冒水13800138000", reach=REACH, uploads=[picture()])
    whistled(town, case=case)
    work.note(town.actor("dispatcher_west"), case=case.pk, words="内部的一句话")
    case.refresh_from_db()
    return case


@pytest.mark.parametrize("name", SEES)
def test_whose_matter_it_is_gets_the_case(client, town, case, name, log_in):
    log_in(town, name)
    said = client.get(at(case)).json()
    assert (said["number"], said["state"], said["category"]) == (case.number, "handling", "1003")
    assert [order["unit"] for order in said["orders"]] == ["试验水务公司", "区市政中心"]
    assert {limit["kind"] for limit in said["limits"]} >= {"response", "finish", "ack", "arrive"}
    assert said["community"]["name"] == "槐树社区"
    assert said["events"][0]["photos"] == 1
    assert said["created_at"] == "2026-03-09T10:00:00+08:00"


@pytest.mark.parametrize("name", SEES_NOT)
def test_others_do_not_learn_that_there_is_such_a_case(client, town, case, name, log_in):
    log_in(town, name)
    there, nowhere = client.get(at(case)), client.get("/api/v1/desk/cases/260309-9999")
    assert there.status_code == nowhere.status_code == 404
    assert there.json() == nowhere.json()


@pytest.mark.parametrize("path", [INBOX, "/api/v1/desk/cases/260309-0001"])
def test_strangers_are_asked_to_log_in(client, town, case, path):
    answer = client.get(path)
    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")


def test_the_requester_is_no_staff(client, case):
    session = client.session
    session["claims"] = [case.pk]
    session.save()
    assert client.get(at(case)).status_code == 401


def test_somebody_without_a_post_gets_nothing(client, town, case, log_in):
    town.people["worker_a"].posts.all().delete()
    log_in(town, "worker_a")
    assert client.get(INBOX).status_code == client.get(at(case)).status_code == 403


@pytest.mark.parametrize("name", SEES)
def test_contact_and_original_words_are_in_no_answer(client, town, case, name, log_in):
    privacy.open_contact(town.actor("worker_a"), case=case.pk, reason="约时间上门")
    log_in(town, name)
    text = client.get(at(case)).content.decode() + client.get(INBOX).content.decode()
    assert not [part for part in (REACH.name, REACH.phone, REACH.email, "13800138000") if part in text]


@pytest.mark.parametrize(("name", "reads"), [("worker_a", True), ("auditor", True), ("water", False), ("roads", False)])
def test_notes_are_for_the_places_staff_and_units_read_those_on_their_own_orders(client, town, case, name, reads, log_in):
    order = case.orders.get(unit=town.units["water"])
    orders.object_to(town.actor("water"), case=case.pk, order=order.pk, ground="归市里管")
    log_in(town, name)
    texts = [event["text"] for event in client.get(at(case)).json()["events"]]
    assert ("内部的一句话" in texts) is reads
    assert ("归市里管" in texts) is (name != "roads")


def test_no_event_names_a_person(client, town, case, log_in):
    log_in(town, "supervisor")
    said = client.get(at(case)).content.decode()
    assert not [name for name in ("officer_a1", "dispatcher_west", "water_head") if name in said]


# The inbox


def numbers(client, **asked):
    answer = client.get(INBOX, asked)
    assert answer.status_code == 200, answer.content
    return [item["number"] for item in answer.json()["items"]]


def test_an_inbox_holds_what_the_page_holds(client, town, log_in, clock):
    mine, other = town.case(), town.case(IN_A2)
    log_in(town, "officer_a1")
    assert numbers(client) == numbers(client, view="all") == [mine.number]
    page = client.get("/desk/").content.decode()
    assert mine.number in page and other.number not in page


def test_views_hold_what_their_names_say(client, town, log_in, clock):
    still, waiting = town.case(), completed(town)
    ended = town.case(IN_A2)
    work.not_file(town.actor("dispatcher_west"), case=ended.pk, reason="没有这回事")
    log_in(town, "worker_a")
    assert set(numbers(client, view="all")) == {still.number, waiting.number}
    assert numbers(client, view="waiting") == [waiting.number]
    assert numbers(client, view="ended") == [ended.number]
    assert numbers(client, view="check") == []


def test_a_liaison_has_orders_with_what_is_asked(client, town, case, log_in):
    log_in(town, "water")
    item = client.get(INBOX).json()["items"][0]
    assert (item["number"], item["state"], item["whistle"], item["ask"]) == (case.number, "whistled", "daily", "请两家一起到场。")
    assert item["order"] == case.orders.get(unit=town.units["water"]).pk
    assert numbers(client, view="done") == []


@pytest.mark.parametrize("view", ["all", "ended", "waiting", "check"])
def test_a_liaison_has_no_view_of_a_place(client, town, case, log_in, view):
    log_in(town, "water")
    assert client.get(INBOX, {"view": view}).status_code == 403


@pytest.mark.parametrize("name", ["leader", "admin"])
def test_who_has_no_inbox_gets_none(client, town, case, log_in, name):
    log_in(town, name)
    assert client.get(INBOX).status_code == 403


def test_pages_follow_one_another_without_gap_or_repeat(client, town, log_in, clock):
    made = {town.case().number for _ in range(7)}
    log_in(town, "officer_a1")
    seen = [number for page in (1, 2, 3, 4) for number in numbers(client, page=page, size=2)]
    assert (len(seen), set(seen)) == (7, made)
    assert client.get(INBOX, {"page": 4, "size": 2}).json()["total"] == 7


@pytest.mark.parametrize("wrong", [
    {"page": 0}, {"page": "x"}, {"page": 99999}, {"size": 0}, {"size": 101}, {"view": "x"}, {"view": "\x00"},
])
def test_nonsense_is_refused_by_name(client, town, log_in, wrong):
    log_in(town, "worker_a")
    answer = client.get(INBOX, wrong)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == next(iter(wrong))


@pytest.mark.parametrize("number", ["1", "%00", "9" * 300, "%F0%9F%9A%B2", "260309-0001'--"])
def test_strange_numbers_never_break_the_server(client, town, log_in, number):
    log_in(town, "worker_a")
    assert client.get(f"/api/v1/desk/cases/{number}").status_code in (404, 422)


def test_a_day_late_is_late(client, town, log_in, clock):
    town.case(IN_B1, category="6001")
    clock.pass_by(days=3)
    log_in(town, "officer_b1")
    assert client.get(INBOX).json()["items"][0]["late"] is True


def test_personal_answers_stay_in_no_cache(client, town, case, log_in):
    log_in(town, "worker_a")
    for path in (INBOX, at(case)):
        assert "no-store" in client.get(path)["Cache-Control"]


def test_an_inbox_of_a_hundred_takes_few_queries(client, town, log_in, clock, django_assert_max_num_queries):
    for _ in range(30):
        town.case()
    log_in(town, "worker_a")
    client.get("/")
    with django_assert_max_num_queries(12):
        assert len(numbers(client, view="all", size=100)) == 30


def test_a_case_takes_few_queries(client, town, case, log_in, django_assert_max_num_queries):
    log_in(town, "supervisor")
    client.get("/")
    with django_assert_max_num_queries(12):
        assert client.get(at(case)).status_code == 200


def test_reading_needs_no_token(town, case, client, log_in):
    log_in(town, "worker_a")
    strict = Client(enforce_csrf_checks=True)
    strict.cookies["sessionid"] = client.cookies["sessionid"].value
    assert strict.get(INBOX).status_code == 200


def test_a_claim_does_not_open_the_desk(client, town, case):
    assert requester(case).is_staff is False
    assert client.get(at(case)).status_code == 401
