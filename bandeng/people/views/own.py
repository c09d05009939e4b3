"""Whose log-in a page is about: the own one, and whether password or factor was shown lately."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib.auth import logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from bandeng.foundation.access import Actor
from bandeng.foundation.pages import door
from bandeng.people.actions.second import Added
from bandeng.people.middleware import SECOND
from bandeng.people.models import Account
from bandeng.people.views import entering

CODES = "codes"  # session key: the mark of recovery codes that are still to be shown, and where to go then


def account_of(request: HttpRequest) -> Account | None:
    """Return the account that is logged in here, with its second factor where it has one.

    A session from before there was a factor cannot be: it ended when the factor came. Should one turn up, it ends now.
    """
    if not request.actor.person_id:  # type: ignore[attr-defined]
        return None
    account: Account = request.user  # type: ignore[assignment]
    if not request.session.get(SECOND) and account.factors.exists():
        logout(request)
        return None
    return account


def to_login(request: HttpRequest) -> HttpResponse:
    """Ask to log in, and come back to this page, or to the security page where this one only takes what is sent."""
    return door.to_login(request, "people:security")


def to_confirm(back: str) -> HttpResponse:
    """Ask for password or factor once more, then go to *back*."""
    return redirect(f"{reverse('people:confirm')}?{urlencode({'next': back})}")


def actor_for(account: Account) -> Actor:
    """Return the owner of an account as the actor: posts play no part in what is one's own."""
    return Actor(person_id=account.pk)


def go_on(request: HttpRequest, account: Account, codes_mark: str, to: str) -> HttpResponse:
    """After a change of factors: keep this session, show new recovery codes once, then go to *to*."""
    update_session_auth_hash(request, account)
    request.session[SECOND] = True
    entering.note_fresh(request)
    if not codes_mark:
        return redirect(to)
    request.session[CODES] = {"mark": codes_mark, "to": to}
    return redirect("people:codes")


def added(request: HttpRequest, state: entering.Pending | None, account: Account, new: Added, to: str) -> HttpResponse:
    """After a factor was added: log in whoever was on the way in, and go on."""
    if state is None:
        return go_on(request, account, new.codes_mark, to)
    answer = entering.enter(request, account, state.to, by_second=True)
    if not request.user.is_authenticated:
        return answer  # locked
    request.session[CODES] = {"mark": new.codes_mark, "to": state.to}
    return redirect("people:codes")


def has_second(request: HttpRequest) -> bool:
    """Return whether this session has shown a second factor."""
    return bool(request.session.get(SECOND))
