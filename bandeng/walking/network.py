"""`WalkNetwork`: where people can walk, as immutable arrays.

Nodes are junctions, ends and gates. A *court* is what lies behind gates: the private ways of one compound, or a
private drive with what hangs on it. Its own people use its ways; others may come to a door there but may not
walk through. So every walk is: out of the court it starts in, over public ways, into the court it ends in.

The arrays hold that rule in their shape. Public ways join public nodes (`court` -1), the ways of a court join
nodes of that court, and a gate joins a node of each at the same spot. Arcs (`start`, `to`) lead along every
edge both ways but through gates only inwards; the way out, `exit_to`, is taken only from where a walk begins.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bandeng.walking import storage
from bandeng.walking.plane import Floats, Ints, Plane, ranges
from bandeng.walking.walkers import CLOSED, Walker

STEPS, FOOTBRIDGE, UNDERPASS, ARTERIAL, CROSSING_U, CROSSING_V = (1 << bit for bit in range(6))
"""Bits of `edge_flags`. The last two: the edge meets a main road on the level at its first or last node."""


class WalkError(ValueError):
    """What was asked cannot be done with this file or these points; the message is one sentence for people."""


@dataclass(frozen=True, slots=True, eq=False)
class WalkNetwork:
    """n nodes in Z-order, a arcs, e edges, p points, g gates; lengths are whole decimetres.

    lon, lat     (n,) float64, WGS-84
    court        (n,) int32: the court of each node, -1 for public ones
    exit_to      (n,) int32: for a node at a court's gate the public node outside, else -1
    start        (n + 1,) int32: the arcs out of node i are start[i] to start[i + 1]
    to           (a,) int32: where each arc leads
    arc_edge     (a,) int32: the edge of each arc, -1 for the step in through a gate (no length)
    edge_u, edge_v, edge_length, edge_court   (e,) int32
    edge_flags   (e,) uint8, see STEPS and its fellows
    shape_start  (e + 1,) int32: the line of edge i, from u to v, is shape_start[i] to shape_start[i + 1] of
    shape        (p, 2) float64 lon/lat
    gate_inside, gate_outside   (g,) int32 nodes
    gate_assumed (g,) bool: no gate is mapped here; somebody has to look
    fence_court  (f,) int32: the court of each ring of land that belongs to a gated compound
    fence_start  (f + 1,) int32: the ring is fence_start[i] to fence_start[i + 1] of
    fence        (q, 2) float64 lon/lat
    courts       what each court is: the id of its compound in OpenStreetMap, or "" for a private drive
    order        the arrays of `bandeng.walking.hierarchy` for walkers who count nothing but metres, made beforehand
    report       figures of how it was built: {"dropped_share": 0.02, ...}
    """

    lon: Floats
    lat: Floats
    court: Ints
    exit_to: Ints
    start: Ints
    to: Ints
    arc_edge: Ints
    edge_u: Ints
    edge_v: Ints
    edge_length: Ints
    edge_court: Ints
    edge_flags: NDArray[np.uint8]
    shape_start: Ints
    shape: Floats
    gate_inside: Ints
    gate_outside: Ints
    gate_assumed: NDArray[np.bool_]
    fence_court: Ints
    fence_start: Ints
    fence: Floats
    courts: tuple[str, ...] = ()
    report: Mapping[str, Any] = field(default_factory=dict)
    order: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    _kept: dict[Any, Any] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        for name in ARRAYS:
            array = getattr(self, name)
            if array.flags.writeable:
                array.setflags(write=False)

    def __len__(self) -> int:
        """How many nodes there are."""
        return len(self.lon)

    @property
    def plane(self) -> Plane:
        """The plane in metres on which this network is measured."""
        return self.keep("plane", lambda: Plane.around(self.lon, self.lat))

    def keep(self, key: Any, make: Any) -> Any:
        """What `make()` gave the first time it was asked for under `key`: an index, or the costs of a walker."""
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]

    def edge_costs(self, walker: Walker) -> Ints:
        """(e,) what each edge costs, in decimetres of level ground; CLOSED for steps that the walker cannot use."""
        return self.keep(("edges", walker), lambda: _edge_costs(self, walker))

    def arc_costs(self, walker: Walker) -> Ints:
        """(a,) the same for each arc; a gate costs nothing."""
        return self.keep(("arcs", walker), lambda: _arc_costs(self, walker))

    def shape_of(self, edges: NDArray[np.integer]) -> tuple[Floats, Ints]:
        """The points of some edges, one after the other, (k, 2) lon/lat, and how many belong to each."""
        count = np.diff(self.shape_start)[edges]
        return self.shape[ranges(self.shape_start[edges], count)], count

    def save(self, path: str | Path) -> None:
        """Write the network to one file, which `open` maps into memory."""
        arrays = {name: getattr(self, name) for name in ARRAYS}
        arrays.update({_ORDER + name: array for name, array in self.order.items()})
        storage.write(Path(path), arrays, {"courts": list(self.courts), "report": dict(self.report)})

    @classmethod
    def open(cls, path: str | Path) -> WalkNetwork:
        """The network of a file that `save` wrote. Raises WalkError if there is none, or it is damaged."""
        try:
            arrays, notes = storage.read(Path(path))
            order = {name.removeprefix(_ORDER): arrays.pop(name) for name in list(arrays) if name.startswith(_ORDER)}
            fields_of: dict[str, Any] = {**arrays, "order": order, "courts": tuple(notes["courts"]), "report": notes["report"]}
            return cls(**fields_of)
        except (storage.StorageError, TypeError, KeyError) as error:
            raise WalkError(str(error)) from error


ARRAYS = tuple(f.name for f in fields(WalkNetwork) if f.name not in ("courts", "report", "order", "_kept"))
_ORDER = "order."


def _edge_costs(network: WalkNetwork, walker: Walker) -> Ints:
    if walker.only_metres:
        return network.edge_length
    flags = network.edge_flags
    cost = network.edge_length.astype(np.int64)
    steps = (flags & STEPS) > 0
    if walker.steps not in (None, 1.0):
        cost[steps] = np.rint(cost[steps] * walker.steps)
    half_wait = round(walker.crossing_wait / 60 * walker.speed * 10 / 2)
    cost += half_wait * ((flags & CROSSING_U > 0).astype(np.int64) + (flags & CROSSING_V > 0))
    if walker.steps is None:
        cost[steps] = CLOSED
    return np.minimum(cost, CLOSED).astype(np.int32)


def _arc_costs(network: WalkNetwork, walker: Walker) -> Ints:
    if len(network.edge_length) == 0:
        return np.zeros(len(network.arc_edge), np.int32)
    cost = network.edge_costs(walker)[network.arc_edge]
    cost[network.arc_edge < 0] = 0
    return cost
