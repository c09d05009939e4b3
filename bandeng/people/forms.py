"""Forms of logging in, of one's own security, and of invitations. No rules here; the actions ask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, SetPasswordForm
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from bandeng.foundation.access import Actor
from bandeng.people.actions import change_password
from bandeng.people.models import Account

PASSWORD_RULE = _("至少十个字符，不要太常见，也不要像您的名字。")


def sent(request: HttpRequest) -> QueryDict | None:
    """Return what a form is bound to: what was sent, be it nothing; None where a page is only looked at."""
    return request.POST if request.method == "POST" else None


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


class ForgottenForm(forms.Form):
    """Whose password was forgotten."""

    login = forms.CharField(
        label=_("邮箱或手机号"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True})
    )


class NewPasswordForm(SetPasswordForm):
    """A new password, twice."""

    error_messages = {"password_mismatch": _("两次写的新密码不一样。")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label, note in (("new_password1", _("新密码"), PASSWORD_RULE), ("new_password2", _("再写一遍新密码"), "")):
            self.fields[name].label, self.fields[name].help_text = label, note

    def clean(self) -> dict[str, Any]:
        """What is wrong with the password stands where it is written first."""
        data = super().clean() or {}
        if data.get("new_password1") and "new_password2" in self._errors and not self.has_error("new_password2", "password_mismatch"):
            self._errors["new_password1"] = self._errors.pop("new_password2")
        return data


class PasswordForm(NewPasswordForm, PasswordChangeForm):
    """The old password, and a new one twice. A wrong old one counts for the lock-out as at the log-in."""

    error_messages = {**NewPasswordForm.error_messages, "password_incorrect": _("原来的密码不对。")}

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.fields["old_password"].label = _("原来的密码")

    def clean_old_password(self) -> str:
        given = self.cleaned_data["old_password"]
        if not is_password(self.request, self.user, given):
            raise forms.ValidationError(self.error_messages["password_incorrect"], code="password_incorrect")
        return given

    def save(self, commit: bool = True) -> Any:
        change_password(
            Actor(person_id=self.user.pk), account=self.user, password=self.cleaned_data["new_password1"],
            keep=self.request.session.session_key or "",
        )
        return self.user


def is_password(request: HttpRequest, account: Account, given: str) -> bool:
    """Return whether *given* is the account's password; a wrong one is counted by the lock-out."""
    found = authenticate(request, username=account.get_username(), password=given)
    return found is not None and found.pk == account.pk


class CodeForm(forms.Form):
    """Six digits of an app, or ten of a recovery code."""

    code = forms.CharField(
        label=_("验证码"), max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}),
    )


class AppForm(CodeForm):
    """The first code of an app that is being added, and what to call it."""

    name = forms.CharField(label=_("叫它什么"), max_length=40, required=False)


class PasswordAgainForm(forms.Form):
    """The password, before something important."""

    password = forms.CharField(
        label=_("密码"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )


class NameForm(forms.Form):
    """Another name for a second factor."""

    name = forms.CharField(label=_("叫它什么"), max_length=40)


class ReasonForm(forms.Form):
    """Why somebody is helped to get in again."""

    reason = forms.CharField(
        label=_("原因"), max_length=200, widget=forms.TextInput(), help_text=_("本人会看到，比如：手机丢了，本人来社区办的。")
    )


class InviteForm(forms.Form):
    """Who is invited to which seat. The choices are those that the inviter may give."""

    seat = forms.ChoiceField(label=_("在哪里"))
    name = forms.CharField(label=_("姓名"), max_length=40)
    email = forms.CharField(
        label=_("邮箱"), max_length=120, required=False, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    phone = forms.CharField(
        label=_("手机号"), max_length=20, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
    )

    def __init__(self, *args: Any, seats: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seat"].choices = seats  # type: ignore[attr-defined]


class DutyForm(forms.Form):
    """What neighbours may know of whoever holds a post with a public face."""

    called = forms.CharField(
        label=_("邻居怎么称呼您"), max_length=20, required=False, help_text=_("比如：王师傅、李姐。"),
    )
    shows_name = forms.BooleanField(label=_("这个称呼可以写在公示页上，让邻居知道找谁"), required=False)
    duty_phone = forms.CharField(
        label=_("值班电话"), max_length=30, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"}),
        help_text=_("写在公示页上的电话，跟着岗位走；别写自己的私人号码。"),
    )


class NewAccountForm(DutyForm):
    """Name and password of somebody who accepts an invitation."""

    name = forms.CharField(label=_("您的姓名"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    password = forms.CharField(
        label=_("想一个密码"), strip=False, help_text=PASSWORD_RULE,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("再写一遍密码"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )
    field_order = ["name", "password", "again", "called", "shows_name", "duty_phone"]

    def __init__(self, *args: Any, email: str, phone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._reach = {"email": email, "phone": phone}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        password = data.get("password", "")
        if password and data.get("again") and data["again"] != password:
            self.add_error("again", _("两次写的密码不一样。"))
        elif password:
            try:
                validate_password(password, Account(name=data.get("name", ""), **self._reach))
            except forms.ValidationError as error:
                self.add_error("password", error)
        return data
