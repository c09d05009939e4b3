"""`manage.py unlock`: let somebody try again who mistyped password or code too often."""

from __future__ import annotations

from bandeng.foundation.access import SYSTEM
from bandeng.people.actions.help import unlock
from bandeng.people.management.account_command import AccountCommand
from bandeng.people.models import Account


class Command(AccountCommand):
    help = "unlock wang@example.org: wrong passwords and codes are forgotten. From the pages: 人员, the person, 解锁."
    wants_reason = False

    def act(self, account: Account) -> str:  # type: ignore[override]
        unlock(SYSTEM, account=account.pk)
        return f"{account.get_username()} can log in again."
