"""Where ways meet other lines: walls, and the outlines of compounds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree

from bandeng.walking.plane import Floats
from bandeng.walking.ways import Bools, Longs, Ways, place_key

_SAME = 1e-9
"""Degrees, 0.1 mm."""


@dataclass(frozen=True, slots=True)
class Crossings:
    """c places where a way meets a line.

    point (c,) the point of the way there, or the one before it; vertex (c,) whether the way has a point of its
    own there; place (c, 2) lon/lat; line (c,) which line; at_tip (c,) whether the open end of the line only
    touches the way.
    """

    point: Longs
    vertex: Bools
    place: Floats
    line: Longs
    at_tip: Bools

    def only(self, wanted: Bools | Longs) -> Crossings:
        """Some of them."""
        return Crossings(self.point[wanted], self.vertex[wanted], self.place[wanted], self.line[wanted],
                         self.at_tip[wanted])

    def __len__(self) -> int:
        return len(self.point)


def crossings(ways: Ways, wanted: Bools, lines: NDArray[np.object_]) -> Crossings:
    """Every place where a way of `wanted` (w,) meets one of (m,) lines in lon/lat, each place once per line."""
    segment = np.flatnonzero(ways.inner & wanted[ways.way_of] & ~ways.gap)
    line_points, line = shapely.get_coordinates(lines, return_index=True)
    piece = np.flatnonzero(line[1:] == line[:-1])
    if len(segment) == 0 or len(piece) == 0:
        return _none()
    tree = STRtree(shapely.linestrings(np.stack([line_points[piece], line_points[piece + 1]], axis=1)))
    pieces, segments = _near(tree, ways, segment)
    a, b = ways.points[segments], ways.points[segments + 1]
    c, d = line_points[piece[pieces]], line_points[piece[pieces] + 1]
    t, u, apart = _meeting(a, b, c, d)
    hit = (t >= -_SAME) & (t <= 1 + _SAME) & (u >= -_SAME) & (u <= 1 + _SAME) & ~apart
    t, u, a, b, c, d = t[hit], u[hit], a[hit], b[hit], c[hit], d[hit]
    place = a + (b - a) * np.clip(t, 0, 1)[:, None]
    at_a, at_b = _near_zero(place - a), _near_zero(place - b)
    point = segments[hit] + at_b
    owner = line[piece[pieces[hit]]]
    found = Crossings(point, at_a | at_b, place, owner, _is_tip(lines, owner, place))
    return _once(found)


def _none() -> Crossings:
    whole, flag = np.zeros(0, np.int64), np.zeros(0, bool)
    return Crossings(whole, flag, np.zeros((0, 2)), whole, flag)


def _near(tree: STRtree, ways: Ways, segment: Longs) -> tuple[Longs, Longs]:
    """Pairs of (piece of a line, first point of a segment) whose boxes meet."""
    first = np.unique(ways.way_of[segment])
    box = np.minimum.reduceat(ways.points, ways.first[:-1]), np.maximum.reduceat(ways.points, ways.first[:-1])
    boxes = shapely.box(box[0][first, 0], box[0][first, 1], box[1][first, 0], box[1][first, 1])
    near = np.zeros(len(ways.kind), bool)
    near[first[np.unique(tree.query(boxes)[0])]] = True
    segment = segment[near[ways.way_of[segment]]]
    low, high = np.minimum(ways.points[segment], ways.points[segment + 1]), np.maximum(ways.points[segment], ways.points[segment + 1])
    which, pieces = tree.query(shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1]))
    return pieces.astype(np.int64), segment[which]


def _meeting(a: Floats, b: Floats, c: Floats, d: Floats) -> tuple[Floats, Floats, Bools]:
    """How far along ab and cd the two lines meet, and whether they run side by side and never do."""
    ab, cd, ac = b - a, d - c, c - a
    cross = ab[:, 0] * cd[:, 1] - ab[:, 1] * cd[:, 0]
    apart = np.abs(cross) < 1e-18
    safe = np.where(apart, 1.0, cross)
    t = (ac[:, 0] * cd[:, 1] - ac[:, 1] * cd[:, 0]) / safe
    u = (ac[:, 0] * ab[:, 1] - ac[:, 1] * ab[:, 0]) / safe
    return t, u, apart


def _near_zero(difference: Floats) -> Bools:
    return np.abs(difference).max(axis=1, initial=0.0) < 1e-8


def _is_tip(lines: NDArray[np.object_], owner: Longs, place: Floats) -> Bools:
    """Whether each place is an open end of its line."""
    if len(owner) == 0:
        return np.zeros(0, bool)
    ends = [shapely.get_coordinates(shapely.get_point(lines, index)) for index in (0, -1)]
    closed = _near_zero(ends[0] - ends[1])[owner]
    return ~closed & (_near_zero(place - ends[0][owner]) | _near_zero(place - ends[1][owner]))


def _once(found: Crossings) -> Crossings:
    """A point where two segments, or two pieces of a line, come together was found up to four times."""
    key = np.stack([found.point, found.line, place_key(found.place)], axis=1)
    return found.only(np.sort(np.unique(key, axis=0, return_index=True)[1]))
