"""The objects of a file as they stand there, with the coordinates of every way: the first half of reading.

Locations come from osmium's index in C++. That index knows no negative ids, which editors give to objects
not yet uploaded (and our sample town to its own), so those few nodes are looked up in one more pass.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import osmium
from osmium.filter import EmptyTagFilter
from osmium.osm import NODE, RELATION, WAY, Node, Relation, Way

from bandeng.osm import tags as by_tag
from bandeng.osm.model import OsmError

Point = tuple[float, float]


@dataclass(slots=True)
class RawWay:
    id: int
    tags: dict[str, str]
    refs: list[int]
    points: list[Point | None]

    def known(self) -> list[Point]:
        """The coordinates that the file holds; an extract may cut nodes off."""
        return [point for point in self.points if point is not None]


@dataclass(slots=True)
class RawNode:
    id: int
    tags: dict[str, str]
    point: Point


@dataclass(slots=True)
class RawRelation:
    """A multipolygon that matters; members are (way id, role)."""

    id: int
    tags: dict[str, str]
    members: list[tuple[int, str]]


@dataclass(slots=True)
class RawFile:
    nodes: list[RawNode] = field(default_factory=list)
    ways: dict[int, RawWay] = field(default_factory=dict)
    relations: list[RawRelation] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)


def load(path: Path) -> RawFile:
    """Read the tagged nodes, all ways that are tagged or belong to a multipolygon, and those multipolygons.

    Raises OsmError if the file is missing, empty, broken or no OpenStreetMap data.
    """
    if not path.is_file():
        raise OsmError(f"There is no file {path.name}.")
    try:
        return _load(str(path))
    except (RuntimeError, OSError, ValueError) as error:
        raise OsmError(f"{path.name} cannot be read as OpenStreetMap data: {error}") from error


def _load(name: str) -> RawFile:
    raw = RawFile()
    wanted: set[int] = set()
    for relation in osmium.FileProcessor(name, RELATION):
        if not isinstance(relation, Relation):
            continue
        tags = dict(relation.tags)
        if tags.get("type") != "multipolygon" or not (by_tag.area_kind(tags) or by_tag.is_building(tags)):
            continue
        members = [(member.ref, member.role) for member in relation.members if member.type == "w"]
        wanted.update(ref for ref, _ in members)
        raw.relations.append(RawRelation(relation.id, tags, members))
    cut = False
    tagged_nodes = EmptyTagFilter()
    tagged_nodes.enable_for(NODE)
    for item in osmium.FileProcessor(name, NODE | WAY).with_locations().with_filter(tagged_nodes):
        if isinstance(item, Node) and item.location.valid():
            raw.nodes.append(RawNode(item.id, dict(item.tags), (item.lon, item.lat)))
        if not isinstance(item, Way):
            continue
        tags = dict(item.tags)
        if not tags and item.id not in wanted:
            continue
        refs = [node.ref for node in item.nodes]
        points = [(node.lon, node.lat) if node.location.valid() else None for node in item.nodes]
        cut = cut or any(ref < 0 for ref in refs)
        raw.ways[item.id] = RawWay(item.id, tags, refs, points)
    if cut:
        _fill_negative(name, raw)
    raw.seen.update({"nodes with tags": len(raw.nodes), "ways": len(raw.ways),
                     "multipolygons": len(raw.relations)})
    return raw


def _fill_negative(name: str, raw: RawFile) -> None:
    known = {node.id: (node.lon, node.lat) for node in osmium.FileProcessor(name, NODE)
             if isinstance(node, Node) and node.id < 0 and node.location.valid()}
    for way in raw.ways.values():
        way.points = [point or known.get(ref) for ref, point in zip(way.refs, way.points, strict=True)]
