"""How a job that writes much leaves room for everybody else."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

MOST = 1.0  # seconds


@contextmanager
def one_turn() -> Iterator[None]:
    """Around one of many write transactions of a job: afterwards others have as long as it took.

    SQLite has one writer and no queue: who waits looks again every tenth of a second, and a job that begins its next
    transaction at once would be first over and over, until the others give up. A database with row locks needs no turns.
    """
    began = time.monotonic()
    yield
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        time.sleep(min(MOST, max(0.0, time.monotonic() - began)))
