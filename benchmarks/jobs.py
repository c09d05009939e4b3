"""The nightly work over very many cases: how long until nothing is left to do, and what people meet meanwhile.

A day is let pass at once, so that everything that comes round within it is due together: closings after silence,
erasures, limits that ran out, the journal's seal, the rates. Every job runs until it has nothing more to say. Beside it
somebody opens pages and somebody reports, slowly: it is about being locked out, not about load.
"""

from __future__ import annotations

import itertools
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from bandeng.cases.models import Case
from bandeng.foundation.clock import moment
from bandeng.foundation.jobs.registry import REGISTRY
from benchmarks import client, rush
from benchmarks.table import Line, say

DAY = timedelta(days=1)
TARGET = 300.0  # seconds for everything
WAIT = 300.0  # ms: p95 of those who come meanwhile, as in the rush
EVERY = 0.25  # seconds between two pages, and between two reports
HANDFUL = 100
ROUNDS = 10_000  # of one job: a job that never ends is a bug


def measure(port: int) -> list[Line]:
    """Run every job until it is idle, a day later than now; return the figures."""
    taken: dict[str, tuple[float, int]] = {}
    began = time.perf_counter()
    for name in sorted(REGISTRY):  # what the bulk load left is no day's work: millions of rows to seal
        _until_idle(name)
    say(f"    caught up with what was loaded in {time.perf_counter() - began:.0f} s")
    with _beside(port) as (pages, reports), moment.at(moment.now() + DAY):
        began = time.perf_counter()
        for name in sorted(REGISTRY):
            taken[name] = _until_idle(name)
        total = time.perf_counter() - began
    for name, (seconds, rounds) in sorted(taken.items(), key=lambda item: -item[1][0])[:5]:
        say(f"    {name}: {seconds:.1f} s in {rounds} rounds")
    slowest = max(taken, key=lambda name: taken[name][0])
    note = f"{Case.objects.count():,} cases; longest: {slowest} {taken[slowest][0]:.0f} s"
    return [
        Line("jobs", "a day's jobs, all together", total, "s", TARGET, False, note),
        *(Line("jobs", f"{name} meanwhile, p95", client.percentile(told.times, 0.95), "ms", WAIT, False,
               f"longest {max(told.times):.0f} ms; {len(told.times)} asked") for name, told in (("pages", pages), ("reports", reports))),
        Line("jobs", "errors meanwhile", len(pages.errors) + len(reports.errors), "", 0, False,
             (pages.errors + reports.errors or [""])[0]),
    ]


def _until_idle(name: str) -> tuple[float, int]:
    """Run one job until there is no heap left; return how long it took, and how often it ran.

    Those who report meanwhile give some jobs a little to do for ever: what is not more than a handful is no heap.
    """
    began = time.perf_counter()
    for rounds in range(1, ROUNDS):
        said = REGISTRY[name].run()
        if max(map(int, re.findall(r"\d+", said)), default=0) < HANDFUL:
            return time.perf_counter() - began, rounds
    raise RuntimeError(f"{name} never ends: {said}")


@contextmanager
def _beside(port: int) -> Iterator[tuple[rush.Told, rush.Told]]:
    """Let one person read and one report for the time of the block."""
    pages, reports, over = rush.Told(), rush.Told(), threading.Event()
    paths = itertools.cycle([page for some in rush.paths() for page in some[:6]])
    bodies = rush.bodies()
    asks = [
        threading.Thread(target=_ask, args=(port, over, pages, 200, lambda: next(paths))),
        threading.Thread(target=_ask, args=(port, over, reports, 201, lambda: client.request("/api/v1/reports", body=next(bodies)))),
    ]
    for thread in asks:
        thread.start()
    try:
        yield pages, reports
    finally:
        over.set()
        for thread in asks:
            thread.join()


def _ask(port: int, over: threading.Event, told: rush.Told, good: int, request) -> None:  # noqa: ANN001
    while not over.wait(EVERY):
        connection = client.Connection(port)
        began = time.perf_counter()
        status, body = rush.ask(connection, request())
        connection.close()
        told.note(began, status, good, body)
