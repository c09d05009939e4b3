"""The inbox: whose work it is, line by line, in an order; only what a line shows is read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from bandeng.cases import labels, queries
from bandeng.cases.actions.exclusions import PARTY
from bandeng.cases.machine import ORDER_DONE, WORK, CaseState, Level, OrderState
from bandeng.cases.models import Case, Category, Event, ExclusionState, Limit, Order, RatingExclusion
from bandeng.cases.policies import visible
from bandeng.foundation.access import Actor
from bandeng.foundation.clock import moment
from bandeng.foundation.pages import speech
from bandeng.foundation.pages.paging import COUNTED, counted, lines_of
from bandeng.people.queries import manned_grids
from bandeng.people.roles import COMMUNITY_ROLES, DISTRICT_ROLES, GRID_ROLES, SUBDISTRICT_ROLES, UNIT_ROLES, Role
from bandeng.territory.locate import Spot, index
from bandeng.territory.models import PlaceKind

PAGE = 50
VIEWS = ("mine", "asked", "done", "check", "waiting", "paused", "all", "ended")
CHECKERS = (*COMMUNITY_ROLES, *SUBDISTRICT_ROLES, Role.DISTRICT_SUPERVISOR)
SOON = timedelta(hours=6)


@dataclass(slots=True)
class Row:
    """One line of an inbox: a case, or one unit's order on it (`order` is its key)."""

    pk: int
    number: str
    state: str
    level: str
    slip: str
    category_id: int
    words: str
    place_text: str
    community_id: int | None
    grid_id: int | None
    compound_id: int | None
    lon: float
    lat: float
    created_at: datetime
    due_at: datetime | None
    now: datetime
    order: int | None = None
    whistle: str = ""
    ask: str = ""
    places: dict[int, Spot] | None = None

    @property
    def urgency(self) -> str:
        """late, soon (a quarter of a day), or calm."""
        if not self.due_at:
            return "calm"
        if self.due_at < self.now:
            return "late"
        return "soon" if self.due_at - self.now < SOON else "calm"

    @property
    def due_words(self) -> str:
        return speech.due(self.due_at, self.now)

    @property
    def state_label(self) -> str:
        return str((labels.STATES if self.order is None else labels.ORDER_STATES)[self.state])

    @property
    def whistle_label(self) -> str:
        return str(labels.WHISTLES[self.whistle]) if self.whistle else ""

    @property
    def category(self) -> Category:
        return queries.category(self.category_id)

    def place(self, kind: str) -> Spot | None:
        """Return the case's community, grid or compound."""
        pk = getattr(self, f"{kind}_id")
        return (self.places or {}).get(pk) if pk else None

    @property
    def where(self) -> str:
        """Compound (or what was typed) and grid (or community), as people say it."""
        near = speech.named(self.place("compound")) or self.place_text
        return f"{near} · {speech.named(self.place('grid') or self.place('community'))}"


_CASE = (
    "pk", "number", "state", "level", "slip", "category_id", "words", "place_text", "community_id", "grid_id", "compound_id",
    "lon", "lat", "created_at", "due_at",
)
_ORDER = tuple(
    {"state": "state", "due_at": "due_at", "pk": "case_id"}.get(name, f"case__{name}") for name in _CASE
) + ("pk", "whistle", "ask")


def _rows(found: Iterable[tuple[Any, ...]], now: datetime) -> list[Row]:
    return [Row(*(*values[:15], now, *values[15:])) for values in found]


def _name_places(rows: list[Row]) -> list[Row]:
    """Give lines the names of their places."""
    known = queries.spots({pk for row in rows for pk in (row.community_id, row.grid_id, row.compound_id) if pk})
    for row in rows:
        row.places = known
    return rows


def _ids(actor: Actor, roles: tuple[str, ...]) -> list[int]:
    return [post.place_id for post in actor.posts_as(*roles) if post.place_id]


def held_by(actor: Actor) -> Q:
    """Return the filter of cases whose next step is this person's, by level and place."""
    mine = Q(level=Level.GRID, grid_id__in=_ids(actor, GRID_ROLES))
    if communities := _ids(actor, COMMUNITY_ROLES):
        mine |= Q(level=Level.COMMUNITY, community_id__in=communities)
        # A grid whose officer has left is looked after by its community: nothing lies with nobody.
        mine |= Q(level=Level.GRID, grid_id__in=_left_alone(communities))
    mine |= Q(level=Level.SUBDISTRICT, subdistrict_id__in=_ids(actor, SUBDISTRICT_ROLES))
    if actor.posts_as(*DISTRICT_ROLES):
        mine |= Q(level=Level.SUBDISTRICT, subdistrict__isnull=True)
    return mine


def _left_alone(communities: list[int]) -> list[int]:
    """Return the grids of these communities that nobody is the officer of today."""
    grids = {pk for pk, spot in index().spots.items() if spot.kind == PlaceKind.GRID and spot.parent_id in communities}
    manned = manned_grids().filter(place_id__in=grids).values_list("place_id", flat=True)
    return sorted(grids.difference(manned))


def views_of(actor: Actor) -> list[str]:
    """Return the views of the inbox that this person's posts open."""
    if not queries.may_oversee(actor):
        return ["mine", "done"] if actor.posts_as(*UNIT_ROLES) else []
    shut = {"done"}
    if not actor.posts_as(*CHECKERS):
        shut.add("check")
    if not actor.posts_as(*GRID_ROLES, *COMMUNITY_ROLES, *SUBDISTRICT_ROLES, *DISTRICT_ROLES):
        shut.add("asked")
    return [view for view in VIEWS if view not in shut]


def asked_of(actor: Actor) -> Q:
    """Return the filter of cases in which this person is asked for more time: the rule of `grant_extension` and `defer`."""
    wished = Limit.objects.filter(asked_days__gt=0, met_at__isnull=True, ended_at__isnull=True, stopped=False)
    above = Q(level=Level.GRID, community_id__in=_ids(actor, COMMUNITY_ROLES))
    no_community = Q(level=Level.COMMUNITY) | Q(level=Level.GRID, community__isnull=True)
    above |= no_community & Q(subdistrict_id__in=_ids(actor, SUBDISTRICT_ROLES))
    if actor.posts_as(*DISTRICT_ROLES):
        above |= Q(level=Level.SUBDISTRICT) | no_community & Q(subdistrict__isnull=True)
    found = above & Q(pk__in=wished.filter(order__isnull=True).values("case_id"))
    holds = held_by(actor) | Q(level=Level.GRID, community_id__in=_ids(actor, COMMUNITY_ROLES))  # a community acts for its grids
    found |= holds & Q(pk__in=wished.filter(order__isnull=False).values("case_id"))
    if actor.posts_as(Role.DISTRICT_SUPERVISOR):
        found |= Q(pause="asked")
    return found


def rulings_of(actor: Actor) -> list[int]:
    """Return the cases about whose rating this person must decide, most urgent first: the rule of `grant_exclusion` and
    `uphold_appeal`. Up to COUNTED of them, from the small index of what is open."""
    wanted = Q(pk__in=[])
    if actor.posts_as(Role.DISTRICT_SUPERVISOR):
        wanted |= Q(state=ExclusionState.ASKED) & ~_party(actor, *PARTY, "ask_exclusion")
    if actor.posts_as(Role.DISTRICT_DISPATCHER):
        wanted |= Q(state=ExclusionState.APPEALED) & ~_party(actor, *PARTY, "ask_exclusion", "grant_exclusion")
    rows = RatingExclusion.objects.filter(wanted, state__in=[ExclusionState.ASKED, ExclusionState.APPEALED])
    return list(dict.fromkeys(rows.order_by("asked_at").values_list("case_id", flat=True)[:COUNTED]))


def _party(actor: Actor, *acts: str) -> Exists:
    return Exists(Event.objects.filter(case=OuterRef("case_id"), person_id=actor.person_id, action__in=acts))


def inbox(actor: Actor, view: str = "mine", page: int = 1, size: int = 0) -> tuple[list[Row], int]:
    """Return one page (1, 2, …) of an inbox view, earliest due first, and how many lines there are in all.

    mine: what this person (or the person's units) must do next; asked: where this person is asked for more time, or to
    rule whether a rating counts (those last, since no limit of theirs runs);
    paused: what stands still or is asked to, of all that may be seen; done: what the person's units have given a result
    for, newest first; check: field checks around here; waiting: with the requester; all: everything open that may be
    seen; ended: closed ones, newest first. More than COUNTED lines (`paging`) count as one more.
    """
    now = moment.now()
    size = size or PAGE
    here = lines_of(page, size)
    rows, total = _VIEWS.get(view, _seen)(actor, view, here, now)
    return _name_places(rows), total


def _mine(actor: Actor, view: str, here: slice, now: datetime) -> tuple[list[Row], int]:
    cases = Case.objects.filter(held_by(actor), state__in=WORK, closed_at__isnull=True)
    orders = _my_orders(actor)
    # Two sorted lists are merged, so each is read up to the end of this page.
    rows = _rows(_soonest(cases).values_list(*_CASE)[: here.stop], now)
    total = counted(cases)
    if orders is not None:
        rows += _rows(orders.order_by("due_at", "pk").values_list(*_ORDER)[: here.stop], now)
        rows.sort(key=lambda row: (row.due_at is None, row.due_at or now))
        total = min(total + counted(orders), COUNTED + 1)
    return rows[here], total


def _my_orders(actor: Actor) -> QuerySet[Order] | None:
    units = [post.unit_id for post in actor.posts_as(*UNIT_ROLES)]
    if units:
        return Order.objects.filter(unit_id__in=units, state__in=_OPEN_ORDERS)
    if actor.posts_as(*DISTRICT_ROLES):
        return Order.objects.filter(state=OrderState.OBJECTED)  # the arbiter's table
    return None


_OPEN_ORDERS = [state for state in OrderState.values if state not in ORDER_DONE]


def _done(actor: Actor, view: str, here: slice, now: datetime) -> tuple[list[Row], int]:
    units = [post.unit_id for post in actor.posts_as(*UNIT_ROLES)]
    orders = Order.objects.filter(unit_id__in=units, result_at__isnull=False, state__in=ORDER_DONE - {OrderState.CANCELLED})
    newest = ("-result_at", "-pk")
    page = list(orders.order_by(*newest).values_list("pk", flat=True)[here])  # alone, so that what is turned over is not joined
    rows = _rows(Order.objects.filter(pk__in=page).order_by(*newest).values_list(*_ORDER), now)
    for row in rows:
        row.due_at = None
    return rows, counted(orders)


def _seen(actor: Actor, view: str, here: slice, now: datetime) -> tuple[list[Row], int]:
    cases = Case.objects.filter(visible(actor))
    if view == "ended":
        cases = cases.filter(closed_at__isnull=False)
        return _rows(cases.order_by("-closed_at", "-pk").values_list(*_CASE)[here], now), counted(cases)
    cases = cases.filter(closed_at__isnull=True)
    if view == "check":
        cases = cases.filter(state=CaseState.FIELD_CHECK)
    elif view == "waiting":
        cases = cases.filter(state=CaseState.CALLBACK)
    elif view == "paused":
        cases = cases.exclude(pause="")
    return _rows(_soonest(cases).values_list(*_CASE)[here], now), counted(cases)


def _asked(actor: Actor, view: str, here: slice, now: datetime) -> tuple[list[Row], int]:
    rulings = rulings_of(actor) if actor.posts_as(*DISTRICT_ROLES) else []
    cases = Case.objects.filter(visible(actor), asked_of(actor), closed_at__isnull=True, state__in=WORK)
    if rulings:
        cases = cases.exclude(pk__in=rulings)
    first = counted(cases)
    rows = _rows(_soonest(cases).values_list(*_CASE)[here], now)
    if rulings and len(rows) < here.stop - here.start:
        wanted = rulings[max(0, here.start - first) : here.stop - first]
        found = {row.pk: row for row in _rows(Case.objects.filter(pk__in=wanted).values_list(*_CASE), now)}
        for row in found.values():
            row.due_at = None  # of the work, which is not what is asked
        rows += [found[pk] for pk in wanted if pk in found]
    return rows, min(first + len(rulings), COUNTED + 1)


_VIEWS = {"mine": _mine, "done": _done, "asked": _asked}


def _soonest(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Earliest due first; what nobody has to do (waiting for the requester) comes last, on both databases."""
    return cases.order_by(F("due_at").asc(nulls_last=True), "pk")
