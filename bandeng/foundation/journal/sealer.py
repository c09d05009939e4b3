"""Chaining committed journal rows, and checking the chain.

Each sealed row carries HMAC-SHA256(key, previous code ‖ its own content); the key is in the environment,
not in the database. Writers never wait for the chain: the sealer numbers rows after they are committed.
Who holds the database but not the key can change, remove or insert no sealed row unseen; cutting rows off
the end is seen by comparing with a published head (the public board shows one for each day).
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from bandeng.foundation.jobs.pace import one_turn
from bandeng.foundation.journal.models import Chain, Entry, Head

ZONE = ZoneInfo("Asia/Shanghai")
BATCH = 1000


def _code(previous: str, row: Entry) -> str:
    content = "\x1f".join(
        str(part)
        for part in (
            previous, row.seq, row.id, row.at.astimezone(ZONE).isoformat(), row.person_id, row.post_id,
            row.action, row.object_kind, row.object_id, row.fields,
        )
    )
    return hmac.digest(settings.JOURNAL_KEY.encode(), content.encode(), "sha256").hex()


@transaction.atomic
def _seal_batch() -> int:
    Chain.objects.get_or_create(pk=1)
    chain = Chain.objects.select_for_update().get(pk=1)
    rows = list(Entry.objects.filter(seq__isnull=True).order_by("id")[:BATCH])
    for row in rows:
        chain.seq += 1
        row.seq = chain.seq
        row.mac = chain.mac = _code(chain.mac, row)
    if rows:
        _keep(rows)
        chain.save()
        Head.objects.update_or_create(
            day=timezone.now().astimezone(ZONE).date(), defaults={"seq": chain.seq, "mac": chain.mac}
        )
    return len(rows)


def _keep(rows: list[Entry]) -> None:
    """Write number and code of rows: one statement for many, where bulk_update would build one long CASE."""
    table = connection.ops.quote_name(Entry._meta.db_table)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {table} SET seq = %s, mac = %s WHERE id = %s",  # noqa: S608  our own table
            [(row.seq, row.mac, row.id) for row in rows],
        )


def seal(progress: Callable[[int], None] | None = None) -> int:
    """Seal every committed row that is not sealed yet; return how many."""
    total, done = 0, BATCH
    while done == BATCH:
        with one_turn():  # after a load there are many batches, and others write too
            done = _seal_batch()
        total += done
        if progress and done:
            progress(total)
    return total


@dataclass(frozen=True)
class Fault:
    """One thing wrong with the journal: at which number, and what."""

    seq: int
    what: str


def verify(published: tuple[int, str] | None = None) -> Iterator[Fault]:
    """Yield every fault: changed rows, missing numbers, an end that was cut.

    *published* is a head (number, code) noted down elsewhere, e.g. from the public board.
    """
    heads = {head.seq: head.mac for head in Head.objects.all()}
    if published:
        heads[published[0]] = published[1]
    expected, previous = 1, ""
    for row in Entry.objects.filter(seq__isnull=False).order_by("seq").iterator(chunk_size=2000):
        if row.seq != expected:
            yield Fault(expected, f"missing: rows {expected} to {row.seq - 1} are gone")
            # Nothing is known of what stood between: go on from the row's own code.
            expected = row.seq
        elif row.mac != _code(previous, row):
            yield Fault(row.seq, f"changed: row {row.seq} ({row.action}) is not what was sealed")
        if row.seq in heads and heads[row.seq] != row.mac:
            yield Fault(row.seq, f"changed: the head published at row {row.seq} does not agree")
        expected, previous = row.seq + 1, row.mac
    end = max([*heads, Chain.objects.filter(pk=1).values_list("seq", flat=True).first() or 0])
    if expected <= end:
        yield Fault(expected, f"cut: rows {expected} to {end} are gone from the end")
