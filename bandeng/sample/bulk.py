"""Writing many cases at once, past the actions: for the full-size sample district and for measuring.

The lives are those of `plots.py`; their rows are made by `written.py`, which a test holds equal to the real actions.
Everything is written in the order in which it would have happened, so that neither the journal nor the place of a row
on the disk tells that it was not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from django.db import transaction
from django.utils import timezone, translation

from bandeng.cases.models import (
    Case,
    Contact,
    ContactOpening,
    DayCounter,
    Event,
    Limit,
    Order,
    OriginalWords,
    Rating,
    WhistleAsk,
)
from bandeng.foundation.clock.calendar import SHANGHAI, UTC
from bandeng.foundation.clock.current import calendar
from bandeng.foundation.journal.models import Entry
from bandeng.foundation.sealed import vault
from bandeng.foundation.sealed.models import DataKey
from bandeng.sample.cast import Cast
from bandeng.sample.paper import Act, masked
from bandeng.sample.plots import Plot
from bandeng.sample.sheets import Sheet, next_id, raise_sequences
from bandeng.sample.written import Written

BATCH = 5000  # cases between two writings
# How likely a report comes in each hour of the day.
HOURS = [2, 1, 1, 1, 1, 2, 8, 20, 40, 60, 60, 50, 25, 25, 40, 45, 45, 45, 45, 45, 40, 30, 15, 6]
Progress = Callable[[int, int], None]


@dataclass
class Counters:
    """Gives out the numbers of rows that others point to, behind those that are there."""

    cases: int
    orders: int
    asks: int
    keys: int

    @classmethod
    def fresh(cls) -> Counters:
        return cls(next_id(Case), next_id(Order), next_id(WhistleAsk), next_id(DataKey))

    def case(self) -> int:
        self.cases += 1
        return self.cases - 1

    def order(self) -> int:
        self.orders += 1
        return self.orders - 1

    def ask(self) -> int:
        self.asks += 1
        return self.asks - 1

    def key(self) -> int:
        self.keys += 1
        return self.keys - 1


class Book:
    """The sheets of all tables; cases first, since the others point to them."""

    def __init__(self) -> None:
        ask_units = WhistleAsk.units.through
        self.keys = Sheet(DataKey, ["id", "wrapped", "master", "created_at"])
        self.cases = Sheet(Case, CASE_COLUMNS)
        self.contacts = Sheet(Contact, ["case_id", "name", "phone", "email", "wants_messages"])
        self.words = Sheet(OriginalWords, ["case_id", "text"])
        self.orders = Sheet(Order, [
            "id", "case_id", "unit_id", "whistle", "occasion", "leads", "state", "ask", "asked_at", "due_at", "objected",
            "ground", "result", "result_at", "grade", "whistle_grade",
        ])
        self.limits = Sheet(Limit, [
            "case_id", "order_id", "kind", "started_at", "amount", "unit", "calendar", "due_at", "met_at", "ended_at",
            "asked_days", "extended", "stopped", "climbed",
        ], by="started_at", own_key=False)
        self.events = Sheet(Event, [
            "case_id", "order_id", "at", "action", "by", "by_place", "post_id", "person_id", "text", "detail", "public",
        ], by="at", own_key=False)
        self.asks = Sheet(WhistleAsk, ["id", "case_id", "reason", "asked_at", "answered_at", "answer"])
        self.ask_units = Sheet(ask_units, ["whistleask_id", "unit_id"], own_key=False)
        self.ratings = Sheet(Rating, ["case_id", "solved", "grade", "words", "heard", "at"], by="at", own_key=False)
        self.openings = Sheet(
            ContactOpening, ["case_id", "person_id", "post_id", "post_title", "reason", "at"], by="at", own_key=False
        )
        self.entries = Sheet(Entry, [
            "at", "person_id", "post_id", "action", "object_kind", "object_id", "fields", "seq", "mac",
        ], by="at", own_key=False)

    def all(self) -> list[Sheet]:
        """Every sheet, in the order of writing."""
        return [
            self.keys, self.cases, self.contacts, self.words, self.orders, self.limits, self.events, self.asks,
            self.ask_units, self.ratings, self.openings, self.entries,
        ]

    def take(self, case: Written, keys: Counters, version: int) -> None:
        """Put one case and everything that hangs on it on the sheets."""
        self.cases.put([_case_row(case, None if case.erased_at else self._seal(case, keys))])
        self.orders.put(
            (p.id, case.id, p.unit.pk, str(p.kind), p.occasion, p.leads, str(p.state), p.ask, p.asked_at, case.due_of(p.id), p.objected,
             p.ground, p.result, p.result_at, p.grade, None)
            for p in case.parts
        )
        self.limits.put(
            (case.id, c.order or None, str(c.kind), c.started_at, c.span.amount, str(c.span.unit), version, c.due_at, c.met_at,
             c.ended_at, None, False, False, 0)
            for c in case.clocks
        )
        self.events.put(tuple(event) for event in case.events)
        self.asks.put((a.id, case.id, a.reason, a.at, a.answered_at, a.answer) for a in case.asks)
        self.ask_units.put((a.id, unit.pk) for a in case.asks for unit in a.units)
        self.ratings.put(case.ratings)
        self.openings.put(case.openings)
        self.entries.put(case.entries)

    def _seal(self, case: Written, keys: Counters) -> int:
        """Seal words and contact under a key of the case's own, as long as they are kept; return the key's number."""
        key = vault.unsaved_key()
        key.pk, reach = keys.key(), case.given.reach
        self.keys.put([(key.pk, key.wrapped, key.master, case.at)])
        texts = {"original": case.given.words, **{f"contact.{name}": reach.get(name, "") for name in ("name", "phone", "email")}}
        sealed = vault.seal_all(key, texts)
        self.words.put([(case.id, sealed["original"])])
        if reach:
            self.contacts.put([(case.id, sealed["contact.name"], sealed["contact.phone"], sealed["contact.email"], True)])
        return key.pk


CASE_COLUMNS = [
    "id", "number", "state", "level", "slip", "source", "category_id", "lon", "lat", "place_text", "subdistrict_id",
    "community_id", "grid_id", "compound_id", "boundary_version", "words", "agreed_public", "released", "answer", "done_by", "done_on", "created_at",
    "due_at", "pause", "completed_at", "closed_at", "reopened_times", "merged_into_id", "parent_id", "supporters", "claim_hash", "report_key", "account_hash",
    "data_key_id", "erased_at",
]


def _case_row(case: Written, key: int | None) -> tuple:
    given, chain = case.given, case.given.point.chain
    claim, stored = case.keys()
    ids = [spot.id if spot else None for spot in (chain.subdistrict, chain.community, chain.grid, chain.compound)]
    return (
        case.id, case.number, str(case.state), str(case.level), str(case.slip), str(given.source), given.category.pk, given.point.lon,
        given.point.lat, masked(given.point.text), *ids, chain.version, masked(given.words), given.agreed_public, False,
        case.answer_text, case.done_by, case.done_on, case.at, case.due_of(0), "", case.completed_at, case.closed_at, case.reopened_times,
        case.merged_into.id if case.merged_into else None, None, 0, claim, stored, None, key, case.erased_at,
    )


def load(
    count: int, *, days: int = 365, seed: int = 1, present: datetime | None = None, progress: Progress = lambda done, of: None,
    log: list[Act] | None = None,
) -> int:
    """Write *count* cases of the last *days* days into a district that is there already; return how many.

    Nobody else may write meanwhile. The same district, seed and moment give the same cases. `log`, where given, gets
    every act, so that it can be played again by the real actions.
    """
    present = (present or timezone.now()).astimezone(UTC)
    rng = Random(seed)  # noqa: S311  a story, not a secret
    with translation.override("zh-hans"):
        counters, book, version = Counters.fresh(), Book(), calendar().version
        plot = Plot(Cast(rng), counters, present, log=log)
        numbers = Numbers()
        for done, at in enumerate(_starts(rng, count, days, present), start=1):
            book.take(plot.happen(numbers.next(at), at), counters, version)
            if done % BATCH == 0:
                _write(book, at)
                progress(done, count)
        _write(book, None)
    numbers.keep()
    raise_sequences([Case, Order, WhistleAsk, DataKey])
    progress(count, count)
    return count


@transaction.atomic
def _write(book: Book, before: datetime | None) -> None:
    for sheet in book.all():
        sheet.write(before)


def _starts(rng: Random, count: int, days: int, present: datetime) -> Iterator[datetime]:
    """Yield the moments of *count* reports in order: spread over days, more by day than by night."""
    first = (present - timedelta(days=days)).astimezone(SHANGHAI).date()
    span = (present.astimezone(SHANGHAI).date() - first).days + 1
    share = [0] * span
    for _ in range(count):
        share[rng.randrange(span)] += 1
    for offset, reports in enumerate(share):
        midnight = datetime.combine(first + timedelta(days=offset), datetime.min.time(), SHANGHAI).astimezone(UTC)
        seconds = sorted(hour * 3600 + rng.randrange(3600) for hour in rng.choices(range(24), HOURS, k=reports))
        for number, second in enumerate(seconds):
            # A microsecond apart, so that the order of the day is the order of the numbers.
            yield min(midnight + timedelta(seconds=second, microseconds=number), present - timedelta(minutes=1))


class Numbers:
    """Case numbers, counted day by day behind those that were given out before."""

    def __init__(self) -> None:
        self._last: dict[date, int] = dict(DayCounter.objects.values_list("day", "last"))
        self._changed: set[date] = set()

    def next(self, at: datetime) -> str:
        day = at.astimezone(SHANGHAI).date()
        self._last[day] = self._last.get(day, 0) + 1
        self._changed.add(day)
        return f"{day:%y%m%d}-{self._last[day]:04d}"

    def keep(self) -> None:
        """Write the counters down."""
        DayCounter.objects.bulk_create(
            [DayCounter(day=day, last=self._last[day]) for day in sorted(self._changed)], update_conflicts=True,
            unique_fields=["day"], update_fields=["last"], batch_size=500,
        )
