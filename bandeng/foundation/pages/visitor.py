"""Where a visitor comes from: for rate limits and the lock-out only."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    """Return the visitor's network address, or "" when none is known.

    Behind a proxy that we trust (BANDENG_PROXY) it is the last one in X-Forwarded-For, which the proxy added
    itself; without one nobody may say who they are.
    """
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.TRUST_FORWARDED_FOR else ""
    return _address(forwarded.split(",")[-1]) or _address(request.META.get("REMOTE_ADDR", ""))


def _address(text: str) -> str:
    """Return an address in its one spelling, without the port that some proxies add; "" for anything else.

    Of IPv6 the first 64 bits: every household has all addresses below them.
    """
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address):
        mapped = found.ipv4_mapped
        found = mapped or ipaddress.IPv6Network((found, 64), strict=False).network_address
    return str(found)


def address_or_none(request: HttpRequest) -> str | None:
    """Return the same for django-axes, whose column wants an address or nothing."""
    return address_of(request) or None
