"""Which compounds are closed, and where their gates are.

OpenStreetMap's landuse=residential is mostly one walled compound in China and a whole quarter elsewhere, so a
compound counts as gated only on evidence: at least half of the places where ways cross its outline have a
gate, or walls line at least half of the outline. Inside a gated compound every way belongs to its own people
unless the map says that everybody may walk there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree

from bandeng.osm import Area, Gate
from bandeng.walking.crossings import Crossings, crossings
from bandeng.walking.plane import METRES_PER_DEGREE, Floats, Plane
from bandeng.walking.ways import Bools, Longs, Ways

NEAR_GATE_M = 10.0
"""A way that crosses an outline this near a mapped gate passes that gate; outlines are drawn roughly."""
NEAR_WALL_M = 5.0
EVIDENCE = 0.5
_SAMPLE_M = 10.0


@dataclass(frozen=True, slots=True)
class Compounds:
    """c compounds. outline (c,) lines and surface (c,) areas in lon/lat; ids; gated (c,); has_gate (c,) whether
    a gate is mapped on the outline.
    """

    surface: NDArray[np.object_]
    ids: tuple[str, ...]
    gated: Bools
    has_gate: Bools

    @property
    def outline(self) -> NDArray[np.object_]:
        return shapely.boundary(self.surface)


def near(plane: Plane, places: Floats, others: Floats, metres: float) -> Bools:
    """(k,) whether one of the other places lies within so many metres of each place; both lon/lat."""
    if len(others) == 0 or len(places) == 0:
        return np.zeros(len(places), bool)
    tree = STRtree(shapely.points(plane.metres(others)))
    found = tree.query(shapely.points(plane.metres(places)), predicate="dwithin", distance=metres)[0]
    result = np.zeros(len(places), bool)
    result[found] = True
    return result


def gate_places(gates: Sequence[Gate]) -> Floats:
    """(g, 2) lon/lat."""
    return np.array([(gate.lon, gate.lat) for gate in gates], np.float64).reshape(-1, 2)


def judge(areas: Sequence[Area], ways: Ways, gates: Floats, walls: NDArray[np.object_],
          plane: Plane) -> tuple[Compounds, Crossings, Bools]:
    """The compounds among some areas; where ways on the level cross the outlines of gated ones (`line` is the
    compound); and whether each of these places has a mapped gate.
    """
    chosen = [area for area in areas if area.kind == "compound"]
    surface = np.array([area.geometry for area in chosen], dtype=object)
    outline = shapely.boundary(surface)
    rings, owner = shapely.get_parts(outline, return_index=True)
    level = ~ways.is_kind("arterial", "footbridge", "underpass")
    met = crossings(ways, level, rings)
    compound = owner[met.line]
    by_gate = near(plane, met.place, gates, NEAR_GATE_M)
    total = np.bincount(compound, minlength=len(chosen))
    with_gate = np.bincount(compound[by_gate], minlength=len(chosen))
    gated = (with_gate > 0) & (with_gate >= total * EVIDENCE)
    gated |= walled_share(rings, owner, len(chosen), walls, plane) >= EVIDENCE
    found = Compounds(surface, tuple(area.osm_id for area in chosen), gated, with_gate > 0)
    wanted = gated[compound]
    return found, replace(met, line=compound).only(wanted), by_gate[wanted]


def walled_share(rings: NDArray[np.object_], owner: Longs, count: int, walls: NDArray[np.object_],
                 plane: Plane) -> Floats:
    """(count,) the share of the outline of each compound within NEAR_WALL_M of a wall, sampled every 10 m."""
    if len(walls) == 0 or len(rings) == 0:
        return np.zeros(count)
    flat = shapely.transform(rings, plane.metres)
    tree = STRtree(shapely.transform(walls, plane.metres))
    maybe = np.unique(tree.query(flat, predicate="dwithin", distance=NEAR_WALL_M)[0])
    share, length = np.zeros(count), np.zeros(count)
    np.add.at(length, owner, shapely.length(flat))
    for ring in maybe:
        size = float(shapely.length(flat[ring]))
        samples = shapely.line_interpolate_point(flat[ring], np.arange(0.0, size, _SAMPLE_M))
        lined = np.unique(tree.query(samples, predicate="dwithin", distance=NEAR_WALL_M)[0])
        share[owner[ring]] += len(lined) / len(samples) * size
    return share / np.maximum(length, 1 / METRES_PER_DEGREE)


def inside(compounds: Compounds, places: Floats, wanted: Bools) -> Longs:
    """(k,) the compound of `wanted` (c,) in which each lon/lat lies, the smallest if several, or -1."""
    result = np.full(len(places), -1, np.int64)
    chosen = np.flatnonzero(wanted)
    if len(chosen) == 0 or len(places) == 0:
        return result
    order = chosen[np.argsort(-shapely.area(compounds.surface[chosen]), kind="stable")]
    tree = STRtree(shapely.points(places))
    which, place = tree.query(compounds.surface[order], predicate="intersects")
    largest_first = np.argsort(which, kind="stable")
    result[place[largest_first]] = order[which[largest_first]]
    return result
