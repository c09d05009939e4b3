"""From a point to its chain of places, with five thousand boundaries in this process's index."""

from __future__ import annotations

import math
import time
from random import Random

import shapely
from django.db import transaction

from bandeng.territory.locate import index, locate, raise_version
from bandeng.territory.models import Boundary, Place, PlaceKind
from benchmarks import client
from benchmarks.table import Line

BOUNDARIES, CORNERS, ASKED = 5000, 40, 20_000
LON, LAT, STEP = 90.0, 45.0, 0.005  # far from the sample town


def measure() -> list[Line]:
    """Add grids up to BOUNDARIES, then ask for points among them."""
    side = math.ceil(math.sqrt(max(BOUNDARIES - Boundary.objects.count(), 100)))
    with transaction.atomic():
        _grids(side)
        raise_version()
    began = time.perf_counter()
    index(fresh=True)
    built = time.perf_counter() - began
    times = _ask(side)
    note = f"{Boundary.objects.count():,} boundaries, index made in {built * 1000:.0f} ms"
    return [
        Line("locate", "locate, p50", client.percentile(times, 0.5), "µs", None, False, note),
        Line("locate", "locate, p99", client.percentile(times, 0.99), "µs", None, False),
    ]


def _grids(side: int) -> None:
    community = Place.objects.filter(kind=PlaceKind.COMMUNITY).order_by("pk")[0]
    squares = [(x, y) for x in range(side) for y in range(side)]
    places = Place.objects.bulk_create(
        [Place(kind=PlaceKind.GRID, name=f"{x}-{y}", parent=community, code=f"bench{x:03d}{y:03d}") for x, y in squares], batch_size=500
    )
    Boundary.objects.bulk_create(
        [Boundary(place=place, wkb=shapely.to_wkb(_outline(x, y))) for place, (x, y) in zip(places, squares, strict=True)],
        batch_size=500,
    )


def _outline(x: int, y: int) -> shapely.Polygon:
    """A round outline of many corners, as drawn lines have them."""
    middle = LON + (x + 0.5) * STEP, LAT + (y + 0.5) * STEP
    turns = [2 * math.pi * corner / CORNERS for corner in range(CORNERS)]
    return shapely.Polygon([(middle[0] + STEP / 2 * math.cos(t), middle[1] + STEP / 2 * math.sin(t)) for t in turns])


def _ask(side: int) -> list[float]:
    rng = Random(1)  # noqa: S311
    points = [(LON + rng.random() * side * STEP, LAT + rng.random() * side * STEP) for _ in range(ASKED)]
    times = []
    for lon, lat in points:
        began = time.perf_counter()
        locate(lon, lat)
        times.append((time.perf_counter() - began) * 1e6)
    return times
