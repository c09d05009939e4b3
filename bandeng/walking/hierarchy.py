"""Most junctions taken out of the search: what remains for the queue is a small core.

A node with few neighbours can be left out of a network if its neighbours are joined across it instead. Taking
nodes out one after the other, those of the fewest neighbours first, leaves a core of a tenth or so. The least
costs from many facilities to all nodes then come from three steps, and are exact:

1. up, in the order of leaving: what a node knows is told to the neighbours it had when it left;
2. a search over the core alone;
3. down, in the opposite order: each node hears from the same neighbours.

Steps 1 and 3 are straight runs through memory and serve all kinds of facility at once. Only public ways are
taken out; courts hang on them and are done apart.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from bandeng.walking.compiling import Array, compiled
from bandeng.walking.network import WalkNetwork
from bandeng.walking.plane import Ints
from bandeng.walking.walkers import CLOSED, STANDARD, Walker

MOST_NEIGHBOURS = 4
"""Nodes with more stay in the core: taking one out would join more neighbours than it frees."""


@dataclass(frozen=True, slots=True, eq=False)
class Hierarchy:
    """Public nodes in the order of leaving, those of the core last and in Z-order.

    node (p,) the node at each place of the order, place (n,) the other way round.
    link_start (left + 1,), link_to (places) and link_cost: the neighbours of each when it left. core_start, core_to,
    core_cost: arcs of the core, places counted from its first node.
    """

    node: Ints
    place: Ints
    link_start: Ints
    link_to: Ints
    link_cost: Ints
    core_start: Ints
    core_to: Ints
    core_cost: Ints

    @property
    def left(self) -> int:
        """How many nodes have left."""
        return len(self.link_start) - 1


_ARRAYS = tuple(f.name for f in fields(Hierarchy))


def hierarchy(network: WalkNetwork, walker: Walker) -> Hierarchy:
    """The hierarchy of a network for a walker, made once, or for those who count only metres beforehand."""
    return network.keep(("hierarchy", walker), lambda: _kept(network) if walker.only_metres and network.order
                        else _make(network, walker))


def with_order(network: WalkNetwork) -> WalkNetwork:
    """The network with its hierarchy for walkers who count only metres, so that it is saved with it."""
    made = _make(network, STANDARD)
    return replace(network, order={name: getattr(made, name) for name in _ARRAYS}, _kept={})


def _kept(network: WalkNetwork) -> Hierarchy:
    return Hierarchy(**network.order)


def _make(network: WalkNetwork, walker: Walker) -> Hierarchy:
    public = np.flatnonzero(network.court < 0).astype(np.int32)
    order, link_start, link_to, link_cost, core = _take_out(
        network.start, network.to, network.arc_costs(walker), network.court, MOST_NEIGHBOURS, CLOSED)
    left = len(order)
    stays = np.ones(len(network), bool)
    stays[order] = False
    node = np.concatenate([order, public[stays[public]]]).astype(np.int32)
    place = np.zeros(len(network), np.int32)
    place[node] = np.arange(len(node), dtype=np.int32)
    begin, end, cost = core
    begin, end = place[begin] - left, place[end] - left
    by_begin = np.lexsort((end, begin))
    core_start = np.zeros(len(node) - left + 1, np.int32)
    np.cumsum(np.bincount(begin, minlength=len(node) - left), out=core_start[1:])
    return Hierarchy(node, place, link_start, place[link_to], link_cost, core_start, end[by_begin].astype(np.int32),
                     cost[by_begin].astype(np.int32))


@compiled
def _take_out(
    start: Array, to: Array, cost: Array, court: Array, most: int, closed: int,
) -> tuple[Array, Array, Array, Array, tuple[Array, Array, Array]]:
    """Order, links and core arcs by node numbers. Neighbours are chains of entries in a pool: next, node, cost."""
    n = len(start) - 1
    size = len(to) + 6 * n + 64
    head, degree = np.full(n, -1, np.int32), np.zeros(n, np.int32)
    after, other, price = np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size, np.int32)
    used, free = 0, -1
    for a in range(n):
        for arc in range(start[a], start[a + 1]):
            b = to[arc]
            if court[a] < 0 and court[b] < 0 and b != a and cost[arc] < closed:
                used, free = _join(a, b, cost[arc], head, degree, after, other, price, used, free)
    order, left = np.empty(n, np.int32), 0
    link_start = np.zeros(n + 1, np.int32)
    link_to, link_cost = np.empty(most * n, np.int32), np.empty(most * n, np.int32)
    links = 0
    gone = np.zeros(n, np.bool_)
    near, far_off = np.empty(most, np.int32), np.empty(most, np.int32)
    allowed = min(1, most)
    while allowed <= most and used < size - 64:
        before = left
        for a in range(n):
            if gone[a] or court[a] >= 0 or degree[a] > allowed or used >= size - 64:
                continue
            gone[a] = True
            order[left] = a
            count, entry = 0, head[a]
            while entry >= 0:
                near[count], far_off[count] = other[entry], price[entry]
                count += 1
                following = after[entry]
                after[entry] = free
                free = entry
                entry = following
            for k in range(count):
                link_to[links], link_cost[links] = near[k], far_off[k]
                links += 1
                free = _part(near[k], a, head, degree, after, other, free)
            for k in range(count):
                for j in range(count):
                    if j != k:
                        total = min(far_off[k] + far_off[j], closed)
                        used, free = _join(near[k], near[j], total, head, degree, after, other, price, used, free)
            left += 1
            link_start[left] = links
        if left - before <= n // 50:
            allowed += 1
    arcs = 0
    for a in range(n):
        if not gone[a] and court[a] < 0:
            arcs += degree[a]
    begin, end, value = np.empty(arcs, np.int32), np.empty(arcs, np.int32), np.empty(arcs, np.int32)
    arcs = 0
    for a in range(n):
        if not gone[a] and court[a] < 0:
            entry = head[a]
            while entry >= 0:
                begin[arcs], end[arcs], value[arcs] = a, other[entry], price[entry]
                arcs += 1
                entry = after[entry]
    return (order[:left].copy(), link_start[:left + 1].copy(), link_to[:links].copy(), link_cost[:links].copy(),
            (begin, end, value))


@compiled
def _join(
    a: int, b: int, total: int, head: Array, degree: Array, after: Array, other: Array, price: Array, used: int,
    free: int,
) -> tuple[int, int]:
    """Let `a` know `b` at a cost, or at less than it knew; the new `used` and `free`."""
    entry = head[a]
    while entry >= 0:
        if other[entry] == b:
            price[entry] = min(price[entry], total)
            return used, free
        entry = after[entry]
    if free >= 0:
        entry = free
        free = after[free]
    else:
        entry = used
        used += 1
    other[entry], price[entry], after[entry] = b, total, head[a]
    head[a] = entry
    degree[a] += 1
    return used, free


@compiled
def _part(a: int, b: int, head: Array, degree: Array, after: Array, other: Array, free: int) -> int:
    """Let `a` forget `b`; the new `free`."""
    previous, entry = -1, head[a]
    while other[entry] != b:
        previous, entry = entry, after[entry]
    if previous < 0:
        head[a] = after[entry]
    else:
        after[previous] = after[entry]
    after[entry] = free
    degree[a] -= 1
    return entry


@compiled
def up(known: Array, left: int, link_start: Array, link_to: Array, link_cost: Array) -> None:
    """Step 1, in place: `known` (p, kinds) by places of the order; no sum of one of its numbers and a cost runs over."""
    kinds = known.shape[1]
    for place in range(left):
        for link in range(link_start[place], link_start[place + 1]):
            other, cost = link_to[link], link_cost[link]
            for kind in range(kinds):
                total = known[place, kind] + cost
                if total < known[other, kind]:
                    known[other, kind] = total


@compiled
def down(known: Array, left: int, link_start: Array, link_to: Array, link_cost: Array) -> None:
    """Step 3, in place."""
    kinds = known.shape[1]
    for place in range(left - 1, -1, -1):
        for link in range(link_start[place], link_start[place + 1]):
            other, cost = link_to[link], link_cost[link]
            for kind in range(kinds):
                total = known[other, kind] + cost
                if total < known[place, kind]:
                    known[place, kind] = total
