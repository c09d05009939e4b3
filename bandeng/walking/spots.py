"""Spots: places on the network where walks begin and end, anywhere along an edge."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bandeng.walking.network import WalkNetwork
from bandeng.walking.plane import Floats, Ints
from bandeng.walking.walkers import CLOSED, Walker


@dataclass(frozen=True, slots=True, eq=False)
class Spots:
    """k places: `edge` (k,) int32, -1 where nothing is near enough; `along` (k,) int32 decimetres from the first
    node of the edge; `gap` (k,) float64 metres from the point asked for to the way, which are walked too.
    """

    edge: Ints
    along: Ints
    gap: Floats

    def __len__(self) -> int:
        return len(self.edge)

    def only(self, wanted: NDArray[np.integer] | NDArray[np.bool_] | slice) -> Spots:
        """Some of them."""
        return Spots(self.edge[wanted], self.along[wanted], self.gap[wanted])

    @property
    def found(self) -> NDArray[np.bool_]:
        """(k,) which of them lie on the network."""
        return self.edge >= 0

    @classmethod
    def none(cls) -> Spots:
        """No place at all, as a kind of facility that a city lacks has."""
        return cls(np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0))


def at_nodes(network: WalkNetwork, nodes: NDArray[np.integer]) -> Spots:
    """The spots at some nodes."""
    where = network.keep("edge at node", lambda: _edge_at_node(network))
    edge = where[nodes]
    at_v = network.edge_u[edge] != nodes
    along = np.where(at_v, network.edge_length[edge], 0).astype(np.int32)
    return Spots(edge.astype(np.int32), along, np.zeros(len(edge)))


def _edge_at_node(network: WalkNetwork) -> Ints:
    result = np.full(len(network), -1, np.int32)
    numbers = np.arange(len(network.edge_u), dtype=np.int32)
    result[network.edge_v] = numbers
    result[network.edge_u] = numbers
    return result


@dataclass(frozen=True, slots=True, eq=False)
class Halves:
    """The two ways off each of k spots: node (k, 2) int32 and what it costs to get there (k, 2) int32, CLOSED or
    more if the walker cannot, or if the other way leads there as well.
    """

    node: Ints
    cost: Ints

    def __len__(self) -> int:
        return len(self.node)


def halves(network: WalkNetwork, spots: Spots, walker: Walker) -> Halves:
    """How a walker gets from each spot to the two ends of its edge; the gap counts as level ground."""
    if len(spots) == 0 or len(network.edge_u) == 0:
        return Halves(np.zeros((len(spots), 2), np.int32), np.full((len(spots), 2), CLOSED, np.int32))
    edge = np.maximum(spots.edge, 0)
    whole, length = network.edge_costs(walker)[edge].astype(np.int64), network.edge_length[edge]
    along = np.clip(spots.along, 0, length)
    to_u = np.rint(whole * (along / length)).astype(np.int64)
    to_v = whole - to_u
    closed = (spots.edge < 0) | (whole >= CLOSED)
    loop = network.edge_u[edge] == network.edge_v[edge]
    gap = np.rint(np.where(spots.edge < 0, 0.0, spots.gap) * 10).astype(np.int64)
    cost = np.stack([np.where(closed | ((to_v == 0) & ~loop), CLOSED, to_u + gap),
                     np.where(closed | ((to_u == 0) & ~loop), CLOSED, to_v + gap)], axis=1)
    node = np.stack([network.edge_u[edge], network.edge_v[edge]], axis=1)
    return Halves(node.astype(np.int32), np.minimum(cost, CLOSED).astype(np.int32))


def place_of(network: WalkNetwork, spots: Spots) -> Floats:
    """(k, 2) lon/lat of each spot on its edge; NaN where it lies on none."""
    result = np.full((len(spots), 2), np.nan)
    known = np.flatnonzero(spots.found)
    if len(known):
        result[known] = along_edges(network, spots.edge[known], spots.along[known])
    return result


def along_edges(network: WalkNetwork, edge: NDArray[np.integer], along: NDArray[np.number]) -> Floats:
    """(k, 2) lon/lat of the points so many decimetres along some edges."""
    points, count = network.shape_of(edge)
    last = np.cumsum(count) - 1
    first = last - count + 1
    run = running(network, points, first)
    size = run[last] - run[first]
    wanted = run[first] + np.clip(along / np.maximum(network.edge_length[edge], 1), 0, 1) * size
    after = np.clip(np.searchsorted(run, wanted, side="left"), first + 1, last)
    step = run[after] - run[after - 1]
    share = np.clip((wanted - run[after - 1]) / np.where(step > 0, step, 1.0), 0, 1)[:, None]
    return points[after - 1] + (points[after] - points[after - 1]) * share


def running(network: WalkNetwork, points: Floats, first: NDArray[np.integer]) -> Floats:
    """(k,) metres run since the very first of the points; the jump to the next line (at `first`) counts 1 m, so
    that the numbers of different lines are apart.
    """
    metres = network.plane.metres(points)
    step = np.hypot(*np.diff(metres, axis=0, prepend=metres[:1]).T)
    step[first[1:]] = 1.0
    return np.cumsum(step)


