"""Adding a second factor: on the way in, where one is required, or at leisure from the security page."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from bandeng.foundation.access import Invalid, WrongState
from bandeng.foundation.pages.qr import qr_svg
from bandeng.people import browsers
from bandeng.people.actions import second as acts
from bandeng.people.forms import AppForm, sent
from bandeng.people.models import Account
from bandeng.people.policies import needs_second
from bandeng.people.queries import open_posts
from bandeng.people.second import passkeys, totp
from bandeng.people.views import ceremony, entering, own
from bandeng.territory.queries import district

APP_MARK = "app_mark"  # session key: the mark of an app's set-up
PURPOSE = "setup"


@dataclass(frozen=True, slots=True)
class Subject:
    """Who adds a factor: somebody logged in, or (with `state`) somebody on the way in."""

    account: Account
    state: entering.Pending | None


def _subject(request: HttpRequest) -> Subject | HttpResponse:
    """Return who adds a factor, or the answer that leads to where one shows who one is."""
    if state := entering.pending(request):
        # Who has a factor shows it; a right password alone adds no other one.
        return redirect("people:second") if state.account.factors.exists() else Subject(state.account, state)
    account = own.account_of(request)
    if account is None:
        return own.to_login(request)
    if not entering.is_fresh(request):
        return own.to_confirm(reverse("people:setup") if request.method == "POST" else request.path)
    return Subject(account, None)


def _has_posts(account: Account) -> bool:
    return open_posts().filter(person=account).exists()


@never_cache
def choose(request: HttpRequest) -> HttpResponse:
    """Which second factor: a passkey or an app."""
    who = _subject(request)
    if isinstance(who, HttpResponse):
        return who
    must = needs_second(who.account, has_posts=_has_posts(who.account)) and not who.account.factors.exists()
    context = {"on_the_way": who.state is not None, "must": must, "here": "security", **ceremony.here(request)}
    return render(request, "people/setup.html", context)


@never_cache
def app(request: HttpRequest) -> HttpResponse:
    """Add an authenticator app: QR code, link, or the key to type; then its first six digits."""
    who = _subject(request)
    if isinstance(who, HttpResponse):
        return who
    mark = request.session.get(APP_MARK)
    if not mark:
        mark = request.session[APP_MARK] = totp.new_mark()
    form = AppForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            new = acts.add_app(
                own.actor_for(who.account), account=who.account, mark=mark, code=form.cleaned_data["code"],
                name=form.cleaned_data["name"], keep=_key(request),
            )
        except (Invalid, WrongState, acts.Locked) as error:
            form.add_error("code", str(error))
        else:
            request.session.pop(APP_MARK, None)
            messages.success(request, _("加好了。以后登录，密码之后再输验证器上的六位数字。"))
            return own.added(request, who.state, who.account, new, reverse("people:security"))
    return _app_page(request, who, form, totp.secret_of(mark, who.account.pk))


def _app_page(request: HttpRequest, who: Subject, form: AppForm, secret: str) -> HttpResponse:
    place = district()
    issuer = _("板凳 %(district)s") % {"district": place.name} if place else _("板凳")
    uri = totp.uri(secret, who.account.get_username(), issuer)
    context = {
        "form": form, "uri": uri, "qr": qr_svg(uri), "secret": totp.spaced(secret), "on_the_way": who.state is not None,
        "here": "security",
    }
    return render(request, "people/setup_app.html", context, status=422 if form.errors else 200)


@require_POST
def passkey_begin(request: HttpRequest) -> HttpResponse:
    """What the browser is to make."""
    who = _subject(request)
    if isinstance(who, HttpResponse) or passkeys.site() is None:
        return ceremony.over(_("等得太久了，请刷新这一页再试。"))
    account = who.account
    asked = passkeys.begin_registration(account.pk, account.get_username(), account.name, ceremony.known(account))
    return ceremony.asked(request, PURPOSE, *asked)


@require_POST
def passkey(request: HttpRequest) -> HttpResponse:
    """Keep the passkey that the browser made."""
    who = _subject(request)
    if isinstance(who, HttpResponse):
        return who
    state = ceremony.answered(request, PURPOSE)
    name = browsers.words(browsers.kinds(request.headers.get("user-agent", "")))
    try:
        new = acts.add_passkey(
            own.actor_for(who.account), account=who.account, state=state, answer=request.POST.get("credential", ""),
            name=name, keep=_key(request),
        )
    except (Invalid, WrongState, acts.Locked) as error:
        messages.error(request, str(error))
        return redirect("people:setup")
    messages.success(request, _("通行密钥加好了。以后在这台设备上，用指纹、面容或锁屏密码就能登录。"))
    return own.added(request, who.state, who.account, new, reverse("people:security"))


def _key(request: HttpRequest) -> str:
    return request.session.session_key or ""
