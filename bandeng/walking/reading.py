"""Reading only what a walking network needs: streets, squares, gates, walls and compounds, some times faster than
`bandeng.osm.read`, which reads a whole neighbourhood. What both read is the same, but for names.

The file is filtered by keys in compiled code, and lines come out of it whole, so that Python never sees a node
that is not a gate. Tags are judged by the rules of `bandeng.osm.tags`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import numpy as np
import osmium
import shapely
from numpy.typing import NDArray
from osmium.filter import IdFilter, KeyFilter, TagFilter
from osmium.geom import WKBFactory
from osmium.osm import NODE, RELATION, WAY, Node, Relation, Way

from bandeng.osm import Area, Extract, Gate, Line, OsmError, Report, Street, read, shapes, tags
from bandeng.osm.model import GateKind, StreetKind
from bandeng.walking.squares import Square, lanes_over

_Point = tuple[float, float]


@dataclass(slots=True)
class _Found:
    """What one pass collects; lines as WKB in hexadecimal, which become geometries all at once."""

    streets: list[tuple[int, StreetKind, str, str]] = field(default_factory=list)
    walls: list[tuple[int, str]] = field(default_factory=list)
    squares: list[tuple[int, str, str]] = field(default_factory=list)
    compounds: list[Area] = field(default_factory=list)
    gates: list[tuple[int, GateKind, _Point, str]] = field(default_factory=list)
    relations: list[tuple[int, bool, bool, list[tuple[int, str]]]] = field(default_factory=list)
    edge_refs: set[int] = field(default_factory=set)
    house_refs: set[int] = field(default_factory=set)
    left_out: Counter[str] = field(default_factory=Counter)
    negative: bool = False


def read_walkable(path: str | Path, barriers: bool = True) -> Extract:
    """The streets, squares (as lanes over them), gates, walls and compounds of a file; the rest stays empty.

    Without `barriers` only streets and squares are read. Raises OsmError, in one sentence, if the file is missing,
    broken or no OpenStreetMap data.
    """
    path = Path(path)
    if not path.is_file():
        raise OsmError(f"There is no file {path.name}.")
    found = _Found()
    try:
        if barriers:
            _relations(str(path), found)
        _ways_and_nodes(str(path), barriers, found)
        if found.negative:  # the compiled index of places knows no such ids
            return read(path)
        if barriers:
            _members(str(path), found)
    except (RuntimeError, OSError, ValueError) as error:
        raise OsmError(f"{path.name} cannot be read as OpenStreetMap data: {error}") from error
    return _extract(found)


def _tags(item: Node | Way | Relation) -> tags.Tags:
    """The tags where they lie, in compiled memory: a mapping in all that the rules ask of it."""
    return cast(tags.Tags, item.tags)


def _ways_and_nodes(name: str, barriers: bool, found: _Found) -> None:
    keys = ("highway", "barrier", "landuse", "building", "entrance") if barriers else ("highway",)
    pass_over = osmium.FileProcessor(name, NODE | WAY).with_locations().with_filter(KeyFilter(*keys))
    lines = WKBFactory()
    for item in pass_over:
        if isinstance(item, Way):
            _way(item, lines, barriers, found)
        elif barriers and isinstance(item, Node) and item.location.valid():
            told = _tags(item)
            if kind := tags.gate_kind(told):
                found.gates.append((item.id, kind, (item.lon, item.lat), tags.foot_access(told)))


def _way(way: Way, lines: WKBFactory, barriers: bool, found: _Found) -> None:
    told = _tags(way)
    highway = told.get("highway")
    if highway is not None:
        kind = tags.street_kind(told)
        square = kind is None and highway in ("pedestrian", "footway") and told.get("area") == "yes"
        if kind or square:
            line = _line(way, lines, found)
            if line and kind:
                found.streets.append((way.id, kind, tags.foot_access(told), line))
            elif line:
                found.squares.append((way.id, tags.foot_access(told), line))
    if not barriers:
        return
    if "building" in told and tags.is_building(told):
        found.house_refs.update(node.ref for node in way.nodes)
    if "barrier" in told and tags.line_kind(told) == "wall":
        line = _line(way, lines, found)
        found.edge_refs.update(node.ref for node in way.nodes)
        if line:
            found.walls.append((way.id, line))
    if "landuse" in told and tags.area_kind(told) == "compound":
        found.edge_refs.update(node.ref for node in way.nodes)
        _compound(way, found)


def _line(way: Way, lines: WKBFactory, found: _Found) -> str | None:
    """The line of a way as WKB; where the extract has cut nodes off, of those it holds."""
    try:
        return lines.create_linestring(way)
    except (RuntimeError, ValueError):
        points = [(node.lon, node.lat) for node in way.nodes if node.location.valid()]
        found.negative = found.negative or any(node.ref < 0 for node in way.nodes)
        if len(set(points)) > 1:
            return shapely.to_wkb(shapely.linestrings(points), hex=True, byte_order=1)
        found.left_out["way without two known nodes"] += 1
        return None


def _compound(way: Way, found: _Found) -> None:
    nodes = way.nodes
    points = [(node.lon, node.lat) for node in nodes if node.location.valid()]
    if len(nodes) >= 4 and nodes[0].ref == nodes[-1].ref and len(points) == len(nodes):
        surface, _ = shapes.from_ring(points)
        if surface is not None:
            found.compounds.append(Area(f"w{way.id}", "compound", "", surface))


def _relations(name: str, found: _Found) -> None:
    """The multipolygons whose members matter: compounds for their shape, the others for what their rings are."""
    for relation in osmium.FileProcessor(name, RELATION).with_filter(TagFilter(("type", "multipolygon"))):
        if isinstance(relation, Relation):
            house, kind = tags.is_building(_tags(relation)), tags.area_kind(_tags(relation))
            if house or kind:
                members = [(member.ref, member.role) for member in relation.members if member.type == "w"]
                found.relations.append((relation.id, house, kind == "compound", members))


def _members(name: str, found: _Found) -> None:
    """Put the rings of the multipolygons together."""
    wanted = {ref for *_, members in found.relations for ref, _ in members}
    if not wanted:
        return
    points: dict[int, list[_Point]] = {}
    refs: dict[int, list[int]] = {}
    for way in osmium.FileProcessor(name, NODE | WAY).with_locations().with_filter(IdFilter(wanted)):
        if isinstance(way, Way):
            points[way.id] = [(node.lon, node.lat) for node in way.nodes if node.location.valid()]
            refs[way.id] = [node.ref for node in way.nodes]
    for number, house, compound, members in found.relations:
        rings: dict[str, list[list[_Point]]] = {"outer": [], "inner": []}
        for ref, role in members:
            rings["inner" if role == "inner" else "outer"].append(points.get(ref, []))
            (found.house_refs if house else found.edge_refs).update(refs.get(ref, []))
        surface = shapes.from_members(rings["outer"], rings["inner"]) if compound else None
        if surface is not None:
            found.compounds.append(Area(f"r{number}", "compound", "", surface))


def _extract(found: _Found) -> Extract:
    lines = _lines([line for *_, line in found.streets])
    streets = [Street(f"w{number}", kind, "", line, access)
               for (number, kind, access, _), line in zip(found.streets, lines, strict=True)]
    rings = _lines([line for *_, line in found.squares])
    squares = [Square(f"w{number}", access, ring)
               for (number, access, _), ring in zip(found.squares, rings, strict=True)]
    streets += lanes_over(squares, lines)
    walls = [Line(f"w{number}", "wall", "", line) for (number, _), line in
             zip(found.walls, _lines([line for _, line in found.walls]), strict=True)]
    gates = [Gate(f"n{number}", kind, "", *place, access) for number, kind, place, access in found.gates
             if _counts(number, kind, found)]
    west, south, east, north = map(float, shapely.total_bounds(lines) if len(lines) else np.zeros(4))
    counts = {"streets": len(streets), "lines": len(walls), "gates": len(gates), "areas": len(found.compounds)}
    return Extract(tuple(streets), tuple(walls), tuple(gates), (), tuple(found.compounds), (),
                   (west, south, east, north), Report(counts, dict(found.left_out), {}))


def _lines(texts: list[str]) -> NDArray[np.object_]:
    """The lines of hexadecimal WKB, all in one go: a byte for the order, four for the type, four for the count (18
    letters together), then sixteen bytes, 32 letters, to the point.
    """
    if not texts:
        return np.zeros(0, object)
    points = np.frombuffer(bytes.fromhex("".join(text[18:] for text in texts)), "<f8").reshape(-1, 2)
    count = np.array([(len(text) - 18) // 32 for text in texts])
    return shapely.linestrings(points, indices=np.repeat(np.arange(len(texts)), count))


def _counts(number: int, kind: GateKind, found: _Found) -> bool:
    """As `bandeng.osm` has it: openings count only on a wall or an outline, entrances there and not on a house."""
    if kind == "opening":
        return number in found.edge_refs
    return kind != "entrance" or (number in found.edge_refs and number not in found.house_refs)
