"""Sessions that know whose they are, so that their owner can see and end them."""

from __future__ import annotations

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from bandeng.people.models.accounts import Account


class Session(AbstractBaseSession):
    """Django's session row with the account it belongs to; nobody's while nobody is logged in.

    Browser and days stand in the session's own data and go with it; no network address is kept anywhere.
    """

    account = models.ForeignKey(Account, models.CASCADE, null=True, related_name="sessions")

    def __str__(self) -> str:
        return f"session of {self.account_id}"

    @classmethod
    def get_session_store_class(cls) -> type:
        from bandeng.people.sessions import SessionStore  # the store imports this model

        return SessionStore
