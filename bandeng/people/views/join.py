"""Accepting an invitation: the link from the letter or the QR code, then a page without its secret in the address."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from bandeng.foundation.access import Actor, Invalid, Refused, WrongState
from bandeng.people import guests
from bandeng.people.actions import invitations as acts
from bandeng.people.appointing import seat_name
from bandeng.people.forms import DutyForm, NewAccountForm, sent
from bandeng.people.models import Account, Invitation
from bandeng.people.roles import COMMUNITY_ROLES, GRID_ROLES, LEADER_ROLES, Role
from bandeng.people.views import entering, own

JOINING = "joining"  # session key: which invitation, and the hash of the token that opened it
PUBLIC_FACE = (*GRID_ROLES, *LEADER_ROLES, *COMMUNITY_ROLES)  # whose holder neighbours may know


@never_cache
def link(request: HttpRequest, token: str) -> HttpResponse:
    """The link itself: opening it uses nothing up (mail programs look too), and it leaves no secret in the address."""
    row = guests.find_open(token)
    if row is None:
        request.session.pop(JOINING, None)
        return _gone(request)
    request.session[JOINING] = {"pk": row.pk, "hash": guests.token_hash(token).hex()}
    return redirect("people:join")


def _gone(request: HttpRequest) -> HttpResponse:
    return render(request, "people/join_gone.html", status=410)


@never_cache
@sensitive_post_parameters()
def join(request: HttpRequest) -> HttpResponse:
    """Who invites to what; accept with a new account, or with the one that is there already."""
    kept = request.session.get(JOINING)
    hashed = bytes.fromhex(kept["hash"]) if kept else b""
    row = guests.still_open().filter(pk=kept["pk"], token_hash=hashed).first() if kept else None
    if row is None:
        return _gone(request)
    account = guests.account_of(guests.opened(row))
    if account is None or not account.has_usable_password():  # written down by the office, never here yet
        return _as_new(request, row, hashed)
    return _as_known(request, row, hashed, account)


def _page(request: HttpRequest, row: Invitation, form: DutyForm, *, whose: Account | None, status: int = 200) -> HttpResponse:
    face = row.role in PUBLIC_FACE
    context = {
        "form": form, "row": row, "seat": seat_name(row.place or row.unit), "who": row.in_post.person.name, "face": face,
        "from_post": Role(row.in_post.role).label, "from_seat": seat_name(row.in_post.place or row.in_post.unit),
        "whose": whose, "guest": guests.opened(row),
        "logged_in_as": request.user if request.user.is_authenticated else None,
    }
    return render(request, "people/join.html", context, status=422 if form.errors else status)


def _duty(form: DutyForm, row: Invitation) -> acts.Duty:
    if row.role not in PUBLIC_FACE:
        return acts.Duty()
    data = form.cleaned_data
    return acts.Duty(data["called"].strip(), data["shows_name"], data["duty_phone"].strip())


def _as_new(request: HttpRequest, row: Invitation, hashed: bytes) -> HttpResponse:
    guest = guests.opened(row)
    form = NewAccountForm(sent(request), email=guest.email, phone=guest.phone, initial={"name": guest.name})
    if request.method != "POST" or not form.is_valid():
        return _page(request, row, form, whose=None)
    data = form.cleaned_data
    try:
        account = acts.accept_as_new(
            invitation=row.pk, hashed=hashed, name=data["name"], password=data["password"], duty=_duty(form, row)
        )
    except (Invalid, WrongState) as error:
        form.add_error(None, str(error))
        return _page(request, row, form, whose=None)
    if request.user.is_authenticated:  # somebody else was: the new holder begins with nothing of theirs
        logout(request)
    request.session.pop(JOINING, None)
    messages.success(request, _accepted(row))
    answer = entering.begin(request, account, settings.LOGIN_REDIRECT_URL)
    return redirect("people:setup") if request.user.is_authenticated else answer


def _as_known(request: HttpRequest, row: Invitation, hashed: bytes, account: Account) -> HttpResponse:
    """Who has an account logs in first; the invitation waits in the session."""
    form = DutyForm(sent(request))
    mine = request.user.is_authenticated and request.user.pk == account.pk
    if request.method == "POST" and not mine:
        kept = request.session[JOINING]
        logout(request)
        request.session[JOINING] = kept
        return redirect_to_login(reverse("people:join"))
    if request.method != "POST" or not form.is_valid():
        return _page(request, row, form, whose=account)
    try:
        acts.accept_as(Actor(person_id=account.pk), invitation=row.pk, hashed=hashed, duty=_duty(form, row))
    except (Invalid, Refused, WrongState) as error:
        form.add_error(None, str(error))
        return _page(request, row, form, whose=account)
    request.session.pop(JOINING, None)
    messages.success(request, _accepted(row))
    return redirect("cases:inbox" if own.has_second(request) else "people:setup")


def _accepted(row: Invitation) -> str:
    return _("接受了，您现在是 %(seat)s · %(role)s。") % {"seat": seat_name(row.place or row.unit), "role": Role(row.role).label}
