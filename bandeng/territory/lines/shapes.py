"""Outlines of places: put right, measured in metres, compared with one another.

Pure: shapely only. Everything comes in WGS-84 degrees; metres are those of a plane laid on the outline's own
latitude, true to a few parts in ten thousand over a district.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, radians

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

METRES_PER_DEGREE = 111_320.0
LEAST_AREA = 100.0  # m²: what is smaller is a slip of the pen, not a piece of land
LEAST_WIDTH = 1.0  # m: so is a sliver


def surface(shape: BaseGeometry | None) -> tuple[BaseGeometry | None, bool]:
    """Return the areal part of *shape*, valid, and whether it had to be mended; None where there is no area."""
    if shape is None or shape.is_empty:
        return None, False
    shape = shapely.force_2d(shape)
    mended = not shape.is_valid
    if mended:
        shape = shapely.make_valid(shape)
    parts = [part for part in shapely.get_parts(shape) if part.geom_type in ("Polygon", "MultiPolygon")]
    parts = [one for part in parts for one in shapely.get_parts(part) if one.area > 0]
    if not parts:
        return None, mended
    return (parts[0] if len(parts) == 1 else shapely.multipolygons(parts)), mended


def in_metres(shape: BaseGeometry, latitude: float) -> BaseGeometry:
    """Return *shape* in metres on a plane that is true at *latitude*."""
    side = METRES_PER_DEGREE * cos(radians(latitude))
    return shapely.transform(shape, lambda points: points * np.array([side, METRES_PER_DEGREE]))


def area_m2(shape: BaseGeometry) -> float:
    """Return the area of *shape* in square metres."""
    middle = shape.centroid
    return 0.0 if shape.is_empty else in_metres(shape, middle.y).area


def counts(shape: BaseGeometry) -> bool:
    """Return whether *shape* is a real piece of land: neither tiny nor a sliver."""
    if shape.is_empty:
        return False
    flat = in_metres(shape, shape.centroid.y)
    return flat.area >= LEAST_AREA and not flat.buffer(-LEAST_WIDTH / 2).is_empty


def share_outside(shape: BaseGeometry, whole: BaseGeometry) -> float:
    """Return which share of *shape* (0 to 1) lies outside *whole*."""
    return float(shapely.difference(shape, whole).area / shape.area) if shape.area else 0.0


@dataclass(frozen=True, slots=True)
class Outlined:
    """A place with its outline, as the comparison wants it. `key` is whatever the caller knows it by."""

    key: object
    name: str
    parent: object
    shape: BaseGeometry


@dataclass(frozen=True, slots=True)
class Fault:
    """An overlap between two places of one kind, or land of a place that none of its parts covers."""

    kind: str  # "overlap" or "hole"
    keys: tuple[object, ...]
    names: tuple[str, ...]
    area: float  # m²
    lon: float
    lat: float
    shape: BaseGeometry


def overlaps(places: Sequence[Outlined]) -> list[Fault]:
    """Return where places of one kind cover the same land, largest first."""
    if not places:
        return []
    shapes = [place.shape for place in places]
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = [(one, other) for one, other in zip(first.tolist(), second.tolist(), strict=True) if one < other]
    found = []
    for one, other in pairs:
        common = _land(shapely.intersection(shapes[one], shapes[other]))
        if common is not None:
            found.append(_fault("overlap", (places[one], places[other]), common))
    return sorted(found, key=lambda fault: -fault.area)


def holes(wholes: Iterable[Outlined], parts: Sequence[Outlined]) -> list[Fault]:
    """Return the land of each whole that none of its parts covers, piece by piece, largest first.

    A whole without any part is not counted: its lines are not drawn yet.
    """
    by_parent: dict[object, list[BaseGeometry]] = {}
    for part in parts:
        by_parent.setdefault(part.parent, []).append(part.shape)
    found = []
    for whole in wholes:
        if whole.key not in by_parent:
            continue
        left = shapely.difference(whole.shape, shapely.union_all(by_parent[whole.key]))
        for piece in shapely.get_parts(left):
            land = _land(piece)
            if land is not None:
                found.append(_fault("hole", (whole,), land))
    return sorted(found, key=lambda fault: -fault.area)


def _land(shape: BaseGeometry) -> BaseGeometry | None:
    areal, _mended = surface(shape)
    return areal if areal is not None and counts(areal) else None


def _fault(kind: str, places: tuple[Outlined, ...], shape: BaseGeometry) -> Fault:
    at = shape.representative_point()
    return Fault(kind, tuple(p.key for p in places), tuple(p.name for p in places), area_m2(shape), at.x, at.y, shape)
