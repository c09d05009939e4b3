"""Whether places cover their parent: every subdistrict, community and grid, without overlap and without gap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bandeng.territory.lines.shapes import Fault, Outlined, holes, overlaps
from bandeng.territory.models import PARENT_KINDS, PlaceKind

TILED: tuple[str, ...] = tuple(str(kind) for kind in (PlaceKind.SUBDISTRICT, PlaceKind.COMMUNITY, PlaceKind.GRID))


def tiling_faults(outlines: Mapping[str, Sequence[Outlined]]) -> list[tuple[str, Fault]]:
    """Return overlaps and uncovered land, with the kind of the parts; *outlines* has a list for every kind down to grids."""
    found = []
    for kind in TILED:
        whole = outlines[str(PARENT_KINDS[kind])]
        found += [(kind, fault) for fault in overlaps(outlines[kind])]
        found += [(kind, fault) for fault in holes(whole, outlines[kind])]
    return found
