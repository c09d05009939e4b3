"""`zones`: the areas within some minutes' walk, true to the streets: a band of fixed width along every street
piece that is reached. What no street reaches stays a hole; water and blocks are not jumped.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from bandeng.walking.compiling import Array, compiled
from bandeng.walking.contours import link, owners, stamp, trace, widen
from bandeng.walking.kernels import FAR, SHIFT, pool_size, search
from bandeng.walking.nearest import THREADS
from bandeng.walking.network import WalkError, WalkNetwork
from bandeng.walking.pieces import around_origin, flat_shape, incidence, reached, room
from bandeng.walking.plane import Floats, Ints
from bandeng.walking.spots import Halves, Spots, halves
from bandeng.walking.walkers import CLOSED, STANDARD, Walker

WIDTH_M = 30.0
"""How far a zone reaches to either side of a street: about the depth of the houses along it."""
STEP_M = 10.0
"""The grid on which a zone's outline is measured; it strays less than half a metre from a true band,
and a few metres in the corner between two streets.
"""


def zones(network: WalkNetwork, origins: Spots, minutes: tuple[float, ...] = (5, 10, 15), walker: Walker = STANDARD,
          width: float = WIDTH_M) -> NDArray[np.object_]:
    """(k, bands) valid MultiPolygons in lon/lat, each within the next of its row.

    `minutes` must rise. The zone of an origin that lies on no open way is empty. Raises WalkError if the times do
    not rise from above 0, or the width is not between 15 and 200 m.
    """
    limits = [walker.decimetres(band) for band in minutes]
    if not limits or any(two <= one for one, two in pairwise([0, *limits])) or limits[-1] >= CLOSED // 1024:
        raise WalkError("The minutes of zones must be above 0 and rise, like 5,10,15.")
    if not 15 <= width <= 200:
        raise WalkError(f"A zone reaches 15 to 200 m to the side of its streets, not {width:g}.")
    ways = halves(network, origins, walker)
    lanes = max(1, min(THREADS, len(origins)))
    borders = np.linspace(0, len(origins), lanes + 1).astype(int).tolist()
    bands = np.array(limits, np.int32)
    with ThreadPoolExecutor(lanes) as pool:
        parts = list(pool.map(lambda pair: _part(network, origins, ways, slice(*pair), bands, walker, width),
                              pairwise(borders)))
    return np.concatenate(parts).reshape(len(origins), len(limits))


def street_pieces(network: WalkNetwork, origins: Spots, minutes: float, walker: Walker = STANDARD) -> NDArray[np.object_]:
    """(k,) MultiLineStrings in lon/lat: the street pieces within some minutes of each origin, cut to the metre."""
    ways = halves(network, origins, walker)
    bands = np.array([walker.decimetres(minutes)], np.int32)
    *_, segments, end = _lane(True, *_arguments(network, origins, ways, slice(0, len(origins)), bands, walker, WIDTH_M))
    ends = network.plane.degrees(segments.reshape(-1, 2)).reshape(-1, 2, 2)
    result = np.empty(len(origins), dtype=object)
    for number, (first, last) in enumerate(pairwise([0, *end.tolist()])):
        result[number] = shapely.multilinestrings(shapely.linestrings(ends[first:last]))
    return result


def _arguments(network: WalkNetwork, origins: Spots, ways: Halves, part: slice, bands: Ints, walker: Walker,
               width: float) -> tuple[Any, ...]:
    edge = np.maximum(origins.edge[part], 0)
    share = origins.along[part] / np.maximum(network.edge_length[edge], 1) if len(network.edge_u) else np.zeros(0)
    extra = np.rint(np.where(origins.edge[part] < 0, 0.0, origins.gap[part]) * 10).astype(np.int32)
    return (network.start, network.to, network.arc_costs(walker), network.court, network.exit_to, ways.node[part],
            ways.cost[part], origins.edge[part], share, extra, bands, width, STEP_M,
            pool_size(len(network), len(network.to), 4), *incidence(network), network.edge_u, network.edge_v,
            network.edge_costs(walker), network.shape_start, flat_shape(network))


def _part(network: WalkNetwork, origins: Spots, ways: Halves, part: slice, bands: Ints, walker: Walker,
          width: float) -> NDArray[np.object_]:
    arguments = _arguments(network, origins, ways, part, bands, walker, width)
    points, ring_end, owner, zone_end, _, _ = _lane(False, *arguments)
    return _polygons(network.plane.degrees(points), ring_end, owner, zone_end)


def _polygons(points: Floats, ring_end: NDArray[np.int64], owner: NDArray[np.int64],
              zone_end: NDArray[np.int64]) -> NDArray[np.object_]:
    """One MultiPolygon for each zone from closed rings: see `_lane`."""
    result = np.full(len(zone_end), shapely.MultiPolygon(), dtype=object)
    if len(ring_end) == 0:
        return result
    size = np.diff(ring_end, prepend=0)
    rings = shapely.linearrings(points, indices=np.repeat(np.arange(len(size)), size))
    number = np.arange(len(rings))
    order = np.lexsort((number != owner, owner))
    shells, which = np.unique(owner[order], return_inverse=True)
    polygons = shapely.polygons(rings[order], indices=which)
    zone = np.searchsorted(zone_end, shells, side="right")
    shapely.multipolygons(polygons, indices=zone, out=result)
    return result


@compiled
def _lane(
    keep_segments: bool, start: Array, to: Array, cost: Array, court: Array, exit_to: Array, ends: Array,
    end_cost: Array, edge: Array, share: Array, extra: Array, bands: Array, width: float, step: float, pool: int,
    at_start: Array, at_edge: Array, edge_u: Array, edge_v: Array, edge_cost: Array, shape_start: Array,
    shape: Array,
) -> tuple[Array, Array, Array, Array, Array, Array]:
    """The rings of the zones of some origins, band by band.

    Returns points (metres), where each ring ends in them, the shell of each ring, and where the rings of each zone
    end; and if `keep_segments` the street pieces in place of the rings, and where those of each zone end.
    """
    n, limit = len(start) - 1, bands[-1]
    dist, none = np.full(n, FAR, np.int32), np.empty(0, np.int32)
    head = np.full((limit >> SHIFT) + 1, -1, np.int32)
    chain, item, seen = np.empty(pool, np.int32), np.empty(pool, np.int32), np.empty(n, np.int32)
    segments, kept = np.empty((4096, 4)), 0
    field, following, starts = np.empty(0, np.float32), np.empty(0, np.int32), np.empty(0, np.int32)
    points, filled = np.empty((4096, 2)), 0
    ring_end, owner, rings = np.empty((1024, 1), np.int64), np.empty((1024, 1), np.int64), 0
    zone_end = np.zeros(len(ends) * len(bands), np.int64)
    for o in range(len(ends)):
        found = search(start, to, cost, court, exit_to, ends[o], end_cost[o], limit, FAR, dist, none, head, chain, item,
                       seen)
        band_end = np.zeros(len(bands) + 1, np.int64)
        band_end[0] = kept
        count, before = kept, np.int32(-1)
        for band in range(len(bands)):
            segments, count = around_origin(edge[o], share[o], extra[o], edge_cost, shape_start, shape, bands[band],
                                            segments, count)
            segments, count = reached(at_start, at_edge, edge_u, edge_v, edge_cost, shape_start, shape, dist, seen,
                                      found, before, bands[band], segments, count)
            before = bands[band]
            band_end[band + 1] = count
        for k in range(found):
            dist[seen[k]] = FAR
        if keep_segments:
            kept = count
            zone_end[o] = kept
            continue
        columns = rows = 0
        west = south = 0.0
        box = np.array([np.inf, np.inf, -np.inf, -np.inf])
        if count > 0:
            widen(box, segments, 0, count)
            margin = width + 2 * step
            west, south = np.floor((box[0] - margin) / step) * step, np.floor((box[1] - margin) / step) * step
            columns, rows = int((box[2] + margin - west) / step) + 2, int((box[3] + margin - south) / step) + 2
        box[:2], box[2:] = np.inf, -np.inf
        cells = columns * rows
        if cells > len(field):
            field, following = np.empty(cells, np.float32), np.full(2 * cells, -1, np.int32)
            starts = np.empty(2 * cells, np.int32)
        field[:cells] = np.inf
        for band in range(len(bands)):
            stamp(field, columns, rows, west, south, step, width + step, segments, band_end[band], band_end[band + 1])
            widen(box, segments, band_end[band], band_end[band + 1])
            crossings = link(field, columns, rows, west, south, step, box, width, following, starts) if band_end[band + 1] else 0
            points = room(points, filled, 2 * crossings)
            ring_end, owner = room(ring_end, rings, crossings), room(owner, rings, crossings)
            first, begin = rings, filled
            filled, rings = trace(field, columns, rows, west, south, step, width, following, starts, crossings, points,
                                  filled, ring_end[:, 0], rings)
            owners(points, begin, ring_end[:, 0], first, rings, owner[:, 0])
            zone_end[o * len(bands) + band] = rings
    return points[:filled], ring_end[:rings, 0].copy(), owner[:rings, 0].copy(), zone_end, segments[:kept], zone_end
