"""The walking engine of the 15-minute life circle: networks from OpenStreetMap, and what can be walked to on them.

A pure library: no Django, no database, no network. See `WalkNetwork` for the rule of gates.
"""

from bandeng.walking.stale import forget_stale

forget_stale()

from bandeng.walking.building import build  # noqa: E402
from bandeng.walking.nearest import Nearest, nearest  # noqa: E402
from bandeng.walking.network import WalkError, WalkNetwork  # noqa: E402
from bandeng.walking.paths import Path, path  # noqa: E402
from bandeng.walking.reach import Places, Reach, batches, reach  # noqa: E402
from bandeng.walking.snapping import SNAP_LIMIT_M, snap  # noqa: E402
from bandeng.walking.spots import Spots, at_nodes, place_of  # noqa: E402
from bandeng.walking.walkers import ADULT, ELDER, STANDARD, WALKERS, WHEELS, Walker  # noqa: E402
from bandeng.walking.zones import street_pieces, zones  # noqa: E402

__all__ = [
    "ADULT", "ELDER", "SNAP_LIMIT_M", "STANDARD", "WALKERS", "WHEELS", "Nearest", "Path", "Places", "Reach", "Spots",
    "WalkError", "WalkNetwork", "Walker", "at_nodes", "batches", "build", "nearest", "path", "place_of", "reach", "snap",
    "street_pieces", "zones",
]
