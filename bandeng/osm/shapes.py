"""Polygons out of rings and of multipolygon members, repaired where they can be."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from shapely import GeometryCollection, LineString, MultiPolygon, Polygon, make_valid, polygonize, unary_union
from shapely.errors import GEOSException
from shapely.geometry.base import BaseGeometry

from bandeng.osm.model import Surface

Point = tuple[float, float]


def surface_of(geometry: BaseGeometry) -> Surface | None:
    """The polygons of a geometry without its stray lines and points, or None if there is no area at all."""
    if isinstance(geometry, Polygon | MultiPolygon):
        return None if geometry.is_empty or geometry.area == 0 else geometry
    if isinstance(geometry, GeometryCollection):
        parts = [part for piece in geometry.geoms if (part := surface_of(piece)) is not None]
        return surface_of(unary_union(parts)) if parts else None
    return None


def from_ring(points: Sequence[Point]) -> tuple[Surface | None, bool]:
    """A polygon from one closed ring, and whether it had to be repaired (a bow tie, a spike, a doubled
    line).
    """
    if len(points) < 4:
        return None, False
    try:
        polygon = Polygon(points)
        if polygon.is_valid:
            return surface_of(polygon), False
        return surface_of(make_valid(polygon)), True
    except (GEOSException, ValueError):
        return None, False


def from_members(outer: Sequence[Sequence[Point]], inner: Sequence[Sequence[Point]]) -> Surface | None:
    """A (multi)polygon from the pieces of its outer and inner rings, in any order and direction.

    None if the pieces close no ring, as when the extract has cut a member off.
    """
    try:
        shell = _closed(outer)
        if shell is None:
            return None
        holes = _closed(inner) if inner else None
        return surface_of(make_valid(shell.difference(holes) if holes is not None else shell))
    except (GEOSException, ValueError):
        return None


def _closed(pieces: Sequence[Sequence[Point]]) -> Surface | None:
    lines = [LineString(pair) for piece in pieces for pair in pairwise(piece) if pair[0] != pair[1]]
    rings = polygonize([unary_union(lines)]).geoms if lines else ()
    faces = [ring for ring in rings if isinstance(ring, Polygon)]
    return surface_of(unary_union(faces)) if faces else None
