"""What people know and the map does not: gates confirmed, opened or shut, and walls nobody has drawn.

An overlay makes a new extract, from which a network is built as always: the same for what is so and for what
might be ("open this gate, and who gains?").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from shapely import LineString

from bandeng.osm import Extract, Gate, Line
from bandeng.walking.compounds import gate_places, near
from bandeng.walking.plane import Plane

SAME_GATE_M = 5.0


@dataclass(frozen=True, slots=True)
class Overlay:
    """`gates` stand there, whatever the map says within 5 m of them; `shut` (lon, lat) are gates that let nobody
    through; `walls` are lines in lon/lat.
    """

    gates: Sequence[Gate] = ()
    shut: Sequence[tuple[float, float]] = ()
    walls: Sequence[LineString] = ()


def overlaid(extract: Extract, overlay: Overlay) -> Extract:
    """The extract with what an overlay knows."""
    shut = [Gate(f"shut{number}", "gate", "", lon, lat, "no") for number, (lon, lat) in enumerate(overlay.shut)]
    told = [*overlay.gates, *shut]
    places, ours = gate_places(extract.gates), gate_places(told)
    plane = Plane.around(*np.concatenate([places, ours]).T)
    replaced = near(plane, places, ours, SAME_GATE_M)
    gates = [gate for gate, gone in zip(extract.gates, replaced, strict=True) if not gone]
    walls = [Line(f"wall{number}", "wall", "", line) for number, line in enumerate(overlay.walls)]
    return replace(extract, gates=(*gates, *told), lines=(*extract.lines, *walls))
