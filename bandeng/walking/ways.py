"""Walkable ways as flat arrays, and the places where they must end: gates, outlines of compounds, walls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray

from bandeng.osm import Street
from bandeng.walking.plane import Floats

Bools = NDArray[np.bool_]
Longs = NDArray[np.int64]

KINDS = ("arterial", "street", "lane", "footway", "steps", "footbridge", "underpass")
"""The kinds of `bandeng.osm.Street`; a way's kind is its place in this list."""

NO_ENTRY = frozenset({"no"})
OWN_ONLY = frozenset({"private", "permit", "residents", "employees", "staff", "members", "military"})
"""Only for those who belong there."""
EVERYBODY = frozenset({"yes", "permissive", "designated", "official", "public"})
"""Said in so many words, so it holds inside a gated compound too."""


@dataclass(frozen=True, slots=True)
class Ways:
    """w ways over k points.

    points (k, 2) lon/lat; first (w + 1,) where each way begins; kind (w,) place in KINDS; own_only, everybody
    (w,) what walkers are told; node (k,) equal for points that ways share; stop (k,) the way is parted here;
    gap (k,) a wall stands between this point and the next.
    """

    points: Floats
    first: Longs
    kind: NDArray[np.uint8]
    own_only: Bools
    everybody: Bools
    node: Longs
    stop: Bools
    gap: Bools

    @property
    def way_of(self) -> Longs:
        """(k,) the way that each point belongs to."""
        return np.repeat(np.arange(len(self.kind)), np.diff(self.first))

    @property
    def inner(self) -> Bools:
        """(k,) whether a next point of the same way follows: the point begins a segment."""
        result = np.ones(len(self.points), bool)
        result[self.first[1:] - 1] = False
        return result

    def is_kind(self, *kinds: str) -> Bools:
        """(w,) whether each way is of one of these kinds."""
        return np.isin(self.kind, [KINDS.index(kind) for kind in kinds])


def from_streets(streets: Sequence[Street]) -> Ways:
    """All streets on which anybody may walk."""
    walkable = [street for street in streets if street.access not in NO_ENTRY]
    lines = np.array([street.geometry for street in walkable], dtype=object)
    return from_lines(lines, [street.kind for street in walkable], [street.access for street in walkable])


def from_lines(lines: NDArray[np.object_], kinds: Sequence[str], access: Sequence[str]) -> Ways:
    """Ways from (w,) lines in lon/lat with the kind of each and what its walkers are told."""
    points, way = shapely.get_coordinates(lines, return_index=True)
    count = np.bincount(way, minlength=len(lines)) if len(lines) else np.zeros(0, np.int64)
    place = {kind: number for number, kind in enumerate(KINDS)}
    return Ways(
        points=points,
        first=np.concatenate([[0], np.cumsum(count)]).astype(np.int64),
        kind=np.array([place[kind] for kind in kinds], np.uint8),
        own_only=np.array([told in OWN_ONLY for told in access], bool),
        everybody=np.array([told in EVERYBODY for told in access], bool),
        node=same_place(points),
        stop=np.zeros(len(points), bool),
        gap=np.zeros(len(points), bool),
    )


def place_key(points: Floats) -> Longs:
    """(k,) one whole number for each lon/lat, equal for equal places (to 1e-7 degrees, as OpenStreetMap stores)."""
    whole = np.rint(points * 1e7).astype(np.int64)
    return (whole[:, 0] << np.int64(32)) + whole[:, 1]


def same_place(points: Floats) -> Longs:
    """(k,) numbers from 0, equal for equal places."""
    return np.unique(place_key(points), return_inverse=True)[1].astype(np.int64).reshape(-1)


def part(ways: Ways, segment: Longs, points: Floats, cut: Bools) -> Ways:
    """The ways with a stop put into each given segment (named by its first point) at the given point.

    Where `cut`, two stops that do not touch are put in: one can come up to the wall from either side but not
    pass it. Several points in one segment are put in order along it.
    """
    if len(segment) == 0:
        return ways
    along = np.abs(points - ways.points[segment]).sum(axis=1)
    order = np.lexsort((along, segment))
    segment, points, cut = segment[order], points[order], cut[order]
    times = np.where(cut, 2, 1)
    at, new = np.repeat(segment + 1, times), np.repeat(points, times, axis=0)
    gap = np.zeros(len(at), bool)
    gap[np.cumsum(times)[cut] - 2] = True
    fresh = ways.node.max(initial=-1) + 1 + np.arange(len(at))
    added = np.bincount(ways.way_of[segment], weights=times, minlength=len(ways.kind)).astype(np.int64)
    return replace(
        ways,
        points=np.insert(ways.points, at, new, axis=0),
        first=ways.first + np.concatenate([[0], np.cumsum(added)]),
        node=np.insert(ways.node, at, fresh),
        stop=np.insert(ways.stop, at, True),
        gap=np.insert(ways.gap, at, gap),
    )
