"""The compiled hot loops of every search. Plain arrays in and out, no checks: the callers check.

The queue is an array of buckets, each 2 ** SHIFT decimetres wide. A bucket is a chain of entries in one pool;
entries that were taken out are used again first, so the pool in use stays small and warm. Inside a bucket the
order is free: a node that is improved after it was spread is simply spread again, which is rare because few
edges are shorter than a bucket is wide. A node has at most one entry in a bucket that is still to come, so no
more than 2 entries to an arc and 2 ** SHIFT to a node are ever in use: `pool_size`.

All loops let go of Python's lock, so callers share work out over plain threads.
"""

from __future__ import annotations

import numpy as np

from bandeng.walking.compiling import Array, Number, compiled

FAR = 2**31 - 1
"""The distance of what was not reached, where distances are int32."""
FAR_SHORT = 2**16 - 1
"""The same where they are uint16."""
SHIFT = 4
NO_ARC = -1


def pool_size(nodes: int, arcs: int, seeds: int) -> int:
    """Entries that a queue may need; memory that is never touched costs nothing."""
    return 2 * arcs + (1 << SHIFT) * nodes + 2 * seeds + 64


@compiled
def spread(
    start: Array, to: Array, cost: Array, limit: int, far: int, dist: Array, head: Array, link: Array, item: Array,
    size: int, seen: Array, count: int,
) -> int:
    """Settle everything within `limit` from the entries in the queue; the queue is empty afterwards.

    `size` entries of the pool are in use. Nodes whose `dist` was `far` until now are appended to `seen`, which
    already holds `count`; returns how many it holds then.
    """
    top = np.int32(-1)
    for bucket in range((limit >> SHIFT) + 1):
        entry = head[bucket]
        while entry >= 0:
            head[bucket] = link[entry]
            a = item[entry]
            link[entry] = top
            top = entry
            here = np.int32(dist[a])
            if here >> SHIFT == bucket:
                for arc in range(start[a], start[a + 1]):
                    total = here + cost[arc]
                    b = to[arc]
                    old = np.int32(dist[b])
                    if total < old and total <= limit:
                        dist[b] = total
                        if old == far:
                            seen[count] = b
                            count += 1
                        place = total >> SHIFT
                        if old == far or place == bucket or old >> SHIFT != place:
                            if top >= 0:
                                entry = top
                                top = link[entry]
                            else:
                                entry = np.int32(size)
                                size += 1
                            item[entry] = b
                            link[entry] = head[place]
                            head[place] = entry
            entry = head[bucket]
    return count


@compiled
def seed(
    node: int, total: Number, limit: int, far: int, dist: Array, head: Array, link: Array, item: Array, size: int,
    seen: Array, count: int,
) -> tuple[int, int]:
    """Put one node into the queue at some distance; returns the new `size` and `count`."""
    if total <= limit and total < dist[node]:
        if dist[node] == far:
            seen[count] = node
            count += 1
        dist[node] = total
        item[size] = node
        link[size] = head[total >> SHIFT]
        head[total >> SHIFT] = size
        size += 1
    return size, count


@compiled
def search(
    start: Array, to: Array, cost: Array, court: Array, exit_to: Array, seeds: Array, seed_cost: Array, limit: int,
    far: int, dist: Array, own: Array, head: Array, link: Array, item: Array, seen: Array,
) -> int:
    """A whole walk from some nodes: out of the courts they lie in, then over public ways and into courts.

    `dist` is `far` everywhere before, and afterwards wherever nothing is within `limit`. Where a court holds a
    seed, `own` (unless it is empty) becomes the distance inside that court alone. Returns how many nodes were
    reached; they are listed in `seen`, in no order.
    """
    size = count = 0
    in_court = False
    for k in range(len(seeds)):
        if court[seeds[k]] >= 0:
            in_court = True
            size, count = seed(seeds[k], seed_cost[k], limit, far, dist, head, link, item, size, seen, count)
    if in_court:
        count = spread(start, to, cost, limit, far, dist, head, link, item, size, seen, count)
        size = 0
        for k in range(count):
            total = np.int32(dist[seen[k]])
            if len(own):
                own[seen[k]] = total
            item[size], link[size] = seen[k], head[total >> SHIFT]  # it is improved from outside only in the queue
            head[total >> SHIFT] = size
            size += 1
            outside = exit_to[seen[k]]
            if outside >= 0:
                size, count = seed(outside, total, limit, far, dist, head, link, item, size, seen, count)
    for k in range(len(seeds)):
        if court[seeds[k]] < 0:
            size, count = seed(seeds[k], seed_cost[k], limit, far, dist, head, link, item, size, seen, count)
    return spread(start, to, cost, limit, far, dist, head, link, item, size, seen, count)


@compiled
def back(
    start: Array, to: Array, cost: Array, arc_edge: Array, court: Array, exit_to: Array, dist: Array, own: Array,
    node: int, inside: bool,
) -> tuple[int, bool, int]:
    """One step back on a shortest way to `node`: (the node before, whether it is still `inside` the court of the
    origin, the arc taken as seen from `node`, or NO_ARC through a gate). (-1, ...) if there is none.
    """
    if not inside and own[node] == dist[node]:
        inside = True
    for arc in range(start[node], start[node + 1]):
        before = to[arc]
        if arc_edge[arc] >= 0:
            if inside and own[before] < FAR and own[before] + cost[arc] == own[node]:
                return before, True, arc
            if not inside and dist[before] < FAR and dist[before] + cost[arc] == dist[node]:
                return before, False, arc
    if not inside and court[node] >= 0 and exit_to[node] >= 0 and dist[exit_to[node]] == dist[node]:
        return exit_to[node], False, NO_ARC
    if not inside and court[node] < 0:
        for arc in range(start[node], start[node + 1]):
            if arc_edge[arc] < 0 and own[to[arc]] == dist[node]:
                return to[arc], True, NO_ARC
    return -1, inside, NO_ARC


@compiled
def is_seed(node: int, inside: bool, court: Array, seeds: Array, seed_cost: Array, dist: Array, own: Array) -> int:
    """The place in `seeds` of the one that a shortest way to `node` begins with right there, or -1."""
    here = own[node] if inside or own[node] == dist[node] else dist[node]
    for k in range(len(seeds)):
        if seeds[k] == node and seed_cost[k] == here and (inside or court[node] < 0 or own[node] == dist[node]):
            return k
    return -1
