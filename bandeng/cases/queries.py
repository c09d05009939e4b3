"""Reading cases for pages, in a bounded number of queries."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from functools import lru_cache

from django.db.models import (
    BooleanField,
    Exists,
    ExpressionWrapper,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    prefetch_related_objects,
)

from bandeng.cases.limits import LimitKind
from bandeng.cases.models import (
    EXCLUSION_OPEN,
    Case,
    CasePhoto,
    Category,
    CommunityRule,
    Limit,
    Objection,
    Order,
    Pause,
    Question,
    Rating,
    RatingExclusion,
    SavedView,
    Table,
    WhistleAsk,
)
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
    related = Q(Exists(Case.objects.filter(parent=OuterRef("pk")))) | Q(Exists(Case.objects.filter(merged_into=OuterRef("pk"))))
    rows = Case.objects.select_related("contact", "parent__contact").filter(visible(actor), number=number)
    photos = Exists(CasePhoto.objects.filter(case=OuterRef("pk")))
    found = next(iter(rows.annotate(has_family=ExpressionWrapper(related, BooleanField()), has_photos=photos)), None)
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


@dataclass(frozen=True, slots=True)
class Family:
    """What belongs to a case: whose part it is, its own parts, what was merged into it; `at`: where they are read."""

    at: str
    parent: Case | None
    parts: list[Case]
    merged: list[Case]
    supporters: int


def family_of(case: Case, at: str, *, merged: bool) -> Family:
    """Return the family of a case that `find_for` has read, in one query or in none; with what was *merged* into it only
    for those who work on it."""
    if case.parent_id is None and not case.has_family:  # type: ignore[attr-defined]
        return Family(at, None, [], [], case.supporters)
    wanted = Q(parent=case.pk) | Q(pk=case.parent_id or 0)
    if merged:
        wanted |= Q(merged_into=case.pk)
    rows = [attach(row) for row in Case.objects.filter(wanted).order_by("pk")]
    return Family(
        at, next((row for row in rows if row.pk == case.parent_id), None), [row for row in rows if row.parent_id == case.pk],
        [row for row in rows if merged and row.merged_into_id == case.pk], case.supporters,
    )


def alike_of_mine(actor: Actor, case: Case) -> Case | None:
    """Return an open case of the same kind and community that this same browser reported before, newest first.

    To help whoever writes again: nothing is kept about it, and nobody else is told.
    """
    others = [pk for pk in actor.claims if pk != case.pk]
    rows = Case.objects.filter(pk__in=others, category__code=case.category.code, community=case.community_id, closed_at__isnull=True)
    return rows.order_by("-created_at").first() if others else None


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


def ratings_of(case: Case) -> list[Rating]:
    """Return the requester's ratings, newest first, each with its exclusion where one was asked for; read once for a page."""
    known: list[Rating] | None = getattr(case, "_ratings", None)
    if known is None:  # who has no answer yet cannot have rated it
        known = list(case.ratings.select_related("exclusion")) if case.completed_at else []
        case._ratings = known  # type: ignore[attr-defined]
    return known


def exclusions_of(case: Case) -> list[RatingExclusion]:
    """Return what was asked about leaving ratings of this case out of the rates, newest rating first."""
    return [rating.exclusion for rating in ratings_of(case) if hasattr(rating, "exclusion")]


def holds_erasure() -> Q:
    """Return the filter of cases whose erasure waits: a request about a rating, an appeal or an objection is not decided yet."""
    return Q(pk__in=RatingExclusion.objects.filter(state__in=EXCLUSION_OPEN).values("case_id")) | Q(
        pk__in=Objection.objects.filter(answered_at__isnull=True).values("case_id"))


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All kinds of matters, as they stood when they were read (`at`, of this process's clock)."""

    at: float
    in_use: list[Category]
    matters: list[Category]  # those that residents choose from
    by_key: dict[int, Category]


_catalogue: Catalogue | None = None


def _known() -> Catalogue:
    """Return the catalogue; read at most every 5 s."""
    global _catalogue
    if _catalogue is None or time.monotonic() - _catalogue.at > 5:
        rows = list(Category.objects.all())
        in_use = [row for row in rows if row.in_use]
        matters = [row for row in in_use if row.table == Table.MATTER]
        _catalogue = Catalogue(time.monotonic(), in_use, matters, {row.pk: row for row in rows})
    return _catalogue


_asked: tuple[float, dict[int, list[Question]]] | None = None


def questions_of(category: Category) -> list[Question]:
    """Return what is asked for a kind, in order; all questions are read at once, when the first of them is wanted."""
    global _asked
    at = _known().at
    if _asked is None or _asked[0] != at:
        found: dict[int, list[Question]] = {}
        for row in Question.objects.all():
            found.setdefault(row.category_id, []).append(row)
        _asked = at, found
    return _asked[1].get(category.pk, [])


def categories(*, staff: bool = False) -> list[Category]:
    """Return the kinds in use, in order: what residents choose from, or with the tables of city management too."""
    return _known().in_use if staff else _known().matters


def categories_as_of() -> float:
    """Return a number that changes whenever the categories are read anew."""
    return _known().at


def all_categories() -> dict[int, Category]:
    """Return every category by its key, those no longer in use too."""
    return _known().by_key


def category(pk: int) -> Category:
    """Return a kind, in use or not. Raises KeyError."""
    found = _known().by_key.get(pk)
    if found is None:  # made within these seconds
        forget()
        found = _known().by_key[pk]
    return found


def category_keys(wanted: str) -> list[int]:
    """Return the keys of all categories, in use or not, of this code or of a group of this name; [] where there are none."""
    return [pk for pk, row in _known().by_key.items() if wanted in (row.code, row.group)]


def spots(wanted: set[int]) -> dict[int, Spot]:
    """Return at least the places of these keys: this process knows them all, but for those that have ended."""
    known = index().spots
    if lost := wanted - known.keys():
        ended = Place.objects.filter(pk__in=lost).values_list("id", "kind", "name", "name_en", "parent_id")
        return known | {values[0]: Spot(*values) for values in ended}
    return known


def forget() -> None:
    """Drop what this process remembers (after a change of the catalogue, and between tests)."""
    global _catalogue, _asked
    _catalogue = _asked = None


def groups(rows: list[Category]) -> list[tuple[str, str, list[Category]]]:
    """Return (group label, icon, categories), two taps to a matter."""
    found: dict[str, list[Category]] = {}
    for row in rows:
        found.setdefault(row.group, []).append(row)
    return [(items[0].group_label, items[0].icon, items) for items in found.values()]


def units_near(case: Case, *, whole_subdistrict: bool) -> list[Unit]:
    """Return the units that can be asked: of the subdistrict, the community, and the compound; with *whole_subdistrict* of
    the district too. One query for a case that a page has read, however many forms it shows."""
    kept = case.__dict__
    if "_units_near" not in kept:
        serves = UnitServes.objects.filter(unit=OuterRef("pk"), compound_id=case.compound_id or 0, ends_on__isnull=True)
        wide = Unit.objects.annotate(here=Exists(serves)).filter(
            Q(seat_id__in=[pk for pk in (case.community_id, case.subdistrict_id) if pk]) | Q(seat__kind="district") | Q(here=True),
            ended_on__isnull=True,
        )
        kept["_units_near"] = list(wide.order_by("kind", "name"))
    near = (case.community_id, case.subdistrict_id)
    return [unit for unit in kept["_units_near"] if whole_subdistrict or unit.here or unit.seat_id in near]


def joint_members(case: Case) -> list[Unit]:
    """Return the members of the joint committee of the case's community."""
    rows = Unit.objects.filter(pk__in=CommunityRule.objects.filter(community=case.community_id).values("members"), ended_on__isnull=True)
    return list(rows.order_by("kind", "name"))


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
