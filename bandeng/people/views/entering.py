"""The way in: a right password, then the second factor, and only then a log-in.

Between the two nobody is logged in: the session holds the number of the account, for ten minutes, bound to its
password and generation.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from axes.handlers.proxy import AxesProxyHandler
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import constant_time_compare

from bandeng.foundation.clock.moment import now
from bandeng.people.actions import second
from bandeng.people.middleware import SECOND
from bandeng.people.models import Account
from bandeng.people.policies import needs_second
from bandeng.people.queries import open_posts
from bandeng.people.sessions import touch

BACKEND = "bandeng.people.backends.EmailOrPhone"
PENDING = "pending"  # session key: whose password was right, until when, and where to go then
FRESH = "fresh"  # session key: when password or factor was shown last
PENDING_FOR = FRESH_FOR = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Pending:
    """Somebody between password and second factor."""

    account: Account
    to: str


def begin(request: HttpRequest, account: Account, to: str) -> HttpResponse:
    """The password was right: ask for the second factor, lead to setting one up, or let in."""
    has_posts = open_posts().filter(person=account).exists()
    if account.factors.exists():
        step = "people:second"
    elif needs_second(account, has_posts=has_posts):
        step = "people:setup"
    else:
        return enter(request, account, to)
    request.session.cycle_key()
    request.session[PENDING] = {
        "account": account.pk, "until": (now() + PENDING_FOR).timestamp(), "hash": account.get_session_auth_hash(), "to": to,
    }
    return redirect(step)


def pending(request: HttpRequest) -> Pending | None:
    """Return who is between password and second factor; None when nobody is, or no longer."""
    kept = request.session.get(PENDING)
    if not kept:
        return None
    account = Account.objects.filter(pk=kept["account"], is_active=True).first()
    fits = account is not None and constant_time_compare(account.get_session_auth_hash(), kept["hash"])
    if account is None or not fits or kept["until"] < now().timestamp():
        request.session.pop(PENDING)
        return None
    return Pending(account, kept["to"])


def enter(request: HttpRequest, account: Account, to: str, *, by_second: bool = False) -> HttpResponse:
    """Log in, unless this account is locked: no way in leads around the lock-out."""
    if closed := shut(request, account):
        return closed
    request.session.pop(PENDING, None)
    login(request, account, backend=BACKEND)
    note_fresh(request)
    if by_second:
        request.session[SECOND] = True
    touch(request)
    return redirect(to)


def shut(request: HttpRequest, account: Account) -> HttpResponse | None:
    """Return the page that says why the account is closed here, or None: wrong passwords, or wrong codes."""
    if not AxesProxyHandler.is_allowed(request, {"username": account.get_username()}):
        return locked_out(request)
    lock = second.lock_of(account)
    return locked(request, lock) if lock else None


def locked(request: HttpRequest, lock: second.Locked) -> HttpResponse:
    """The page after too many wrong codes; whoever was on the way in begins anew."""
    request.session.pop(PENDING, None)
    return render(request, "people/locked.html", {"codes": True, "until": lock.until}, status=429)


def locked_out(request: HttpRequest, credentials: dict | None = None, *args: object) -> HttpResponse:
    """The page after too many wrong passwords."""
    return render(request, "people/locked.html", status=429)


def note_fresh(request: HttpRequest) -> None:
    """Remember that password or factor was shown just now."""
    request.session[FRESH] = now().timestamp()


def is_fresh(request: HttpRequest) -> bool:
    """Return whether password or factor was shown within the last ten minutes."""
    return now().timestamp() - request.session.get(FRESH, 0) < FRESH_FOR.total_seconds()
