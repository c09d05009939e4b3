"""Registering recurring jobs and running those that are due.

A job is a function without arguments that returns one sentence about what it did (or "" for nothing), and
that may be run twice without harm: a killed worker leaves its claim behind, and the next one runs it again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db import close_old_connections
from django.db.models import Q
from django.utils import timezone

from bandeng.foundation.jobs.models import Job

log = logging.getLogger(__name__)
LEASE = timedelta(minutes=10)


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


def run_due() -> int:
    """Run every job whose time has come and that nobody else holds; return how many ran."""
    now = timezone.now()
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=now)
    due = list(Job.objects.filter(free, next_run_at__lte=now).values_list("name", flat=True))
    return sum(_claim_and_run(name) for name in due if name in REGISTRY)


def _claim_and_run(name: str) -> bool:
    now = timezone.now()
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=now)
    if not Job.objects.filter(free, name=name, next_run_at__lte=now).update(
        claimed_until=now + LEASE, started_at=now
    ):
        return False  # another worker was quicker
    run_now(name)
    return True


def run_now(name: str) -> str:
    """Run the job *name* at once, note the outcome in its row, and return what it said."""
    entry = REGISTRY[name]
    ok = True
    try:
        said = entry.run() or ""
    except Exception as error:  # one broken job must not stop the others; the row shows it
        log.exception("job %s failed", name)
        ok, said = False, f"{type(error).__name__}: {error}"
        close_old_connections()
    now = timezone.now()
    row, _ = Job.objects.get_or_create(name=name, defaults={"next_run_at": now})
    row.ok, row.finished_at, row.claimed_until = ok, now, None
    row.next_run_at, row.runs = now + entry.every, row.runs + 1
    if said or not ok:
        row.said = said[:500]
    row.save()
    return said
