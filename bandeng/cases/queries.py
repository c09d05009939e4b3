"""Reading cases for pages, in a bounded number of queries."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Prefetch, Q, QuerySet, prefetch_related_objects

from bandeng.cases.machine import ORDER_DONE, WORK, CaseState, Level
from bandeng.cases.models import Case, Category, Order, WhistleAsk
from bandeng.cases.policies import visible
from bandeng.foundation.access import Actor
from bandeng.foundation.clock import moment
from bandeng.foundation.pages import speech
from bandeng.people.models import Unit
from bandeng.people.queries import open_posts
from bandeng.people.roles import (
    COMMUNITY_ROLES,
    DISTRICT_ROLES,
    GRID_ROLES,
    SUBDISTRICT_ROLES,
    UNIT_ROLES,
    Role,
)

LINKS = ("category", "subdistrict", "community", "grid", "compound")
PAGE = 50


@dataclass
class Row:
    """One line of an inbox: a case, or one unit's order on it."""

    case: Case
    order: Order | None
    due_at: datetime | None
    now: datetime

    @property
    def urgency(self) -> str:
        """late, soon (a quarter of a day), or calm."""
        if not self.due_at:
            return "calm"
        if self.due_at < self.now:
            return "late"
        return "soon" if self.due_at - self.now < timedelta(hours=6) else "calm"

    @property
    def due_words(self) -> str:
        return speech.due(self.due_at, self.now)

    @property
    def state_label(self) -> str:
        return (self.order or self.case).get_state_display()


def _ids(actor: Actor, roles: tuple[str, ...]) -> list[int]:
    return [post.place_id for post in actor.posts_as(*roles) if post.place_id]


def held_by(actor: Actor) -> Q:
    """Return the filter of cases whose next step is this person's, by level and place."""
    mine = Q(level=Level.GRID, grid_id__in=_ids(actor, GRID_ROLES))
    if communities := _ids(actor, COMMUNITY_ROLES):
        mine |= Q(level=Level.COMMUNITY, community_id__in=communities)
        # A grid whose officer has left is looked after by its community: nothing lies with nobody.
        manned = open_posts().filter(role__in=GRID_ROLES).values("place_id")
        mine |= Q(level=Level.GRID, community_id__in=communities) & ~Q(grid_id__in=manned)
    mine |= Q(level=Level.SUBDISTRICT, subdistrict_id__in=_ids(actor, SUBDISTRICT_ROLES))
    if actor.posts_as(*DISTRICT_ROLES):
        mine |= Q(level=Level.SUBDISTRICT, subdistrict__isnull=True)
    return mine


VIEWS = ("mine", "check", "waiting", "all", "ended")
CHECKERS = (*COMMUNITY_ROLES, *SUBDISTRICT_ROLES, Role.DISTRICT_SUPERVISOR)


def views_of(actor: Actor) -> tuple[str, ...]:
    """Return the views of the inbox that this person's posts open."""
    if not may_oversee(actor):
        return ("mine",) if actor.posts_as(*UNIT_ROLES) else ()
    return tuple(view for view in VIEWS if view != "check" or actor.posts_as(*CHECKERS))


def inbox(actor: Actor, view: str = "mine", page: int = 1, size: int = 0) -> tuple[list[Row], int]:
    """Return one page (1, 2, …) of an inbox view, earliest due first, and how many lines there are in all.

    mine: what this person (or the person's units) must do next; check: field checks around here; waiting: with
    the requester; all: everything open that may be seen; ended: closed ones, newest first.
    """
    now = moment.now()
    size = size or PAGE
    here = slice((page - 1) * size, page * size)
    if view == "mine":
        cases = Case.objects.filter(held_by(actor), state__in=WORK)
        orders = _my_orders(actor)
        total = cases.count() + (orders.count() if orders is not None else 0)
        # Two sorted lists are merged, so each is read up to the end of this page.
        rows = [Row(case, None, case.due_at, now) for case in _lines(cases)[: here.stop]]
        if orders is not None:
            picked = orders.select_related("unit", *[f"case__{name}" for name in LINKS]).order_by("due_at", "pk")
            rows += [Row(order.case, order, order.due_at, now) for order in picked[: here.stop]]
        rows.sort(key=lambda row: (row.due_at is None, row.due_at or now))
        return rows[here], total
    cases = Case.objects.filter(visible(actor))
    if view == "check":
        cases = cases.filter(state=CaseState.FIELD_CHECK)
    elif view == "waiting":
        cases = cases.filter(state=CaseState.CALLBACK)
    elif view == "ended":
        cases = cases.filter(closed_at__isnull=False)
    else:
        cases = cases.filter(closed_at__isnull=True)
    total = cases.count()
    if view == "ended":
        cases = cases.select_related(*LINKS).order_by("-closed_at", "-pk")
    else:
        cases = _lines(cases)
    return [Row(case, None, case.due_at, now) for case in cases[here]], total


def _my_orders(actor: Actor) -> QuerySet[Order] | None:
    units = [post.unit_id for post in actor.posts_as(*UNIT_ROLES)]
    rows = None
    if units:
        rows = Order.objects.filter(unit_id__in=units).exclude(state__in=ORDER_DONE)
    elif actor.posts_as(*DISTRICT_ROLES):
        rows = Order.objects.filter(state="objected")  # the arbiter's table
    return rows


def _lines(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Earliest due first; what nobody has to do (waiting for the requester) comes last, on both databases."""
    return cases.select_related(*LINKS).order_by(F("due_at").asc(nulls_last=True), "pk")


def find_for(actor: Actor, number: str) -> Case | None:
    """Return the case of a number if the actor may see it."""
    found = Case.objects.select_related(*LINKS, "merged_into", "contact").filter(number=number)
    return found.filter(visible(actor)).first()


def fetch_parts(case: Case) -> None:
    """Fetch a case's orders with their units, leading one first, and its requests for a whistle: for one page.

    Two queries, or three when there was a request. What is shown after an act wants a case read anew.
    """
    orders = Order.objects.select_related("unit").order_by("-leads", "pk")
    prefetch_related_objects([case], Prefetch("orders", orders), "asks__units")


def open_ask(case: Case) -> WhistleAsk | None:
    """Return the request for a whistle that waits for an answer."""
    return next((ask for ask in case.asks.all() if ask.answered_at is None), None)


_categories: tuple[float, list[Category]] | None = None


def categories() -> list[Category]:
    """Return the categories in use, in order; read at most every 5 s, since nearly every page asks."""
    global _categories
    if _categories is None or time.monotonic() - _categories[0] > 5:
        _categories = time.monotonic(), list(Category.objects.filter(in_use=True))
    return _categories[1]


def forget() -> None:
    """Drop what this process remembers (after a change of the catalogue, and between tests)."""
    global _categories
    _categories = None


def groups(rows: list[Category]) -> list[tuple[str, str, list[Category]]]:
    """Return (group label, icon, categories), two taps to a matter."""
    found: dict[str, list[Category]] = {}
    for row in rows:
        found.setdefault(row.group, []).append(row)
    return [(items[0].group_label, items[0].icon, items) for items in found.values()]


def units_near(case: Case, *, whole_subdistrict: bool) -> list[Unit]:
    """Return the units that can be asked: of the district, the subdistrict, the community, and the compound."""
    seats = Q(seat_id__in=[pk for pk in (case.community_id, case.subdistrict_id) if pk])
    if whole_subdistrict:
        seats |= Q(seat__kind="district") | Q(seat_id=case.subdistrict_id)
    if case.compound_id:
        seats |= Q(serves__compound_id=case.compound_id, serves__ends_on__isnull=True)
    return list(Unit.objects.filter(seats, ended_on__isnull=True).distinct().order_by("kind", "name"))


def may_oversee(actor: Actor) -> bool:
    """Whether the actor sees more than an inbox: everything of a place."""
    return bool(
        actor.posts_as(*COMMUNITY_ROLES, *SUBDISTRICT_ROLES, *DISTRICT_ROLES, *GRID_ROLES, Role.AUDITOR)
    )
