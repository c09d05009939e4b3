"""All parts of the benchmark, one after the other."""

from __future__ import annotations

import argparse
import os

from django.db import connection

from benchmarks import rates, server
from benchmarks.table import Line, say, show


def everything(options: argparse.Namespace) -> list[Line]:
    """Measure what was asked for; return all figures."""
    say(f"\n{connection.display_name}, {os.cpu_count()} cores, load average {os.getloadavg()[0]:.2f}")
    lines: list[Line] = []
    with server.serving() as port:
        if options.only in ("", "rates"):
            for operation in rates.operations():
                if options.name in operation.name:
                    found = rates.measure(port, operation, options.seconds)
                    for line in found:
                        show(line)
                    lines += found
    return lines
