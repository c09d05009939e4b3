"""The lines of an inbox: only what a line shows is read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bandeng.cases import labels, queries
from bandeng.cases.models import Category
from bandeng.foundation.pages import speech
from bandeng.territory.locate import Spot

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
    metres: int | None = None  # how far it is from where one asked, in the list of what is near
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
    def pick(self) -> str:
        """What ticking this line sends: the case's number, and the order's key where the line is an order."""
        return self.number if self.order is None else f"{self.number}/{self.order}"

    @property
    def where(self) -> str:
        """Compound (or what was typed) and grid (or community), as people say it."""
        near = speech.named(self.place("compound")) or self.place_text
        return f"{near} · {speech.named(self.place('grid') or self.place('community'))}"


CASE = (
    "pk", "number", "state", "level", "slip", "category_id", "words", "place_text", "community_id", "grid_id", "compound_id",
    "lon", "lat", "created_at", "due_at",
)
ORDER = tuple(
    {"state": "state", "due_at": "due_at", "pk": "case_id"}.get(name, f"case__{name}") for name in CASE
) + ("pk", "whistle", "ask")


def rows_of(found: Iterable[tuple[Any, ...]], now: datetime) -> list[Row]:
    return [Row(*(*values[:15], now, *values[15:])) for values in found]


def name_places(rows: list[Row]) -> list[Row]:
    """Give lines the names of their places."""
    known = queries.spots({pk for row in rows for pk in (row.community_id, row.grid_id, row.compound_id) if pk})
    for row in rows:
        row.places = known
    return rows
