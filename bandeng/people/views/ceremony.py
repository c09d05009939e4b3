"""Passkeys in the browser: what is asked is kept in the session until the answer comes, once and not for long."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, JsonResponse

from bandeng.foundation.clock.moment import now
from bandeng.people.models import Account, Factor, FactorKind
from bandeng.people.second import passkeys

CEREMONY = "ceremony"  # session key
OPEN_FOR = timedelta(minutes=5)


def asked(request: HttpRequest, purpose: str, options: dict, state: dict) -> HttpResponse:
    """Answer the script with what the browser is to do, and keep the state for the answer."""
    request.session[CEREMONY] = {"purpose": purpose, "state": state, "until": (now() + OPEN_FOR).timestamp()}
    return JsonResponse(options)


def answered(request: HttpRequest, purpose: str) -> dict[str, Any]:
    """Return the state that was kept for this purpose; it serves one answer. Unknown or old: one that fits nothing."""
    kept = request.session.pop(CEREMONY, None)
    if not kept or kept["purpose"] != purpose or kept["until"] < now().timestamp():
        return {"challenge": "", "user_verification": "required"}
    return kept["state"]


def over(said: str) -> HttpResponse:
    """Tell the script why nothing can be done."""
    return JsonResponse({"said": said}, status=409)


def known(account: Account) -> list[passkeys.Known]:
    """Return the passkeys of an account, as the browser is told of them."""
    rows = Factor.objects.filter(account=account, kind=FactorKind.PASSKEY)
    return [passkeys.Known(bytes(row.credential), row.counter, row.transports) for row in rows]


def here(request: HttpRequest) -> dict[str, Any]:
    """Return what a page says about passkeys: whether they work at this address, or at which they would."""
    where = passkeys.site()
    works = where is not None and urlsplit(where.origin).netloc == request.get_host()
    return {"passkeys": works, "passkeys_at": "" if works or where is None else where.origin}
