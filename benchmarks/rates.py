"""Requests per second with ten thousand cases, beside what Signalen did on such a machine.

Signalen (city of Amsterdam) was measured on a quiet machine of this kind: 2 cores, 2 processes, 2 connections, the
client on the same machine, 10,079 cases, PostgreSQL with its defaults, median of three rounds.
"""

from __future__ import annotations

import itertools
import json
import secrets
import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from django.urls import reverse

from bandeng.cases.models import Case, Category
from bandeng.territory.models import BaseMap, Place, PlaceKind
from benchmarks import client, people, server
from benchmarks.counting import counting
from benchmarks.table import Line

CONNECTIONS = 2
ROUNDS = 3
WORDS = "单元门口的水管冒水，流了一路，早上上学的孩子都绕着走。"


@dataclass
class Operation:
    """What is asked, what is wanted, and what Signalen did."""

    name: str
    make: client.Make
    ask: Callable[[], int]  # the same in this process; returns the status
    target: float | None = None
    queries: int | None = None
    rival: float | None = None
    rival_queries: int | None = None
    good: tuple[int, ...] = (200,)
    lines: list[Line] = field(default_factory=list)


def operations() -> list[Operation]:
    """Return what is measured; what adds cases comes last."""
    anybody, district, worker = people.public(), people.member("district dispatcher"), people.member("community worker")
    mine = worker.client.get("/api/v1/desk/inbox?view=all&size=100").json()["items"]
    numbers = [item["number"] for item in mine]  # open cases with everything that can be done about them
    shown = list(Case.objects.filter(state__in=["handling", "callback", "rated", "closed"]).order_by("-created_at")
                 .values_list("number", flat=True)[:200])
    base = reverse("territory:base", args=[BaseMap.objects.values_list("digest", flat=True)[0]])
    tag = anybody.client.get("/api/v1/categories")["ETag"]
    return [
        _get("inbox, JSON of 100", district, itertools.repeat("/api/v1/desk/inbox?view=all&size=100"), 80, 12, 1.62, 738),
        _get("inbox, page of 50", district, itertools.repeat("/desk/?view=all"), 40, 12, 2.67, 386),
        _get("detail, JSON", worker, _each("/api/v1/desk/cases/{}", numbers), 150, None, 25.6, 17),
        _get("detail, page", worker, _each("/desk/{}/", numbers), 60, 15),
        _get("category list, known (304)", anybody, itertools.repeat("/api/v1/categories"), 500, None, 3.75, 339, (304,),
             {"If-None-Match": tag}),
        _get("category list, whole", anybody, itertools.repeat("/api/v1/categories"), 500, None, 3.75, 339),
        _get("map of the district, GeoJSON", anybody, itertools.repeat("/api/v1/places/grids"), 60, None, 9.81, 4, (200,),
             {"Accept-Encoding": "gzip"}),
        _get("base map, GeoJSON, not compressed", anybody, itertools.repeat(base), 60, None, 9.81, 4),
        _get("map of cases, GeoJSON", anybody, itertools.repeat("/api/v1/board/map"), 60, None, 9.81, 4, (200,),
             {"Accept-Encoding": "gzip"}),
        _get("public board", anybody, itertools.repeat("/board/"), 100, 15),
        _get("public case", anybody, _each("/board/cases/{}/", shown), None, 15),
        _get("front page", anybody, itertools.repeat("/"), None, 15),
        _create(anybody),
    ]


def _each(pattern: str, numbers: list[str]) -> Iterator[str]:
    return itertools.cycle([pattern.format(number) for number in numbers])


def _get(
    name: str, who: people.Visitor, paths: Iterator[str], target: float | None, queries: int | None = None,
    rival: float | None = None, rival_queries: int | None = None, good: tuple[int, ...] = (200,),
    headers: dict[str, str] | None = None,
) -> Operation:
    headers = headers or {}
    return Operation(
        name, lambda: who.get(next(paths), **headers), lambda: who.client.get(next(paths), headers=headers).status_code,
        target, queries, rival, rival_queries, good,
    )


def _create(who: people.Visitor) -> Operation:
    spots = itertools.cycle(list(
        Place.objects.filter(kind=PlaceKind.BUILDING, compound__isnull=False).order_by("pk").values_list("lon", "lat")
    ))
    plain = Category.objects.filter(danger=False, in_use=True, table="matter").exclude(questions__required=True)
    codes = itertools.cycle(plain.values_list("code", flat=True))

    def body() -> dict:
        lon, lat = next(spots)
        return {
            "report_key": secrets.token_urlsafe(24), "category": next(codes), "words": WORDS, "lon": lon, "lat": lat,
            "place": "三号楼门口", "name": "王奶奶", "phone": "0000-8887766",
        }

    def make() -> bytes:
        return client.request("/api/v1/reports", body=json.dumps(body(), ensure_ascii=False).encode())

    def ask() -> int:
        return who.client.post("/api/v1/reports", json.dumps(body()), content_type="application/json").status_code

    return Operation("create, no photograph", make, ask, 100, 15, 20.7, 45, (201,))


def measure(port: int, operation: Operation, seconds: float) -> list[Line]:
    """Count the queries, then ask for three rounds; return the figures."""
    queries = count(operation)
    client.load(port, operation.make, seconds=min(1.0, seconds), connections=CONNECTIONS, good=operation.good)
    cpu = server.cpu_seconds()
    rounds = [
        client.load(port, operation.make, seconds=seconds, connections=CONNECTIONS, good=operation.good)
        for _ in range(ROUNDS)
    ]
    times = [time for one in rounds for time in one.times]
    cpu = (server.cpu_seconds() - cpu) * 1000 / len(times)
    note = f"p50 {client.percentile(times, 0.5):.1f} p95 {client.percentile(times, 0.95):.1f} cpu {cpu:.1f} ms, {rounds[-1].size:,} B"
    rate = statistics.median(one.rate for one in rounds)
    return [
        Line("rates", operation.name, rate, "req/s", operation.target, True, note, operation.rival),
        Line("queries", "  queries", queries, "", operation.queries, False, "", operation.rival_queries),
    ]


def count(operation: Operation) -> int:
    """Return how many statements one request takes, once what is looked up every few seconds is known."""
    for _ in range(2):
        if (status := operation.ask()) not in operation.good:
            raise client.Refused(f"{operation.name}: {status}")
    with counting() as found:
        operation.ask()
    return found.number
