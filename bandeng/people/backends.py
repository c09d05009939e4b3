"""Logging in by e-mail or phone."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from bandeng.people.models import Account, login_name


class EmailOrPhone(BaseBackend):
    """Checks a password against the account of an e-mail address or a phone number."""

    def authenticate(
        self, request: HttpRequest | None, username: str = "", password: str = "", **_: Any
    ) -> Account | None:
        try:
            account = Account.objects.get_by_natural_key(username)
        except Account.DoesNotExist:
            make_password(password)  # as slow as a real check: a stranger cannot learn who has an account
            return None
        return account if account.check_password(password) and account.is_active else None

    def get_user(self, user_id: int) -> Account | None:
        return Account.objects.filter(pk=user_id, is_active=True).first()


def locked_name(request: HttpRequest | None, credentials: dict[str, Any] | None = None) -> str:
    """Return the name that django-axes counts wrong passwords for: one name is one, however it is spelled.

    Not the account behind it: a lock that two names share would tell that they belong to one person.
    """
    given = (credentials or {}).get("username")
    if given is None and request is not None:
        given = request.POST.get("username", "")
    return login_name(given)
