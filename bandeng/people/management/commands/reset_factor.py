"""`manage.py reset_factor`: take away the second factors of somebody who lost them all."""

from __future__ import annotations

from django.core.management.base import BaseCommand, CommandError, CommandParser

from bandeng.foundation.access import SYSTEM, Invalid, WrongState
from bandeng.people.actions.help import reset_factors
from bandeng.people.queries import find_account


class Command(BaseCommand):
    help = (
        'reset_factor wang@example.org --reason "手机丢了": removes second factors and recovery codes, ends all log-ins, '
        "tells the person. They set up a new one at the next log-in. For the last system administrator who is locked out."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("login", help="e-mail address or phone number")
        parser.add_argument("--reason", required=True, help="the person reads it")

    def handle(self, *args: object, login: str, reason: str, **options: object) -> None:
        account = find_account(login)
        if account is None:
            raise CommandError(f"No account has the e-mail address or phone number {login}.")
        try:
            reset_factors(SYSTEM, account=account.pk, reason=reason)
        except (Invalid, WrongState) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{account.get_username()} has no second factor any more and is logged out everywhere.")
