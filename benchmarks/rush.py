"""A rush: twenty reports a second for ten minutes, beside fifty readers who think ten seconds between two pages.

Reports come at their own times, whether the one before was answered or not, and a report's time runs from the moment
it was due: a server that falls behind is not excused by a client that waits for it.
"""

from __future__ import annotations

import itertools
import json
import queue
import random
import secrets
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from bandeng.cases.models import Case, Category
from bandeng.territory.models import Place, PlaceKind
from benchmarks import client, people
from benchmarks.table import Line

RATE = 20  # reports a second
READERS = 50
THINK = 10.0  # seconds between two pages of a reader
SENDERS = 24  # connections that wait for reports to come due
TARGET = 300.0  # ms


@dataclass
class Told:
    """What one kind of visitor met."""

    times: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, began: float, status: int, good: int, what: bytes) -> None:
        """Keep how long it took since *began*, and what was no good answer."""
        taken = (time.perf_counter() - began) * 1000
        with self.lock:
            self.times.append(taken)
            if status != good:
                self.errors.append(f"{status} {what[:120]!r}")


def measure(port: int, seconds: float) -> list[Line]:
    """Let reports and readers come for *seconds*; return the figures."""
    reports, readers = Told(), Told()
    before, end = Case.objects.count(), time.perf_counter() + seconds
    due: queue.SimpleQueue[float | None] = queue.SimpleQueue()
    texts, pages = bodies(), paths()
    threads = [threading.Thread(target=_send, args=(port, due, texts, reports)) for _n in range(SENDERS)]
    threads += [threading.Thread(target=_read, args=(port, pages[n % len(pages)], n, end, readers)) for n in range(READERS)]
    for thread in threads:
        thread.start()
    began = time.perf_counter()
    sent = 0
    while (moment := began + sent / RATE) < end:
        time.sleep(max(0.0, moment - time.perf_counter()))
        due.put(moment)
        sent += 1
    for _n in range(SENDERS):
        due.put(None)
    for thread in threads:
        thread.join()
    kept = Case.objects.count() - before
    return [
        *_lines("reports", reports, f"{sent} sent, {kept} kept, {RATE}/s for {seconds:.0f} s"),
        *_lines("readers", readers, f"{READERS} readers, {THINK:.0f} s between two pages"),
        Line("rush", "reports that were not kept", sent - kept, "", 0, False),
    ]


def _lines(name: str, told: Told, note: str) -> list[Line]:
    first = f"; first: {told.errors[0]}" if told.errors else ""
    p50, p95 = (client.percentile(told.times, share) for share in (0.5, 0.95))
    return [
        Line("rush", f"{name}, p95", p95, "ms", TARGET, False, f"p50 {p50:.0f}, longest {max(told.times):.0f} ms; {note}"),
        Line("rush", f"{name}, errors", len(told.errors), "", 0, False, f"of {len(told.times)}{first}"),
    ]


def _send(port: int, due: queue.SimpleQueue[float | None], bodies: Iterator[bytes], told: Told) -> None:
    connection = client.Connection(port)
    while (moment := due.get()) is not None:
        status, body = ask(connection, client.request("/api/v1/reports", body=next(bodies)))
        told.note(moment, status, 201, body)
    connection.close()


def _read(port: int, pages: list[bytes], seed: int, end: float, told: Told) -> None:
    chance = random.Random(seed)  # noqa: S311  a visitor, not a secret
    time.sleep(chance.uniform(0, THINK))
    while (began := time.perf_counter()) < end:
        connection = client.Connection(port)  # as a browser that has been silent for ten seconds
        status, body = ask(connection, chance.choice(pages))
        connection.close()
        told.note(began, status, 200, body)
        time.sleep(max(0.0, min(chance.uniform(0.5, 1.5) * THINK, end - time.perf_counter())))


def ask(connection: client.Connection, request: bytes) -> tuple[int, bytes]:
    """Return status and body; a connection that fails is a status of 0."""
    try:
        status, _head, body = connection.ask(request)
    except (OSError, client.Refused) as error:
        return 0, str(error).encode()
    return status, body


def bodies() -> Iterator[bytes]:
    """Bodies of reports, safe to be drawn by many threads."""
    spots = list(Place.objects.filter(kind=PlaceKind.BUILDING, compound__isnull=False).order_by("pk").values_list("lon", "lat"))
    plain = Category.objects.filter(danger=False, in_use=True, table="matter").exclude(questions__required=True)
    codes = list(plain.values_list("code", flat=True))
    lock = threading.Lock()
    counter = itertools.count()

    def one() -> bytes:
        with lock:
            n = next(counter)
        lon, lat = spots[n % len(spots)]
        return json.dumps({
            "report_key": secrets.token_urlsafe(24), "category": codes[n % len(codes)], "lon": lon, "lat": lat, "place": "三号楼门口",
            "words": f"第 {n} 次说：水管冒水，流了一路。", "phone": "0000-8887766",
        }, ensure_ascii=False).encode()

    return iter(one, None)


def paths() -> list[list[bytes]]:
    """Return the pages of each kind of reader: residents, officers, community workers, dispatchers, liaisons."""
    shown = list(Case.objects.filter(state__in=["handling", "callback", "rated", "closed"]).order_by("-created_at")
                 .values_list("number", flat=True)[:100])
    anybody = people.public()
    resident = ["/", "/report/", "/board/", "/board/map/", "/grid/", "/board/rates/", *(f"/board/cases/{number}/" for number in shown)]
    found = [[anybody.get(path) for path in resident]] * 3  # three of eight readers have no post
    for name in ("grid officer", "community worker", "subdistrict dispatcher", "liaison", "district dispatcher"):
        who = people.member(name)
        items = who.client.get("/api/v1/desk/inbox?view=mine&size=50").json()["items"]
        desk = ["/desk/", "/desk/?view=late", *(f"/desk/{item['number']}/" for item in items)]
        found.append([who.get(path) for path in desk])
    return found
