"""`nearest`: from every junction to the nearest facility of every kind, and from any spot."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bandeng.walking.compiling import Array, compiled
from bandeng.walking.kernels import FAR, FAR_SHORT, SHIFT, pool_size, search
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
    far = FAR_SHORT if short else FAR
    decimetres = np.empty((len(kinds), len(network)), np.uint16 if short else np.int32)
    cost = network.arc_costs(walker)
    seeds = [_seeds(network, spots, limit, walker) for spots in facilities.values()]

    def one_lane(lane: int) -> None:
        size = pool_size(len(network), len(cost), max(len(node) for node, _ in seeds))
        work = (np.full((limit >> SHIFT) + 1, -1, np.int32), np.empty(size, np.int32), np.empty(size, np.int32),
                np.empty(len(network), np.int32))
        for number in range(lane, len(kinds), lanes):
            node, extra = seeds[number]
            _one_kind(network.start, network.to, cost, network.court, network.exit_to, node, extra, limit, far,
                      decimetres[number], *work)

    lanes = min(THREADS, len(kinds))
    if lanes and len(network):
        with ThreadPoolExecutor(lanes) as pool:
            list(pool.map(one_lane, range(lanes)))
    return Nearest(network, walker, kinds, tuple(facilities.values()), limit, decimetres)


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
def _one_kind(
    start: Array, to: Array, cost: Array, court: Array, exit_to: Array, seeds: Array, seed_cost: Array, limit: int,
    far: int, dist: Array, head: Array, link: Array, item: Array, seen: Array,
) -> None:
    dist[:] = far
    none = np.empty(0, np.int32)
    search(start, to, cost, court, exit_to, seeds, seed_cost, limit, far, dist, none, head, link, item, seen)


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
