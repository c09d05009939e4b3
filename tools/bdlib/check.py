"""`bd test`: everything that must pass, on both databases, with one summary at the end."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from xml.etree import ElementTree

from bdlib import install
from bdlib.base import PYTHON, ROOT, VENV, Failed, Sorry, call, elapsed, environment, say, tell

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NOTHING_COLLECTED = 5  # pytest's exit status
NOT_FOR_TESTS = ("DATABASE_URL", "BANDENG_SQLITE", "BANDENG_DEBUG", "BANDENG_HTTPS", "DJANGO_SETTINGS_MODULE")
START_LIMIT = 60  # seconds for PostgreSQL to come up


@dataclass
class Count:
    """How much passed and failed in one step. A check counts as one."""

    name: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0

    def line(self) -> str:
        """One line of the summary."""
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.name:<24}{self.passed:>6} passed, {self.failed} failed{skipped} ({self.seconds:.1f} s)"


def run(words: list[str], *, browser: bool, everything: bool) -> int:
    """Run all checks and tests; return 0 when everything passed."""
    install.ensure(dev=True)
    if browser:
        ensure_chromium()
    counts = []
    with tempfile.TemporaryDirectory(prefix="bandeng-test-") as folder:
        env = test_environment(Path(folder))
        if everything:
            env["BANDENG_LONG_TESTS"] = "1"  # longer walks, drawn anew each time
        for name, argv in checks():
            counts.append(timed(name, partial(run_check, name, argv, env)))
        counts.append(timed("pytest on SQLite", partial(run_pytest, "SQLite", words, browser, env)))
        on_server = partial(on_postgres, words, browser and everything, env)
        counts.append(timed("pytest on PostgreSQL", on_server))
        left_out = 0 if browser else browser_tests(env)
    return summary(counts, left_out)


def test_environment(folder: Path) -> dict[str, str]:
    """An environment that cannot reach the real database, files and keys."""
    env = environment(BANDENG_HOME=str(folder), **install.fresh_keys())
    for name in NOT_FOR_TESTS:
        env.pop(name, None)
    env["PATH"] = f"{VENV / 'bin'}{os.pathsep}{env.get('PATH', '')}"
    return env


def checks() -> Iterator[tuple[str, list[str]]]:
    """The checks before the tests, in order: name and command."""
    python, scripts, manage = str(PYTHON), VENV / "bin", str(ROOT / "manage.py")
    yield "ruff", [python, "-m", "ruff", "check", "."]
    yield "mypy", [python, "-m", "mypy"]
    yield "import layers", [python, str(scripts / "lint-imports")]
    yield "templates (djlint)", [python, "-m", "djlint", "bandeng", "--lint", "--quiet"]
    yield "migrations", [python, manage, "makemigrations", "--check", "--dry-run"]
    yield "texts in both languages", [python, manage, "messages", "--check"]
    yield "texts compiled", [python, manage, "messages", "--compile"]


def timed(name: str, step: Callable[[], Count]) -> Count:
    """Run a step and note how long it took."""
    began = elapsed()
    count = step()
    count.name, count.seconds = name, elapsed() - began
    return count


def run_check(name: str, argv: list[str], env: dict[str, str]) -> Count:
    """Run one check; its output is shown only when it fails."""
    say(f"Checking: {name} …")
    try:
        call(argv, env=env)
    except Failed as failed:
        tell(failed.output.rstrip())
        say(f"FAILED: {name}")
        return Count(name, failed=1)
    return Count(name, passed=1)


def run_pytest(database: str, words: list[str], browser: bool, env: dict[str, str]) -> Count:
    """Run pytest with its output as it comes; count from its report."""
    say(f"Testing on {database}{'' if browser else ' (without browser tests)'} …")
    with tempfile.TemporaryDirectory(prefix="bandeng-report-") as folder:
        report = Path(folder) / "report.xml"
        argv = [str(PYTHON), "-m", "pytest", "-n", "2", f"--junitxml={report}"]
        argv += [] if browser else ["-m", "not browser"]
        status = subprocess.run([*argv, *words], cwd=ROOT, env=env).returncode  # noqa: S603
        count = counted(report)
    if status not in (0, NOTHING_COLLECTED) and not count.failed:
        count.failed = 1  # it stopped before it could count
    if status == NOTHING_COLLECTED and not words:
        count.failed = 1
    return count


def counted(report: Path) -> Count:
    """Sum up a JUnit report; nothing when there is none."""
    count = Count("")
    if not report.exists():
        return count
    for suite in ElementTree.parse(report).getroot().iter("testsuite"):  # noqa: S314 - our own file
        total, failed, errors, skipped = (
            int(suite.get(key, "0")) for key in ("tests", "failures", "errors", "skipped")
        )
        count.failed += failed + errors
        count.skipped += skipped
        count.passed += max(0, total - failed - errors - skipped)
    return count


def on_postgres(words: list[str], browser: bool, env: dict[str, str]) -> Count:
    """Run pytest against a throw-away PostgreSQL."""
    say("Starting a throw-away PostgreSQL …")
    try:
        with postgres(env) as url:
            return run_pytest("PostgreSQL", words, browser, {**env, "DATABASE_URL": url})
    except Failed as failed:
        tell(failed.output.rstrip())
        say("FAILED: PostgreSQL did not start")
        return Count("", failed=1)


@contextmanager
def postgres(env: dict[str, str], *words: str) -> Iterator[str]:
    """A PostgreSQL for the time of the block; yields its address. Raises Failed when it does not start.

    The word "safe" leaves its settings as they are, for figures that hold in real life.
    """
    argv = [str(PYTHON), str(Path(__file__).with_name("postgres.py")), *words]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(  # noqa: S603
            argv, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, start_new_session=True
        )
        try:
            assert process.stdin and process.stdout
            url = process.stdout.readline().decode().strip()
            if not url:
                process.wait(START_LIMIT)
                log.seek(0)
                raise Failed(argv, process.returncode, log.read().decode(errors="replace"))
            yield url
        finally:
            if process.stdin:
                process.stdin.close()
            try:
                process.wait(START_LIMIT)
            except subprocess.TimeoutExpired:
                process.kill()


def ensure_chromium() -> None:
    """Find Chromium, or install it by apt where we are root. Raises Sorry."""
    if any(shutil.which(name) for name in CHROMIUM_NAMES):
        return
    apt = shutil.which("apt-get")
    if os.geteuid() != 0 or not apt:
        raise Sorry(
            "The browser tests need Chromium, and only root can install it (apt-get install chromium "
            "fonts-noto-cjk). Without it: ./bd test --no-browser"
        )
    say("Installing Chromium and Chinese fonts by apt-get …")
    quiet = environment(DEBIAN_FRONTEND="noninteractive")
    try:
        call([apt, "update"], env=quiet)
        call([apt, "install", "-y", "--no-install-recommends", "chromium", "fonts-noto-cjk"], env=quiet)
    except Failed as failed:
        raise Sorry(f"apt-get could not install Chromium. Its last lines:\n{failed.last_lines()}") from failed


def summary(counts: list[Count], left_out: int) -> int:
    """Show what passed and failed and how many browser tests were left out; the last line adds it all up."""
    tell()
    for count in counts:
        tell("  " + count.line())
    if left_out:
        tell(f"  NOT RUN (--no-browser): {left_out} browser tests")
    passed, failed = sum(count.passed for count in counts), sum(count.failed for count in counts)
    skipped = sum(count.skipped for count in counts)
    tell(f"\n{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed else 0


def browser_tests(env: dict[str, str]) -> int:
    """How many tests --no-browser left out."""
    try:
        output = call([PYTHON, "-m", "pytest", "--collect-only", "-q", "-m", "browser"], env=env)
    except Failed:  # pytest also calls it a failure when there are none
        return 0
    return sum("::" in line for line in output.splitlines())
