"""`path`: one walk from door to door, as a line on the map."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from shapely import LineString

from bandeng.walking.compiling import Array, compiled
from bandeng.walking.kernels import FAR, SHIFT, back, is_seed, pool_size, search
from bandeng.walking.network import STEPS, WalkNetwork
from bandeng.walking.plane import Floats, Ints, bearing, step_metres
from bandeng.walking.spots import Halves, Spots, halves, place_of, running
from bandeng.walking.walkers import CLOSED, STANDARD, Walker

FARTHEST_MINUTES = 240.0


@dataclass(frozen=True, slots=True)
class Path:
    """`cost` in decimetres of level ground, the gaps at both ends among them; `minutes` it takes; `metres` on the
    way; `steps` metres of stairs; `first` degrees clockwise from north at the start (NaN for no way at all);
    `edges` passed in order; `line` in lon/lat from start to end.
    """

    cost: int
    minutes: float
    metres: float
    steps: float
    first: float
    edges: tuple[int, ...]
    line: LineString


def path(network: WalkNetwork, spots: Spots, walker: Walker = STANDARD, minutes: float = FARTHEST_MINUTES) -> Path | None:
    """The walk from the first to the second of two spots, or None if there is none within so many minutes.

    Raises ValueError if there are not two spots.
    """
    if len(spots) != 2:
        raise ValueError("A path leads from one spot to another: give two.")
    if not spots.found.all():
        return None
    most = min(walker.decimetres(minutes), CLOSED // 1024)
    ways = halves(network, spots, walker)
    apart = np.hypot(*np.diff(network.plane.metres(place_of(network, spots)), axis=0)[0]) * 10
    limit = min(most, round(apart * 1.5) + round(float(spots.gap.sum()) * 10) + 1000)
    while True:
        found = _within(network, spots, ways, walker, limit)
        if found is not None or limit >= most:
            return found
        limit = min(most, limit * 3)


def _within(network: WalkNetwork, spots: Spots, ways: Halves, walker: Walker, limit: int) -> Path | None:
    direct = _along_one_edge(network, spots, walker)
    pool = pool_size(len(network), len(network.to), 4)
    cost, nodes, edges = _trace(
        network.start, network.to, network.arc_costs(walker), network.arc_edge, network.court, network.exit_to,
        ways.node[0], ways.cost[0], ways.node[1], ways.cost[1], limit, pool,
    )
    if min(cost, direct) > limit:
        return None
    if direct <= cost:
        edge = int(spots.edge[0])
        return _drawn(network, walker, direct, [_piece(network, edge, spots.along[0], spots.along[1])], [edge])
    legs, passed = _legs(network, spots, ways, nodes, edges)
    return _drawn(network, walker, int(cost), legs, passed)


def _legs(network: WalkNetwork, spots: Spots, ways: Halves, nodes: Ints, edges: Ints) -> tuple[list[Floats], list[int]]:
    """The points of each part of a walk, and the edges it passes."""
    first, last = int(spots.edge[0]), int(spots.edge[1])
    legs = [_piece(network, first, spots.along[0], _end(network, first, ways, 0, int(nodes[0]), spots))]
    passed = [first]
    for edge, (_, there) in zip(edges.tolist(), pairwise(nodes.tolist()), strict=True):
        if edge >= 0:
            length = int(network.edge_length[edge])
            legs.append(_piece(network, edge, *((0, length) if network.edge_v[edge] == there else (length, 0))))
            passed.append(edge)
    legs.append(_piece(network, last, _end(network, last, ways, 1, int(nodes[-1]), spots), spots.along[1]))
    return legs, [*passed, last]


def _end(network: WalkNetwork, edge: int, ways: Halves, row: int, node: int, spots: Spots) -> int:
    """How far along the edge of a spot the end lies by which the walk leaves it: the cheaper where both are one."""
    length = int(network.edge_length[edge])
    if network.edge_u[edge] == network.edge_v[edge]:
        return 0 if ways.cost[row, 0] <= ways.cost[row, 1] else length
    return 0 if int(network.edge_u[edge]) == node else length


def _piece(network: WalkNetwork, edge: int, begin: int, end: int) -> Floats:
    """(k, 2) lon/lat of an edge from one place along it to another; two equal points if they are one place."""
    points, _ = network.shape_of(np.array([edge]))
    run = running(network, points, np.array([0]))
    length = max(int(network.edge_length[edge]), 1)
    low, high = sorted((begin / length * run[-1], end / length * run[-1]))
    between = points[(run > low) & (run < high)]
    ends = [[np.interp(at, run, points[:, axis]) for axis in (0, 1)] for at in (low, high)]
    line = np.concatenate([ends[:1], between, ends[1:]])
    return line if begin <= end else line[::-1]


def _along_one_edge(network: WalkNetwork, spots: Spots, walker: Walker) -> int:
    edge = int(spots.edge[0])
    whole = int(network.edge_costs(walker)[edge])
    if edge != int(spots.edge[1]) or whole >= CLOSED:
        return FAR
    apart = abs(int(spots.along[0]) - int(spots.along[1]))
    return round(apart * whole / int(network.edge_length[edge])) + round(float(spots.gap.sum()) * 10)


def _drawn(network: WalkNetwork, walker: Walker, cost: int, legs: list[Floats], edges: list[int]) -> Path:
    points = np.concatenate(legs)
    points = points[np.concatenate([[True], np.abs(np.diff(points, axis=0)).max(axis=1) > 1e-12])]
    metres, steps = 0.0, 0.0
    for leg, edge in zip(legs, edges, strict=True):
        size = float(step_metres(leg).sum())
        metres += size
        steps += size if network.edge_flags[edge] & STEPS else 0.0
    moved = len(points) > 1
    first = float(bearing(points[:1], points[1:2])[0]) if moved else float("nan")
    line = LineString(points if moved else np.concatenate([points, points]))
    return Path(cost, walker.minutes(cost), metres, steps, first, tuple(edges), line)


@compiled
def _trace(
    start: Array, to: Array, cost: Array, arc_edge: Array, court: Array, exit_to: Array, seeds: Array,
    seed_cost: Array, goals: Array, goal_cost: Array, limit: int, pool: int,
) -> tuple[int, Array, Array]:
    """The least cost from two seeds to two goals (FAR if above the limit), the nodes passed from the seed on, and
    the edge between each two of them, -1 at a gate.
    """
    n = len(start) - 1
    dist, own = np.full(n, FAR, np.int32), np.full(n, FAR, np.int32)
    head = np.full((limit >> SHIFT) + 1, -1, np.int32)
    link, item, seen = np.empty(pool, np.int32), np.empty(pool, np.int32), np.empty(n, np.int32)
    search(start, to, cost, court, exit_to, seeds, seed_cost, limit, FAR, dist, own, head, link, item, seen)
    best, node = FAR, -1
    for k in range(len(goals)):
        if dist[goals[k]] < FAR and dist[goals[k]] + goal_cost[k] < best:
            best, node = dist[goals[k]] + goal_cost[k], goals[k]
    nodes, edges = np.empty(n + 2, np.int32), np.empty(n + 2, np.int32)
    if node < 0 or best > limit:
        return FAR, nodes[:0], edges[:0]
    nodes[0], count, inside = node, 1, False
    while is_seed(node, inside, court, seeds, seed_cost, dist, own) < 0:
        node, inside, arc = back(start, to, cost, arc_edge, court, exit_to, dist, own, node, inside)
        if node < 0:
            break
        edges[count - 1] = arc_edge[arc] if arc >= 0 else -1
        nodes[count] = node
        count += 1
    return best, nodes[:count][::-1].copy(), edges[:count - 1][::-1].copy()
