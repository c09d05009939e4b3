"""Whether the sealer keeps up: changes are written at a steady pace while the worker seals."""

from __future__ import annotations

import time

from django.db import transaction

from bandeng.foundation.access import SYSTEM
from bandeng.foundation.clock.moment import now
from bandeng.foundation.journal import sealer
from bandeng.foundation.journal.models import Chain, Entry
from benchmarks.server import working
from benchmarks.table import Line

PACE = 200  # changes a second
BACKLOG = 20_000


def measure(seconds: float) -> list[Line]:
    """Return how fast a backlog is sealed, and how many rows wait after some seconds at PACE."""
    return [_backlog(), *_steady(seconds)]


def _write(count: int) -> None:
    """Append rows as `record` does."""
    with transaction.atomic():
        Entry.objects.bulk_create(
            Entry(at=now(), person_id=SYSTEM.person_id, action="bench.write", object_kind="bench", object_id=str(number), fields="x")
            for number in range(count)
        )


def _backlog() -> Line:
    sealer.seal()  # what the load has left
    for _ in range(BACKLOG // 1000):
        _write(1000)
    began = time.perf_counter()
    done = sealer.seal()
    return Line("sealer", "sealer, a backlog", done / (time.perf_counter() - began), "rows/s", None, True, f"{done:,} rows")


def _steady(seconds: float) -> list[Line]:
    start = Chain.objects.get(pk=1).seq
    with working():
        time.sleep(3)  # the worker has started and holds the job
        began = time.perf_counter()
        written = 0
        while (past := time.perf_counter() - began) < seconds:
            due = int(past * PACE) - written
            for _ in range(due):
                _write(1)  # each a transaction of its own, as changes are
            written += due
            time.sleep(0.01)
        took = time.perf_counter() - began
        waiting = Entry.objects.filter(seq__isnull=True).count()
        sealed = Chain.objects.get(pk=1).seq - start
    return [
        Line("sealer", "sealer, changes written", written / took, "/s", PACE * 0.98, True, f"over {took:.0f} s"),
        Line("sealer", "sealer, rows sealed", sealed / took, "/s", None, True),
        Line("sealer", "sealer, rows waiting at the end", waiting, "", 2 * PACE, False, "two seconds' worth at most"),
    ]
