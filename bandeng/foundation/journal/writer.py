"""Writing to the journal: inside the transaction that makes the change."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from bandeng.foundation.access import Actor, PostRef
from bandeng.foundation.clock.moment import now
from bandeng.foundation.journal.models import Entry


def entry(
    actor: Actor, action: str, obj: Any, *, post: PostRef | None = None, fields: Iterable[str] = (),
    at: datetime | None = None,
) -> Entry:
    """Return an unsaved entry, for bulk loaders; `record` is the usual way."""
    return Entry(
        at=at or now(),
        person_id=actor.person_id if post else None,  # what somebody does as a resident is not tied to the account
        post_id=post.id if post else None,
        action=action,
        object_kind=obj._meta.label_lower,
        object_id=str(obj.pk),
        fields=",".join(fields)[:300],
    )


def record(
    actor: Actor, action: str, obj: Any, *, post: PostRef | None = None, fields: Iterable[str] = ()
) -> Entry:
    """Append one entry: *actor*, in *post*, did *action* to *obj*, changing *fields* (names only).

    Raises RuntimeError outside a transaction: an entry must stand or fall with its change.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("journal.record() belongs inside the transaction of the change it records")
    row = entry(actor, action, obj, post=post, fields=fields)
    row.save(force_insert=True)
    return row
