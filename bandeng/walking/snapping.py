"""Snapping points to the nearest way one may walk on: to the edge, not to its ends.

A grid of square cells knows the segments that pass near each cell. It is made once for a network.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree

from bandeng.walking.compiling import Array, compiled
from bandeng.walking.network import WalkNetwork
from bandeng.walking.plane import Floats, Ints, ranges
from bandeng.walking.spots import Spots
from bandeng.walking.walkers import CLOSED, STANDARD, Walker

SNAP_LIMIT_M = 150.0
"""Nobody's door is farther from a way; a point beyond is in the sea, or in another datum."""
OUTSIDE, ANY = -1, -2
"""In place of a court: in no gated compound; wherever the nearest way is."""
_CELL_M = 60.0
_MOST_CELLS = 4_000_000
_TIE_M = 1e-7


@dataclass(frozen=True, slots=True, eq=False)
class SegmentGrid:
    """Segments of all edges by the cells of a grid that they pass.

    a, b (s, 2) ends in metres; edge (s,); run, until (s,) decimetres along the edge to a and to b; cell_start (rows * columns + 1,)
    and cell_segment: the segments in each cell.
    """

    a: Floats
    b: Floats
    edge: Ints
    run: Floats
    until: Floats
    west: float
    south: float
    size: float
    columns: int
    rows: int
    cell_start: NDArray[np.int64]
    cell_segment: Ints


def snap(network: WalkNetwork, points: Floats, limit: float = SNAP_LIMIT_M, walker: Walker = STANDARD) -> Spots:
    """The nearest place on a way that the walker can use, for (k, 2) lon/lat.

    A point in the land of a gated compound belongs to the ways of that compound, however near a street passes
    behind its wall (unless none is within the limit), and a point outside never to them. Where a private and a
    public way are equally near, as at a gate, the public one is meant. The gap in metres is always told; a point
    with nothing within `limit` metres has edge -1 and an infinite gap.
    """
    points = np.asarray(points, np.float64).reshape(-1, 2)
    if len(points) == 0 or len(network.edge_u) == 0:
        return _nowhere(len(points))
    home = home_court(network, points)
    spots = _nearest(network, points, limit, walker, home)
    behind = np.flatnonzero((home >= 0) & ~spots.found)
    if len(behind) == 0:
        return spots
    again = _nearest(network, points[behind], limit, walker, np.full(len(behind), ANY, np.int32))
    edge, along, gap = spots.edge.copy(), spots.along.copy(), spots.gap.copy()
    edge[behind], along[behind], gap[behind] = again.edge, again.along, again.gap
    return Spots(edge, along, gap)


def home_court(network: WalkNetwork, points: Floats) -> Ints:
    """(k,) the court of the gated compound in whose land each lon/lat lies, or OUTSIDE."""
    result = np.full(len(points), OUTSIDE, np.int32)
    if len(network.fence_court) == 0:
        return result
    tree = network.keep("fences", lambda: _fences(network))
    place, ring = tree.query(shapely.points(points), predicate="within")
    result[place] = network.fence_court[ring]
    return result


def _fences(network: WalkNetwork) -> STRtree:
    ring = np.repeat(np.arange(len(network.fence_court)), np.diff(network.fence_start))
    return STRtree(shapely.polygons(shapely.linearrings(network.fence, indices=ring)))


def _nearest(network: WalkNetwork, points: Floats, limit: float, walker: Walker, home: Ints) -> Spots:
    """The nearest way by the grid, of those that a point of each home may use."""
    fenced = network.keep("fenced", lambda: np.isin(network.edge_court, network.fence_court))
    grid = network.keep("grid", lambda: segment_grid(network))
    open_edge = network.keep(("open", walker), lambda: network.edge_costs(walker) < CLOSED)
    metres = network.plane.metres(points)
    edge, along, gap = _snap(metres, limit, grid.a, grid.b, grid.edge, grid.run, grid.until,
                             grid.west, grid.south, grid.size, grid.columns, grid.rows, grid.cell_start,
                             grid.cell_segment, open_edge, network.edge_court, fenced, home)
    along = np.minimum(np.rint(along), network.edge_length[np.maximum(edge, 0)])
    return Spots(edge, np.where(edge < 0, 0, along).astype(np.int32), gap)


def _nowhere(count: int) -> Spots:
    return Spots(np.full(count, -1, np.int32), np.zeros(count, np.int32), np.full(count, np.inf))


def segment_grid(network: WalkNetwork) -> SegmentGrid:
    """Sort the segments of a network into cells; a segment is listed in every cell that its box touches."""
    metres = network.plane.metres(network.shape)
    edge_of = np.repeat(np.arange(len(network.edge_u), dtype=np.int32), np.diff(network.shape_start))
    first = np.flatnonzero(edge_of[1:] == edge_of[:-1])
    a, b, edge = metres[first], metres[first + 1], edge_of[first]
    run, until = _run(np.hypot(*(b - a).T), edge, network.edge_length)
    west, south = metres.min(axis=0)
    wide, tall = np.ptp(metres, axis=0)
    size = max(_CELL_M, float(np.sqrt(wide * tall / _MOST_CELLS)), float(max(wide, tall)) / 60_000)
    columns, rows = int(wide // size) + 1, int(tall // size) + 1
    low, high = (np.floor((side - (west, south)) / size).astype(np.int64) for side in (np.minimum(a, b), np.maximum(a, b)))
    across, up = (high - low + 1).T
    segment = np.repeat(np.arange(len(first), dtype=np.int32), across * up)
    inside = ranges(np.zeros(len(first), np.int64), across * up)
    column = low[segment, 0] + inside % across[segment]
    row = low[segment, 1] + inside // across[segment]
    cell = row * columns + column
    order = np.argsort(cell, kind="stable")
    start = np.concatenate([[0], np.cumsum(np.bincount(cell, minlength=columns * rows))])
    return SegmentGrid(a, b, edge, run, until, float(west), float(south), size, columns, rows, start, segment[order])


def _run(metres: Floats, edge: Ints, length: Ints) -> tuple[Floats, Floats]:
    """Decimetres along its edge at which each segment begins and ends; the last one ends at the edge's length."""
    ends = np.cumsum(metres)
    begins = np.concatenate([[0.0], ends[:-1]])
    first = np.flatnonzero(np.diff(edge, prepend=-1))
    which = np.repeat(np.arange(len(first)), np.diff(np.append(first, len(edge))))
    whole = np.add.reduceat(metres, first)
    scale = length[edge[first]] / np.where(whole > 0, whole, 1.0)
    return (begins - begins[first][which]) * scale[which], (ends - begins[first][which]) * scale[which]


@compiled
def _snap(
    points: Array, limit: float, a: Array, b: Array, edge: Array, run: Array, until: Array, west: float,
    south: float, size: float, columns: int, rows: int, cell_start: Array, cell_segment: Array, open_edge: Array, court: Array,
    fenced: Array, home: Array,
) -> tuple[Array, Array, Array]:
    found = np.full(len(points), -1, np.int32)
    along, gap = np.zeros(len(points)), np.full(len(points), np.inf)
    for k in range(len(points)):
        x, y = points[k, 0], points[k, 1]
        if not (np.isfinite(x) and np.isfinite(y)):
            continue
        best, at = limit, -1
        share_at = 0.0
        column, row = int(np.floor((x - west) / size)), int(np.floor((y - south) / size))
        ring = 0
        while (ring - 1) * size <= best and ring <= limit / size + 2:
            for r in range(max(row - ring, 0), min(row + ring, rows - 1) + 1):
                step = 1 if abs(r - row) == ring else max(2 * ring, 1)
                for c in range(column - ring, column + ring + 1, step):
                    if c < 0 or c >= columns:
                        continue
                    for k2 in range(cell_start[r * columns + c], cell_start[r * columns + c + 1]):
                        s = cell_segment[k2]
                        e = edge[s]
                        if not open_edge[e] or (home[k] != ANY and (home[k] >= 0 or fenced[e]) and court[e] != home[k]):
                            continue
                        dx, dy = b[s, 0] - a[s, 0], b[s, 1] - a[s, 1]
                        whole = dx * dx + dy * dy
                        share = 0.0
                        if whole > 0:
                            share = min(1.0, max(0.0, ((x - a[s, 0]) * dx + (y - a[s, 1]) * dy) / whole))
                        away = np.hypot(x - a[s, 0] - share * dx, y - a[s, 1] - share * dy)
                        if away < best - _TIE_M or (away <= best + _TIE_M * (at >= 0) and (at < 0 or court[edge[s]] < court[edge[at]])):
                            best, at, share_at = away, s, share
            ring += 1
        if at >= 0:
            found[k], gap[k] = edge[at], best
            along[k] = run[at] + share_at * (until[at] - run[at])
    return found, along, gap
