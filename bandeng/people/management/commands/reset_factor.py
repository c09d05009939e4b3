"""`manage.py reset_factor`: take away the second factors of somebody who lost them all."""

from __future__ import annotations

from bandeng.foundation.access import SYSTEM
from bandeng.people.actions.help import reset_factors
from bandeng.people.management.account_command import AccountCommand
from bandeng.people.models import Account


class Command(AccountCommand):
    help = (
        'reset_factor wang@example.org --reason "手机丢了": removes second factors and recovery codes, ends all log-ins, '
        "tells the person. They set up a new one at the next log-in. For the last system administrator who is locked out."
    )

    def act(self, account: Account, reason: str) -> str:  # type: ignore[override]
        reset_factors(SYSTEM, account=account.pk, reason=reason)
        return f"{account.get_username()} has no second factor any more and is logged out everywhere."
