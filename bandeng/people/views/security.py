"""The page 安全: one's own second factors, recovery codes, open log-ins, password."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth import views as auth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from bandeng.foundation.access import Invalid, WrongState
from bandeng.people.actions import accounts
from bandeng.people.actions import second as acts
from bandeng.people.forms import CodeForm, NameForm, PasswordAgainForm, PasswordForm, is_password
from bandeng.people.models import Account, FactorKind
from bandeng.people.policies import needs_second
from bandeng.people.queries import open_posts
from bandeng.people.second import passkeys, recovery
from bandeng.people.sessions import opened
from bandeng.people.views import ceremony, entering, own

PURPOSE = "confirm"
CODES_FEW = 3


@never_cache
def page(request: HttpRequest) -> HttpResponse:
    """Everything about one's own log-in on one page."""
    account = own.account_of(request)
    return _page(request, account) if account else own.to_login(request)


def _page(request: HttpRequest, account: Account, bound: NameForm | None = None, of: int = 0) -> HttpResponse:
    factors = list(account.factors.order_by("pk"))
    for row in factors:
        initial = {"name": request.GET.get("name", "")[:40] if request.GET.get("rename") == str(row.pk) else row.name}
        row.form = bound if bound and row.pk == of else NameForm(initial=initial, auto_id=f"name{row.pk}_%s")
        row.open = bool(bound and row.pk == of) or initial["name"] != row.name
    left = account.recovery_codes.count()
    must = needs_second(account, has_posts=open_posts().filter(person=account).exists())
    context = {
        "here": "security", "account": account, "factors": factors, "left": left, "few": left < CODES_FEW, "must": must,
        "may_remove": not must or len(factors) > 1, "full": len(factors) >= acts.MOST,
        "opened": opened(account.pk, request.session.session_key), "fresh": entering.is_fresh(request),
        "helps": account.helps.select_related("by_post__place", "by_post__unit").order_by("-at")[:5],
        **ceremony.here(request),
    }
    return render(request, "people/security.html", context, status=422 if bound else 200)


@require_POST
def rename(request: HttpRequest, pk: int) -> HttpResponse:
    """Call a factor by another name."""
    account = own.account_of(request)
    if account is None:
        return own.to_login(request)
    form = NameForm(request.POST, auto_id=f"name{pk}_%s")
    if not entering.is_fresh(request):
        kept = "?" + urlencode({"rename": pk, "name": request.POST.get("name", "")[:40]})
        return own.to_confirm(reverse("people:security") + kept)
    if not form.is_valid():
        return _page(request, account, form, pk)
    try:
        acts.rename_factor(own.actor_for(account), account=account, factor=pk, name=form.cleaned_data["name"])
    except (Invalid, WrongState) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("名字改好了。"))
    return redirect("people:security")


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a factor; whoever is logged in elsewhere is out."""
    account = own.account_of(request)
    if account is None:
        return own.to_login(request)
    if not entering.is_fresh(request):
        return own.to_confirm(reverse("people:security"))
    key = request.session.session_key or ""
    try:
        acts.remove_factor(own.actor_for(account), account=account, factor=pk, keep=key)
    except (WrongState, acts.Locked) as error:
        messages.error(request, str(error))
        return redirect("people:security")
    messages.success(request, _("删掉了。别处登录的都退出了。"))
    return own.go_on(request, account, "", reverse("people:security"))


@never_cache
def codes(request: HttpRequest) -> HttpResponse:
    """Recovery codes: a fresh set on POST; shown once."""
    account = own.account_of(request)
    if account is None:
        return own.to_login(request)
    if request.method == "POST":
        return _new_codes(request, account)
    kept = request.session.pop(own.CODES, None)
    shown = [recovery.spaced(code) for code in recovery.codes_of(kept["mark"], account.pk)] if kept else []
    to = kept["to"] if kept else reverse("people:security")
    context = {"codes": shown, "to": to, "here": "security", "account": account, "left": account.recovery_codes.count()}
    return render(request, "people/codes.html", context)


def _new_codes(request: HttpRequest, account: Account) -> HttpResponse:
    if not entering.is_fresh(request):
        return own.to_confirm(reverse("people:security"))
    try:
        mark = acts.new_codes(own.actor_for(account), account=account)
    except (WrongState, acts.Locked) as error:
        messages.error(request, str(error))
        return redirect("people:security")
    request.session[own.CODES] = {"mark": mark, "to": reverse("people:security")}
    return redirect("people:codes")


@require_POST
def end_session(request: HttpRequest) -> HttpResponse:
    """End one of the own log-ins, or all others."""
    account = own.account_of(request)
    if account is None:
        return own.to_login(request)
    mark, actor = request.POST.get("mark", ""), own.actor_for(account)
    if mark:
        done = accounts.end_session(actor, account=account, mark=mark)
        messages.success(request, _("那一处退出了。") if done else _("那一处已经退出了。"))
    else:
        n = accounts.end_other_sessions(actor, account=account, keep=request.session.session_key or "")
        said = ngettext("别处的 %(n)s 个登录退出了。", "别处的 %(n)s 个登录退出了。", n) % {"n": n}
        messages.success(request, said if n else _("别处没有登录着的。"))
    return redirect("people:security")


# Once more: password or factor, before something important


@never_cache
@sensitive_post_parameters()
def confirm(request: HttpRequest) -> HttpResponse:
    """Ask for password or factor again, then go back to what was begun."""
    account = own.account_of(request)
    if account is None:
        return own.to_login(request)
    to = _back(request)
    code = CodeForm(request.POST if "code" in request.POST else None)
    code.fields["code"].widget.attrs.pop("autofocus", None)
    password = PasswordAgainForm(request.POST if "password" in request.POST else None)
    if request.method == "POST":
        try:
            if _shown(request, account, password, code):
                entering.note_fresh(request)
                return redirect(to)
        except acts.Locked as lock:
            return entering.locked(request, lock)
    kinds = set(account.factors.values_list("kind", flat=True))
    context = {
        "password": password, "code": code, "to": to, "has_app": FactorKind.APP in kinds,
        "has_passkey": FactorKind.PASSKEY in kinds, "here": "security", "account": account, **ceremony.here(request),
    }
    return render(request, "people/confirm.html", context, status=422 if password.errors or code.errors else 200)


def _shown(request: HttpRequest, account: Account, password: PasswordAgainForm, code: CodeForm) -> bool:
    """Return whether a right password or code was sent. Raises Locked."""
    if password.is_bound and password.is_valid():
        if is_password(request, account, password.cleaned_data["password"]):
            return True
        password.add_error("password", _("密码不对。连续错五次会锁 15 分钟。"))
    elif code.is_bound and code.is_valid():
        try:
            acts.check_code(account=account, code=code.cleaned_data["code"])
        except Invalid as error:
            code.add_error("code", str(error))
        else:
            return True
    return False


@require_POST
def confirm_begin(request: HttpRequest) -> HttpResponse:
    """What a passkey is to sign."""
    account = own.account_of(request)
    if account is None or passkeys.site() is None:
        return ceremony.over(_("请重新登录。"))
    return ceremony.asked(request, PURPOSE, *passkeys.begin_authentication(ceremony.known(account), alone=False))


@require_POST
def confirm_passkey(request: HttpRequest) -> HttpResponse:
    """The passkey's answer."""
    account = own.account_of(request)
    if account is None:
        return own.to_login(request)
    state, to = ceremony.answered(request, PURPOSE), _back(request)
    try:
        acts.check_passkey(account=account, state=state, answer=request.POST.get("credential", ""))
    except acts.Locked as lock:
        return entering.locked(request, lock)
    except Invalid as error:
        messages.error(request, str(error))
        return own.to_confirm(to)
    entering.note_fresh(request)
    return redirect(to)


def _back(request: HttpRequest) -> str:
    """Return the page to go back to: one of our own that can be opened by its address alone."""
    to = request.POST.get("next") or request.GET.get("next", "")
    own_page = to.startswith("/") and url_has_allowed_host_and_scheme(to, {request.get_host()}, request.is_secure())
    return to if own_page else reverse("people:security")


class Password(auth.PasswordChangeView):
    """Changing one's own password; whoever is logged in elsewhere with the old one is logged out."""

    template_name = "people/password.html"
    form_class = PasswordForm
    success_url = reverse_lazy("people:security")
    extra_context = {"here": "security"}

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"request": self.request}

    def form_valid(self, form: PasswordForm) -> HttpResponse:
        messages.success(self.request, _("密码改好了。别处登录的都退出了。"))
        return super().form_valid(form)
