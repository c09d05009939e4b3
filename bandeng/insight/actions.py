"""Keeping the facts and what is counted from them. The only writer of insight's tables; everything can be made again."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from datetime import date, timedelta

from django.db import connection, transaction
from django.db.models import Max, Min, Q

from bandeng.cases.models import Case, Event
from bandeng.foundation.clock.moment import now, today
from bandeng.foundation.jobs.pace import one_turn
from bandeng.insight import counting, facts, periods
from bandeng.insight.models import CaseFact, Cell, Period, Progress

BATCH = 500  # cases in one transaction
SETTLED = timedelta(minutes=1)  # an event younger than this may have older neighbours that are not committed yet: it is read again
SELDOM = timedelta(hours=1)  # long periods are counted at most this often
_COLUMNS = [field.name for field in CaseFact._meta.fields if not field.primary_key]


def keep_facts(most: int = 20_000) -> int:
    """Bring the facts up to date with what happened since; return how many cases were read. Bounded; run again for more."""
    progress, _made = Progress.objects.get_or_create(pk=1)
    done, start = 0, progress.event
    while done < most:
        rows = list(Event.objects.filter(pk__gt=start).order_by("pk").values_list("pk", "case_id", "at")[:BATCH])
        if not rows:
            break
        with one_turn():
            done += _store(facts.read(0, 0, {case for _pk, case, _at in rows}))
        start = rows[-1][0]
        settled = [pk for pk, _case, at in rows if at < now() - SETTLED]
        if settled:
            Progress.objects.filter(pk=1, event__lt=max(settled)).update(event=max(settled))
        if len(settled) < len(rows):
            break  # the young ones are read again next time
    return done + _run_out(most)


def _run_out(most: int) -> int:
    """Note what came to its end by time alone: nobody did anything, so no event tells."""
    present = now()
    due = CaseFact.objects.filter(Q(response_due__lt=present) | Q(finish_due__lt=present)).values_list("pk", flat=True)
    found = list(due[:most])
    done = 0
    for at in range(0, len(found), BATCH):
        with one_turn():
            done += _store(facts.read(0, 0, found[at : at + BATCH]))
    return done


@transaction.atomic
def _store(made: list[CaseFact]) -> int:
    """Write facts; the periods of the days on which they count now or counted before are to be counted anew."""
    before = CaseFact.objects.in_bulk([fact.pk for fact in made])
    changed = [fact for fact in made if fact.pk not in before or not _same(fact, before[fact.pk])]
    days: set[date] = set()
    for fact in changed:
        days |= facts.days_of(fact)
        if fact.pk in before:
            days |= facts.days_of(before[fact.pk])
    _write(changed)
    _mark(days)
    return len(made)


def _write(made: list[CaseFact]) -> None:
    ordered = sorted(made, key=lambda fact: fact.pk)  # two who write at once wait for each other instead of blocking each other
    CaseFact.objects.bulk_create(ordered, update_conflicts=True, unique_fields=["case"], update_fields=_COLUMNS, batch_size=500)


def _same(one: CaseFact, other: CaseFact) -> bool:
    return all(getattr(one, name) == getattr(other, name) for name in _COLUMNS)


def _mark(days: set[date]) -> None:
    wanted = periods.holding(days)
    Period.objects.bulk_create([Period(kind=kind, first=first, last=last) for kind, first, last in wanted], ignore_conflicts=True)
    for kind in periods.KINDS[1:]:
        firsts = [first for one, first, _last in wanted if one == kind]
        Period.objects.filter(kind=kind, first__in=firsts, changed=False).update(changed=True)
    since = today() - timedelta(days=periods.RECENT)
    if any(day >= since for day in days):
        Period.objects.filter(kind="recent").update(changed=True)


def count_changed(*, patient: bool = True, seconds: float = math.inf) -> int:
    """Count anew what changed; *patient*: long periods at most once an hour. Return how many periods were counted.

    After about so many *seconds* it stops: what is left is still marked, and the newest was first.
    """
    _move_recent()
    rows, end = Period.objects.filter(changed=True).order_by("-last", "pk"), time.monotonic() + seconds
    done = 0
    for period in rows:
        if done and time.monotonic() > end:
            break
        short = period.kind in ("recent", "month")
        if short or not patient or period.as_of is None or now() - period.as_of >= SELDOM:
            count(period)
            done += 1
    return done


def _move_recent() -> None:
    first, last = periods.span("recent", today()) or (today(), today())
    period, _made = Period.objects.get_or_create(kind="recent", defaults={"first": first, "last": last})
    if period.last != last:
        Period.objects.filter(pk=period.pk).update(first=first, last=last, changed=True)


def count(period: Period) -> None:
    """Count one period anew. What changes meanwhile marks it again."""
    as_of = now()
    Period.objects.filter(pk=period.pk).update(changed=False)
    cells = counting.cells_of(period)
    with one_turn(), transaction.atomic():
        Period.objects.select_for_update().get(pk=period.pk)
        Cell.objects.filter(period=period).delete()
        Cell.objects.bulk_create(cells, batch_size=2000)
        Period.objects.filter(pk=period.pk).update(as_of=as_of)


def never_read() -> bool:
    """Return whether there are cases of which nothing was read yet: after an update, or after a bulk load."""
    return not CaseFact.objects.exists() and Case.objects.exists()


def under_way() -> bool:
    """Return whether everything is being made anew, and not all cases are read yet."""
    return Progress.objects.filter(pk=1, next_case__isnull=False).exists()


def rebuild(progress: Callable[[str], None] = lambda text: None) -> int:
    """Make everything anew from the cases, without waiting for anybody; return how many cases were read.

    The old numbers stand until the new ones are counted. Who is interrupted leaves it under way, and the job goes on.
    """
    begin_anew()
    began, done, last = time.monotonic(), 0, 0
    while (read := read_on(seconds=10)) is not None:
        done += read
        if done - last >= 40 * BATCH:
            last = done
            progress(f"{done:,} cases read after {time.monotonic() - began:.0f} s")
    number = count_changed(patient=False)
    progress(f"{done:,} cases, {number} periods counted after {time.monotonic() - began:.0f} s")
    return done


def begin_anew() -> None:
    """Begin to make everything anew; what happens from now on is read again from the story afterwards."""
    last_event = Event.objects.filter(at__lt=now() - SETTLED).aggregate(last=Max("pk"))["last"] or 0
    first = Case.objects.aggregate(first=Min("pk"))["first"] or 0
    Progress.objects.update_or_create(pk=1, defaults={"event": last_event, "next_case": first})


def read_on(*, seconds: float) -> int | None:
    """Read cases anew for about so long; return how many, or None when it is not under way (any more).

    Several may do this at once: a batch that somebody else has kept meanwhile is thrown away.
    """
    end, done = time.monotonic() + seconds, 0
    last = Case.objects.aggregate(last=Max("pk"))["last"] or -1
    while not done or time.monotonic() < end:
        at = Progress.objects.filter(pk=1).values_list("next_case", flat=True).first()
        if at is None:
            return done or None
        if at > last:
            _all_read()
            continue
        made = facts.read(at, at + BATCH - 1)
        with one_turn(), transaction.atomic():
            if Progress.objects.filter(pk=1, next_case=at).update(next_case=at + BATCH):
                _write(made)
                done += len(made)
    return done


@transaction.atomic
def _all_read() -> None:
    """End the reading: every period that holds a day of a case is to be counted, and the others go."""
    if not Progress.objects.filter(pk=1, next_case__isnull=False).update(next_case=None):
        return  # somebody else was quicker
    days = {day for name in facts.DAYS for day in CaseFact.objects.values_list(name, flat=True).distinct() if day}
    wanted = {(kind, first) for kind, first, _last in periods.holding(days)}
    gone = [row.pk for row in Period.objects.all() if row.kind != "recent" and (row.kind, row.first) not in wanted]
    Period.objects.filter(pk__in=gone).delete()
    _mark(days)
    Period.objects.update(changed=True)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE insight_casefact")
