"""The street pieces that a walk reaches, cut where the time is up."""

from __future__ import annotations

import numpy as np

from bandeng.walking.compiling import Array, Number, compiled
from bandeng.walking.network import WalkNetwork
from bandeng.walking.plane import Floats, Ints


def incidence(network: WalkNetwork) -> tuple[Ints, Ints]:
    """start (n + 1,) and edge: the edges at each node, loops among them."""
    return network.keep("incidence", lambda: _incidence(network))


def _incidence(network: WalkNetwork) -> tuple[Ints, Ints]:
    loop = network.edge_u == network.edge_v
    numbers = np.arange(len(network.edge_u), dtype=np.int32)
    node = np.concatenate([network.edge_u, network.edge_v[~loop]])
    edge = np.concatenate([numbers, numbers[~loop]])
    start = np.zeros(len(network) + 1, np.int32)
    np.cumsum(np.bincount(node, minlength=len(network)), out=start[1:])
    return start, edge[np.argsort(node, kind="stable")]


def flat_shape(network: WalkNetwork) -> Floats:
    """(p, 2) the shapes of all edges in metres."""
    return network.keep("flat shape", lambda: network.plane.metres(network.shape))


@compiled
def room(array: Array, used: int, more: int) -> Array:
    """The array, or a larger copy if it has no room for so many more rows."""
    if used + more <= len(array):
        return array
    larger = np.empty((max(2 * len(array), used + more), array.shape[1]), array.dtype)
    larger[:used] = array[:used]
    return larger


@compiled
def take(
    shape: Array, first: int, last: int, low: float, high: float, segments: Array, count: int,
) -> tuple[Array, int]:
    """Append the part of a line from share `low` to share `high` of its length, as segments (x, y, x, y)."""
    if high <= low:
        return segments, count
    whole = 0.0
    for k in range(first, last - 1):
        whole += np.hypot(shape[k + 1, 0] - shape[k, 0], shape[k + 1, 1] - shape[k, 1])
    begin, end, run = low * whole, high * whole, 0.0
    segments = room(segments, count, last - first)
    for k in range(first, last - 1):
        dx, dy = shape[k + 1, 0] - shape[k, 0], shape[k + 1, 1] - shape[k, 1]
        step = np.hypot(dx, dy)
        if step > 0 and run + step > begin and run < end:
            one, two = max(0.0, (begin - run) / step), min(1.0, (end - run) / step)
            segments[count, 0], segments[count, 1] = shape[k, 0] + one * dx, shape[k, 1] + one * dy
            segments[count, 2], segments[count, 3] = shape[k, 0] + two * dx, shape[k, 1] + two * dy
            count += 1
        run += step
    return segments, count


@compiled
def reached(
    at_start: Array, at_edge: Array, edge_u: Array, edge_v: Array, edge_cost: Array, shape_start: Array,
    shape: Array, dist: Array, seen: Array, found: int, before: Number, limit: Number, segments: Array, count: int,
) -> tuple[Array, int]:
    """Append every piece that is within `limit` of the origin of a search and not on an edge that was reached whole
    within the smaller limit `before` (-1: there is none). `seen[:found]` are the nodes reached, `dist` their cost.
    """
    for k in range(found):
        a = seen[k]
        if dist[a] > limit:
            continue
        for at in range(at_start[a], at_start[a + 1]):
            edge = at_edge[at]
            u, v, cost = edge_u[edge], edge_v[edge], edge_cost[edge]
            if a == v and u != v and dist[u] <= limit:
                continue  # met from its other end
            if before - min(dist[u], before) + before - min(dist[v], before) >= cost:
                continue
            from_u, from_v = limit - min(dist[u], limit), limit - min(dist[v], limit)
            first, last = shape_start[edge], shape_start[edge + 1]
            if cost > 1 << 29:
                continue
            if from_u + from_v >= cost:
                segments, count = take(shape, first, last, 0.0, 1.0, segments, count)
            else:
                segments, count = take(shape, first, last, 0.0, from_u / cost, segments, count)
                segments, count = take(shape, first, last, 1.0 - from_v / cost, 1.0, segments, count)
    return segments, count


@compiled
def around_origin(
    edge: int, share: float, extra: float, edge_cost: Array, shape_start: Array, shape: Array, limit: int,
    segments: Array, count: int,
) -> tuple[Array, int]:
    """Append what is within `limit` on the very edge of the origin, which lies at a `share` of its length."""
    if edge >= 0 and edge_cost[edge] < 1 << 29 and limit > extra:
        part = (limit - extra) / edge_cost[edge]
        segments, count = take(shape, shape_start[edge], shape_start[edge + 1], max(0.0, share - part),
                               min(1.0, share + part), segments, count)
    return segments, count


