"""From a point to the chain of places that hold it, by an index in this process.

The index is built from all boundaries and kept until the version row changes; every worker looks at that row
at most once a second. A point on a shared edge belongs to the place with the smaller id, so that every worker
gives the same answer.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from django.db import transaction
from django.db.models import F

from bandeng.territory.models import Boundary, BoundaryVersion, Place, PlaceKind

_CHECK_EVERY = 1.0


@dataclass(frozen=True, slots=True)
class Spot:
    """A place of the chain: enough to name it and to link to it."""

    id: int
    kind: str
    name: str
    name_en: str
    parent_id: int | None


@dataclass(frozen=True, slots=True)
class Chain:
    """The places that hold a point, outermost first by attribute; None where there is none."""

    district: Spot | None = None
    subdistrict: Spot | None = None
    community: Spot | None = None
    grid: Spot | None = None
    compound: Spot | None = None
    building: Spot | None = None
    version: int = 0

    @property
    def inside(self) -> bool:
        """Whether the point lies in the district at all."""
        return self.district is not None


class PlaceIndex:
    """All boundaries of one version, ready to be asked."""

    def __init__(self, version: int) -> None:
        self.version = version
        rows = list(
            Boundary.objects.filter(place__ended_on__isnull=True)
            .order_by("place_id")
            .values_list("place_id", "place__kind", "wkb")
        )
        self.spots: dict[int, Spot] = {
            row[0]: Spot(*row)
            for row in Place.objects.filter(ended_on__isnull=True)
            .exclude(kind=PlaceKind.STAIRWELL)
            .values_list("id", "kind", "name", "name_en", "parent_id")
        }
        self._ids = [row[0] for row in rows]
        self._kinds = [row[1] for row in rows]
        self.shapes = shapely.from_wkb([bytes(row[2]) for row in rows]) if rows else np.array([])
        self._tree = shapely.STRtree(self.shapes)
        shapely.prepare(self.shapes)

    @classmethod
    def read(cls) -> PlaceIndex:
        """Return the index of the lines as the database shows them now, also within a transaction that changes them."""
        return cls(BoundaryVersion.objects.values_list("number", flat=True).first() or 0)

    def rows(self) -> Iterator[tuple[int, str, shapely.Geometry]]:
        """Yield place id, kind and outline of every boundary."""
        yield from zip(self._ids, self._kinds, self.shapes, strict=True)

    def chain(self, lon: float, lat: float) -> Chain:
        """Return the chain at a WGS-84 point."""
        hits = self._tree.query(shapely.Point(lon, lat), predicate="intersects")
        found: dict[str, Spot] = {}
        for position in sorted(int(hit) for hit in hits):
            spot = self.spots.get(self._ids[position])
            if spot:
                found.setdefault(spot.kind, spot)
        self._complete(found)
        return Chain(**{k: s for k, s in found.items() if k in Chain.__dataclass_fields__}, version=self.version)

    def _complete(self, found: dict[str, Spot]) -> None:
        """Take the parents from the tree, so that chain and tree cannot contradict each other."""
        low = found.get("grid") or found.get("community") or found.get("subdistrict")
        while low and low.parent_id and (low := self.spots.get(low.parent_id)):
            found[low.kind] = low


_index: PlaceIndex | None = None
_checked = 0.0
_lock = threading.Lock()


def index(*, fresh: bool = False) -> PlaceIndex:
    """Return the index of the version in force; *fresh* looks at the version row now, not within a second."""
    global _index, _checked
    now = time.monotonic()
    if _index is not None and not fresh and now - _checked < _CHECK_EVERY:
        return _index
    with _lock:
        version = BoundaryVersion.objects.values_list("number", flat=True).first() or 0
        if _index is None or _index.version != version:
            _index = PlaceIndex(version)
        _checked = time.monotonic()
    return _index


def locate(lon: float, lat: float) -> Chain:
    """Return the chain of places at a WGS-84 point; an empty chain outside the district."""
    return index().chain(lon, lat)


def raise_version() -> None:
    """Call inside the transaction that changes a place or a boundary."""
    BoundaryVersion.objects.get_or_create(pk=1)
    BoundaryVersion.objects.filter(pk=1).update(number=F("number") + 1)
    transaction.on_commit(forget)


def forget() -> None:
    """Drop the index of this process (after a change here, and between tests)."""
    global _index, _checked
    _index, _checked = None, 0.0
