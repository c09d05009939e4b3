"""`manage.py unlock`: let somebody try again who mistyped password or code too often."""

from __future__ import annotations

from django.core.management.base import BaseCommand, CommandError, CommandParser

from bandeng.foundation.access import SYSTEM
from bandeng.people.actions.help import unlock
from bandeng.people.queries import find_account


class Command(BaseCommand):
    help = "unlock wang@example.org: wrong passwords and codes are forgotten. From the pages: 人员, the person, 解锁."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("login", help="e-mail address or phone number")

    def handle(self, *args: object, login: str, **options: object) -> None:
        account = find_account(login)
        if account is None:
            raise CommandError(f"No account has the e-mail address or phone number {login}.")
        unlock(SYSTEM, account=account.pk)
        self.stdout.write(f"{account.get_username()} can log in again.")
