"""The views of the inbox: which of them a person has, and which cases and orders each of them holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from bandeng.cases import queries
from bandeng.cases.lines import whose
from bandeng.cases.lines.filters import NONE, Filters
from bandeng.cases.lines.whose import OPEN_ORDERS, asked_of, held_by
from bandeng.cases.machine import ORDER_DONE, WORK, CaseState, OrderState
from bandeng.cases.models import Case, Order
from bandeng.cases.policies import visible
from bandeng.foundation.access import Actor
from bandeng.foundation.pages.paging import counted_all
from bandeng.people.roles import COMMUNITY_ROLES, DISTRICT_ROLES, GRID_ROLES, SUBDISTRICT_ROLES, UNIT_ROLES, Role

VIEWS = (
    "mine", "late", "soon", "asked", "done", "refused", "reopened", "unowned", "check", "waiting", "paused", "near", "all", "ended",
)
OF_UNITS = ("mine", "late", "soon", "refused", "done")
NOT_COUNTED = {"near", "done", "ended"}  # without a point there is nothing near; what is over is no work
CHECKERS = (*COMMUNITY_ROLES, *SUBDISTRICT_ROLES, Role.DISTRICT_SUPERVISOR)
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


def held(actor: Actor, view: str, now: datetime, filters: Filters = NONE) -> Held:
    """Return what *view* holds for *actor*, of what *filters* leave."""
    if view == "done":
        return Held(orders=filters.of_orders(_done(actor)))
    if view == "mine":
        cases = Case.objects.filter(held_by(actor), state__in=WORK, closed_at__isnull=True)
        orders = _my_orders(actor)
        return Held(filters.of_cases(cases), None if orders is None else filters.of_orders(orders))
    if not queries.may_oversee(actor):
        return Held(orders=filters.of_orders(_of_units(actor, view, now)))
    return Held(filters.of_cases(_seen(actor, view, now)))


def counts(actor: Actor, views: list[str], now: datetime, filters: Filters = NONE) -> dict[str, int]:
    """Return how many lines each view holds, up to ON_A_TAB + 1, in one statement."""
    lists = {
        (view, number): rows
        for view in views if view not in NOT_COUNTED
        for number, rows in enumerate(held(actor, view, now, filters).lists)
    }
    found: dict[str, int] = {}
    for (view, _number), many in counted_all(lists, ON_A_TAB).items():
        found[view] = min(found.get(view, 0) + many, ON_A_TAB + 1)
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


def _seen(actor: Actor, view: str, now: datetime) -> QuerySet[Case]:
    """Return the cases of a view of everything that may be seen; "all" and "near" are all that is open."""
    cases = Case.objects.filter(visible(actor))
    if view == "ended":
        return cases.filter(closed_at__isnull=False)
    cases = cases.filter(closed_at__isnull=True)
    if view == "asked":
        return cases.filter(asked_of(actor), state__in=WORK)
    if view == "paused":
        return cases.exclude(pause="")
    if view in ("check", "waiting"):
        return cases.filter(state=CaseState.FIELD_CHECK if view == "check" else CaseState.CALLBACK)
    if view in ("late", "soon"):
        return cases.filter(whose.late(now) if view == "late" else whose.soon(now))
    narrow = {"refused": whose.refused, "reopened": whose.reopened, "unowned": whose.unowned}.get(view)
    return cases.filter(narrow()) if narrow else cases
