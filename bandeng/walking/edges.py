"""From ways to edges: parted at junctions, ends and stops, each public or of one court."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from bandeng.walking.network import ARTERIAL, CROSSING_U, CROSSING_V, FOOTBRIDGE, STEPS, UNDERPASS
from bandeng.walking.plane import Floats, Ints, ranges, step_metres
from bandeng.walking.ways import KINDS, Bools, Longs, Ways

PUBLIC = -1


@dataclass(slots=True)
class Edges:
    """e edges between nodes that are still named by the numbers of `Ways.node`.

    u, v (e,) nodes; first, last (e,) the points of the ways that each runs over, both included; length (e,)
    decimetres; flags (e,) as in `WalkNetwork.edge_flags`; court (e,) PUBLIC or a number from 0.
    """

    u: Longs
    v: Longs
    first: Longs
    last: Longs
    length: Ints
    flags: NDArray[np.uint8]
    court: Longs

    def only(self, wanted: Bools) -> Edges:
        """Some of them."""
        return Edges(self.u[wanted], self.v[wanted], self.first[wanted], self.last[wanted], self.length[wanted],
                     self.flags[wanted], self.court[wanted])

    def __len__(self) -> int:
        return len(self.u)


def edges_of(ways: Ways) -> Edges:
    """Part the ways wherever two meet, where one ends, and at their stops; what has no length is dropped."""
    begins_or_ends = np.zeros(len(ways.points), bool)
    begins_or_ends[ways.first[:-1]] = begins_or_ends[ways.first[1:] - 1] = True
    shared = np.bincount(ways.node)[ways.node] > 1 if len(ways.node) else begins_or_ends
    ends = np.flatnonzero(begins_or_ends | shared | ways.stop)
    way = ways.way_of[ends]
    same = (way[1:] == way[:-1]) & ~ways.gap[ends[:-1]]
    first, last = ends[:-1][same], ends[1:][same]
    steps = np.concatenate([[0.0], np.cumsum(step_metres(ways.points))]) if len(ways.points) else np.zeros(1)
    metres = steps[last] - steps[first]
    u, v = ways.node[first], ways.node[last]
    real = (u != v) | (metres > 0.05)
    first, last, u, v, metres = first[real], last[real], u[real], v[real], metres[real]
    length = np.maximum(1, np.rint(metres * 10)).astype(np.int32)
    flags = _flags(ways.kind[ways.way_of[first]], u, v)
    return Edges(u, v, first, last, length, flags, np.full(len(u), PUBLIC, np.int64))


def _flags(kind: NDArray[np.uint8], u: Longs, v: Longs) -> NDArray[np.uint8]:
    """The bits of each edge; a way other than a main road, a bridge or a tunnel crosses the main roads it meets."""
    flags = np.zeros(len(kind), np.uint8)
    for name, bit in (("arterial", ARTERIAL), ("steps", STEPS), ("footbridge", FOOTBRIDGE), ("underpass", UNDERPASS)):
        flags[kind == KINDS.index(name)] |= bit
    main = np.zeros(max(u.max(initial=-1), v.max(initial=-1)) + 1, bool)
    main[u[flags & ARTERIAL > 0]] = main[v[flags & ARTERIAL > 0]] = True
    crosses = flags & (ARTERIAL | FOOTBRIDGE | UNDERPASS) == 0
    flags[crosses & main[u]] |= CROSSING_U
    flags[crosses & main[v]] |= CROSSING_V
    return flags


def middles(ways: Ways, edges: Edges) -> Floats:
    """(e, 2) lon/lat of a point of each edge away from its ends: the middle of its middle segment."""
    half = (edges.first + edges.last - 1) // 2
    return (ways.points[half] + ways.points[half + 1]) / 2


def shapes(ways: Ways, edges: Edges) -> tuple[Floats, Ints]:
    """The points of all edges, one after the other, and where each begins (e + 1,)."""
    count = edges.last - edges.first + 1
    start = np.concatenate([[0], np.cumsum(count)]).astype(np.int32)
    return ways.points[ranges(edges.first, count)], start


def parts(u: Longs, v: Longs, count: int) -> Longs:
    """(count,) which connected part each node belongs to."""
    joined = coo_matrix((np.ones(len(u), np.int8), (u, v)), (count, count))
    return connected_components(joined, directed=False)[1].astype(np.int64)


def drives(edges: Edges, own_only: Bools) -> Longs:
    """(e,) a number for each connected piece of the private edges that belong to no court yet; -1 for others."""
    result = np.full(len(edges), -1, np.int64)
    loose = np.flatnonzero(own_only & (edges.court == PUBLIC))
    if len(loose):
        nodes, ends = np.unique(np.concatenate([edges.u[loose], edges.v[loose]]), return_inverse=True)
        u, v = ends.reshape(2, -1)
        result[loose] = np.unique(parts(u, v, len(nodes))[u], return_inverse=True)[1].reshape(-1)
    return result
