"""`python -m benchmarks`: measures against the database and folder of the environment, which `./bd bench` makes."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

import django


def parser() -> argparse.ArgumentParser:
    """The options; `./bd bench` passes most of its own on."""
    options = argparse.ArgumentParser(prog="benchmarks")
    options.add_argument("--cases", type=int, default=10_000)
    options.add_argument("--days", type=int, default=365, help="over which the cases are spread")
    options.add_argument("--many", type=int, default=0, help="sizes: load up to so many cases before the sweep")
    options.add_argument("--seconds", type=float, default=10.0, help="of each of the three rounds")
    options.add_argument(
        "--only", default="", help="parts, with commas between: rates, weight, map, sealer, sizes, jobs, locate; and rush: ten minutes")
    options.add_argument("--name", default="", help="rates: only operations whose name holds this")
    options.add_argument("--json", type=Path, help="write the figures here")
    options.add_argument("--no-load", action="store_true", help="the cases are there")
    return options


def main() -> int:
    """Load, serve, measure, print; 0 also when something is missed: a benchmark judges nobody."""
    options = parser().parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bandeng.config.settings")
    django.setup()
    from benchmarks import run
    from benchmarks.table import rows

    lines = run.everything(options)
    if options.json:
        options.json.write_text(json.dumps(rows(lines), ensure_ascii=False, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
