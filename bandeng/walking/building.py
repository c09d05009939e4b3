"""From an OpenStreetMap extract to a `WalkNetwork`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import shapely

from bandeng.osm import Extract, Gate, Surface
from bandeng.walking import courts as gates_in_graph
from bandeng.walking.compounds import Compounds, gate_places, inside, judge, near
from bandeng.walking.courts import Gated
from bandeng.walking.crossings import Crossings, crossings
from bandeng.walking.edges import PUBLIC, Edges, drives, edges_of, middles, shapes
from bandeng.walking.hierarchy import with_order
from bandeng.walking.network import WalkError, WalkNetwork
from bandeng.walking.plane import Floats, Plane, morton
from bandeng.walking.ways import NO_ENTRY, OWN_ONLY, Longs, Ways, from_streets, part, place_key

KEEP_METRES = 1000.0
"""A part of the network that is joined to nothing else is kept from this length of ways on."""
AT_GATE_M = 5.0
"""A wall has a gate where one is mapped this near."""


@dataclass(slots=True)
class _Notes:
    """Figures for the report."""

    walls_cut: int = 0
    compounds: int = 0
    gated: int = 0


def build(extract: Extract, keep_metres: float = KEEP_METRES) -> WalkNetwork:
    """The walking network of an extract: ways, gates, walls and compounds, by the rules of this package.

    Raises WalkError if nobody can walk anywhere in it.
    """
    ways = from_streets(extract.streets)
    if len(ways.points) == 0:
        raise WalkError("There are no streets to walk on in this file.")
    walls = np.array([line.geometry for line in extract.lines if line.kind == "wall"], dtype=object)
    plane = Plane.around(ways.points[:, 0], ways.points[:, 1])
    return _Builder(ways, extract.gates, plane, round(keep_metres * 10)).network(extract, walls)


class _Builder:
    def __init__(self, ways: Ways, gates: Sequence[Gate], plane: Plane, keep: int) -> None:
        self.ways, self.plane, self.keep = ways, plane, keep
        self.gates = [gate for gate in gates if gate.access not in NO_ENTRY]
        self.shut = place_key(gate_places([gate for gate in gates if gate.access in NO_ENTRY]))
        self.own = place_key(gate_places([gate for gate in gates if gate.access in OWN_ONLY]))
        self.notes = _Notes()
        self.fences: dict[str, Surface] = {}

    def network(self, extract: Extract, walls: np.ndarray) -> WalkNetwork:
        places = gate_places(self.gates)
        compounds, outline, by_gate = judge(extract.areas, self.ways, places, walls, self.plane)
        self.notes.compounds, self.notes.gated = len(compounds.ids), int(compounds.gated.sum())
        cut = self._walls(walls, compounds, places)
        self._part(outline.only(~by_gate), cut, place_key(gate_places(extract.gates)))
        edges = edges_of(self.ways)
        names = self._courts(edges, compounds)
        before = int(edges.length.sum(dtype=np.int64))
        fresh = int(self.ways.node.max()) + 1
        fresh = gates_in_graph.close(edges, self._nodes_at(np.concatenate([self.shut, place_key(cut.place)])), fresh)
        made = gates_in_graph.close_private(edges, self._nodes_at(self.own), fresh, self.keep)
        names += [""] * made
        self.fences = {name: surface for name, surface, gated in
                       zip(compounds.ids, compounds.surface, compounds.gated, strict=True) if gated}
        gated = gates_in_graph.split(edges)
        edges = edges.only(gates_in_graph.kept(gated, edges.length, self.keep))
        return self._finish(edges, names, before)

    def _walls(self, walls: np.ndarray, compounds: Compounds, places: Floats) -> Crossings:
        """Where a wall closes a way: no gate stands there, nor is it the wall of a compound with no gate mapped."""
        closable = self.ways.is_kind("lane", "footway", "steps")
        met = crossings(self.ways, closable, walls)
        roads = np.isin(self.ways.node, self.ways.node[~closable[self.ways.way_of]])
        met = met.only(~met.at_tip & ~(met.vertex & roads[met.point]))
        met = met.only(~near(self.plane, met.place, places, AT_GATE_M))
        gateless = compounds.outline[compounds.gated & ~compounds.has_gate]
        if len(gateless) and len(met):
            tree = shapely.STRtree(shapely.points(self.plane.metres(met.place)))
            own = tree.query(shapely.transform(gateless, self.plane.metres), predicate="dwithin", distance=AT_GATE_M)[1]
            met = met.only(np.setdiff1d(np.arange(len(met)), own))
        self.notes.walls_cut = len(met)
        return met

    def _part(self, outline: Crossings, cut: Crossings, gates: Longs) -> None:
        """Put stops into the ways: at every gate, where walls close them, and where they cross an outline."""
        stop = np.isin(place_key(self.ways.points), gates)
        stop[outline.point[outline.vertex]] = stop[cut.point[cut.vertex]] = True
        self.ways = replace(self.ways, stop=self.ways.stop | stop)
        new, wall = outline.only(~outline.vertex), cut.only(~cut.vertex)
        new = new.only(~near(self.plane, new.place, wall.place, 0.5))
        segment = np.concatenate([new.point, wall.point])
        is_wall = np.arange(len(segment)) >= len(new)
        self.ways = part(self.ways, segment, np.concatenate([new.place, wall.place]), is_wall)

    def _nodes_at(self, keys: Longs) -> Longs:
        """The nodes of the ways at some places."""
        return np.unique(self.ways.node[np.isin(place_key(self.ways.points), keys)])

    def _courts(self, edges: Edges, compounds: Compounds) -> list[str]:
        """Set the court of every private edge; the compound that each court belongs to, "" for a drive."""
        way = self.ways.way_of[edges.first]
        own_only, everybody = self.ways.own_only[way], self.ways.everybody[way]
        place = middles(self.ways, edges)
        gated = inside(compounds, place, compounds.gated)
        through = self.ways.is_kind("arterial", "footbridge", "underpass")[way]
        private = own_only | ((gated >= 0) & ~everybody & ~through)
        used, court = np.unique(gated[private & (gated >= 0)], return_inverse=True)
        edges.court[private & (gated >= 0)] = court.reshape(-1)
        drive = drives(edges, private)
        loose = np.flatnonzero(drive >= 0)
        edges.court[loose] = len(used) + drive[loose]
        names = [compounds.ids[number] for number in used] + [""] * (int(drive.max(initial=-1)) + 1)
        home = inside(compounds, place[loose], np.ones(len(compounds.ids), bool))
        for edge, compound in zip(loose, home, strict=True):
            if compound >= 0:
                names[int(edges.court[edge])] = compounds.ids[int(compound)]
        return names

    def _finish(self, edges: Edges, names: list[str], before: int) -> WalkNetwork:
        if len(edges) == 0:
            raise WalkError("There are no streets to walk on in this file.")
        numbers, court = np.unique(edges.court, return_inverse=True)
        edges.court = court.reshape(-1) - int(numbers[0] == PUBLIC)
        names = [names[int(number)] for number in numbers if number != PUBLIC]
        gated = gates_in_graph.split(edges)
        after = int(edges.length.sum(dtype=np.int64))
        report = {
            "nodes": len(gated.point), "edges": len(edges), "metres": after // 10,
            "dropped_share": round(1 - after / max(before, 1), 4),
            "walls_cut": self.notes.walls_cut, "compounds": self.notes.compounds,
            "gated_compounds": self.notes.gated, "courts": len(names), "gates": len(gated.inside),
        }
        line, shape_start = shapes(self.ways, edges)
        mapped = place_key(gate_places(self.gates))
        return with_order(assemble(edges, gated, line, shape_start, mapped, tuple(names), report, self.fences))


def assemble(edges: Edges, gated: Gated, line: Floats, shape_start: np.ndarray, mapped: Longs,
             names: tuple[str, ...], report: Mapping[str, float],
             fences: Mapping[str, Surface] = MappingProxyType({})) -> WalkNetwork:
    """Number the nodes in Z-order and lay out the arcs. `mapped`: the places (as keys) of gates on the map; `fences`:
    the land of gated compounds by their names.
    """
    place = np.zeros((len(gated.point), 2))
    place[gated.u], place[gated.v] = line[shape_start[:-1]], line[shape_start[1:] - 1]
    place[gated.outside] = place[gated.inside]
    order = np.argsort(morton(place[:, 0], place[:, 1]), kind="stable")
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    u, v, inner, outer = rank[gated.u], rank[gated.v], rank[gated.inside], rank[gated.outside]
    start, to, arc_edge = arcs(u, v, inner, outer, len(order))
    exit_to = np.full(len(order), -1, np.int32)
    exit_to[inner] = outer
    assumed = ~np.isin(place_key(place[gated.inside]), mapped)
    return WalkNetwork(
        lon=place[order, 0].copy(), lat=place[order, 1].copy(), court=gated.court[order].astype(np.int32),
        exit_to=exit_to, start=start, to=to, arc_edge=arc_edge, edge_u=u, edge_v=v,
        edge_length=edges.length.astype(np.int32), edge_court=edges.court.astype(np.int32), edge_flags=edges.flags,
        shape_start=shape_start.astype(np.int32), shape=line, gate_inside=inner, gate_outside=outer,
        gate_assumed=assumed, **fence_arrays(names, fences), courts=names, report={**report, "assumed_gates": int(assumed.sum())},
    )


def fence_arrays(names: tuple[str, ...], fences: Mapping[str, Surface]) -> dict[str, Any]:
    """The outer rings of the land of those courts that are gated compounds."""
    court = {name: number for number, name in enumerate(names) if name in fences}
    rings = [(number, shapely.get_coordinates(shapely.get_exterior_ring(part)))
             for name, number in court.items() for part in shapely.get_parts(fences[name])]
    start = np.zeros(len(rings) + 1, np.int32)
    start[1:] = np.cumsum([len(ring) for _, ring in rings])
    points = np.concatenate([ring for _, ring in rings]) if rings else np.zeros((0, 2))
    return {"fence_court": np.array([number for number, _ in rings], np.int32), "fence_start": start, "fence": points}


def arcs(u: np.ndarray, v: np.ndarray, inner: np.ndarray, outer: np.ndarray,
         count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """start, to and arc_edge of a network: each edge both ways (loops never help), each gate inwards."""
    real = np.flatnonzero(u != v).astype(np.int32)
    begin = np.concatenate([u[real], v[real], outer])
    end = np.concatenate([v[real], u[real], inner])
    edge = np.concatenate([real, real, np.full(len(inner), -1, np.int32)])
    order = np.lexsort((end, begin))
    start = np.zeros(count + 1, np.int32)
    np.cumsum(np.bincount(begin, minlength=count), out=start[1:])
    return start, end[order].astype(np.int32), edge[order].astype(np.int32)
