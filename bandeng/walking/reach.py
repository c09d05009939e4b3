"""`reach`: what can be walked to from each of many origins, within one limit; several time bands need one search."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bandeng.walking.compiling import Array, compiled
from bandeng.walking.kernels import FAR, SHIFT, back, is_seed, pool_size, search
from bandeng.walking.nearest import THREADS
from bandeng.walking.network import WalkNetwork
from bandeng.walking.plane import Floats, Ints, bearing
from bandeng.walking.spots import Halves, Spots, along_edges, halves, place_of
from bandeng.walking.walkers import CLOSED, STANDARD, Walker

AHEAD_M = 15.0
"""A first bearing looks this far along the way."""


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Facilities made ready for `reach`: which of them hang on each node, and which on each edge."""

    spots: Spots
    node_start: Ints
    node_place: Ints
    node_cost: Ints
    by_edge: Ints
    edges: Ints

    def __len__(self) -> int:
        return len(self.spots)

    @classmethod
    def ready(cls, network: WalkNetwork, spots: Spots, walker: Walker = STANDARD) -> Places:
        """Sort facilities under the nodes and edges of the network."""
        ways = halves(network, spots, walker)
        usable = ways.cost.ravel() < CLOSED
        node, cost = ways.node.ravel()[usable], ways.cost.ravel()[usable]
        place = np.repeat(np.arange(len(spots), dtype=np.int32), 2)[usable]
        order = np.argsort(node, kind="stable")
        start = np.zeros(len(network) + 1, np.int32)
        np.cumsum(np.bincount(node, minlength=len(network)), out=start[1:])
        by_edge = np.argsort(spots.edge, kind="stable").astype(np.int32)
        by_edge = by_edge[spots.edge[by_edge] >= 0]
        return cls(spots, start, place[order], cost[order], by_edge, spots.edge[by_edge])


@dataclass(frozen=True, slots=True, eq=False)
class Reach:
    """What k origins reach. Origin i reached the nodes node_start[i] to node_start[i + 1], in no order, and the
    facilities place_start[i] to place_start[i + 1].

    node, node_cost, place, place_cost: int32, costs in decimetres; place_first: degrees clockwise from north
    in which the walk to each facility sets out (NaN if the origin is at its door), None if not asked for.
    """

    walker: Walker
    limit: int
    node_start: NDArray[np.int64]
    node: Ints
    node_cost: Ints
    place_start: NDArray[np.int64]
    place: Ints
    place_cost: Ints
    place_first: Floats | None

    def __len__(self) -> int:
        return len(self.node_start) - 1

    def nodes(self, origin: int) -> tuple[Ints, Ints]:
        """The nodes that one origin reached and what each cost."""
        chosen = slice(self.node_start[origin], self.node_start[origin + 1])
        return self.node[chosen], self.node_cost[chosen]

    def places(self, origin: int) -> tuple[Ints, Ints]:
        """The facilities that one origin reached, the nearest first, and what each cost."""
        chosen = slice(self.place_start[origin], self.place_start[origin + 1])
        order = np.lexsort((self.place[chosen], self.place_cost[chosen]))
        return self.place[chosen][order], self.place_cost[chosen][order]

    def counts(self, minutes: tuple[float, ...]) -> NDArray[np.int64]:
        """(k, bands) how many facilities each origin reaches within each time: the one search, cut several times."""
        origin = np.repeat(np.arange(len(self)), np.diff(self.place_start))
        columns = [np.bincount(origin[self.place_cost <= self.walker.decimetres(band)], minlength=len(self))
                   for band in minutes]
        return np.stack(columns, axis=1) if columns else np.zeros((len(self), 0), np.int64)


def reach(network: WalkNetwork, origins: Spots, minutes: float, walker: Walker = STANDARD,
          places: Places | None = None, bearings: bool = True) -> Reach:
    """All nodes, and all facilities of `places`, within some minutes' walk of each origin.

    An origin that lies on no way, or on one closed to this walker, reaches nothing.
    """
    limit = min(walker.decimetres(minutes), CLOSED // 1024)
    places = places if places is not None else Places.ready(network, Spots.none(), walker)
    ways = halves(network, origins, walker)
    lanes = max(1, min(THREADS, len(origins)))
    borders = np.linspace(0, len(origins), lanes + 1).astype(int)
    parts = [slice(*pair) for pair in pairwise(borders.tolist())]
    with ThreadPoolExecutor(lanes) as pool:
        found = list(pool.map(lambda part: _part(network, origins, ways, part, limit, walker, places, bearings), parts))
    node_count, node, node_cost, place_count, place, place_cost, first = map(np.concatenate, zip(*found, strict=True))
    node_start, place_start = (np.concatenate([[0], np.cumsum(count)]) for count in (node_count, place_count))
    degrees = _bearings(network, origins, place_start, first) if bearings else None
    return Reach(walker, limit, node_start, node, node_cost, place_start, place, place_cost, degrees)


def batches(network: WalkNetwork, origins: Spots, minutes: float, walker: Walker = STANDARD,
            places: Places | None = None, bearings: bool = True, size: int = 1000) -> Iterator[tuple[int, Reach]]:
    """`reach` for any number of origins in bounded memory: (the first origin, what it and the next ones reach)."""
    for first in range(0, len(origins), size):
        yield first, reach(network, origins.only(slice(first, first + size)), minutes, walker, places, bearings)


def _part(network: WalkNetwork, origins: Spots, ways: Halves, part: slice, limit: int, walker: Walker,
          places: Places, bearings: bool) -> tuple[NDArray[np.integer], ...]:
    direct = network.keep(("price", walker), lambda: _price(network, walker))
    return _reach(
        network.start, network.to, network.arc_costs(walker), network.arc_edge, network.court, network.exit_to,
        ways.node[part], ways.cost[part], limit, places.node_start, places.node_place, places.node_cost,
        len(places), bearings, pool_size(len(network), len(network.to), 4),
        origins.edge[part], origins.along[part], origins.gap[part], places.edges, places.by_edge,
        places.spots.along, places.spots.gap, direct,
    )


def _price(network: WalkNetwork, walker: Walker) -> Floats:
    """(e,) the cost of a decimetre of each edge, -1 where it is closed."""
    cost = network.edge_costs(walker)
    return np.where(cost < CLOSED, cost / np.maximum(network.edge_length, 1), -1.0)


@compiled
def _reach(
    start: Array, to: Array, cost: Array, arc_edge: Array, court: Array, exit_to: Array, ends: Array,
    end_cost: Array, limit: int, node_start: Array, node_place: Array, node_extra: Array, place_count: int,
    bearings: bool, pool: int, edge: Array, along: Array, gap: Array, place_edge: Array, by_edge: Array,
    place_along: Array, place_gap: Array, direct: Array,
) -> tuple[Array, Array, Array, Array, Array, Array, Array]:
    """One lane: see `Reach`; the last array says how the walk to each facility begins (see `_first`)."""
    n = len(start) - 1
    dist, own = np.full(n, FAR, np.int32), np.full(n, FAR, np.int32)
    head = np.full((limit >> SHIFT) + 1, -1, np.int32)
    link, item, seen = np.empty(pool, np.int32), np.empty(pool, np.int32), np.empty(n, np.int32)
    best, via = np.full(place_count, FAR, np.int32), np.full(place_count, -1, np.int32)
    met = np.empty(place_count, np.int32)
    label = np.full(n if bearings else 0, -1, np.int32)
    stack = np.empty(n if bearings else 0, np.int32)
    nodes, costs = np.empty(4096, np.int32), np.empty(4096, np.int32)
    found, found_cost, first = np.empty(1024, np.int32), np.empty(1024, np.int32), np.empty(1024, np.int32)
    node_counts, place_counts = np.zeros(len(ends), np.int64), np.zeros(len(ends), np.int64)
    filled = kept = 0
    for o in range(len(ends)):
        count = search(start, to, cost, court, exit_to, ends[o], end_cost[o], limit, FAR, dist, own, head, link,
                       item, seen)
        nodes, costs = _room(nodes, filled, count), _room(costs, filled, count)
        hits = 0
        for k in range(count):
            a = seen[k]
            here = dist[a]
            nodes[filled + k], costs[filled + k] = a, here
            for half in range(node_start[a], node_start[a + 1]):
                place, total = node_place[half], here + node_extra[half]
                if total <= limit and total < best[place]:
                    if best[place] == FAR:
                        met[hits] = place
                        hits += 1
                    best[place], via[place] = total, a
        filled += count
        node_counts[o] = count
        if edge[o] >= 0 and direct[edge[o]] >= 0:
            k = np.searchsorted(place_edge, edge[o])
            while k < len(place_edge) and place_edge[k] == edge[o]:
                place = by_edge[k]
                k += 1
                apart = place_along[place] - along[o]
                total = np.int32(np.rint(abs(apart) * direct[edge[o]])) + np.int32(np.rint((gap[o] + place_gap[place]) * 10))
                if total <= limit and total < best[place]:
                    if best[place] == FAR:
                        met[hits] = place
                        hits += 1
                    best[place], via[place] = total, -2 if apart < 0 else (-3 if apart > 0 else -1)
        found, found_cost, first = _room(found, kept, hits), _room(found_cost, kept, hits), _room(first, kept, hits)
        for k in range(hits):
            place = met[k]
            found[kept + k], found_cost[kept + k] = place, best[place]
            first[kept + k] = via[place]
            if bearings and via[place] >= 0:
                first[kept + k] = _first(start, to, cost, arc_edge, court, exit_to, ends[o], end_cost[o], dist, own,
                                         via[place], label, stack, np.rint(gap[o] * 10))
            best[place] = FAR
        kept += hits
        place_counts[o] = hits
        for k in range(count):
            dist[seen[k]] = own[seen[k]] = FAR
            if bearings:
                label[seen[k]] = -1
    return node_counts, nodes[:filled], costs[:filled], place_counts, found[:kept], found_cost[:kept], first[:kept]


@compiled
def _room(array: Array, used: int, more: int) -> Array:
    """The array, or a larger copy if it has no room for so many more."""
    if used + more <= len(array):
        return array
    larger = np.empty(max(2 * len(array), used + more), np.int32)
    larger[:used] = array[:used]
    return larger


@compiled
def _first(
    start: Array, to: Array, cost: Array, arc_edge: Array, court: Array, exit_to: Array, seeds: Array,
    seed_cost: Array, dist: Array, own: Array, node: int, label: Array, stack: Array, gap: float,
) -> int:
    """How the walk to `node` sets out: -2 towards the first node of the origin's edge, -3 towards its last, the
    arc it takes if the origin is at a node, -1 if that is not known. What is found is kept in `label` for the
    nodes passed while outside the origin's court.
    """
    height, inside, arc, result = 0, False, -1, -1
    while True:
        if not inside and label[node] != -1:
            result = label[node]
            break
        k = is_seed(node, inside, court, seeds, seed_cost, dist, own)
        if k >= 0:
            result = -2 - k
            if seed_cost[k] <= gap and arc >= 0:
                result = arc
            break
        before, now_inside, step = back(start, to, cost, arc_edge, court, exit_to, dist, own, node, inside)
        if before < 0:
            break
        if not inside and not now_inside:
            stack[height] = node
            height += 1
        if step >= 0:
            arc = step
        node, inside = before, now_inside
    for k in range(height):
        label[stack[k]] = result
    return result


def _bearings(network: WalkNetwork, origins: Spots, place_start: NDArray[np.int64], first: Ints) -> Floats:
    """Degrees for every facility found, from how its walk sets out."""
    origin = np.repeat(np.arange(len(origins)), np.diff(place_start))
    result = np.full(len(first), np.nan)
    on_edge = np.flatnonzero((first == -2) | (first == -3))
    at_node = np.flatnonzero(first >= 0)
    ahead = round(AHEAD_M * 10)
    places = place_of(network, origins)
    if len(on_edge):
        edge, along = origins.edge[origin[on_edge]], origins.along[origin[on_edge]]
        there = along_edges(network, edge, np.where(first[on_edge] == -2, along - ahead, along + ahead))
        result[on_edge] = bearing(places[origin[on_edge]], there)
    if len(at_node):
        arc = first[at_node]
        edge, end = network.arc_edge[arc], network.to[arc]
        at_v = network.edge_v[edge] == end
        there = along_edges(network, edge, np.where(at_v, network.edge_length[edge] - ahead, ahead))
        result[at_node] = bearing(places[origin[at_node]], there)
    return result


