"""The web server as `./bd run` starts it: two processes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tools"))

from bdlib.serve import gunicorn  # noqa: E402

from benchmarks.client import Connection, request  # noqa: E402


def free_port() -> int:
    """Return a port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving() -> Iterator[int]:
    """The server for the time of the block; yields its port."""
    port = free_port()
    process = subprocess.Popen(gunicorn(port), cwd=ROOT, stdin=subprocess.DEVNULL, start_new_session=True)  # noqa: S603
    try:
        wait(port, process)
        yield port
    finally:
        stop(process)


def wait(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait for the first good answer."""
    limit = time.monotonic() + 60
    while time.monotonic() < limit:
        if process.poll() is not None:
            raise RuntimeError("the web server did not start; its messages are above")
        try:
            connection = Connection(port)
            connection.ask(request("/emergency/"))
        except OSError:
            time.sleep(0.1)
        else:
            connection.close()
            return
    raise RuntimeError("the web server did not answer within a minute")


@contextmanager
def working() -> Iterator[None]:
    """The worker, as `./bd run` starts it, for the time of the block."""
    argv = [sys.executable, str(ROOT / "manage.py"), "worker"]
    process = subprocess.Popen(argv, cwd=ROOT, stdin=subprocess.DEVNULL, start_new_session=True)  # noqa: S603
    try:
        yield
    finally:
        stop(process)


def cpu_seconds() -> float:
    """Return the processor time that our children's children, the server's processes, have taken (0 where nobody says)."""
    total, ours = 0, {os.getpid()}
    stats = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended meanwhile
        stats.append((int(path.parent.name), int(fields[1]), int(fields[11]) + int(fields[12])))
    for pid, parent, taken in sorted(stats):
        if parent in ours:
            ours.add(pid)
            total += taken
    return total / os.sysconf("SC_CLK_TCK")


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask it to stop, then end its group."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(5)
