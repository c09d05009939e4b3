"""Squares, which one may cross anywhere: straight lanes from each way that comes in to every other one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Polygon

from bandeng.osm import Street
from bandeng.walking.ways import place_key

MOST_ENTRIES = 16
"""A square with more ways in gets lanes between every second one, or third: its rim joins the rest."""


@dataclass(frozen=True, slots=True)
class Square:
    """A pedestrian area: its ring in lon/lat, and what walkers are told, as in `bandeng.osm.Street`."""

    osm_id: str
    access: str
    ring: LineString


def lanes_over(squares: Sequence[Square], streets: NDArray[np.object_]) -> list[Street]:
    """The rim of each square, and lanes over it from each point where a street meets the rim to every other.

    A lane that would leave the square, as round a corner, is left out; the rim leads round.
    """
    if not squares or len(streets) == 0:
        return []
    street_places = np.sort(place_key(shapely.get_coordinates(streets)))
    result = []
    for square in squares:
        result.append(Street(square.osm_id, "footway", "", square.ring, square.access))
        points = shapely.get_coordinates(square.ring)
        if len(points) < 4 or not square.ring.is_closed:
            continue
        _, once = np.unique(place_key(points), return_index=True)
        points = points[np.sort(once)]
        keys = place_key(points)
        at = np.searchsorted(street_places, keys)
        entries = points[street_places[np.minimum(at, len(street_places) - 1)] == keys]
        entries = entries[::-(-len(entries) // MOST_ENTRIES) or 1]
        result += [Street(square.osm_id, "footway", "", lane, square.access)
                   for lane in _inside(square.ring, [LineString(pair) for pair in combinations(entries.tolist(), 2)])]
    return result


def _inside(ring: LineString, lanes: list[LineString]) -> list[LineString]:
    """Those lanes that run over the square and not along its rim."""
    polygon = Polygon(ring)
    if not lanes or not polygon.is_valid:
        return []
    keep = shapely.covers(polygon, lanes) & ~shapely.covers(shapely.boundary(polygon), lanes)
    return [lane for lane, kept in zip(lanes, keep, strict=True) if kept]
