"""Logging in and out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import views as auth
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _


class LoginForm(AuthenticationForm):
    """E-mail or phone, and password."""

    username = forms.CharField(
        label=_("邮箱或手机号"), max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    error_messages = {
        "invalid_login": _("邮箱（手机号）或密码不对。连续错五次会锁 15 分钟。"),
        "inactive": _("这个账号已停用，请找系统管理员。"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].label = _("密码")


class Login(auth.LoginView):
    template_name = "people/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True


class Logout(auth.LogoutView):
    pass


def locked_out(request: HttpRequest, credentials: dict | None = None, *args: Any) -> HttpResponse:
    """The page after too many wrong passwords."""
    return render(request, "people/locked.html", status=429)
