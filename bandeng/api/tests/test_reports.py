"""Reporting by the interface: the same rules as the form, and whatever is sent, a clear answer."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bandeng.cases import claims
from bandeng.cases.models import Case, Contact
from bandeng.foundation.journal.models import Entry
from bandeng.foundation.sealed import vault
from tests.district import IN_A2, IN_ELM, OUTSIDE

URL, DESK = "/api/v1/reports", "/api/v1/desk/reports"
WORDS = "单元门口的水管冒水，流了一路。"


def body(**given):
    return {
        "report_key": claims.new_report_key(), "category": "1003", "words": WORDS, "lon": IN_ELM[0], "lat": IN_ELM[1], **given,
    }


@pytest.fixture
def send(client, town):
    """Send a report; what is not said is filled in well."""

    def post(path=URL, drop=(), **given):
        text = json.dumps({key: value for key, value in body(**given).items() if key not in drop})
        return client.post(path, text, content_type="application/json")

    return post


def refused(answer, status=422):
    """A problem that says what to do; nothing was taken in."""
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    said = answer.json()
    assert (said["status"], bool(said["title"]), bool(said["detail"])) == (status, True, True)
    assert not Case.objects.exists()
    return said


def named(said):
    return [fault["field"] for fault in said["errors"]]


def test_a_report_gives_number_code_and_address(send):
    answer = send(name="王奶奶", phone="0000-8887766", email="w@test.example", agreed_public=True)
    assert answer.status_code == 201
    assert answer["Cache-Control"] == "no-store"
    case, said = Case.objects.get(), answer.json()
    assert said["number"] == case.number
    assert claims.check(case.number, said["code"]) == case
    assert said["follow_url"].endswith(f"/c/{case.number}/{said['code']}/")
    assert (said["again"], case.source, case.agreed_public) == (False, "web", True)
    assert vault.unseal(case.data_key, Contact.objects.get().phone, "contact.phone") == "0000-8887766"


def test_the_words_are_masked_and_it_is_said_what_was(send):
    said = send(words="水管冒水，找13800138000").json()
    assert said["masked"] == ["phone"]
    assert "13800138000" not in Case.objects.get().words


def test_the_same_report_again_gives_the_same_case_and_code(send):
    key = claims.new_report_key()
    first, second = send(report_key=key), send(report_key=key)
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json() == {**first.json(), "again": True}
    assert Case.objects.count() == 1


def test_the_name_of_a_place_is_enough(send):
    assert send(drop=("lon", "lat"), place="榆钱小区1号楼2单元501").status_code == 201
    assert Case.objects.get().compound.name == "榆钱小区"


def test_a_name_that_may_mean_several_places_brings_them_to_choose_from(send):
    said = refused(send(drop=("lon", "lat"), place="榆钱"))
    assert said["type"] == "urn:bandeng:which-place"
    first = said["candidates"][0]
    assert send(place=first["text"], lon=first["lon"], lat=first["lat"]).status_code == 201


@pytest.mark.parametrize(("field", "wrong"), [
    ("report_key", "short"), ("report_key", "x" * 65), ("report_key", None), ("category", ""), ("category", "9999"), ("category", 7),
    ("category", "x" * 9), ("words", ""), ("words", "汉" * 2001), ("words", ["a"]), ("words", None), ("words", "字\x00字"),
    ("words", "\ud800"), ("place", "x" * 121), ("lon", "x"), ("lon", 181), ("lon", float("nan")), ("lon", float("inf")), ("lon", []),
    ("lat", -91), ("lat", {}), ("name", "x" * 21), ("phone", "call me"), ("phone", "1" * 21), ("email", "nobody"),
    ("email", "a@b.c\nBcc: x@y.z"), ("agreed_public", "perhaps"), ("danger_seen", 7),
])
def test_a_wrong_field_is_named(send, field, wrong):
    assert field in named(refused(send(**{field: wrong})))


@pytest.mark.parametrize("missing", ["report_key", "category", "words"])
def test_a_missing_field_is_named(send, missing):
    assert named(refused(send(drop=(missing,)))) == [missing]


def test_a_place_is_needed(send):
    assert "place" in named(refused(send(drop=("lon", "lat"))))


def test_a_place_outside_the_district_is_said(send):
    assert named(refused(send(lon=OUTSIDE[0], lat=OUTSIDE[1]))) == ["place"]


def test_a_field_that_there_is_not_is_refused(send):
    assert named(refused(send(id_card="150102"))) == ["id_card"]


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"null", b"7", b'"x"', b"\xff\xfe", b"[" * 100_000, b"{}", b'{"words": 1e999}',
                                  b"a=1&b=2"])
def test_a_broken_body_never_breaks_the_server(client, town, text):
    answer = client.post(URL, text, content_type="application/json")
    refused(answer, answer.status_code)
    assert answer.status_code in (400, 422)


def test_a_huge_body_is_refused(client, town):
    refused(client.post(URL, json.dumps(body(words="x" * 2_000_000)), content_type="application/json"), 400)


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x"])
def test_only_what_no_form_of_another_site_can_send_is_taken(client, town, kind):
    answer = client.post(URL, json.dumps(body()), content_type=kind)
    refused(answer, 415)
    assert not Case.objects.exists()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda some: st.lists(some, max_size=3) | st.dictionaries(st.text(max_size=8), some, max_size=3), max_leaves=5,
)
FIELDS = ["report_key", "category", "words", "place", "lon", "lat", "name", "phone", "email", "agreed_public", "danger_seen"]


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wrong=st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=4))
def test_whatever_stands_in_the_fields_the_server_answers(client, town, wrong):
    answer = client.post(URL, json.dumps(body(**wrong)), content_type="application/json")
    assert answer.status_code in (200, 201, 409, 415, 422, 429)


# Danger, and how often


@pytest.mark.parametrize("seen", [False, True])
def test_danger_to_a_person_is_never_taken(send, seen):
    said = refused(send(words="三楼有人要跳楼", danger_seen=seen))
    assert said["type"] == "urn:bandeng:danger-to-person"
    assert {"110", "119", "120"} <= set(said["call"])


@pytest.mark.parametrize("given", [{"words": "厨房起火了"}, {"category": "6003"}])
def test_danger_of_a_place_is_taken_after_the_numbers_were_shown(send, given):
    said = refused(send(**given), 409)
    assert said["type"] == "urn:bandeng:danger-of-place"
    assert "119" in said["call"]
    assert send(**given, danger_seen=True).status_code == 201


def test_reports_from_one_address_are_limited_together_with_the_form(client, town, send, settings):
    settings.REPORTS_PER_HOUR = 2
    form = {"report_key": claims.new_report_key(), "category": town.categories["1003"].pk, "words": WORDS, "lon": IN_ELM[0],
            "lat": IN_ELM[1]}
    assert client.post("/report/", form).status_code == 302
    assert send().status_code == 201
    last = send()
    assert (last.status_code, last.json()["type"]) == (429, "urn:bandeng:too-often")
    assert 0 < int(last["Retry-After"]) <= 3600


# Whose report it is


def test_no_cookie_is_read_so_nobody_reports_in_anothers_name(town, client, log_in):
    log_in(town, "officer_a1")
    cookie = client.cookies["sessionid"].value
    strict = Client(enforce_csrf_checks=True)
    strict.cookies["sessionid"] = cookie
    assert strict.post(URL, json.dumps(body()), content_type="application/json").status_code == 201
    case = Case.objects.get()
    event = case.events.get()
    assert (case.source, event.by, event.person_id, event.post_id) == ("web", "requester", None, None)
    assert Entry.objects.get(action="case.report").person_id is None


@pytest.mark.parametrize("name", ["officer_a1", "worker_a", "dispatcher_west", "dispatcher"])
def test_staff_enter_a_report_on_behalf_of_somebody(town, send, log_in, name):
    log_in(town, name)
    answer = send(DESK, source="phone", words="昨天有人被困电梯，已经出来了")  # staff write down what they were told
    assert answer.status_code == 201
    event = Case.objects.get().events.get()
    assert (event.person_id, Case.objects.get().source) == (town.people[name].pk, "phone")


@pytest.mark.parametrize("name", ["water", "auditor", "supervisor", "admin", "leader", "parks"])
def test_others_enter_none(town, send, log_in, name):
    log_in(town, name)
    refused(send(DESK, source="phone"), 403)


def test_strangers_enter_none(send):
    refused(send(DESK, source="phone"), 401)


@pytest.mark.parametrize("source", ["web", "import", "", None, "x"])
def test_staff_say_where_it_comes_from(town, send, log_in, source):
    log_in(town, "worker_a")
    assert "source" in named(refused(send(DESK, source=source)))


def test_entering_needs_the_token_of_the_page(town, client, log_in):
    log_in(town, "worker_a")
    strict = Client(enforce_csrf_checks=True)
    strict.cookies["sessionid"] = client.cookies["sessionid"].value
    text = json.dumps(body(source="phone", lon=IN_A2[0], lat=IN_A2[1]))
    refused(strict.post(DESK, text, content_type="application/json"), 403)
    strict.get("/report/")
    token = strict.cookies["csrftoken"].value
    assert strict.post(DESK, text, content_type="application/json", headers={"X-CSRFToken": token}).status_code == 201


def test_a_report_takes_few_queries(send, django_assert_max_num_queries):
    send()
    with django_assert_max_num_queries(15 + 1):  # a test runs inside a transaction: its savepoint is two statements, a BEGIN one
        assert send(name="王", phone="12345").status_code == 201


def test_answers_come_with_a_report_and_a_stop_is_told(send, town):
    assert town.categories["5001"].questions.exists()
    missing = send(category="5001")
    assert missing.status_code == 422
    done = send(category="5001", answers={"when": "白天"})
    assert done.status_code == 201
    assert Case.objects.get(number=done.json()["number"]).answers.get().value == "白天"
    several = send(category="3001", words="不热", answers={"where": ["卧室", "厨房"], "degrees": "16"})
    assert several.status_code == 201
    stopped = send(category="1001", words="电梯", answers={"trapped": "有"})
    assert (stopped.status_code, stopped.json()["type"]) == (422, "urn:bandeng:another-channel")
    assert "119" in stopped.json()["detail"]
    assert send(category="1001", words="电梯", answers={"trapped": {"x": 1}}).status_code == 422
