"""Where the outbox finds addresses, and what a letter holds that may stand in no table."""

from django.urls import reverse

from bandeng.foundation.notify.outbox import link, resolver
from bandeng.people import forgotten, guests
from bandeng.people.models import Account


@resolver("account")
@resolver("password")
def account_address(account_id: int) -> str | None:
    return Account.objects.filter(pk=account_id, is_active=True).values_list("email", flat=True).first()


@resolver("invitation")
def guest_address(invitation_id: int) -> str | None:
    """Return the address of somebody invited, while the invitation is open."""
    row = guests.still_open().filter(pk=invitation_id).first()
    return guests.opened(row).email or None if row else None


@link("invitation")
def invitation_link(invitation_id: int) -> str:
    """Return where the letter leads: its token is opened for this one sending."""
    token = guests.letter_token(invitation_id)
    return reverse("people:join_link", args=[token]) if token else ""


@link("password")
def password_link(account_id: int) -> str:
    """Return where a new password is set: the link is made for this one sending."""
    account = Account.objects.filter(pk=account_id).first()
    return forgotten.address(account) if account and forgotten.can_forget(account) else ""
