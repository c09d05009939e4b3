"""`manage.py password_link`: a link by which somebody who forgot the password sets a new one."""

from __future__ import annotations

from django.conf import settings

from bandeng.foundation.access import SYSTEM
from bandeng.people import forgotten
from bandeng.people.actions.help import password_link
from bandeng.people.management.account_command import AccountCommand
from bandeng.people.models import Account


class Command(AccountCommand):
    help = (
        'password_link wang@example.org --reason "密码忘了": prints a link, valid an hour and good once, and tells the person. '
        "Second factors stay. For the last system administrator who is locked out."
    )

    def act(self, account: Account, reason: str) -> str:  # type: ignore[override]
        password_link(SYSTEM, account=account.pk, reason=reason)
        return f"{settings.SITE_URL}{forgotten.address(account)}"
