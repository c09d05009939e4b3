"""The link by which somebody who forgot the password sets a new one: kept nowhere, valid an hour, good once.

The token is Django's: a keyed hash of what it is to change. With the password, or with anything else that ends
log-ins (the generation), every link of before is void.
"""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.urls import reverse
from django.utils import timezone

from bandeng.foundation.clock.moment import now
from bandeng.people.models import Account
from bandeng.people.queries import find_account


class _Tokens(PasswordResetTokenGenerator):
    key_salt = "bandeng.people.forgotten"

    def _make_hash_value(self, user: AbstractBaseUser, timestamp: int) -> str:
        return f"{user.pk}/{user.password}/{getattr(user, 'generation', '')}/{timestamp}"

    def _now(self) -> datetime:
        return timezone.make_naive(now())


_tokens = _Tokens()


def new_token(account: Account) -> str:
    """Return a token with which the password of *account* can be set once, within PASSWORD_RESET_TIMEOUT seconds."""
    return _tokens.make_token(account)


def fits(account: Account, token: str) -> bool:
    """Return whether *token* still opens *account*."""
    return can_forget(account) and _tokens.check_token(account, token)


def can_forget(account: Account | None) -> bool:
    """Return whether there is a password to forget: the account is open, and its holder was here before."""
    return account is not None and account.is_active and account.has_usable_password()


def find(login: str) -> Account | None:
    """Return the account of an e-mail address or telephone number, if it has a password."""
    account = find_account(login)
    return account if can_forget(account) else None


def address(account: Account) -> str:
    """Return the address of the page behind the link, for one letter or one showing."""
    return reverse("people:new_link", args=[account.pk, new_token(account)])
