"""Compile every hot loop ahead of time, so that nobody waits for it at the first question."""

from __future__ import annotations

import numpy as np
from shapely import LineString

from bandeng.osm import Extract, Report, Street
from bandeng.walking.building import build
from bandeng.walking.nearest import nearest
from bandeng.walking.paths import path
from bandeng.walking.reach import Places, reach
from bandeng.walking.snapping import snap
from bandeng.walking.zones import street_pieces, zones

_HERE = np.array([(112.0, 41.0), (112.001, 41.0)])


def warm() -> None:
    """Ask every kind of question of a network of one street; half a minute the first time, then a second."""
    street = Street("w1", "street", "", LineString(_HERE))
    network = build(Extract((street,), (), (), (), (), (), (112.0, 41.0, 112.001, 41.0), Report({}, {}, {})))
    spots = snap(network, _HERE)
    for limit in (1000, 100_000):
        nearest(network, {"here": spots}, limit)
    for bearings in (False, True):
        reach(network, spots, 5, places=Places.ready(network, spots), bearings=bearings)
    zones(network, spots)
    street_pieces(network, spots, 5)
    path(network, spots)
