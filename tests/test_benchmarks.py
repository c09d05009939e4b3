"""The benchmark asks what it says it asks, and what it counts stays within the bounds. It measures nothing here."""

from __future__ import annotations

import json
from random import Random

import pytest
from django.db import transaction

from bandeng.insight import actions
from bandeng.sample import bulk, loading
from bandeng.territory import queries as territory
from benchmarks import client, locating, people, rates, sizes, table
from benchmarks.counting import counting

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def district(django_db_setup, django_db_blocker):
    """The sample town with some hundred cases, once."""
    with django_db_blocker.unblock(), transaction.atomic():
        territory.forget()
        loading.load_town(lambda text: None, Random(1))
        bulk.load(400, days=60)
        actions.rebuild()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def lenient(settings):
    settings.REPORTS_PER_HOUR = 1000


NAMES = ["create", "inbox, JSON", "inbox, page", "detail, JSON", "detail, page", "category list, known", "category list, whole",
         "map of the district", "base map", "map of cases", "public board", "public case", "front page"]


@pytest.mark.parametrize("name", NAMES)
def test_every_operation_gets_the_answer_that_is_measured_with_few_queries(district, lenient, name):
    operation = next(one for one in rates.operations() if one.name.startswith(name))
    # One statement more than in real life: a transaction inside a test's own is a savepoint, opened and released.
    assert rates.count(operation) <= (operation.queries or 15) + 1
    assert operation.make().startswith((b"GET /", b"POST /"))


def test_every_operation_is_named_here(district):
    assert len(rates.operations()) == len(NAMES)


@pytest.mark.parametrize("name", ["public", *sizes.STAFF])
def test_every_page_of_everybody_opens_with_few_queries(district, name):
    who = people.public() if name == "public" else people.member(name)
    paths = list(sizes.paths(who))
    assert len(paths) > 10
    for path in paths:
        assert who.client.get(path).status_code == 200, path
        counts = []
        for _again in range(2):  # what is looked up every five seconds may fall due in the very middle of one of them
            with counting() as asked:
                who.client.get(path)
            counts.append(asked.number)
        assert min(counts) <= sizes.MOST, path


def test_a_cookie_of_a_visitor_is_sent_along(district):
    worker = people.member("community worker")
    assert worker.cookie.encode() in worker.get("/desk/")
    assert b"Cookie" not in people.public().get("/")


def test_a_request_is_what_http_wants():
    sent = client.request("/x", cookie="a=b", body=json.dumps({"words": "水"}).encode(), headers={"X-Y": "1"})
    head, _, body = sent.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /x HTTP/1.1"
    assert {"Host: 127.0.0.1", "Cookie: a=b", "X-Y: 1", f"Content-Length: {len(body)}"} <= set(lines)


def test_percentiles_are_of_the_ordered_times():
    times = [float(n) for n in range(100, 0, -1)]
    assert (client.percentile(times, 0.5), client.percentile(times, 0.95), client.percentile([7.0], 0.99)) == (51.0, 96.0, 7.0)


def test_what_is_missed_is_said_as_missed(capsys):
    table.show(table.Line("rates", "慢的", 7, "req/s", 100, True, rival=3.5))
    table.show(table.Line("queries", "few", 7, "", 15, False))
    table.show(table.Line("load", "no target", 7, "/s"))
    missed, met, none = capsys.readouterr().out.splitlines()
    assert "MISSED" in missed and "2 x" in missed
    assert "met" in met
    assert "met" not in none and "MISSED" not in none


def test_locate_is_asked_among_as_many_boundaries_as_it_says(district, monkeypatch):
    monkeypatch.setattr(locating, "BOUNDARIES", 1500)
    monkeypatch.setattr(locating, "ASKED", 50)
    with transaction.atomic():
        lines = locating.measure()
        transaction.set_rollback(True)
    territory.forget()
    assert [line.name for line in lines] == ["locate, p50", "locate, p99"]
    assert int(lines[0].note.split()[0].replace(",", "")) >= 1500
