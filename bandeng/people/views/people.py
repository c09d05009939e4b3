"""The page 人员: invitations under way, who is there already, and help for who cannot get in."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import timedelta
from functools import wraps

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from bandeng.foundation.access import Actor, Invalid, Refused, WrongState
from bandeng.foundation.clock.moment import now
from bandeng.foundation.pages.door import P, View, to_login
from bandeng.foundation.pages.paging import page_of, pages
from bandeng.foundation.pages.qr import qr_svg
from bandeng.foundation.sealed import vault
from bandeng.people import appointing, forgotten
from bandeng.people.actions import help as helping
from bandeng.people.actions import invitations as acts
from bandeng.people.forms import InviteForm, ReasonForm, sent
from bandeng.people.guests import opened
from bandeng.people.models import Account, Invitation, Post
from bandeng.people.policies import appointable, may_help, visible
from bandeng.people.queries import kept_posts, open_posts
from bandeng.people.roles import Role

PAGE = 50
SHOWN = "invited"  # session key: the link that is shown once, sealed under the invitation's key
_SEALED_AS = "invitation.shown"
LINK_OF = "password_link"  # session key: for whom a link to set a new password is shown, once
LINK_SHOWN_WITHIN = timedelta(minutes=5)


def _appointers(view: View[P]) -> View[P]:
    """Open a page to those who may give some post; others find no such page."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.actor.person_id:
            return to_login(request, "people:people")
        if not appointable(request.actor):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@never_cache
@_appointers
def page(request: HttpRequest) -> HttpResponse:
    """Open invitations, and the people in the posts that one may give."""
    sought = request.GET.get("q", "").replace("\0", "").strip()[:60]
    rows, number = appointing.staff(request.actor, sought), page_of(request)
    total = rows.count()
    held = list(rows[(number - 1) * PAGE : number * PAGE])
    for post in held:
        post.seat = appointing.seat_name(post.place or post.unit)
    context = {
        "here": "people", "offers": appointing.offers(request.actor), "posts": held, "total": total, "sought": sought,
        "pages": pages(number, total, PAGE), "keep": [("q", sought)] if sought else [],
    }
    return render(request, "people/people.html", context)


@never_cache
@_appointers
def invite(request: HttpRequest) -> HttpResponse:
    """Invite somebody: first which post, then where and whom."""
    roles = appointable(request.actor)
    given = request.POST.get("role") or request.GET.get("role", "")
    role = given if given in roles else (roles[0] if len(roles) == 1 else "")
    sought = (request.POST.get("q") or request.GET.get("q", "")).replace("\0", "").strip()[:60]
    seats = appointing.seats(request.actor, role, sought) if role else []
    said = _("%(seat)s（已有网格员）")
    choices = [(seat.key, said % {"seat": seat.name} if seat.taken else seat.name) for seat in seats]
    form = InviteForm(sent(request), seats=choices)
    if role and request.method == "POST" and form.is_valid() and (answer := _invited(request, role, form)):
        return answer
    context = {
        "here": "people", "roles": [(one, Role(one).label) for one in roles], "role": role, "sought": sought, "form": form,
        "role_name": Role(role).label if role else "", "many": len(seats) >= appointing.SEATS_SHOWN, "seats": seats,
        "letters": bool(settings.EMAIL_HOST),
    }
    return render(request, "people/invite.html", context, status=422 if form.errors else 200)


def _invited(request: HttpRequest, role: str, form: InviteForm) -> HttpResponse | None:
    data = form.cleaned_data
    place, unit = appointing.find_seat(request.actor, role, data["seat"])
    if place is None and unit is None:
        form.add_error("seat", _("这里不归您安排，请另选。"))
        return None
    try:
        done = acts.invite(
            request.actor, role=role, place=place, unit=unit, name=data["name"], email=data["email"], phone=data["phone"]
        )
    except Invalid as error:
        form.add_error({"reach": "phone"}.get(error.field, error.field) or None, str(error))
        return None
    except Refused as error:
        form.add_error(None, str(error))
        return None
    return _handed_over(request, done)


def _handed_over(request: HttpRequest, done: acts.Invited) -> HttpResponse:
    """Say that the letter is under way, or go to the page that shows the link once."""
    if not done.token:
        drafted = f"invite-{done.invitation.role}"  # what was typed is kept no longer
        messages.success(request, _("邀请信已经在路上，七天内有效。没收到可以再发一次。"), extra_tags=drafted)
        return redirect("people:people")
    key = done.invitation.data_key
    assert key is not None
    sealed = base64.b64encode(vault.seal(key, done.token, _SEALED_AS)).decode()
    request.session[SHOWN] = {"pk": done.invitation.pk, "token": sealed}
    return redirect("people:invited")


@never_cache
@_appointers
def invited(request: HttpRequest) -> HttpResponse:
    """The link and its QR code, once, to be shown to whoever is invited."""
    kept = request.session.pop(SHOWN, None)
    rows = Invitation.objects.filter(pk=kept["pk"], ended_at__isnull=True) if kept else Invitation.objects.none()
    row = rows.select_related("data_key", "place__parent", "place__compound", "unit").first()
    if row is None or row.data_key is None:
        messages.warning(request, _("链接只显示一次。没记下来就再发一次，旧的随即作废。"))
        return redirect("people:people")
    token = vault.unseal(row.data_key, base64.b64decode(kept["token"]), _SEALED_AS)
    url = settings.SITE_URL + reverse("people:join_link", args=[token])
    context = {
        "here": "people", "row": row, "guest": opened(row), "seat": appointing.seat_name(row.place or row.unit), "url": url,
        "qr": qr_svg(url),
    }
    return render(request, "people/invited.html", context)


@require_POST
@_appointers
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Send an invitation again: a fresh link for another week."""
    try:
        return _handed_over(request, acts.invite_again(request.actor, invitation=pk))
    except (Refused, WrongState) as error:
        messages.error(request, str(error))
    return redirect("people:people")


@require_POST
@_appointers
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an invitation back."""
    try:
        acts.withdraw_invitation(request.actor, invitation=pk)
        messages.success(request, _("撤回了，链接打不开了；名字和联系方式也删了。"))
    except (Refused, WrongState) as error:
        messages.error(request, str(error))
    return redirect("people:people")


# One person


@never_cache
@_appointers
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """Posts of one person, and what can be done when they cannot get in."""
    return _person_page(request, pk)


def _person_page(request: HttpRequest, pk: int, bound: tuple[str, ReasonForm] | None = None) -> HttpResponse:
    if pk == request.actor.person_id:
        return redirect("people:security")
    account = Account.objects.filter(pk=pk).first()
    if account is None or not _may_see(request.actor, account):
        raise Http404
    posts = list(_posts(account))
    seen = set(kept_posts().filter(visible(request.actor), person=account).values_list("pk", flat=True))
    shown = [post for post in posts if post.pk in seen]
    for post in shown:
        post.seat = appointing.seat_name(post.place or post.unit)
    context = {
        "here": "people", "account": account, "posts": shown, "whole": len(shown) == len(posts), "bound": bound[0] if bound else "",
        "forms": {name: ReasonForm(auto_id=f"{name}_%s") for name in ("reset", "password")} | dict([bound] if bound else []),
        "secured": account.factors.exists(), "has_password": forgotten.can_forget(account),
        "may": {action: may_help(request.actor, action, account, posts) for action in ("reset", "password", "unlock", "end_sessions")},
    }
    return render(request, "people/person.html", context, status=422 if bound else 200)


def _may_see(actor: Actor, account: Account) -> bool:
    if actor.posts_as(Role.SYSADMIN):
        return True
    return open_posts().filter(visible(actor), person=account).exists()


def _posts(account: Account) -> QuerySet[Post]:
    rows = kept_posts().filter(person=account).order_by("pk")
    return rows.select_related("unit", "place__compound", "place__parent__parent__parent")


@require_POST
@_appointers
def reset(request: HttpRequest, pk: int) -> HttpResponse:
    """Take away somebody's second factors."""
    said = _("重置了，已经告诉本人。下次登录先输密码，再按提示重新设置。")
    return _with_reason(request, pk, "reset", helping.reset_factors) or _told(request, said, pk)


@require_POST
@_appointers
def password(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a link by which somebody who forgot the password sets a new one."""
    if answer := _with_reason(request, pk, "password", helping.password_link):
        return answer
    request.session[LINK_OF] = {"pk": pk, "until": (now() + LINK_SHOWN_WITHIN).timestamp()}
    return redirect("people:password_link")


@never_cache
@_appointers
def password_link(request: HttpRequest) -> HttpResponse:
    """That link and its QR code, once. It is made for this one showing; nothing keeps it."""
    kept = request.session.pop(LINK_OF, None)
    account = Account.objects.filter(pk=kept["pk"]).first() if kept and kept["until"] > now().timestamp() else None
    if account is None or not forgotten.can_forget(account):
        messages.warning(request, _("链接只显示一次。没用上就再开一个，旧的一小时后作废。"))
        return redirect("people:people")
    url = settings.SITE_URL + forgotten.address(account)
    return render(request, "people/password_link.html", {"here": "people", "account": account, "url": url, "qr": qr_svg(url)})


def _with_reason(request: HttpRequest, pk: int, name: str, act: Callable[..., None]) -> HttpResponse | None:
    """Do what wants a reason; return the page that says what is wrong, or None when it is done."""
    form = ReasonForm(request.POST, auto_id=f"{name}_%s")
    if not form.is_valid():
        return _person_page(request, pk, (name, form))
    try:
        act(request.actor, account=pk, reason=form.cleaned_data["reason"])
    except Invalid as error:
        form.add_error("reason", str(error))
        return _person_page(request, pk, (name, form))
    except (Refused, WrongState) as error:
        messages.error(request, str(error))
        return redirect("people:person", pk)
    return None


def _told(request: HttpRequest, said: str, pk: int) -> HttpResponse:
    messages.success(request, said)
    return redirect("people:person", pk)


@require_POST
def unlock(request: HttpRequest, pk: int) -> HttpResponse:
    """Let somebody try again."""
    return _helped(request, pk, helping.unlock, _("解开了，可以重新登录。"))


@require_POST
def end_sessions(request: HttpRequest, pk: int) -> HttpResponse:
    """Log somebody out everywhere."""
    return _helped(request, pk, helping.end_sessions, _("所有的登录都退出了，已经告诉本人。"))


@_appointers
def _helped(request: HttpRequest, pk: int, act: Callable[..., None], said: str) -> HttpResponse:
    try:
        act(request.actor, account=pk)
    except (Refused, WrongState) as error:
        messages.error(request, str(error))
        return redirect("people:person", pk)
    return _told(request, said, pk)
