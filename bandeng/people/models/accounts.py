"""Accounts: who can log in."""

from __future__ import annotations

import re

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils.crypto import salted_hmac


def login_name(text: str | None) -> str:
    """Return an e-mail address or phone number as it is kept: no spaces, no capitals."""
    return "".join((text or "").split()).lower()


def by_login(text: str | None) -> Q:
    """Return the filter of the account that has this log-in name: an e-mail address has an @, a telephone number has none."""
    name = login_name(text)
    return Q(email=name) if "@" in name else Q(phone=name)


_PHONE = re.compile(r"\+?[0-9][0-9-]{5,18}")


def is_phone(text: str) -> bool:
    """Return whether *text*, as `login_name` keeps it, can be a telephone number: digits, hyphens, a + before them."""
    return bool(_PHONE.fullmatch(text)) and sum(char.isdigit() for char in text) >= 7


class AccountManager(BaseUserManager):
    def create_user(
        self, *, email: str | None = None, phone: str | None = None, password: str, name: str
    ) -> Account:
        account = self.model(
            email=login_name(email) or None, phone=login_name(phone) or None, name=name
        )
        account.set_password(password)
        account.save(using=self._db)
        return account

    def get_by_natural_key(self, username: str | None) -> Account:
        return self.get(by_login(username))


class Account(AbstractBaseUser):
    """A person who can log in, by e-mail or phone. What they may do comes from their posts alone."""

    email = models.EmailField(unique=True, null=True)
    phone = models.CharField(max_length=20, unique=True, null=True)
    name = models.CharField(max_length=40)
    is_active = models.BooleanField(default=True)
    is_sample = models.BooleanField(default=False)  # a demo account: the server stays on loopback
    created_at = models.DateTimeField(auto_now_add=True)
    # Raised with every change of what one logs in with: sessions begun before are over (see `_get_session_auth_hash`).
    generation = models.PositiveIntegerField(default=0)
    last_login = None  # Django would note it: who logs in when is nobody's business

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    objects = AccountManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(email__isnull=False) | Q(phone__isnull=False), name="account_reachable"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_username(self) -> str:
        return self.email or self.phone or ""

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Return what a session must hold to be this account's: it changes with password and generation.

        Django asks here for both its session hash and the fallbacks under older secret keys.
        """
        salt = "bandeng.people.Account.session"
        return salted_hmac(salt, f"{self.password}/{self.generation}", secret=secret, algorithm="sha256").hexdigest()
