"""Telling whether two rows are the same place: the same origin, or the same name and kind close by."""

from __future__ import annotations

from collections import defaultdict
from math import cos, radians

from bandeng.directory.models import ServicePoint
from bandeng.territory.addresses import fold
from bandeng.territory.lines.shapes import METRES_PER_DEGREE

NEAR = 80.0  # metres


def metres(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    """Return the distance between two points, straight, in metres."""
    side = METRES_PER_DEGREE * cos(radians(lat))
    return float((((lon - other_lon) * side) ** 2 + ((lat - other_lat) * METRES_PER_DEGREE) ** 2) ** 0.5)


class Known:
    """The service points in force, found by origin or by likeness."""

    def __init__(self) -> None:
        self._by_origin: dict[tuple[str, str], ServicePoint] = {}
        self._by_name: dict[tuple[str, str], list[ServicePoint]] = defaultdict(list)
        for row in ServicePoint.objects.filter(ended_on__isnull=True):
            self.add(row)

    def add(self, row: ServicePoint) -> None:
        """Make *row* findable."""
        if row.origin_id:
            self._by_origin[row.origin, row.origin_id] = row
        self._by_name[row.kind, fold(row.name)].append(row)

    def of_origin(self, origin: str, origin_id: str) -> ServicePoint | None:
        """Return the row that came from there."""
        return self._by_origin.get((origin, origin_id))

    def like(self, kind: str, name: str, lon: float, lat: float) -> ServicePoint | None:
        """Return the nearest row of the same kind and name within 80 m."""
        rows = self._by_name.get((kind, fold(name)), [])
        best = min(rows, key=lambda row: metres(lon, lat, row.lon, row.lat), default=None)
        return best if best is not None and metres(lon, lat, best.lon, best.lat) <= NEAR else None
