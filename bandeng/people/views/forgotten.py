"""A forgotten password: ask for a letter; open the link in it; set a new one. Then the ordinary log-in follows."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from bandeng.foundation.access import WrongState
from bandeng.foundation.pages.visitor import address_of
from bandeng.people import forgotten
from bandeng.people.actions import forgotten as acts
from bandeng.people.forms import ForgottenForm, NewPasswordForm, sent
from bandeng.people.models import Account
from bandeng.people.relays import too_many

SETTING = "new_password"  # session key: whose link was opened, and its token


@never_cache
def ask(request: HttpRequest) -> HttpResponse:
    """Whom to ask, and a form for a letter. What comes then is the same whether there is such an account or not."""
    form = ForgottenForm(sent(request))
    asked = request.method == "POST" and form.is_valid() and bool(settings.EMAIL_HOST)
    if asked and not too_many(f"forgotten {address_of(request)}"):
        acts.ask_for_letter(form.cleaned_data["login"])
    context = {"form": form, "asked": asked, "letters": bool(settings.EMAIL_HOST)}
    return render(request, "people/forgotten.html", context, status=422 if form.errors else 200)


@never_cache
def link(request: HttpRequest, pk: int, token: str) -> HttpResponse:
    """The link itself: opening it uses nothing up, and it leaves no secret in the address."""
    account = Account.objects.filter(pk=pk).first()
    if account is None or not forgotten.fits(account, token):
        request.session.pop(SETTING, None)
        return _gone(request)
    request.session[SETTING] = {"pk": pk, "token": token}
    return redirect("people:new_password")


@never_cache
@sensitive_post_parameters()
def new(request: HttpRequest) -> HttpResponse:
    """Set the new password; whoever else is logged in here was somebody else, and is logged out."""
    kept = request.session.get(SETTING)
    account = Account.objects.filter(pk=kept["pk"]).first() if kept else None
    if account is None or not forgotten.fits(account, kept["token"]):
        return _gone(request)
    form = NewPasswordForm(account, sent(request))
    if request.method != "POST" or not form.is_valid():
        context = {"form": form, "account": account}
        return render(request, "people/new_password.html", context, status=422 if form.errors else 200)
    try:
        acts.set_new_password(account=account.pk, token=kept["token"], password=form.cleaned_data["new_password1"])
    except WrongState:
        return _gone(request)
    logout(request)
    messages.success(request, _("新密码设好了，别处登录的都退出了。现在用它登录。"))
    return redirect("people:login")


def _gone(request: HttpRequest) -> HttpResponse:
    return render(request, "people/new_password_gone.html", status=410)
