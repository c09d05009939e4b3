"""Writing outlines: those that are replaced are kept."""

from __future__ import annotations

from collections.abc import Sequence

import shapely
from shapely.geometry.base import BaseGeometry

from bandeng.foundation.clock.moment import today
from bandeng.territory.models import Boundary, PastBoundary, Place


def put_outlines(rows: Sequence[tuple[Place, BaseGeometry]], *, old_version: int) -> None:
    """Give places their outlines; those that are replaced are kept with the last version in which they held."""
    there = {row.place_id: row for row in Boundary.objects.filter(place__in=[place for place, _shape in rows])}
    PastBoundary.objects.bulk_create([
        PastBoundary(place_id=pk, wkb=bytes(row.wkb), version=old_version, on=today()) for pk, row in there.items()
    ], batch_size=500)
    Boundary.objects.bulk_create(
        [Boundary(place=place, wkb=shapely.to_wkb(shape)) for place, shape in rows],
        update_conflicts=True, unique_fields=["place"], update_fields=["wkb"], batch_size=500,
    )
