"""The district that is measured: the sample town with its people, and as many cases as asked for."""

from __future__ import annotations

import time
from random import Random

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from bandeng.cases.models import Case
from bandeng.insight import actions
from bandeng.sample import bulk
from bandeng.sample.loading import load_town
from bandeng.sample.town import SEED
from benchmarks.table import Line, say

YEARS = 3


def load(cases: int, days: int) -> list[Line]:
    """Make the tables, load the town, write the cases, let the database look at what it holds."""
    settings.HOME.mkdir(mode=0o700, parents=True, exist_ok=True)
    call_command("prepare", no_sample=True)
    load_town(lambda text: None, Random(SEED), seed=SEED)  # noqa: S311
    return _write(cases, days, seed=1)


def more(cases: int) -> list[Line]:
    """Write cases of three years beside those that are there."""
    return _write(cases, YEARS * 365, seed=2)


def _write(cases: int, days: int, seed: int) -> list[Line]:
    began = last = time.perf_counter()

    def progress(done: int, of: int) -> None:
        nonlocal last
        if time.perf_counter() - last > 30:
            last = time.perf_counter()
            say(f"  … {done:,} of {of:,} cases after {last - began:.0f} s")

    bulk.load(cases, days=days, seed=seed, progress=progress)
    rate = cases / (time.perf_counter() - began)
    began = time.perf_counter()
    actions.rebuild()
    took = time.perf_counter() - began
    settle()
    still = Case.objects.filter(closed_at=None).count()
    say(f"  {Case.objects.count():,} cases are there, {still:,} of them open")
    return [
        Line("load", f"bulk loader, {cases:,} cases", rate, "cases/s", note=f"of {days:,} days"),
        Line("load", f"rates made anew, {Case.objects.count():,} cases", took, "s", 300, False),
    ]


def settle() -> None:
    """Bring statistics and visibility up to date, as the databases do by themselves in time."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)" if connection.vendor == "postgresql" else "ANALYZE")
