"""No page takes more than fifteen queries, however much it shows."""

import pytest
from django.test import Client
from django.urls import reverse

from bandeng.cases.actions import intake, orders, privacy, work
from bandeng.cases.actions.intake import Reach
from bandeng.cases.tests.lives import completed, dispatched, rated, whistled
from bandeng.people.actions.invitations import invite
from bandeng.people.tests.keys import log_in_as, password, with_app
from tests.district import IN_A1, IN_A2, IN_B1, IN_C1, IN_ELM, picture, requester

MOST = 15


@pytest.fixture
def busy(town, clock):
    """Forty cases in many states, and one with everything on it."""
    full, made = whistled(town, case=town.case(reach=Reach(name="王", phone="12345"), agreed_public=True,
                                               uploads=[picture(), picture()]), units=("water", "roads", "firm", "parks"))
    for name, order in zip(("water", "roads", "firm"), made, strict=False):
        if order.unit == town.units[name]:
            orders.report_in(town.actor(name), case=full.pk, order=order.pk)
            orders.give_result(town.actor(name), case=full.pk, order=order.pk, result="好了", uploads=[picture()])
    intake.add_words(requester(full), case=full.pk, words="还有", uploads=[picture()])
    privacy.open_contact(town.actor("worker_a"), case=full.pk, reason="约时间上门")
    work.note(town.actor("worker_a"), case=full.pk, words="记一笔")
    claims = [full.pk]
    for number in range(39):
        where = (IN_ELM, IN_A1, IN_A2, IN_B1, IN_C1)[number % 5]
        case = town.case(where, category=("1001", "2001", "6004")[number % 3])
        claims.append(case.pk)
        if where in (IN_ELM, IN_A1):
            (whistled, dispatched, completed, rated)[number % 4](town, case=case)
    asked = town.case()
    orders.ask_whistle(town.actor("worker_a"), case=asked.pk, units=[town.units["water"].pk], reason="叫不动")
    clock.pass_by(days=1)
    town.asked = asked
    town.full, town.claims = full, claims
    return town


def remember(client, ids):
    session = client.session
    session["claims"] = ids
    session.save()


PUBLIC = {
    "home": "/", "my grid": "/grid/", "my grid by point": "/grid/?lon=100.005&lat=30.005",
    "my grid by words": "/grid/?q=榆钱小区1号楼2单元501", "my grid, nothing found": "/grid/?q=" + "某" * 100,
    "report form": "/report/", "follow": "/follow/", "board": "/board/", "ended": "/board/?state=ended",
    "board map": "/board/map/", "journal": "/board/journal/",
}


@pytest.mark.parametrize("path", PUBLIC.values(), ids=PUBLIC)
def test_a_public_page_takes_few_queries(client, busy, django_assert_max_num_queries, path):
    client.get("/report/")  # what is looked up every five seconds, for all pages
    with django_assert_max_num_queries(MOST):
        assert client.get(path).status_code == 200


def test_the_board_page_of_a_full_case_takes_few_queries(client, busy, django_assert_max_num_queries):
    with django_assert_max_num_queries(MOST):
        assert client.get(reverse("insight:case", args=[busy.full.number])).status_code == 200


def test_the_requesters_pages_take_few_queries(client, busy, django_assert_max_num_queries):
    remember(client, busy.claims)
    for path in (reverse("cases:follow_one", args=[busy.full.number]), "/follow/"):
        with django_assert_max_num_queries(MOST):
            assert client.get(path).status_code == 200


@pytest.mark.parametrize("name", ["officer_a1", "worker_a", "dispatcher_west", "water", "supervisor", "auditor"])
@pytest.mark.parametrize("view", ["mine", "all", "ended", "waiting", "check"])
def test_an_inbox_takes_few_queries(client, busy, django_assert_max_num_queries, name, view, log_in):
    log_in(busy, name)
    client.get("/report/")  # what is looked up every five seconds, for all pages
    with django_assert_max_num_queries(MOST):
        assert client.get(reverse("cases:inbox"), {"view": view}).status_code == 200


@pytest.mark.parametrize("name", ["officer_a1", "worker_a", "dispatcher_west", "water", "supervisor", "auditor"])
def test_a_full_case_page_takes_few_queries(client, busy, django_assert_max_num_queries, name, log_in):
    log_in(busy, name)
    client.get("/report/")  # what is looked up every five seconds, for all pages
    with django_assert_max_num_queries(MOST):
        assert client.get(reverse("cases:case", args=[busy.full.number])).status_code == 200


@pytest.mark.parametrize("name", ["officer_a1", "worker_a", "dispatcher_west"])
def test_a_case_with_an_open_request_takes_few_queries(client, busy, django_assert_max_num_queries, name, log_in):
    log_in(busy, name)
    client.get("/report/")  # what is looked up every five seconds, for all pages
    with django_assert_max_num_queries(MOST):
        assert client.get(reverse("cases:case", args=[busy.asked.number])).status_code == 200


def test_the_form_on_behalf_and_the_messages_take_few_queries(client, busy, django_assert_max_num_queries, log_in):
    log_in(busy, "officer_a1")
    for path in (reverse("cases:enter"), reverse("site:notices")):
        with django_assert_max_num_queries(MOST):
            assert client.get(path).status_code == 200


def test_the_pages_of_ones_own_log_in_take_few_queries(client, busy, django_assert_max_num_queries):
    account = busy.people["worker_a"]
    for number in range(9):
        with_app(account, f"mark {number}")
    for _ in range(9):
        log_in_as(Client(), busy.people["officer_a1"])
    log_in_as(client, busy.people["officer_a1"])
    client.get("/report/")  # what is looked up every five seconds, for all pages
    for path in ("people:security", "people:setup", "people:confirm", "people:codes"):
        with django_assert_max_num_queries(MOST):
            client.get(reverse(path))
    other = Client()
    password(other, account)
    with django_assert_max_num_queries(MOST):
        assert other.get(reverse("people:second")).status_code == 200


@pytest.mark.parametrize("name", ["worker_a", "admin"])
def test_the_pages_of_people_take_few_queries(client, busy, django_assert_max_num_queries, log_in, name):
    for number in range(12):
        done = invite(busy.actor("worker_a"), role="building_leader", place=busy.places["building"], name="王",
                      phone=f"1380000{number:04d}")
    log_in(busy, name)
    for path in (reverse("people:people"), reverse("people:people") + "?q=a", reverse("people:invite") + "?role=building_leader",
                 reverse("people:person", args=[busy.people["leader"].pk])):
        with django_assert_max_num_queries(MOST):
            assert client.get(path).status_code == 200
    stranger = Client()
    stranger.get(reverse("people:join_link", args=[done.token]))
    with django_assert_max_num_queries(MOST):
        assert stranger.get(reverse("people:join")).status_code == 200
