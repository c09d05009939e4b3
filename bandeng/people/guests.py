"""Who is invited: sealed in the invitation, opened for one page or letter and no longer."""

from __future__ import annotations

from dataclasses import dataclass

from bandeng.foundation.clock.moment import now
from bandeng.foundation.sealed import vault
from bandeng.people.models import Account, Invitation
from bandeng.people.queries import find_account

PARTS = ("name", "email", "phone")


@dataclass(frozen=True, slots=True)
class Guest:
    """Name and address of somebody invited."""

    name: str
    email: str
    phone: str


def sealed(guest: Guest, key: vault.DataKey) -> dict[str, bytes]:
    """Return the columns of a guest, sealed."""
    return {part: vault.seal(key, getattr(guest, part), f"invitation.{part}") for part in PARTS}


def opened(row: Invitation) -> Guest:
    """Return who is invited. Raises LookupError when the invitation has ended."""
    if row.data_key is None:
        raise LookupError(f"invitation {row.pk} has ended")
    return Guest(*[vault.unseal(row.data_key, getattr(row, part), f"invitation.{part}") for part in PARTS])


def account_of(guest: Guest) -> Account | None:
    """Return the account that an invited person has already."""
    return find_account(guest.email) or find_account(guest.phone)


def token_hash(token: str) -> bytes:
    """Return what the database keeps of a link's token."""
    return vault.fingerprint("invitation", token)


def find_open(token: str) -> Invitation | None:
    """Return the invitation that a link opens now."""
    return still_open().filter(token_hash=token_hash(token[:200])).first()


def still_open():  # noqa: ANN201  a QuerySet of Invitation
    """Return the invitations whose link is valid, with what a page needs."""
    rows = Invitation.objects.filter(ended_at__isnull=True, expires_at__gt=now())
    return rows.select_related("data_key", "place", "unit", "in_post__person", "in_post__place", "in_post__unit")


def letter_token(pk: int) -> str:
    """Return the token for a letter that is sent now; "" when the invitation is over."""
    row = still_open().filter(pk=pk).first()
    return vault.unseal(row.data_key, row.token, "invitation.token") if row else ""
