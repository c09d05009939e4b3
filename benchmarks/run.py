"""All parts of the benchmark, one after the other."""

from __future__ import annotations

import argparse
import os

from django.db import connection

from bandeng.cases.models import Case
from benchmarks import browser, jobs, locating, rates, rush, sealing, server, sizes, world
from benchmarks.table import Line, say, show

PARTS = ("rates", "weight", "map", "sealer", "sizes", "jobs", "locate")
LONG = ("rush",)  # only when it is asked for: ten minutes


def everything(options: argparse.Namespace) -> list[Line]:
    """Measure what was asked for; return all figures."""
    wanted = [part for part in options.only.split(",") if part] or PARTS
    say(f"\n{where()}")
    lines = [] if options.no_load else world.load(options.cases, options.days)
    if {"rates", "weight", "map"} & set(wanted):
        with server.serving() as port:
            lines += _few(port, wanted, options)
    if "sealer" in wanted:
        lines += shown(sealing.measure(options.seconds * 2))
    if {"sizes", "jobs"} & set(wanted):
        lines += _many(wanted, options)
    if "rush" in wanted:
        with server.serving() as port, server.working():
            lines += shown(rush.measure(port, options.seconds * 60))
    if "locate" in wanted:
        lines += shown(locating.measure())
    return lines


def _many(wanted: list[str] | tuple[str, ...], options: argparse.Namespace) -> list[Line]:
    missing = options.many - Case.objects.count()
    lines = world.more(missing) if missing > 0 else []
    for name, part in (("sizes", sizes), ("jobs", jobs)):
        if name in wanted:
            with server.serving() as port:
                lines += shown(part.measure(port))
    return lines


def _few(port: int, wanted: list[str] | tuple[str, ...], options: argparse.Namespace) -> list[Line]:
    lines: list[Line] = []
    if "rates" in wanted:
        for operation in rates.operations():
            if options.name in operation.name:
                lines += shown(rates.measure(port, operation, options.seconds))
    if "weight" in wanted:
        lines += shown(browser.weight(port))
    if "map" in wanted:
        lines += shown(browser.maps(port))
    return lines


def shown(lines: list[Line]) -> list[Line]:
    """Print figures as they come."""
    for line in lines:
        show(line)
    return lines


def where() -> str:
    """Say on what is measured."""
    text = f"{connection.display_name} {'.'.join(map(str, connection.get_database_version()))}"
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            found = []
            for name in ("fsync", "synchronous_commit", "full_page_writes", "shared_buffers"):
                cursor.execute(f"SHOW {name}")
                found.append(f"{name} {cursor.fetchone()[0]}")
        text += f" ({', '.join(found)})"
    return f"{text}; {os.cpu_count()} cores, load average {os.getloadavg()[0]:.2f}"
