"""Reading cases for pages, in a bounded number of queries."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import astuple
from functools import lru_cache

from django.db.models import Prefetch, Q, QuerySet, prefetch_related_objects

from bandeng.cases.limits import LimitKind
from bandeng.cases.models import Case, Category, Limit, Order, Pause, SavedView, WhistleAsk
from bandeng.cases.policies import visible
from bandeng.foundation.access import Actor
from bandeng.people.models import Unit, UnitServes
from bandeng.people.roles import (
    COMMUNITY_ROLES,
    DISTRICT_ROLES,
    GRID_ROLES,
    SUBDISTRICT_ROLES,
    Role,
)
from bandeng.territory.locate import Spot, index
from bandeng.territory.models import Place


def find_for(actor: Actor, number: str) -> Case | None:
    """Return the case of a number if the actor may see it, with its category and places."""
    found = next(iter(Case.objects.select_related("contact").filter(visible(actor), number=number)), None)
    return attach(found) if found else None


def find_all_for(actor: Actor, numbers: Iterable[str]) -> list[Case]:
    """Return the cases of these numbers that the actor may see, in this order, with orders and limits. Four queries at most."""
    wanted = list(dict.fromkeys(numbers))
    found = {case.number: attach(case) for case in Case.objects.select_related("contact").filter(visible(actor), number__in=wanted)}
    cases = [found[number] for number in wanted if number in found]
    orders = Prefetch("orders", Order.objects.select_related("unit").order_by("-leads", "pk"))
    prefetch_related_objects(cases, orders, Prefetch("limits", Limit.objects.order_by("pk")), "asks__units")
    return cases


def attach(case: Case) -> Case:
    """Give a case its category and places from what this process knows, instead of by five joins; return it."""
    case.category = category(case.category_id)
    keys = {name: pk for name in ("subdistrict", "community", "grid", "compound") if (pk := getattr(case, f"{name}_id"))}
    known = spots(set(keys.values()))
    for name, pk in keys.items():
        setattr(case, name, _as_place(known[pk]))
    return case


@lru_cache(maxsize=4096)
def _as_place(spot: Spot) -> Place:
    """Return a place that has its names and, where more is asked of it, reads the rest. For reading only."""
    return Place.from_db("default", ("id", "kind", "name", "name_en", "parent_id"), astuple(spot))


def fetch_parts(case: Case, *, asks: bool = True) -> None:
    """Fetch a case's orders with their units, leading one first, its limits, and its requests for a whistle: for one page.

    Three queries, or four when there was a request. What is shown after an act wants a case read anew.
    """
    orders = Prefetch("orders", Order.objects.select_related("unit").order_by("-leads", "pk"))
    prefetch_related_objects([case], orders, Prefetch("limits", Limit.objects.order_by("pk")), *(["asks__units"] if asks else []))


def finish_of(case: Case, order: Order | None) -> Limit | None:
    """Return the finish limit of a case, or of one of its orders, that is neither met nor ended."""
    order_id = order.pk if order else None
    mine = [row for row in case.limits.all() if row.kind == LimitKind.FINISH and row.order_id == order_id]
    return next((row for row in mine if row.met_at is None and row.ended_at is None), None)


def open_pause(case: Case) -> Pause | None:
    """Return the pause that runs or is asked for. No query where there is none."""
    return case.pauses.filter(ended_at__isnull=True).first() if case.pause else None


def open_ask(case: Case) -> WhistleAsk | None:
    """Return the request for a whistle that waits for an answer."""
    return next((ask for ask in case.asks.all() if ask.answered_at is None), None)


_categories: tuple[float, list[Category], dict[int, Category]] | None = None


def _all_categories() -> tuple[float, list[Category], dict[int, Category]]:
    """Return when they were read, those in use, in order, and all by key; read at most every 5 s."""
    global _categories
    if _categories is None or time.monotonic() - _categories[0] > 5:
        rows = list(Category.objects.all())
        _categories = time.monotonic(), [row for row in rows if row.in_use], {row.pk: row for row in rows}
    return _categories


def categories() -> list[Category]:
    """Return the categories in use, in order; nearly every page asks."""
    return _all_categories()[1]


def categories_as_of() -> float:
    """Return a number that changes whenever the categories are read anew."""
    return _all_categories()[0]


def category(pk: int) -> Category:
    """Return a category, in use or not. Raises KeyError."""
    found = _all_categories()[2].get(pk)
    if found is None:  # made within these seconds
        forget()
        found = _all_categories()[2][pk]
    return found


def category_keys(wanted: str) -> list[int]:
    """Return the keys of all categories, in use or not, of this code or of a group of this name; [] where there are none."""
    return [pk for pk, row in _all_categories()[2].items() if wanted in (row.code, row.group)]


def spots(wanted: set[int]) -> dict[int, Spot]:
    """Return at least the places of these keys: this process knows them all, but for those that have ended."""
    known = index().spots
    if lost := wanted - known.keys():
        ended = Place.objects.filter(pk__in=lost).values_list("id", "kind", "name", "name_en", "parent_id")
        return known | {values[0]: Spot(*values) for values in ended}
    return known


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


def units_near_all(cases: Sequence[Case]) -> list[Unit]:
    """Return the units that can be asked in each of these cases, by the rule of `units_near`. Two queries."""
    seats = {pk for case in cases for pk in (case.community_id, case.subdistrict_id) if pk}
    compounds = {case.compound_id for case in cases if case.compound_id}
    serving: dict[int, set[int]] = {}
    served = UnitServes.objects.filter(compound_id__in=compounds, ends_on__isnull=True)
    for unit_id, compound_id in served.values_list("unit_id", "compound_id"):
        serving.setdefault(unit_id, set()).add(compound_id)
    units = Unit.objects.filter(Q(seat_id__in=seats) | Q(pk__in=serving), ended_on__isnull=True).order_by("kind", "name")
    return [
        unit for unit in units
        if all(unit.seat_id in (case.community_id, case.subdistrict_id) or case.compound_id in serving.get(unit.pk, ()) for case in cases)
    ]


def saved_views(actor: Actor) -> QuerySet[SavedView]:
    """Return the lists that this person keeps, and no other's."""
    return SavedView.objects.filter(person_id=actor.person_id)


def may_oversee(actor: Actor) -> bool:
    """Whether the actor sees more than an inbox: everything of a place."""
    return bool(
        actor.posts_as(*COMMUNITY_ROLES, *SUBDISTRICT_ROLES, *DISTRICT_ROLES, *GRID_ROLES, Role.AUDITOR)
    )
