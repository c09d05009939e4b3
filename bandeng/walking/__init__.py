"""The walking engine of the 15-minute life circle: networks from OpenStreetMap, and what can be walked to on them.

A pure library: no Django, no database, no network. See `WalkNetwork` for the rule of gates.
"""

from bandeng.walking.building import build
from bandeng.walking.nearest import Nearest, nearest
from bandeng.walking.network import WalkError, WalkNetwork
from bandeng.walking.overlay import Overlay, overlaid
from bandeng.walking.paths import Path, path
from bandeng.walking.reach import Places, Reach, batches, reach
from bandeng.walking.reading import read_walkable
from bandeng.walking.snapping import SNAP_LIMIT_M, snap
from bandeng.walking.spots import Spots, at_nodes, place_of
from bandeng.walking.walkers import ADULT, ELDER, STANDARD, WALKERS, WHEELS, Walker
from bandeng.walking.zones import street_pieces, zones

__all__ = [
    "ADULT", "ELDER", "SNAP_LIMIT_M", "STANDARD", "WALKERS", "WHEELS", "Nearest", "Overlay", "Path", "Places",
    "Reach", "Spots", "WalkError", "WalkNetwork", "Walker", "at_nodes", "batches", "build", "nearest", "overlaid",
    "path", "place_of", "reach", "read_walkable", "snap", "street_pieces", "zones",
]
