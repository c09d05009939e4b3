"""Places, progress lines, and running other programs without drowning people in their output."""

from __future__ import annotations

import errno
import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TextIO

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LAST_LINES = 12
# Empty lines, stack traces of npm, and what pip skips because it is for other machines.
NOISE = re.compile(r"\s*$|npm error\s*$|npm error +at |Ignoring \S+: markers |Looking in ")
# Given to `manage.py prepare`, so that its lines count on from the same start.
STARTED_VARIABLE = "BANDENG_STARTED"

_started = time.time()
_stream: TextIO | None = None  # None: standard output


class Sorry(Exception):
    """Something that people can put right: its text is shown as one line, exit status 1."""


class Failed(Exception):
    """Another program ended with an error; `output` is what it wrote."""

    def __init__(self, argv: Sequence[str], status: int, output: str) -> None:
        super().__init__(f"{argv[0]} ended with status {status}")
        self.status = status
        self.output = output

    def last_lines(self) -> str:
        """The end of the output, indented, for quoting; what is only noise to the reader is left out."""
        lines = [line for line in self.output.splitlines() if not NOISE.match(line)]
        return "\n".join("    " + line for line in lines[-LAST_LINES:])


def home() -> Path:
    """The folder of the data: BANDENG_HOME, or var/ beside bd."""
    return Path(os.environ.get("BANDENG_HOME") or ROOT / "var")


def elapsed() -> float:
    """Seconds since bd started."""
    return time.time() - _started


def talk_on(stream: TextIO) -> None:
    """Send progress lines elsewhere: `bd manage` keeps standard output for the command itself."""
    global _stream
    _stream = stream


def say(text: str) -> None:
    """Write one progress line with the seconds since the start."""
    tell(f"[{elapsed():6.1f} s] {text}")


def tell(text: str = "") -> None:
    """Write a line as it is."""
    stream = _stream or sys.stdout
    stream.write(text + "\n")
    stream.flush()


def environment(**extra: str) -> dict[str, str]:
    """This process's environment for a child that may write progress lines of its own."""
    return {**os.environ, STARTED_VARIABLE: str(_started), "PYTHONUNBUFFERED": "1", **extra}


def call(argv: Sequence[str | Path], env: Mapping[str, str] | None = None, cwd: Path = ROOT) -> str:
    """Run a program, return its output (both streams). Raises Failed, or Sorry when the disk is full."""
    words = [str(word) for word in argv]
    done = subprocess.run(  # noqa: S603
        words, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    output = done.stdout.decode(errors="replace")
    if done.returncode == 0:
        return output
    if says_disk_full(output):
        raise disk_full()
    raise Failed(words, done.returncode, output)


def says_disk_full(output: str) -> bool:
    """Whether a program stopped because no space was left."""
    return os.strerror(errno.ENOSPC) in output or "No space left on device" in output or "ENOSPC" in output


def disk_full() -> Sorry:
    """The line for a full disk."""
    return Sorry(f"The disk that holds {ROOT} is full. Make room (1 GB) and start again.")
