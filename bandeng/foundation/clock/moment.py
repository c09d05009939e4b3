"""What time it is, for everything that is written down.

Actions ask here instead of asking Django, so that the sample district can live through its half year by the
real actions, and tests can let days pass.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime

from django.utils import timezone

_set: ContextVar[datetime | None] = ContextVar("moment", default=None)


def now() -> datetime:
    """Return the present moment (aware)."""
    return _set.get() or timezone.now()


def today() -> date:
    """Return today's date in the district's zone."""
    return timezone.localdate(now())


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let it be *moment* inside the with-block, in this thread."""
    token = _set.set(moment)
    try:
        yield
    finally:
        _set.reset(token)
