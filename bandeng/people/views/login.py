"""Logging in and out: password, second factor, or a passkey alone."""

from __future__ import annotations

from urllib.parse import urlencode

from axes.utils import reset
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views as auth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from bandeng.foundation.access import Invalid
from bandeng.foundation.pages.visitor import address_of
from bandeng.people.actions import second as acts
from bandeng.people.forms import CodeForm, LoginForm, sent
from bandeng.people.models import FactorKind, login_name
from bandeng.people.second import passkeys
from bandeng.people.views import ceremony, entering

ALONE, BESIDE = "login", "second"  # purposes of a passkey: instead of the password, after it


class Login(auth.LoginView):
    """E-mail or phone, and password; what comes then is decided by `entering.begin`."""

    template_name = "people/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True

    def form_valid(self, form: LoginForm) -> HttpResponse:
        # axes forgets what was tried under the account's first name only
        reset(username=login_name(form.cleaned_data["username"]), ip=address_of(self.request))
        return entering.begin(self.request, form.get_user(), self.get_success_url())

    def get_context_data(self, **kwargs: object) -> dict:
        return super().get_context_data(**kwargs) | ceremony.here(self.request)


class Logout(auth.LogoutView):
    pass


@require_POST
def passkey_begin(request: HttpRequest) -> HttpResponse:
    """What a browser is to sign to log in without a password. It names no account."""
    if passkeys.site() is None:
        return ceremony.over(_("这个地址用不了通行密钥。"))
    return ceremony.asked(request, ALONE, *passkeys.begin_authentication([], alone=True))


@require_POST
def passkey(request: HttpRequest) -> HttpResponse:
    """Log in by a passkey alone: it has checked its user itself."""
    to = _safe(request, request.POST.get("next", ""))
    state = ceremony.answered(request, ALONE)
    try:
        account = acts.check_passkey(account=None, state=state, answer=request.POST.get("credential", ""))
    except acts.Locked as lock:
        return entering.locked(request, lock)
    except Invalid as error:
        messages.error(request, str(error))
        return redirect(f"{reverse('people:login')}?{urlencode({'next': to})}" if to else "people:login")
    return entering.enter(request, account, to or settings.LOGIN_REDIRECT_URL, by_second=True)


def _safe(request: HttpRequest, to: str) -> str:
    fits = to.startswith("/") and url_has_allowed_host_and_scheme(to, {request.get_host()}, request.is_secure())
    return resolve_url(to) if fits else ""


@never_cache
@sensitive_post_parameters()
def second(request: HttpRequest) -> HttpResponse:
    """The second step: six digits, a recovery code, or a passkey."""
    state = entering.pending(request)
    if state is None:
        return _begin_anew(request)
    form = CodeForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            acts.check_code(account=state.account, code=form.cleaned_data["code"])
        except acts.Locked as lock:
            return entering.locked(request, lock)
        except Invalid as error:
            form.add_error("code", str(error))
        else:
            return entering.enter(request, state.account, state.to, by_second=True)
    return _second_page(request, state, form)


def _second_page(request: HttpRequest, state: entering.Pending, form: CodeForm) -> HttpResponse:
    kinds = set(state.account.factors.values_list("kind", flat=True))
    if FactorKind.APP not in kinds:
        form.fields["code"].label = _("备用码")
        form.fields["code"].widget.attrs.pop("autofocus", None)
    context = {
        "form": form, "has_app": FactorKind.APP in kinds, "has_passkey": FactorKind.PASSKEY in kinds, **ceremony.here(request),
    }
    return render(request, "people/second.html", context, status=422 if form.errors else 200)


@require_POST
def second_begin(request: HttpRequest) -> HttpResponse:
    """What a passkey is to sign as the second step."""
    state = entering.pending(request)
    if state is None or passkeys.site() is None:
        return ceremony.over(_("等得太久了，请从头登录。"))
    known = ceremony.known(state.account)
    return ceremony.asked(request, BESIDE, *passkeys.begin_authentication(known, alone=False))


@require_POST
def second_passkey(request: HttpRequest) -> HttpResponse:
    """The passkey's answer as the second step."""
    state = entering.pending(request)
    if state is None:
        return _begin_anew(request)
    kept = ceremony.answered(request, BESIDE)
    try:
        acts.check_passkey(account=state.account, state=kept, answer=request.POST.get("credential", ""))
    except acts.Locked as lock:
        return entering.locked(request, lock)
    except Invalid as error:
        messages.error(request, str(error))
        return redirect("people:second")
    return entering.enter(request, state.account, state.to, by_second=True)


def _begin_anew(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        messages.warning(request, _("密码对过以后十分钟没有走完第二步，请从头登录。"))
    return redirect("people:login")
