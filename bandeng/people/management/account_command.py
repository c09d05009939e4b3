"""What the commands about one account share: finding it, giving a reason, saying what was wrong."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from bandeng.foundation.access import Invalid, WrongState
from bandeng.people.models import Account
from bandeng.people.queries import find_account


class AccountCommand(BaseCommand):
    """A command about the account of LOGIN; with a `--reason` that its owner reads where `wants_reason` is set."""

    wants_reason = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("login", help="e-mail address or phone number")
        if self.wants_reason:
            parser.add_argument("--reason", required=True, help="the person reads it")

    def handle(self, *args: object, login: str, reason: str = "", **options: object) -> None:
        account = find_account(login)
        if account is None:
            raise CommandError(f"No account has the e-mail address or phone number {login}.")
        given: dict[str, Any] = {"reason": reason} if self.wants_reason else {}
        try:
            self.stdout.write(self.act(account, **given))
        except (Invalid, WrongState) as error:
            raise CommandError(str(error)) from error

    def act(self, account: Account, **given: Any) -> str:
        """Do it and return what to say. Raises Invalid, WrongState."""
        raise NotImplementedError
