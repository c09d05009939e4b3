"""`nearest`: from every junction to the nearest facility of every kind, and from any spot."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bandeng.walking.compiling import Array, compiled
from bandeng.walking.hierarchy import Hierarchy, down, hierarchy, up
from bandeng.walking.kernels import FAR, FAR_SHORT, SHIFT, pool_size, seed, spread
from bandeng.walking.network import WalkError, WalkNetwork
from bandeng.walking.plane import Ints
from bandeng.walking.spots import Spots, halves
from bandeng.walking.walkers import CLOSED, STANDARD, Walker

THREADS = os.cpu_count() or 1


@dataclass(frozen=True, slots=True, eq=False)
class Nearest:
    """What `nearest` found. `kinds`, in the order of the rows of `decimetres` (kinds, n), uint16 if the limit
    allows it, else int32; `unreached` stands where nothing of the kind is within the limit.
    """

    network: WalkNetwork
    walker: Walker
    kinds: tuple[str, ...]
    places: tuple[Spots, ...]
    limit: int
    decimetres: NDArray[np.uint16] | Ints

    @property
    def unreached(self) -> int:
        """The value of `decimetres` that means: nothing within the limit."""
        return int(np.iinfo(self.decimetres.dtype).max)

    def of(self, kind: str) -> NDArray[np.uint16] | Ints:
        """(n,) decimetres from every node to the nearest of one kind. Raises WalkError for a kind not asked for."""
        if kind not in self.kinds:
            raise WalkError(f"The kind {kind} was not asked for; there are {', '.join(self.kinds) or 'none'}.")
        return self.decimetres[self.kinds.index(kind)]

    def from_spots(self, spots: Spots) -> Ints:
        """(kinds, k) decimetres from each spot, int32, FAR where nothing is within the limit."""
        ways = halves(self.network, spots, self.walker)
        result = np.full((len(self.kinds), len(spots)), FAR, np.int64)
        for row, known, places in zip(result, self.decimetres, self.places, strict=True):
            at_ends = known[ways.node].astype(np.int64)
            total = np.where(at_ends == self.unreached, CLOSED, at_ends) + ways.cost
            row[:] = np.minimum(total.min(axis=1), _same_edge(self.network, spots, places, self.walker))
        result[result > self.limit] = FAR
        return result.astype(np.int32)


def nearest(network: WalkNetwork, facilities: Mapping[str, Spots], limit: int, walker: Walker = STANDARD) -> Nearest:
    """From every node the cost of the walk to the nearest facility of each kind, up to `limit` decimetres.

    A kind with no facilities (or none on the network) is reached from nowhere. Raises WalkError if the limit is
    not between 0 and ten hours' walk.
    """
    if not 0 <= limit < CLOSED // 1024:
        raise WalkError(f"The limit of a search must lie between 0 and {CLOSED // 1024} decimetres, not {limit}.")
    kinds = tuple(facilities)
    short = limit < FAR_SHORT
    decimetres = np.empty((len(kinds), len(network)), np.uint16 if short else np.int32)
    order = hierarchy(network, walker)
    seeds = [_seeds(network, spots, limit, walker) for spots in facilities.values()]
    lanes = min(THREADS, len(kinds))
    borders = np.linspace(0, len(kinds), lanes + 1).astype(int).tolist()
    with ThreadPoolExecutor(max(1, lanes)) as pool:
        list(pool.map(lambda pair: _lane(network, walker, order, seeds[slice(*pair)], limit, decimetres[slice(*pair)]),
                      pairwise(borders)))
    return Nearest(network, walker, kinds, tuple(facilities.values()), limit, decimetres)


def _lane(network: WalkNetwork, walker: Walker, order: Hierarchy, seeds: list[tuple[Ints, Ints]], limit: int,
          out: NDArray[np.uint16] | Ints) -> None:
    """Fill the rows of some kinds; each lane has its own memory, used again for each kind."""
    node, extra = (np.concatenate(side) for side in zip(*seeds, strict=True))
    split = np.concatenate([[0], np.cumsum([len(side) for side, _ in seeds])])
    pool = pool_size(len(network), max(len(network.to), len(order.core_to)), len(node) + len(network.gate_inside))
    work = (np.full((limit >> SHIFT) + 1, -1, np.int32), np.empty(pool, np.int32), np.empty(pool, np.int32),
            np.empty(len(network), np.int32))
    _kinds(network.start, network.to, network.arc_costs(walker), network.court, network.exit_to, network.gate_inside,
           network.gate_outside, order.node, order.place, order.left, order.link_start, order.link_to, order.link_cost,
           order.core_start, order.core_to, order.core_cost, node, extra, split, limit, int(np.iinfo(out.dtype).max),
           np.empty((len(order.node), len(out)), out.dtype), out, *work)


def _seeds(network: WalkNetwork, spots: Spots, limit: int, walker: Walker) -> tuple[Ints, Ints]:
    """Where a search from some facilities begins: each node once, in order, at its least cost."""
    ways = halves(network, spots, walker)
    node, cost = ways.node.ravel(), ways.cost.ravel()
    node, cost = node[cost <= limit], cost[cost <= limit]
    order = np.lexsort((cost, node))
    node, cost = node[order], cost[order]
    once = np.diff(node, prepend=-1) > 0
    return node[once], cost[once]


@compiled
def _kinds(
    start: Array, to: Array, cost: Array, court: Array, exit_to: Array, gate_inside: Array, gate_outside: Array,
    node: Array, place: Array, left: int, link_start: Array, link_to: Array, link_cost: Array, core_start: Array,
    core_to: Array, core_cost: Array, seeds: Array, seed_cost: Array, split: Array, limit: int, far: int, known: Array,
    out: Array, head: Array, link: Array, item: Array, seen: Array,
) -> None:
    """The rows `out` of some kinds: out of courts, over public ways by the hierarchy, and into courts."""
    known[:] = far
    for kind in range(len(out)):
        row, size, count = out[kind], 0, 0
        row[:] = far
        for k in range(split[kind], split[kind + 1]):
            if court[seeds[k]] >= 0:
                size, count = seed(seeds[k], seed_cost[k], limit, far, row, head, link, item, size, seen, count)
            else:
                known[place[seeds[k]], kind] = seed_cost[k]
        count = spread(start, to, cost, limit, far, row, head, link, item, size, seen, count) if size else 0
        for k in range(count):
            outside = exit_to[seen[k]]
            if outside >= 0 and row[seen[k]] < known[place[outside], kind]:
                known[place[outside], kind] = row[seen[k]]
    up(known, left, link_start, link_to, link_cost)
    for kind in range(len(out)):
        core, size = known[left:, kind].copy(), 0
        for k in range(len(core)):
            if core[k] <= limit:
                item[size], link[size] = k, head[core[k] >> SHIFT]
                head[core[k] >> SHIFT] = size
                size += 1
        spread(core_start, core_to, core_cost, limit, far, core, head, link, item, size, seen, 0)
        known[left:, kind] = core
    down(known, left, link_start, link_to, link_cost)
    for a in range(len(court)):
        if court[a] < 0:
            for kind in range(len(out)):
                if known[place[a], kind] <= limit:
                    out[kind, a] = known[place[a], kind]
    for kind in range(len(out)):
        row, size, count = out[kind], 0, 0
        if len(gate_inside):
            for a in range(len(court)):
                if court[a] >= 0 and row[a] <= limit:
                    item[size], link[size] = a, head[row[a] >> SHIFT]
                    head[row[a] >> SHIFT] = size
                    size += 1
        for gate in range(len(gate_inside)):
            total = row[gate_outside[gate]]
            size, count = seed(gate_inside[gate], total, limit, far, row, head, link, item, size, seen, count)
        spread(start, to, cost, limit, far, row, head, link, item, size, seen, count)


def _same_edge(network: WalkNetwork, spots: Spots, places: Spots, walker: Walker) -> NDArray[np.int64]:
    """(k,) the cost to the nearest place on the very edge of each spot, CLOSED if there is none."""
    known = places.only(places.found)
    result = np.full(len(spots), CLOSED, np.int64)
    if len(known) == 0 or len(spots) == 0:
        return result
    order = np.argsort(known.edge, kind="stable")
    known = known.only(order)
    edge = np.maximum(spots.edge, 0)
    whole, length = network.edge_costs(walker), network.edge_length
    first, last = (np.searchsorted(known.edge, spots.edge, side=side) for side in ("left", "right"))
    for offset in range(int((last - first).max(initial=0))):
        here = np.flatnonzero((first + offset < last) & spots.found & (whole[edge] < CLOSED))
        other = first[here] + offset
        apart = np.abs(spots.along[here].astype(np.int64) - known.along[other])
        total = np.rint(apart * (whole[edge[here]] / length[edge[here]])) + np.rint((spots.gap[here] + known.gap[other]) * 10)
        result[here] = np.minimum(result[here], total.astype(np.int64))
    return result
