"""Does a file of places fit the map in the datum that it was said to be in?

A file in GCJ-02 read as WGS-84 lies some 300 to 700 m off, and nothing in the file says so. Two witnesses are
asked: places that are known already (by the same code or name), and the streets of the base map, along which the
lines of grids and communities run. Each datum is tried on the same points; the one that fits best is named when it
fits much better than the one that was said.

Pure: numpy and shapely only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import cos, radians

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from bandeng.foundation.geo.datum import DATUMS, convert
from bandeng.territory.lines.shapes import METRES_PER_DEGREE

MOST_POINTS = 800
LEAST_POINTS = 8
Points = np.ndarray  # shape (n, 2): lon, lat in degrees


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the witnesses say. `best` is the datum that fits; distances are medians in metres."""

    said: str
    best: str
    distance_said: float
    distance_best: float
    shift: float  # how far the two datums lie apart here
    witness: str  # "known" or "streets"

    @property
    def doubtful(self) -> bool:
        return self.best != self.said


def against_known(points: Points, known: Points, said: str) -> Verdict | None:
    """Compare points (read in *said*, now in WGS-84) with where the same places are known to be, pair by pair."""
    if len(points) < 3:
        return None
    return _verdict(points, said, "known", lambda tried: _apart(tried, known), least=60.0)


def against_streets(points: Points, streets: Sequence[BaseGeometry], said: str) -> Verdict | None:
    """Compare points of lines (read in *said*, now in WGS-84) with the nearest street."""
    if len(points) < LEAST_POINTS or not streets:
        return None
    near = shapely.STRtree(streets)
    lines = np.asarray(streets, dtype=object)

    def distance(tried: Points) -> np.ndarray:
        spots = shapely.points(tried)
        hits = near.nearest(spots)
        closest = shapely.line_interpolate_point(lines[hits], shapely.line_locate_point(lines[hits], spots))
        return _apart(tried, shapely.get_coordinates(closest))

    return _verdict(points, said, "streets", distance, least=10.0)


def _verdict(points, said, witness, distance, least) -> Verdict:  # type: ignore[no-untyped-def]
    points = points if len(points) <= MOST_POINTS or witness == "known" else points[:: len(points) // MOST_POINTS + 1]
    given = np.column_stack(convert(points[:, 0], points[:, 1], "wgs84", said))  # the numbers as they stand in the file
    medians: Mapping[str, float] = {
        datum: float(np.median(distance(np.column_stack(convert(given[:, 0], given[:, 1], datum, "wgs84"))))) for datum in DATUMS
    }
    best = min(medians, key=lambda datum: medians[datum])
    # Much better: less than half as far off, and by more than a street's width.
    if medians[best] > medians[said] / 2 or medians[said] - medians[best] < least:
        best = said
    moved = np.column_stack(convert(given[:, 0], given[:, 1], best, "wgs84"))
    return Verdict(said, best, medians[said], medians[best], float(np.median(_apart(points, moved))), witness)


def _apart(one: Points, other: Points) -> np.ndarray:
    """Return the distances in metres between points, pair by pair."""
    side = METRES_PER_DEGREE * cos(radians(float(one[:, 1].mean())))
    return np.hypot((one[:, 0] - other[:, 0]) * side, (one[:, 1] - other[:, 1]) * METRES_PER_DEGREE)


def vertices(shapes: Sequence[BaseGeometry]) -> Points:
    """Return the corners of outlines, a spread of them when there are many."""
    points = shapely.get_coordinates(list(shapes))
    return points if len(points) <= MOST_POINTS else points[:: len(points) // MOST_POINTS + 1]
