"""What narrows a list: a handful of plain values that fit into an address, and what they ask of cases and of orders."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from bandeng.cases import queries
from bandeng.cases.lines.whose import OPEN_ORDERS
from bandeng.cases.machine import CaseState, OrderState
from bandeng.cases.models import Case, Order
from bandeng.foundation.pages.speech import ZONE
from bandeng.territory.locate import index
from bandeng.territory.models import PlaceKind

AREAS = (PlaceKind.SUBDISTRICT, PlaceKind.COMMUNITY, PlaceKind.GRID)
GROUPED = {"whistle": "whistle", "state": "state", "community": "community_id", "category": "category_id"}


@dataclass(frozen=True, slots=True)
class Filters:
    """What somebody narrows a list by; empty values narrow nothing. `by` only groups the lines."""

    category: str = ""  # a code, or the name of a whole group
    area: int | None = None  # a subdistrict, a community or a grid
    compound: str = ""  # part of its name
    slip: str = ""
    source: str = ""
    state: str = ""
    whistle: str = ""
    unit: str = ""  # part of its name
    units: tuple[int, ...] = ()  # the units of such a name: looked up once, by the form
    since: date | None = None
    until: date | None = None
    by: str = ""

    def __bool__(self) -> bool:
        return any(getattr(self, field.name) for field in fields(self) if field.name not in ("by", "units"))

    def of_cases(self, cases: QuerySet[Case]) -> QuerySet[Case]:
        """Return the cases that are left."""
        if not self:
            return cases
        cases = cases.filter(self._of_matter("", "created_at"))
        if self.state:
            cases = cases.filter(state=self.state) if self.state in CaseState.values else cases.none()
        orders = Order.objects.filter(case_id=OuterRef("pk"))
        if self.whistle:
            cases = cases.filter(Exists(orders.filter(whistle=self.whistle, state__in=OPEN_ORDERS)))
        if self.unit:
            # Looked up case by case, for few cases are open; as EXISTS it would be joined with all orders there ever were.
            theirs = orders.filter(unit_id__in=self.units).exclude(state=OrderState.CANCELLED).values("pk")[:1]
            cases = cases.annotate(theirs=Subquery(theirs)).filter(theirs__isnull=False)
        return cases

    def of_orders(self, orders: QuerySet[Order]) -> QuerySet[Order]:
        """Return the orders that are left; "received" is when the unit was asked."""
        if not self:
            return orders
        orders = orders.filter(self._of_matter("case__", "asked_at"))
        if self.state:
            orders = orders.filter(state=self.state) if self.state in OrderState.values else orders.none()
        if self.whistle:
            orders = orders.filter(whistle=self.whistle)
        return orders.filter(unit_id__in=self.units) if self.unit else orders

    def _of_matter(self, to_case: str, received: str) -> Q:
        asked: dict[str, Any] = {}
        if self.category:
            asked[f"{to_case}category_id__in"] = queries.category_keys(self.category)
        if self.area:
            asked[f"{to_case}{_column(self.area)}"] = self.area
        if self.compound:
            asked[f"{to_case}compound_id__in"] = compounds_named(self.compound)
        if self.slip:
            asked[f"{to_case}slip"] = self.slip
        if self.source:
            asked[f"{to_case}source"] = self.source
        if self.since:
            asked[f"{received}__gte"] = begin_of(self.since)
        if self.until:
            asked[f"{received}__lt"] = begin_of(self.until + timedelta(days=1))
        return Q(**asked)

    def first_by(self, orders: bool) -> list[Any]:
        """Return what lines are sorted by before everything else, so that groups stand together."""
        column = GROUPED.get(self.by, "")
        if not column or column == "whistle" and not orders:
            return []
        name = f"case__{column}" if orders and column.endswith("_id") else column
        return [F(name).asc(nulls_last=True)]


NONE = Filters()


def _column(place: int) -> str:
    """Return the column of a case in which such a place stands."""
    spot = index().spots.get(place)
    return f"{spot.kind}_id" if spot and spot.kind in AREAS else "grid_id"


def begin_of(day: date) -> datetime:
    """Return when a day begins, for people here."""
    return datetime.combine(day, time(), ZONE)


def compounds_named(part: str) -> list[int]:
    """Return the compounds whose name, in either language, holds this."""
    wanted = part.casefold()
    return sorted(
        pk for pk, spot in index().spots.items()
        if spot.kind == PlaceKind.COMPOUND and (wanted in spot.name.casefold() or wanted in spot.name_en.casefold())
    )
