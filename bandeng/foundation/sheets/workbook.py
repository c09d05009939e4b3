"""Workbooks read in a process of their own, with limits.

A workbook of one kilobyte may have a cell in its first and in its last corner, and calamine then takes room for all
that lies between them; what cannot be had ends the process, which must not be the one that serves everybody. So a
child reads it: bytes in, rows out. It knows neither Django nor the settings, which makes it start fast, and none of
the server's environment, where the keys are.
"""

from __future__ import annotations

import contextlib
import io
import os
import pickle  # noqa: S403 - only what the child says is read, and only plain values of it
import subprocess
import sys
import threading
from typing import Any, TypeAlias

MOST_CELLS = 5_000_000  # in all sheets together, empty ones too: the process that asked must hold them as well
MOST_MEMORY = 1024**3
MOST_ANSWER = 256 * 1024 * 1024
MOST_SECONDS = 60  # of computing
PATIENCE = 90  # seconds until the answer must be there

_OLE, _ZIP = b"\xd0\xcf\x11\xe0", b"PK"  # how .xls, and .xlsx and .ods begin
_FAILED = 1  # how Python ends after an exception: the child itself is broken, not the file
_ENVIRONMENT = ("LD_LIBRARY_PATH", "PYTHONHOME", "SYSTEMROOT")  # without which some Pythons do not start
_VALUES = {"date", "datetime", "time", "timedelta"}

_room = threading.BoundedSemaphore(2)  # children at once for each server process, with a gigabyte each

Sheets: TypeAlias = list[list[list[Any]]]


class TooLargeError(Exception):
    """The workbook takes more room or time than there is."""


class BrokenError(Exception):
    """It is no workbook, or damaged, or locked."""


def read(content: bytes) -> Sheets:
    """Return the cells of every sheet, from A1 on, as calamine gives them.

    Raises TooLargeError, BrokenError, and CalledProcessError where the child cannot work at all.
    """
    if not content.startswith((_OLE, _ZIP)):
        raise BrokenError
    sheets = _Plain(io.BytesIO(_ask(content))).load()
    if isinstance(sheets, str):
        raise TooLargeError if sheets == TooLargeError.__name__ else BrokenError
    return sheets


def _ask(content: bytes) -> bytes:
    try:
        with _room:
            done = subprocess.run(_command(), input=content, capture_output=True, timeout=PATIENCE, env=_environment())  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise TooLargeError from error
    if done.returncode == _FAILED:
        done.check_returncode()
    if done.returncode != 0:  # ended by a limit
        raise TooLargeError
    return done.stdout


def _command() -> list[str]:
    # -P: the current folder, whatever it holds, is no place to import from.
    return [sys.executable, "-P", "-m", __name__]


def _environment() -> dict[str, str]:
    """Return what the child needs to start, and to find the same modules as this process whatever its folder."""
    kept = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    return kept | {"PYTHONPATH": os.pathsep.join(os.path.abspath(path) for path in sys.path)}


class _Plain(pickle.Unpickler):
    """Loads lists of plain values, dates and times, and nothing that could be called."""

    def find_class(self, module: str, name: str) -> Any:
        if module == "datetime" and name in _VALUES:
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name}")


# -- in the child ---------------------------------------------------------------------------------------------


def main() -> None:
    """Read a workbook from the standard input and write its sheets, or the name of what is wrong, pickled."""
    _limit()
    import python_calamine  # noqa: F401 - a missing one is no fault of the file

    sys.stdout.buffer.write(answer(sys.stdin.buffer.read()))


def answer(content: bytes) -> bytes:
    """Return the sheets of a workbook pickled, or the name of what is wrong with it."""
    try:
        given = pickle.dumps(_sheets(content), pickle.HIGHEST_PROTOCOL)
        if len(given) <= MOST_ANSWER:
            return given
        wrong: type[Exception] = TooLargeError
    except (TooLargeError, MemoryError):
        wrong = TooLargeError
    except BaseException:  # a panic of calamine is no Exception
        wrong = BrokenError
    return pickle.dumps(wrong.__name__)


def _sheets(content: bytes) -> Sheets:
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    sheets: Sheets = []
    cells = 0
    for name in book.sheet_names:
        sheet = book.get_sheet_by_name(name)
        cells += sheet.total_height * sheet.total_width
        if cells > MOST_CELLS:
            raise TooLargeError
        sheets.append(sheet.to_python(skip_empty_area=False))
    return sheets


def _limit() -> None:
    """Set the limits of this process where the system has them. Windows has not: the time limit of the parent is left."""
    with contextlib.suppress(ImportError):
        import resource

        for which, wanted in ((resource.RLIMIT_AS, MOST_MEMORY), (resource.RLIMIT_CPU, MOST_SECONDS), (resource.RLIMIT_CORE, 0)):
            with contextlib.suppress(OSError, ValueError):  # macOS knows RLIMIT_AS and refuses it
                hard = resource.getrlimit(which)[1]
                most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
                resource.setrlimit(which, (most, most))


if __name__ == "__main__":
    main()
