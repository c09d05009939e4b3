"""Sample data can never face the world: with demo accounts present only this machine is answered."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from bandeng.people.demo import demo_accounts_present

_NAMES = {"localhost", "127.0.0.1", "[::1]", "testserver"}
_FORWARDS = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_X_FORWARDED_HOST")


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
        if not local and demo_accounts_present():
            return HttpResponse(
                "Sample data with demo accounts is loaded: only this machine is answered. "
                "Start with an empty database to serve others.\n",
                status=403, content_type="text/plain; charset=utf-8",
            )
        return self.get_response(request)
