"""Registering recurring jobs and running those that are due.

A job is a function without arguments that returns one sentence about what it did (or "" for nothing), and
that may be run twice without harm: a killed worker leaves its claim behind, and the next one runs it again.

A job that comes round within a minute and has nothing to do is not written down each time: the worker keeps its
claim and notes the runs together, once a minute, or at once when the job does or says something or fails.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import close_old_connections
from django.db.models import F, Q
from django.utils import timezone

from bandeng.foundation.jobs.models import Job

log = logging.getLogger(__name__)
LEASE = timedelta(minutes=10)
HOLD = timedelta(minutes=1)  # how long an idle job is kept without writing
HELD_LEASE = 2 * HOLD  # so that a kept job has a minute left to run in; a killed worker's is free again then


@dataclass(frozen=True)
class Entry:
    name: str
    every: timedelta
    run: Callable[[], str]


REGISTRY: dict[str, Entry] = {}


def job(name: str, *, every: timedelta) -> Callable[[Callable[[], str]], Callable[[], str]]:
    """Register the decorated function as the job *name*, to be run *every* so often."""

    def register(run: Callable[[], str]) -> Callable[[], str]:
        REGISTRY[name] = Entry(name, every, run)
        return run

    return register


def ensure_rows() -> None:
    """Make a row for every registered job that has none."""
    known = set(Job.objects.values_list("name", flat=True))
    now = timezone.now()
    Job.objects.bulk_create(
        [Job(name=name, next_run_at=now) for name in REGISTRY if name not in known], ignore_conflicts=True
    )


@dataclass
class Held:
    """An idle job that a worker keeps: until when its claim stands, and what is not written down yet."""

    claimed_until: datetime
    next_run_at: datetime
    finished_at: datetime
    runs: int = 1


class Worker:
    """Runs what is due, and keeps the claims of idle jobs between two rounds."""

    def __init__(self) -> None:
        self._held: dict[str, Held] = {}

    def run_due(self) -> int:
        """Run every job whose time has come and that nobody else holds; return how many ran."""
        ran = sum(self._run_held(name, held) for name, held in list(self._held.items()))
        now = timezone.now()
        due = list(Job.objects.filter(_free(now), next_run_at__lte=now).values_list("name", flat=True))
        return ran + sum(self._claim_and_run(name) for name in due if name in REGISTRY)

    def release(self) -> None:
        """Write down what is held, so that another worker may go on at once."""
        for name in list(self._held):
            self._put_back(name)

    def _run_held(self, name: str, held: Held) -> bool:
        now = timezone.now()
        if held.claimed_until - now < HOLD:
            self._put_back(name)  # it is claimed anew when it is due
            return False
        if held.next_run_at > now:
            return False
        ok, said = _outcome(name)
        if said or not ok:
            del self._held[name]
            _note(name, ok, said, runs=held.runs + 1)
        else:
            held.finished_at = timezone.now()
            held.next_run_at = held.finished_at + REGISTRY[name].every
            held.runs += 1
        return True

    def _put_back(self, name: str) -> None:
        held = self._held.pop(name)
        # Only while the claim is still ours: a worker that was stopped for a while may have lost it.
        Job.objects.filter(name=name, claimed_until=held.claimed_until).update(
            claimed_until=None, ok=True, finished_at=held.finished_at, next_run_at=held.next_run_at,
            runs=F("runs") + held.runs,
        )

    def _claim_and_run(self, name: str) -> bool:
        now = timezone.now()
        every = REGISTRY[name].every
        until = now + (HELD_LEASE if every < HOLD else LEASE)
        if not Job.objects.filter(_free(now), name=name, next_run_at__lte=now).update(
            claimed_until=until, started_at=now
        ):
            return False  # another worker was quicker
        ok, said = _outcome(name)
        # The first run, and the first good one after a failure, are news too.
        if said or not ok or every >= HOLD or not Job.objects.filter(name=name, ok=True, runs__gt=0).exists():
            _note(name, ok, said)
        else:
            done = timezone.now()
            self._held[name] = Held(until, done + every, done)
        return True


def run_due() -> int:
    """Run what is due once, holding nothing."""
    worker = Worker()
    try:
        return worker.run_due()
    finally:
        worker.release()


def run_now(name: str) -> str:
    """Run the job *name* at once, note the outcome in its row, and return what it said."""
    ok, said = _outcome(name)
    _note(name, ok, said)
    return said


def _free(now: datetime) -> Q:
    return Q(claimed_until__isnull=True) | Q(claimed_until__lt=now)


def _outcome(name: str) -> tuple[bool, str]:
    try:
        return True, REGISTRY[name].run() or ""
    except Exception as error:  # one broken job must not stop the others; the row shows it
        log.exception("job %s failed", name)
        close_old_connections()
        return False, f"{type(error).__name__}: {error}"


def _note(name: str, ok: bool, said: str, runs: int = 1) -> None:
    now = timezone.now()
    row, _ = Job.objects.get_or_create(name=name, defaults={"next_run_at": now})
    row.ok, row.finished_at, row.claimed_until = ok, now, None
    row.next_run_at, row.runs = now + REGISTRY[name].every, row.runs + runs
    if said:
        row.said = said[:500]
    row.save()
