"""The compiled hot loops. Plain arrays in and out, no checks: the callers check.

The queue is an array of buckets, each WIDTH = 2 ** SHIFT decimetres wide. A bucket is a chain of entries in one
pool; entries that were taken out are used again first, so the pool that is in use stays small and warm. Inside
a bucket the order is free: a node that is improved after it was spread is simply spread again, which is rare
because few edges are shorter than a bucket is wide.

All loops let go of Python's lock, so callers share work out over plain threads.
"""

from __future__ import annotations

import numpy as np
from numba import njit

FAR = np.int32(2**31 - 1)
"""The distance of what was not reached."""
SHIFT = 4


@njit(cache=True, nogil=True)
def spread(start, to, cost, limit, dist, head, link, item, size, top, seen, count):
    """Settle everything within `limit` from the entries that are already in the queue.

    `head` is all -1 afterwards. `size` entries of the pool have been used, `top` is the first of the free chain.
    Nodes touched for the first time (`dist` FAR) are appended to `seen`; returns how many `seen` holds then.
    """
    for bucket in range((limit >> SHIFT) + 1):
        entry = head[bucket]
        while entry >= 0:
            head[bucket] = link[entry]
            a = item[entry]
            link[entry] = top
            top = entry
            here = dist[a]
            if here >> SHIFT == bucket:
                for arc in range(start[a], start[a + 1]):
                    total = here + cost[arc]
                    b = to[arc]
                    old = dist[b]
                    if total < old and total <= limit:
                        dist[b] = total
                        if old == FAR:
                            seen[count] = b
                            count += 1
                        if top >= 0:
                            entry = top
                            top = link[entry]
                        else:
                            entry = size
                            size += 1
                        item[entry] = b
                        place = total >> SHIFT
                        link[entry] = head[place]
                        head[place] = entry
            entry = head[bucket]
    return count


@njit(cache=True, nogil=True)
def seed(node, total, limit, dist, head, link, item, size, seen, count):
    """Put one node into the queue at some distance; returns the new `size` and `count`."""
    if total <= limit and total < dist[node]:
        if dist[node] == FAR:
            seen[count] = node
            count += 1
        dist[node] = total
        item[size] = node
        link[size] = head[total >> SHIFT]
        head[total >> SHIFT] = size
        size += 1
    return size, count


@njit(cache=True, nogil=True)
def search(start, to, cost, court, exit_to, seeds, seed_cost, limit, dist, head, link, item, seen):
    """A whole walk from some nodes: out of the courts they lie in, then over public ways and into courts.

    `dist` is FAR everywhere before, and afterwards wherever nothing is within `limit`. Returns how many nodes
    were reached; they are listed in `seen`, in no order.
    """
    size = count = 0
    in_court = False
    for k in range(len(seeds)):
        if court[seeds[k]] >= 0:
            in_court = True
            size, count = seed(seeds[k], seed_cost[k], limit, dist, head, link, item, size, seen, count)
    if in_court:
        count = spread(start, to, cost, limit, dist, head, link, item, size, -1, seen, count)
        size = 0
        for k in range(count):
            total = dist[seen[k]]
            outside = exit_to[seen[k]]
            if outside >= 0:
                size, count = seed(outside, total, limit, dist, head, link, item, size, seen, count)
    for k in range(len(seeds)):
        if court[seeds[k]] < 0:
            size, count = seed(seeds[k], seed_cost[k], limit, dist, head, link, item, size, seen, count)
    return spread(start, to, cost, limit, dist, head, link, item, size, -1, seen, count)
