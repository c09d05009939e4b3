"""Whether demo accounts are present: pages then say that all is invented, and only this machine is answered."""

from __future__ import annotations

import time

from django.conf import settings
from django.db import DatabaseError

from bandeng.people.models import Account

THIS_MACHINE = {"localhost", "127.0.0.1", "[::1]", "testserver"}
_CHECK_EVERY = 5.0  # seconds
_cached: tuple[float, bool] | None = None


def demo_accounts_present(*, unknown: bool = False) -> bool:
    """Return whether any account is marked as a sample; looked up at most every 5 s.

    While the database does not answer, the last answer stands, and *unknown* when there has been none.
    """
    global _cached
    if _cached is None or time.monotonic() - _cached[0] > _CHECK_EVERY:
        try:
            _cached = time.monotonic(), Account.objects.filter(is_sample=True).exists()
        except DatabaseError:
            return _cached[1] if _cached else unknown
    return _cached[1]


def why_no_sample() -> str:
    """Return why this installation may hold no demo accounts: it is set up to face others; "" when it may."""
    if settings.TRUST_FORWARDED_FOR:
        return "BANDENG_PROXY is set"
    if settings.BEHIND_HTTPS:
        return "BANDENG_HTTPS is set"
    others = [host for host in settings.ALLOWED_HOSTS if host not in THIS_MACHINE]
    return f"BANDENG_HOSTS names {others[0]}" if others else ""


def forget() -> None:
    """Look again at the next request."""
    global _cached
    _cached = None
