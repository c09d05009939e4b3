"""Sample data can never face the world: with demo accounts present only this machine is answered."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse

from bandeng.people.models import Account

_NAMES = {"localhost", "127.0.0.1", "[::1]", "testserver"}
_FORWARDS = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_X_FORWARDED_HOST")
_cached: tuple[float, bool] | None = None


def sample_loaded() -> bool:
    """Return whether there are demo accounts; looked up at most every 5 s."""
    global _cached
    if _cached is None or time.monotonic() - _cached[0] > 5:
        try:
            _cached = time.monotonic(), Account.objects.filter(is_sample=True).exists()
        except DatabaseError:  # no tables yet: nothing to guard
            return False
    return _cached[1]


def forget() -> None:
    """Look again at the next request."""
    global _cached
    _cached = None


def _loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == ""  # a Unix socket or the test client


class LoopbackOnly:
    """Refuses everybody but this machine while sample data is loaded.

    A proxy in front would make every visitor look local, so anything forwarded is refused too, and so is any
    host name that is not this machine's.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        host = request.META.get("HTTP_HOST", "localhost")
        name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
        local = (
            _loopback(request.META.get("REMOTE_ADDR", ""))
            and name in _NAMES
            and not any(header in request.META for header in _FORWARDS)
        )
        if not local and sample_loaded():
            return HttpResponse(
                "Sample data with demo accounts is loaded: only this machine is answered. "
                "Start with an empty database to serve others.\n",
                status=403, content_type="text/plain; charset=utf-8",
            )
        return self.get_response(request)
