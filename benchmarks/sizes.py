"""Every page of workbench and board with very many cases: how long it takes at worst, and how many queries."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse

from bandeng.cases.models import Case
from bandeng.directory.models import ServicePoint
from bandeng.insight import queries
from bandeng.insight.models import Period
from bandeng.people.models import Post
from bandeng.people.roles import Role
from bandeng.territory.models import Place, PlaceKind
from benchmarks import client, people
from benchmarks.counting import counting
from benchmarks.table import Line, say

TIMES = 40
SLOWEST, MOST = 150.0, 15
STAFF = ("grid officer", "community worker", "subdistrict dispatcher", "district dispatcher", "liaison", "auditor",
         "administrator")
VIEWS = ("mine", "late", "soon", "asked", "done", "refused", "reopened", "unowned", "check", "waiting", "paused", "all", "ended")
NARROWED = ("", "category=3001", "slip=red&by=community", "unit=物业")


@dataclass
class Page:
    """One page and what it cost."""

    path: str
    p50: float
    p95: float
    queries: int


def measure(port: int) -> list[Line]:
    """Look at all pages of all visitors; return the worst of each, and every page that misses."""
    lines = counted_anew()
    connection = client.Connection(port)
    for who in (people.public(), *map(people.member, STAFF)):
        found = [look(connection, who, path) for path in paths(who)]
        slow, many = max(found, key=lambda page: page.p95), max(found, key=lambda page: page.queries)
        note = f"worst of {len(found)} pages: {slow.path}"
        lines.append(Line("sizes", f"{who.name}: p95", slow.p95, "ms", SLOWEST, False, note))
        lines.append(Line("sizes", f"{who.name}: queries", many.queries, "", MOST, False, f"most: {many.path}"))
        for page in found:
            if page.p95 > SLOWEST or page.queries > MOST:
                say(f"    {who.name} {page.path}: p50 {page.p50:.0f}, p95 {page.p95:.0f} ms, {page.queries} queries")
    connection.close()
    return lines


def look(connection: client.Connection, who: people.Visitor, path: str) -> Page:
    """Open a page many times over HTTP, and once here to count. One round, whatever it says: none is asked again."""
    times = []
    for _ in range(TIMES):
        began = time.perf_counter()
        status, _head, body = connection.ask(who.get(path))
        times.append((time.perf_counter() - began) * 1000)
        if status != 200:
            raise client.Refused(f"{who.name} {path}: {status} {body[:200]!r}")
    who.client.get(path)
    with counting() as asked:
        who.client.get(path)
    return Page(path, client.percentile(times, 0.5), client.percentile(times, 0.95), asked.number)


def counted_anew() -> list[Line]:
    """Return how long it takes to count the board when nothing is kept: what one visitor in ten seconds waits for."""
    lines = []
    for name, count in (("board", queries.board), ("map of cases", queries.places_map)):
        times = []
        for _ in range(5):
            queries.forget()
            began = time.perf_counter()
            count()
            times.append((time.perf_counter() - began) * 1000)
        lines.append(Line("sizes", f"{name} counted anew", statistics.median(times), "ms", SLOWEST, False))
    return lines


def paths(who: people.Visitor) -> Iterator[str]:
    """Yield the pages that a visitor can open."""
    yield from _public() if who.name == "public" else _workbench(who)
    yield from _of_rates(who)
    for path in _of_places():
        if who.client.get(path).status_code == 200:
            yield path


def _of_rates(who: people.Visitor) -> Iterator[str]:
    """Yield the pages of the rates at the desk: told apart, and the cases behind numbers, of a month and of years."""
    desk, listed = reverse("rates:desk"), reverse("rates:cases")
    if who.client.get(desk).status_code != 200:
        return
    year = Period.objects.filter(kind="year").order_by("-first")[1:2]
    for period in ("recent", *(str(row.first.year) for row in year)):
        for by in ("community", "compound", "unit", "season"):
            yield f"{desk}?period={period}&by={by}"
        for what in ("received", "response_ok", "solved", "silent", "excluded_mistake", "reopened"):
            yield f"{listed}?period={period}&what={what}"
    yield f"{reverse('rates:table')}?by=compound"


def _of_places() -> Iterator[str]:
    """Yield pages of places, people and sheets, whoever may open them."""
    for name in ("site:more", "site:rights", "site:jobs", "directory:index", "directory:new", "sheets:index", "people:people",
                 "people:invite", "people:vacant", "people:units", "people:security", "territory:check"):
        yield reverse(name)
    for kind in ("places", "units", "posts", "services"):
        yield reverse("sheets:kind", args=[kind])
    for kind in PlaceKind.values:
        place = Place.objects.filter(kind=kind, ended_on__isnull=True).order_by("pk").first()
        if place:
            yield reverse("territory:place", args=[place.pk])
        if place and kind == PlaceKind.COMMUNITY:
            yield reverse("territory:draw", args=[place.pk])
        if place and kind == PlaceKind.BUILDING:
            yield reverse("people:neighbours", args=[place.pk])
    for post in Post.objects.filter(role__in=[Role.GRID_OFFICER, Role.COMMUNITY_WORKER]).order_by("role", "pk")[:2]:
        yield from (reverse("people:post", args=[post.pk]), reverse("people:person", args=[post.person_id]))
    if point := ServicePoint.objects.order_by("pk").first():
        yield from (reverse("directory:point", args=[point.pk]), reverse("directory:edit", args=[point.pk]))


def _workbench(who: people.Visitor) -> Iterator[str]:
    desk = reverse("cases:inbox")
    tabs = who.client.get("/api/v1/desk/inbox").status_code == 200
    for view in VIEWS if tabs else ():
        answer = who.client.get("/api/v1/desk/inbox", {"view": view})
        if answer.status_code != 200:
            continue
        for narrowed in NARROWED:
            yield f"{desk}?view={view}&{narrowed}"
        for page in (2, 100):
            yield f"{desk}?view={view}&page={page}"
        yield f"/api/v1/desk/inbox?view={view}&size=100"
        for row in answer.json()["items"][:2]:
            yield f"{desk}{row['number']}/"
            yield f"/api/v1/desk/cases/{row['number']}"
    yield from (desk, reverse("site:notices"), reverse("cases:views"))
    if tabs and (case := Case.objects.filter(closed_at=None).order_by("pk").first()):
        yield f"{desk}?view=near&near={case.lon:.3f},{case.lat:.3f}"
    if who.client.get(reverse("cases:enter")).status_code == 200:
        yield reverse("cases:enter")


def _public() -> Iterator[str]:
    board = reverse("insight:board")
    community = Place.objects.filter(kind=PlaceKind.COMMUNITY).order_by("pk").values_list("pk", flat=True)[0]
    for by in ("community", "compound", "unit", "firm", "season"):
        yield f"{reverse('insight:rates')}?by={by}"
    yield reverse("insight:formulas")
    for state in ("", "state=open&", "state=ended&"):
        yield f"{board}?{state}"
        yield f"{board}?{state}page=2"
        yield f"{board}?{state}page=300"
        yield f"{board}?{state}community={community}"
        yield f"{board}?{state}community={community}&page=100"
    yield reverse("insight:deferred")
    yield from (reverse("insight:map"), reverse("insight:journal"), reverse("site:home"), reverse("site:my_grid"))
    yield from (reverse("cases:report"), reverse("cases:follow"), f"{board}?number=1")
    yield from ("/api/v1/board/figures", "/api/v1/board/cases", "/api/v1/board/map", "/api/v1/categories")
    shown = Case.objects.filter(state__in=["rated", "closed", "callback", "handling"])
    for number in [*shown.order_by("-pk").values_list("number", flat=True)[:3], shown.order_by("pk")[0].number]:
        yield f"{board}cases/{number}/"
        yield f"/api/v1/board/cases/{number}"
