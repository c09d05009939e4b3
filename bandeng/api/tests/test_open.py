"""What everybody may ask: catalogue, places, board; and the document that describes it all."""

from __future__ import annotations

import json
import re

import pytest
from django.urls import reverse

from bandeng.api import shapes
from bandeng.cases import catalogue, queries
from bandeng.cases.actions import intake, privacy, work
from bandeng.cases.models import Category
from bandeng.cases.tests.lives import completed, rated, whistled
from bandeng.insight import queries as board
from bandeng.territory.locate import raise_version
from bandeng.territory.models import Place
from tests.district import IN_C1, IN_ELM, requester

pytestmark = pytest.mark.django_db
API = "/api/v1/"


def get(client, path, **headers):
    answer = client.get(API + path, headers=headers)
    assert answer.status_code == 200, answer.content
    return answer


# The catalogue


def test_the_catalogue_is_whole_and_of_its_shape(client, town):
    said = get(client, "categories").json()
    shapes.CategoriesOut.model_validate(said)
    assert [row["code"] for row in said["items"]] == [row["code"] for row in catalogue.rows("categories") if row["table"] == "matter"]
    gas = next(row for row in said["items"] if row["code"] == "6003")
    assert (gas["danger"], gas["response_within"], gas["finish_within"]) == (True, "30 minute", "2 hour")


def test_what_is_no_longer_in_use_is_left_out(client, town):
    Category.objects.filter(code="1001").update(in_use=False)
    assert "1001" not in [row["code"] for row in get(client, "categories").json()["items"]]


@pytest.mark.parametrize("path", ["categories", "places/grids", "places/communities", "places/subdistricts", "board/map"])
def test_who_has_it_already_is_told_so(client, town, path):
    first = get(client, path)
    assert "public" in first["Cache-Control"]
    again = client.get(API + path, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    for tags in (f'"x", {first["ETag"]}', "*", first["ETag"].removeprefix("W/")):
        assert client.get(API + path, headers={"If-None-Match": tags}).status_code == 304
    assert client.get(API + path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_another_catalogue_has_another_tag(client, town):
    first = get(client, "categories")["ETag"]
    Category.objects.filter(code="1001").update(name="升降机")
    queries.forget()
    second = get(client, "categories", **{"If-None-Match": first})
    assert second["ETag"] != first
    assert "升降机" in second.content.decode()


def test_it_comes_compressed_to_whoever_reads_that(client, town):
    packed, plain = get(client, "categories", **{"Accept-Encoding": "gzip"}), get(client, "categories")
    assert packed["Content-Encoding"] == "gzip"
    assert len(packed.content) < len(plain.content) / 2
    assert "Accept-Encoding" in packed["Vary"]


def test_open_answers_set_no_cookie_and_read_none(client, town):
    for path in ("categories", "places/grids", "board/figures", "board/cases", "board/map"):
        answer = get(client, path)
        assert not answer.cookies
        assert "Cookie" not in answer.get("Vary", "")


# Places


@pytest.mark.parametrize(("level", "count"), [("grids", 4), ("communities", 3), ("subdistricts", 2)])
def test_places_are_outlines_with_their_parents(client, town, level, count):
    answer = get(client, f"places/{level}")
    assert answer["Content-Type"].startswith("application/geo+json")
    found = shapes.FeaturesOut.model_validate(answer.json()).features
    assert len(found) == count
    assert {feature.geometry["type"] for feature in found} == {"Polygon"}
    assert all(feature.properties["parent_code"] for feature in found)
    assert {"households", "lon", "lat"}.isdisjoint(found[0].properties)


def test_the_tag_of_places_changes_when_lines_are_redrawn(client, town, django_capture_on_commit_callbacks):
    first = get(client, "places/grids")["ETag"]
    with django_capture_on_commit_callbacks(execute=True):
        Place.objects.filter(pk=town.places["a1"].pk).update(name="改名的网格")
        raise_version()
    second = get(client, "places/grids")
    assert second["ETag"] != first
    assert "改名的网格" in second.content.decode()


@pytest.mark.parametrize("kind", ["compounds", "buildings", "x", "%00", "grids/"])
def test_other_kinds_of_places_are_not_given_out(client, town, kind):
    assert client.get(f"{API}places/{kind}").status_code in (404, 422)


# The board


def test_figures_are_those_of_the_page_and_hide_small_numbers(client, town):
    for _ in range(5):
        rated(town)
    town.case(IN_C1)
    said = get(client, "board/figures").json()
    assert (said["received"], said["ended"], said["open_now"]) == (6, 5, 1)
    assert said["solved"] == {"part": 5, "whole": 5, "value": 1.0}
    assert said["response"]["whole"] == 5
    assert [row["name"] for row in said["communities"]] == ["槐树社区"]
    assert said["communities"][0]["open"] is None
    assert (said["formula"], said["days"]) == (board.FORMULA, 30)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+08:00", said["as_of"])


def test_the_board_lists_what_the_page_lists(client, town):
    shown, hidden = town.case(IN_ELM, "三楼的老王天天吵", agreed_public=True), town.case(IN_ELM)
    intake.withdraw(requester(hidden), case=hidden.pk)
    said = get(client, "board/cases").json()
    assert [item["number"] for item in said["items"]] == [shown.number]
    assert said["total"] == 1
    item = said["items"][0]
    assert (item["where"]["name"], item["community"]["name"]) == ("榆钱小区", "槐树社区")
    assert not {"lon", "lat", "words", "place"} & set(item)


@pytest.mark.parametrize(("state", "count"), [("", 2), ("open", 1), ("ended", 1)])
def test_the_board_can_be_asked_by_state_and_community(client, town, state, count):
    town.case(IN_ELM), rated(town)
    assert len(get(client, f"board/cases?state={state}&community={town.places['a'].pk}").json()["items"]) == count
    assert get(client, f"board/cases?state={state}&community={town.places['c'].pk}").json()["items"] == []


def test_a_public_case_shows_words_only_when_released_and_masks_numbers(client, town):
    case = town.case(IN_ELM, "三楼的老王天天吵", agreed_public=True)
    work.take(town.actor("officer_a1"), case=case.pk)
    work.note(town.actor("officer_a1"), case=case.pk, words="内部的话")
    work.complete(town.actor("officer_a1"), case=case.pk, answer="说好了，找13812345678")
    path = f"board/cases/{case.number}"
    text = get(client, path).content.decode()
    assert not [part for part in ("三楼的老王", "13812345678", "内部的话", str(case.lon)) if part in text]
    assert "13812345678" not in get(client, "board/cases").content.decode()
    privacy.release(town.actor("worker_a"), case=case.pk, words=True, photos=[])
    assert get(client, path).json()["words"] == "三楼的老王天天吵"


def test_what_is_not_public_is_not_there(client, town):
    case = town.case(IN_ELM)
    intake.withdraw(requester(case), case=case.pk)
    gone, never = client.get(f"{API}board/cases/{case.number}"), client.get(f"{API}board/cases/260309-9999")
    assert (gone.status_code, gone.json()) == (404, never.json())


def test_the_map_counts_places_of_five_or_more(client, town):
    for _ in range(4):
        town.case(IN_ELM)
    assert get(client, "board/map").json()["features"] == []
    town.case(IN_ELM)
    found = shapes.FeaturesOut.model_validate(get(client, "board/map").json()).features
    assert [(f.properties["name"], f.properties["cases"]) for f in found] == [("榆钱小区", 5)]
    assert found[0].geometry["coordinates"] == [town.places["elm"].lon, town.places["elm"].lat]


def test_the_board_is_counted_once_for_some_seconds_and_says_when(client, town, settings):
    settings.BOARD_SECONDS = 60
    first = get(client, "board/figures").json()
    town.case(IN_ELM)
    assert get(client, "board/figures").json() == first
    board.forget()
    later = get(client, "board/figures").json()
    assert later["received"] == first["received"] + 1
    assert later["as_of"] > first["as_of"]


@pytest.mark.parametrize("path", ["board/cases?page=0", "board/cases?page=x", "board/cases?state=x", "board/cases?community=x",
                                  "board/cases?page=2001", "board/cases/" + "9" * 300])
def test_nonsense_is_refused_with_a_problem(client, town, path):
    answer = client.get(API + path)
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    assert answer.json()["errors"]


@pytest.mark.parametrize("path", ["board/cases?community=99999999999999999999", "board/cases?community=-1", "board/cases/%00",
                                  "board/cases/%F0%9F%9A%B2", "nowhere", "", "board/cases/", "categories/"])
def test_strange_addresses_never_break_the_server(client, town, path):
    assert client.get(API + path).status_code in (200, 404, 422)


# The interface as a whole


def test_what_is_lost_or_forbidden_is_said_as_a_problem_in_both_languages(client, town):
    said = client.get(API + "nowhere")
    assert (said.status_code, said["Content-Type"]) == (404, "application/problem+json")
    assert "没有这个地址" in said.json()["detail"]
    client.cookies["django_language"] = "en"
    assert re.fullmatch(r"[\x20-\x7e]+", client.get(API + "nowhere").json()["detail"])


@pytest.mark.parametrize("path", ["categories", "reports", "board/figures", "desk/inbox"])
def test_a_wrong_method_is_told_which_are_right(client, town, path):
    answer = client.delete(API + path)
    assert answer.status_code == 405
    assert answer["Allow"] in ("GET", "POST")
    assert answer.json()["status"] == 405


@pytest.mark.parametrize("path", ["categories", "places/grids", "board/cases"])
def test_head_is_get_without_the_body(client, town, path):
    answer = client.head(API + path)
    assert (answer.status_code, answer.content) == (200, b"")


def test_no_other_site_may_read_it_in_a_browser(client, town):
    assert "Access-Control-Allow-Origin" not in get(client, "categories").headers


def test_an_error_of_ours_is_a_problem_too(client, town, monkeypatch):
    def fail(*given):
        raise ZeroDivisionError

    monkeypatch.setattr(board, "newest_lately", fail)
    client.raise_request_exception = False
    answer = client.get(API + "board/cases")
    assert (answer.status_code, answer["Content-Type"]) == (500, "application/problem+json")
    assert "ZeroDivision" not in answer.content.decode()


@pytest.fixture
def document(client, town):
    return get(client, "openapi.json").json()


def test_the_document_lists_every_address(document):
    assert set(document["paths"]) == {
        f"{API}{path}" for path in (
            "categories", "reports", "places/{level}", "board/figures", "board/cases", "board/cases/{number}", "board/map",
            "desk/inbox", "desk/cases/{number}", "desk/reports",
        )
    }
    assert document["openapi"].startswith("3.1")


def test_every_operation_declares_its_errors_and_says_what_it_is_for(document):
    for path, operations in document["paths"].items():
        for operation in operations.values():
            assert operation["description"], path
            if "/desk/" in path:
                assert {"401", "403", "422"} <= set(operation["responses"]), path
                assert operation["security"], path
            if "{" in path:
                assert {"404", "422"} <= set(operation["responses"]), path
    reports = document["paths"][f"{API}reports"]["post"]["responses"]
    assert {"200", "201", "400", "409", "415", "422", "429"} == set(reports)


def test_errors_are_declared_as_problems(document):
    for operations in document["paths"].values():
        for operation in operations.values():
            for status, answer in operation["responses"].items():
                if int(status) >= 400:
                    assert list(answer["content"]) == ["application/problem+json"]


def test_the_document_names_no_other_server(document):
    assert document["servers"] == []
    assert not re.search(r"https?://", json.dumps(document))


def test_a_stranger_finds_no_person_in_any_open_answer(client, town):
    case, _made = whistled(town)
    completed(town)
    paths = ["board/cases", f"board/cases/{case.number}", "board/figures", "places/grids", "categories", "openapi.json"]
    for path in paths:
        text = get(client, path).content.decode()
        assert not [name for name in ("officer_a1", "dispatcher_west", "000-111222") if name in text]


def test_addresses_have_names(town):
    assert reverse("api:categories") == f"{API}categories"
