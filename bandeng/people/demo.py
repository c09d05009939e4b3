"""Whether demo accounts are present: pages then say that all is invented, and only this machine is answered."""

from __future__ import annotations

import time

from django.db import DatabaseError

from bandeng.people.models import Account

_CHECK_EVERY = 5.0  # seconds
_cached: tuple[float, bool] | None = None


def demo_accounts_present() -> bool:
    """Return whether any account is marked as a sample; looked up at most every 5 s."""
    global _cached
    if _cached is None or time.monotonic() - _cached[0] > _CHECK_EVERY:
        try:
            _cached = time.monotonic(), Account.objects.filter(is_sample=True).exists()
        except DatabaseError:  # no tables yet: nothing to guard
            return False
    return _cached[1]


def forget() -> None:
    """Look again at the next request."""
    global _cached
    _cached = None
