"""Logging in and out, changing one's password."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import views as auth
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bandeng.foundation.access import Actor
from bandeng.people.actions import change_password


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


class PasswordForm(PasswordChangeForm):
    """The old password, and a new one twice."""

    error_messages = {
        "password_mismatch": _("两次写的新密码不一样。"),
        "password_incorrect": _("原来的密码不对。"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = {"old_password": _("原来的密码"), "new_password1": _("新密码"), "new_password2": _("再写一遍新密码")}
        for name, label in labels.items():
            self.fields[name].label, self.fields[name].help_text = label, ""
        self.fields["new_password1"].help_text = _("至少十个字符，不要太常见，也不要像您的名字。")

    def save(self, commit: bool = True) -> Any:
        change_password(
            Actor(person_id=self.user.pk), account=self.user, password=self.cleaned_data["new_password1"]
        )
        return self.user


class Password(auth.PasswordChangeView):
    """Changing one's own password; whoever is logged in elsewhere with the old one is logged out."""

    template_name = "people/password.html"
    form_class = PasswordForm
    success_url = reverse_lazy("cases:inbox")

    def form_valid(self, form: PasswordForm) -> HttpResponse:
        messages.success(self.request, gettext("密码改好了。别处登录的都退出了。"))
        return super().form_valid(form)


def locked_out(request: HttpRequest, credentials: dict | None = None, *args: Any) -> HttpResponse:
    """The page after too many wrong passwords."""
    return render(request, "people/locked.html", status=429)
