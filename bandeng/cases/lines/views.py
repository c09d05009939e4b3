"""The views of the inbox: which of them a person has, and which cases and orders each of them holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from django.db.models import Q, QuerySet

from bandeng.cases import queries
from bandeng.cases.lines import whose
from bandeng.cases.lines.filters import NONE, Filters, begin_of
from bandeng.cases.lines.near import Point, around
from bandeng.cases.lines.whose import OPEN_ORDERS, asked_of, held_by
from bandeng.cases.machine import ORDER_DONE, WORK, CaseState, OrderState
from bandeng.cases.models import Case, Order
from bandeng.cases.policies import visible
from bandeng.foundation.access import Actor
from bandeng.foundation.clock import moment
from bandeng.foundation.pages.paging import COUNTED, counted_all
from bandeng.people.roles import COMMUNITY_ROLES, DISTRICT_ROLES, GRID_ROLES, SUBDISTRICT_ROLES, UNIT_ROLES, Role

VIEWS = (
    "mine", "late", "soon", "asked", "done", "refused", "reopened", "unowned", "check", "waiting", "paused", "near", "all", "ended",
)
OF_UNITS = ("mine", "late", "soon", "refused", "done")
NOT_COUNTED = {"near", "done", "ended"}  # without a point there is nothing near; what is over is no work
CHECKERS = (*COMMUNITY_ROLES, *SUBDISTRICT_ROLES, Role.DISTRICT_SUPERVISOR)
SEASON = timedelta(days=92)
ON_A_TAB = 99  # a tab counts up to here: beyond, it is "many"


def views_of(actor: Actor) -> list[str]:
    """Return the views of the inbox that this person's posts open."""
    if not queries.may_oversee(actor):
        return list(OF_UNITS) if actor.posts_as(*UNIT_ROLES) else []
    shut = {"done"}
    if not actor.posts_as(*CHECKERS):
        shut.add("check")
    if not actor.posts_as(*GRID_ROLES, *COMMUNITY_ROLES, *SUBDISTRICT_ROLES, *DISTRICT_ROLES):
        shut.add("asked")
    return [view for view in VIEWS if view not in shut]


@dataclass(frozen=True, slots=True)
class Held:
    """What a view holds, before it is put in an order: cases, orders, or both."""

    cases: QuerySet[Case] | None = None
    orders: QuerySet[Order] | None = None

    @property
    def lists(self) -> list[QuerySet]:
        return [found for found in (self.cases, self.orders) if found is not None]


class Desk:
    """One person's views at one moment, narrowed by filters; what several views ask is asked once."""

    def __init__(self, actor: Actor, filters: Filters = NONE, near: Point | None = None) -> None:
        self.actor, self.filters, self.near, self.now = actor, filters, near, moment.now()

    @cached_property
    def views(self) -> list[str]:
        return views_of(self.actor)

    @cached_property
    def mine(self) -> Q:
        return held_by(self.actor)

    def held(self, view: str) -> Held:
        """Return what *view* holds."""
        if view == "done":
            return Held(orders=self._over(self.filters.of_orders(_done(self.actor)), "result_at"))
        if view == "mine":
            cases = Case.objects.filter(self.mine, state__in=WORK, closed_at__isnull=True)
            orders = _my_orders(self.actor)
            return Held(self.filters.of_cases(cases), None if orders is None else self.filters.of_orders(orders))
        if view == "near":
            return Held(around(self.open, self.near)) if self.near else Held()
        if not queries.may_oversee(self.actor):
            return Held(orders=self.filters.of_orders(_of_units(self.actor, view, self.now)))
        if view == "ended":
            cases = self.filters.of_cases(Case.objects.filter(visible(self.actor), closed_at__isnull=False))
            return Held(self._over(cases, "closed_at"))
        return Held(self._of_open(view))

    def _over(self, rows: QuerySet, ended: str) -> QuerySet:
        """Narrow what is over, by when it *ended*: within a season only, so that a rare filter does not look through years."""
        if self.filters.since:
            begin = begin_of(self.filters.since)
            return rows.filter(**{f"{ended}__gte": begin, f"{ended}__lt": begin + SEASON})
        return rows.filter(**{f"{ended}__gte": self.now - SEASON}) if self.filters else rows

    @cached_property
    def open(self) -> QuerySet[Case]:
        """Everything that is open and may be seen, narrowed: most views are some of these."""
        return self.filters.of_cases(Case.objects.filter(visible(self.actor), closed_at__isnull=True))

    def _of_open(self, view: str) -> QuerySet[Case]:
        """Return what a view holds of the open cases; "all" is all of them."""
        cases = self.open
        if view == "asked":
            return self.asked
        if view == "paused":
            return cases.exclude(pause="")
        if view in ("check", "waiting"):
            return cases.filter(state=CaseState.FIELD_CHECK if view == "check" else CaseState.CALLBACK)
        if view in ("late", "soon"):
            return cases.filter(whose.late(self.now) if view == "late" else whose.soon(self.now))
        narrow = {"refused": whose.refused, "reopened": whose.reopened, "unowned": whose.unowned}.get(view)
        return cases.filter(narrow()) if narrow else cases

    @cached_property
    def asked(self) -> QuerySet[Case]:
        """Where this person is asked for more time, or, in the district, to rule whether a rating counts (ended ones too)."""
        wanted = self.open.filter(asked_of(self.actor, self.mine), state__in=WORK)
        rulings = whose.rulings_of(self.actor) if self.actor.posts_as(*DISTRICT_ROLES) else []
        if not rulings:
            return wanted
        keys = [*wanted.values_list("pk", flat=True)[:COUNTED], *rulings]  # by keys: either alone is found in a small index
        return self.filters.of_cases(Case.objects.filter(pk__in=keys))

    def count(self, shown: str) -> dict[str, int]:
        """Return how many lines each view holds, up to ON_A_TAB + 1, and all of the one that is *shown*, up to COUNTED + 1."""
        most = dict.fromkeys((view for view in self.views if view not in NOT_COUNTED), ON_A_TAB) | {shown: COUNTED}
        lists = {(view, number): (rows, end) for view, end in most.items() for number, rows in enumerate(self.held(view).lists)}
        found: dict[str, int] = {}
        for (view, _number), many in counted_all(lists).items():
            found[view] = min(found.get(view, 0) + many, most[view] + 1)
        return found


def _my_orders(actor: Actor) -> QuerySet[Order] | None:
    if units := _units(actor):
        return Order.objects.filter(unit_id__in=units, state__in=OPEN_ORDERS)
    if actor.posts_as(*DISTRICT_ROLES):
        return Order.objects.filter(state=OrderState.OBJECTED)  # the arbiter's table
    return None


def _of_units(actor: Actor, view: str, now: datetime) -> QuerySet[Order]:
    orders = Order.objects.filter(unit_id__in=_units(actor), state__in=OPEN_ORDERS)
    if view == "refused":
        return orders.filter(state=OrderState.OBJECTED)
    return orders.filter(whose.late(now) if view == "late" else whose.soon(now))


def _done(actor: Actor) -> QuerySet[Order]:
    over = ORDER_DONE - {OrderState.CANCELLED}
    return Order.objects.filter(unit_id__in=_units(actor), result_at__isnull=False, state__in=over)


def _units(actor: Actor) -> list[int]:
    return [post.unit_id for post in actor.posts_as(*UNIT_ROLES) if post.unit_id]
