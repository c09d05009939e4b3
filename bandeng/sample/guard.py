"""Sample data can never face the world: with demo accounts present only this machine is answered."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from bandeng.people.demo import THIS_MACHINE, demo_accounts_present

# Whatever a proxy may say of itself: behind one, every visitor would look local.
_FORWARDS = (
    "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_SERVER",
    "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA",
)


def _loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False  # also a Unix socket: only proxies speak through one


class LoopbackOnly:
    """Refuses everybody but this machine while sample data is loaded.

    A proxy in front would make every visitor look local, so anything forwarded is refused too, and so is any
    host name that is not this machine's. As long as the database has not once said that there are no demo
    accounts, they count as present.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        host = request.META.get("HTTP_HOST", "localhost")
        name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
        local = (
            _loopback(request.META.get("REMOTE_ADDR", ""))
            and name in THIS_MACHINE
            and not any(header in request.META for header in _FORWARDS)
        )
        if not local and demo_accounts_present(unknown=True):
            return HttpResponse(
                "Sample data with demo accounts is loaded: only this machine is answered. "
                "Start with an empty database to serve others.\n",
                status=403, content_type="text/plain; charset=utf-8",
            )
        return self.get_response(request)
