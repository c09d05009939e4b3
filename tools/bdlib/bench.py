"""`bd bench`: how fast it is, on both databases, in throw-away folders; nothing here or in the repository is touched."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from bdlib import check, install
from bdlib.base import PYTHON, ROOT, say

DATABASES = ("sqlite", "postgresql")
MANY = {"sqlite": 100_000, "postgresql": 1_000_000}
QUICK = {"sqlite": 10_000, "postgresql": 20_000}
LIMITLESS = "1000000000"  # reports an hour from one address: here all come from one


def run(*, quick: bool, database: str, cases: int, only: str, target: Path | None) -> int:
    """Measure on the databases asked for (all, when none is named); write the figures to *target* if there is one."""
    install.ensure(dev=True)
    found: dict[str, Any] = {}
    for name in DATABASES:
        if database in ("", name):
            found[name] = on(name, options(name, quick, cases, only))
    if target:
        target.write_text(json.dumps(found, ensure_ascii=False, indent=1), encoding="utf-8")
    return 0


def options(database: str, quick: bool, cases: int, only: str) -> list[str]:
    """The words for `python -m benchmarks`."""
    many = (QUICK if quick else MANY)[database]
    words = ["--cases", str(cases), "--many", str(many), "--seconds", "2" if quick else "10"]
    return [*words, *(["--only", only] if only else [])]


def on(database: str, words: list[str]) -> list[dict]:
    """Measure on one database; return its figures."""
    with tempfile.TemporaryDirectory(prefix="bandeng-bench-") as folder:
        env = check.test_environment(Path(folder) / "home")
        env["BANDENG_REPORTS_PER_HOUR"] = LIMITLESS
        if database == "sqlite":
            return measure(words, env, Path(folder))
        say("Starting a throw-away PostgreSQL …")
        with check.postgres(env, "safe") as url:
            return measure(words, {**env, "DATABASE_URL": url}, Path(folder))


def measure(words: list[str], env: dict[str, str], folder: Path) -> list[dict]:
    """Run the benchmark with its output as it comes; return its figures. Its failure is ours."""
    out = folder / "figures.json"
    argv = [str(PYTHON), "-m", "benchmarks", *words, "--json", str(out)]
    subprocess.run(argv, cwd=ROOT, env=env, check=True)  # noqa: S603
    return json.loads(out.read_text(encoding="utf-8"))
