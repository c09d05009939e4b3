"""The walking engine of the 15-minute life circle: networks from OpenStreetMap, and what can be walked to on them.

A pure library: no Django, no database, no network. See `WalkNetwork` for the rule of gates.
"""

from bandeng.walking.building import build
from bandeng.walking.nearest import Nearest, nearest
from bandeng.walking.network import WalkError, WalkNetwork
from bandeng.walking.reach import Places, Reach, batches, reach
from bandeng.walking.spots import Spots, at_nodes
from bandeng.walking.walkers import ADULT, ELDER, STANDARD, WALKERS, WHEELS, Walker

__all__ = [
    "ADULT", "ELDER", "STANDARD", "WALKERS", "WHEELS", "Nearest", "Places", "Reach", "Spots", "WalkError",
    "WalkNetwork", "Walker", "at_nodes", "batches", "build", "nearest", "reach",
]
