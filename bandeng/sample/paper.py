"""What stands of one case on paper: state, limits, orders, story, journal, as the actions would have left them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Protocol

from bandeng.cases import claims, limits, machine, rules
from bandeng.cases.actions.intake import same_report
from bandeng.cases.limits import LimitKind
from bandeng.cases.machine import CaseState, Level
from bandeng.cases.models import Category, Slip, Source
from bandeng.foundation.clock.calendar import UTC, Span
from bandeng.language import mask
from bandeng.people.models import Unit
from bandeng.sample.cast import Hand, Point

OVER = "这件事已经结束。"
WITHDRAWN = "居民撤回了这件事。"
CASE, ORDER = "cases.case", "cases.order"


class Ids(Protocol):
    """Gives out the numbers of rows that others point to."""

    def case(self) -> int: ...
    def order(self) -> int: ...
    def ask(self) -> int: ...


@lru_cache(maxsize=4096)
def masked(text: str) -> str:
    """Return a sentence masked; the sample says the same ones over and over."""
    return mask(text).text


@dataclass(slots=True)
class Clock:
    """One limit of the case (order 0) or of one of its orders."""

    order: int
    kind: str
    started_at: datetime
    span: Span
    due_at: datetime
    met_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def runs(self) -> bool:
        return self.met_at is None and self.ended_at is None


@dataclass(slots=True)
class Part:
    """One unit's order."""

    id: int
    unit: Unit
    kind: str
    occasion: str
    leads: bool
    state: str
    ask: str
    asked_at: datetime
    objected: bool = False
    ground: str = ""
    result: str = ""
    result_at: datetime | None = None
    grade: int | None = None


@dataclass(slots=True)
class Asked:
    """The community's request for a whistle."""

    id: int
    reason: str
    units: list[Unit]
    at: datetime
    answered_at: datetime | None = None
    answer: str = ""


@dataclass(slots=True)
class Given:
    """What a report brings: the same as the arguments of the real one."""

    report_key: str
    category: Category
    point: Point
    words: str
    agreed_public: bool
    reach: dict[str, str] = field(default_factory=dict)
    source: str = Source.WEB
    by: Hand | None = None  # staff who entered it on behalf of somebody


Act = tuple[datetime, int, str, Hand | None, dict[str, Any]]  # when, which case, which verb, who, with what


class Paper:
    """One case and everything that hangs on it. `log`, if given, notes every act for somebody to play it again."""

    def __init__(self, ids: Ids, number: str, at: datetime, given: Given, *, manned: bool, log: list[Act] | None = None) -> None:
        self._ids, self._log = ids, log
        self.id, self.number, self.at, self.given = ids.case(), number, at, given
        self.state: str = CaseState.RECEIVED
        community = given.point.chain.community
        rule = rules.of_community(community.id if community else None)
        self.slip: str = rules.colour(given.category, rule)
        level: str = Level.GRID if manned else Level.COMMUNITY
        if self.slip == Slip.RED:
            level = rules.higher(level, rule.red_level)
        self.level = level if community else Level.SUBDISTRICT
        self.answer_text = self.done_by = ""
        self.done_on: date | None = None
        self.completed_at: datetime | None = None
        self.closed_at: datetime | None = None
        self.first_closed_at: datetime | None = None
        self.reopened_times = 0
        self.merged_into: Paper | None = None
        self.erased_at: datetime | None = None
        self.ratings: list[tuple[Any, ...]] = []
        self.clocks: list[Clock] = []
        self.parts: list[Part] = []
        self.asks: list[Asked] = []
        self.events: list[list[Any]] = []
        self.entries: list[tuple[Any, ...]] = []
        self.openings: list[tuple[Any, ...]] = []
        self._note_act("report", given.by, at, {})
        spans = rules.spans_of(given.category, self.slip, rule, at)
        self._start(LimitKind.RESPONSE, spans.response, at)
        self._start(LimitKind.FINISH, spans.finish, at)
        self._event("report", given.by, at)
        self._entry("case.report", given.by, at, "place,category,words")

    # What every verb shares

    def _note_act(self, verb: str, hand: Hand | None, at: datetime, given: dict[str, Any]) -> None:
        if self._log is not None:
            self._log.append((at, self.id, verb, hand, given))

    def _event(
        self, action: str, hand: Hand | None, at: datetime, text: str = "", detail: str = "", *, public: bool = True,
        order: Part | None = None, system: bool = False,
    ) -> None:
        by, where = (hand.role, hand.where) if hand else ("system" if system else "requester", "")
        self.events.append([
            self.id, order.id if order else None, at, action, by, where, hand.post_id if hand else None,
            hand.person_id if hand else None, text, str(detail[:120]), public,
        ])

    def _entry(self, action: str, hand: Hand | None, at: datetime, fields: str, order: Part | None = None) -> None:
        kind, ident = (ORDER, order.id) if order else (CASE, self.id)
        self.entries.append((
            at, hand.person_id if hand else None, hand.post_id if hand else None, action, kind, str(ident), fields, None, "",
        ))

    def _start(self, kind: str, span: Span, at: datetime, order: Part | None = None) -> None:
        due = limits.due(at, span).astimezone(UTC)
        self.clocks.append(Clock(order.id if order else 0, kind, at, span, due))

    def _meet(self, at: datetime, *kinds: str, order: Part | None = None) -> None:
        for clock in self._running(kinds, order):
            clock.met_at = at

    def _end(self, at: datetime, *kinds: str, order: Part | None = None) -> None:
        for clock in self._running(kinds, order):
            clock.ended_at = at

    def _running(self, kinds: Sequence[str], order: Part | None) -> list[Clock]:
        whose = order.id if order else 0
        return [c for c in self.clocks if c.order == whose and c.runs and (not kinds or c.kind in kinds)]

    def _move(self, action: str, hand: Hand | None, at: datetime, fields: str = "", *, to: str | None = None) -> None:
        self.state = machine.target("case", action, self.state, to)
        self._entry(f"case.{action}", hand, at, f"state,{fields}" if fields else "state")

    def _move_part(self, part: Part, action: str, hand: Hand | None, at: datetime, fields: str = "") -> None:
        part.state = machine.target("order", action, part.state)
        self._entry(f"order.{action}", hand, at, f"state,{fields}" if fields else "state", part)

    def _close_asks(self, at: datetime, answer: str) -> None:
        for ask in self.asks:
            if ask.answered_at is None:
                ask.answered_at, ask.answer = at, answer

    def _close(self, at: datetime) -> None:
        self.closed_at = at
        self.first_closed_at = self.first_closed_at or at

    def due_of(self, order: int) -> datetime | None:
        """Return what the actions keep in the cache column of the case (order 0) or of an order."""
        return min((c.due_at for c in self.clocks if c.order == order and c.runs), default=None)

    def keys(self) -> tuple[bytes, str]:
        """Return the hash of the claim code and the stored report key, as the real report makes them."""
        given = self.given
        key = same_report(given.report_key, given.source, given.category, given.words)
        return claims.code_hash(self.number, claims.code_for(key)), claims.stored_key(key)
