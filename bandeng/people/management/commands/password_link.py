"""`manage.py password_link`: a link by which somebody who forgot the password sets a new one."""

from __future__ import annotations

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from bandeng.foundation.access import SYSTEM, Invalid, WrongState
from bandeng.people import forgotten
from bandeng.people.actions.help import password_link
from bandeng.people.queries import find_account


class Command(BaseCommand):
    help = (
        'password_link wang@example.org --reason "密码忘了": prints a link, valid an hour and good once, and tells the person. '
        "Second factors stay. For the last system administrator who is locked out."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("login", help="e-mail address or phone number")
        parser.add_argument("--reason", required=True, help="the person reads it")

    def handle(self, *args: object, login: str, reason: str, **options: object) -> None:
        account = find_account(login)
        if account is None:
            raise CommandError(f"No account has the e-mail address or phone number {login}.")
        try:
            password_link(SYSTEM, account=account.pk, reason=reason)
        except (Invalid, WrongState) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{settings.SITE_URL}{forgotten.address(account)}")
