"""Where the outbox finds the address of an account."""

from bandeng.foundation.notify.outbox import resolver
from bandeng.people.models import Account


@resolver("account")
def account_address(account_id: int) -> str | None:
    return Account.objects.filter(pk=account_id, is_active=True).values_list("email", flat=True).first()
