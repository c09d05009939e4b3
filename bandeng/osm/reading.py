"""`read`: from a file to an `Extract`. Nothing here raises for one bad object: it is counted and left out."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from types import MappingProxyType

import numpy as np
import shapely
from shapely import LineString, STRtree

from bandeng.osm import shapes
from bandeng.osm import tags as by_tag
from bandeng.osm.kinds import kind_of
from bandeng.osm.model import (
    Area,
    Bounds,
    Building,
    Extract,
    Gate,
    Line,
    OsmError,
    Report,
    ServicePoint,
    Street,
    Surface,
)
from bandeng.osm.raw import Point, RawFile, RawNode, RawWay, load

SAME_PLACE_M = 25.0
"""Two service points of one kind and name nearer than this are one place mapped twice (a node and its
house).
"""

_METRES_PER_DEGREE = 111_320.0
_STRAY_SHARE = 0.01


def read(path: str | Path) -> Extract:
    """Read one extract (.osm, .osm.gz, .osm.pbf; ids may be negative) into frozen values in lon/lat WGS-84.

    Invalid polygons are repaired, or left out and counted in `Extract.report`. Raises OsmError, in one clear
    sentence, if the file is missing, broken or no OpenStreetMap data, or if it holds nothing of a
    neighbourhood.
    """
    path = Path(path)
    reader = _Reader(load(path))
    extract = reader.extract()
    if extract is None:
        raise OsmError(f"{path.name} holds no streets, buildings, areas or service points.")
    return extract


class _Reader:
    """One pass over the raw objects; the lists fill up and become the tuples of the extract."""

    def __init__(self, raw: RawFile) -> None:
        self.raw = raw
        self.left_out: Counter[str] = Counter()
        self.repaired: Counter[str] = Counter()
        self.streets: list[Street] = []
        self.lines: list[Line] = []
        self.gates: list[Gate] = []
        self.buildings: list[Building] = []
        self.areas: list[Area] = []
        self.services: list[ServicePoint] = []
        self.service_areas: list[tuple[str, dict[str, str], Surface]] = []
        self.house_refs: set[int] = set()
        self.edge_refs: set[int] = set()

    def extract(self) -> Extract | None:
        for way in self.raw.ways.values():
            self._way(way)
        self._multipolygons()
        self._nodes()
        self._service_points()
        found = {
            "streets": len(self.streets), "lines": len(self.lines), "gates": len(self.gates),
            "buildings": len(self.buildings), "areas": len(self.areas), "services": len(self.services),
        }
        if not any(found.values()):
            return None
        read_counts = {**self.raw.seen, **found}
        return Extract(
            streets=tuple(self.streets), lines=tuple(self.lines), gates=tuple(self.gates),
            buildings=tuple(self.buildings), areas=tuple(self.areas), services=tuple(self.services),
            bounds=self._bounds(),
            report=Report(*(MappingProxyType(dict(c)) for c in (read_counts, self.left_out, self.repaired))),
        )

    # ways

    def _way(self, way: RawWay) -> None:
        tags, points = way.tags, way.known()
        if not tags:
            return
        street, line = by_tag.street_kind(tags), by_tag.line_kind(tags)
        if street or line:
            if len(set(points)) < 2:
                self.left_out["way without two known nodes"] += 1
            else:
                name, geometry = by_tag.title(tags), LineString(points)
                if street:
                    access = by_tag.foot_access(tags)
                    self.streets.append(Street(f"w{way.id}", street, name, geometry, access))
                if line:
                    self.lines.append(Line(f"w{way.id}", line, name, geometry))
        if line == "wall" or by_tag.area_kind(tags) == "compound":
            self.edge_refs.update(way.refs)
        if by_tag.is_building(tags):
            self.house_refs.update(way.refs)
        surface_like = by_tag.area_kind(tags) or by_tag.is_building(tags) or kind_of(tags)
        if not surface_like:
            if tags.get("railway") and tags.get("tunnel", "no") != "no":
                self.left_out["railway below ground"] += 1
            return
        if len(way.refs) < 4 or way.refs[0] != way.refs[-1]:
            if not (street or line):
                self.left_out["area that is not closed"] += 1
            return
        if len(points) < len(way.refs):
            self.left_out["area cut by the edge of the extract"] += 1
            return
        surface, mended = shapes.from_ring(points)
        self._surface(f"w{way.id}", tags, surface, mended)

    def _surface(self, osm_id: str, tags: dict[str, str], surface: Surface | None, mended: bool) -> None:
        if surface is None:
            self.left_out["polygon without an area"] += 1
            return
        if mended:
            self.repaired["polygon that crossed itself"] += 1
        if by_tag.is_building(tags):
            self.buildings.append(Building(osm_id, by_tag.title(tags), by_tag.building_number(tags),
                                           by_tag.levels(tags), surface))
        if kind := by_tag.area_kind(tags):
            self.areas.append(Area(osm_id, kind, by_tag.title(tags), surface))
        if kind_of(tags):
            self.service_areas.append((osm_id, tags, surface))

    def _multipolygons(self) -> None:
        for relation in self.raw.relations:
            rings: dict[str, list[list[Point]]] = {"outer": [], "inner": []}
            missing = False
            for ref, role in relation.members:
                way = self.raw.ways.get(ref)
                if way is None:
                    missing = True
                    continue
                rings["inner" if role == "inner" else "outer"].append(way.known())
                refs = self.house_refs if by_tag.is_building(relation.tags) else self.edge_refs
                refs.update(way.refs)
            surface = shapes.from_members(rings["outer"], rings["inner"])
            if surface is None:
                self.left_out["multipolygon cut by the edge of the extract" if missing
                              else "multipolygon that closes no ring"] += 1
                continue
            self._surface(f"r{relation.id}", relation.tags, surface, False)

    # nodes

    def _nodes(self) -> None:
        for node in self.raw.nodes:
            self._gate(node)
            if kind := kind_of(node.tags):
                self.services.append(_service(f"n{node.id}", kind, node.tags, node.point))

    def _gate(self, node: RawNode) -> None:
        """Openings count only on a wall or a compound's edge; entrances only there, and not on a house."""
        kind = by_tag.gate_kind(node.tags)
        if kind is None:
            return
        if kind == "entrance" and (node.id in self.house_refs or node.id not in self.edge_refs):
            self.left_out["entrance of a building, not of a compound"] += 1
            return
        if kind == "opening" and node.id not in self.edge_refs:
            self.left_out["bollard on an open street"] += 1
            return
        lon, lat = node.point
        self.gates.append(Gate(f"n{node.id}", kind, by_tag.title(node.tags), lon, lat,
                               by_tag.foot_access(node.tags)))

    # service points

    def _service_points(self) -> None:
        """Add those that are areas, then keep one of each place that was mapped as a node and as an area."""
        nodes, self.services = self.services, []
        for osm_id, tags, surface in self.service_areas:
            inside = surface.representative_point()
            centre = surface.centroid if surface.contains(surface.centroid) else inside
            kind = kind_of(tags)
            if kind:
                self.services.append(_service(osm_id, kind, tags, (centre.x, centre.y)))
        tree = STRtree([surface for _, _, surface in self.service_areas])
        for point in nodes:
            spot = shapely.Point(point.lon, point.lat)
            twins = [self.services[int(i)] for i in tree.query(spot, predicate="intersects")]
            if any(twin.kind == point.kind and point.name in ("", twin.name) for twin in twins):
                self.left_out["service point mapped twice"] += 1
                continue
            self.services.append(point)
        self.services = self._without_twins(self.services)

    def _without_twins(self, points: list[ServicePoint]) -> list[ServicePoint]:
        kept: dict[tuple[str, str], list[ServicePoint]] = {}
        result = []
        for point in points:
            others = kept.setdefault((point.kind, point.name), [])
            if point.name and any(_metres(point, other) < SAME_PLACE_M for other in others):
                self.left_out["service point mapped twice"] += 1
                continue
            others.append(point)
            result.append(point)
        return result

    def _bounds(self) -> Bounds:
        """Where people live: the box round buildings and compounds, without the few that lie far away.

        Ways run out of an extract for kilometres and cut multipolygons may too, so the outermost hundredth
        on each side counts only if it lies within half the spread of the rest. Without buildings: all that
        was read.
        """
        homes = [b.geometry for b in self.buildings]
        homes += [a.geometry for a in self.areas if a.kind == "compound"]
        if not homes:
            return self._bounds_of_all()
        boxes = shapely.bounds(np.array(homes, dtype=object))
        keep = np.ones(len(boxes), dtype=bool)
        for low, high in ((0, 2), (1, 3)):
            middle = (boxes[:, low] + boxes[:, high]) / 2
            first, last = np.quantile(middle, [_STRAY_SHARE, 1 - _STRAY_SHARE])
            slack = max((last - first) / 2, 300 / _METRES_PER_DEGREE)
            keep &= (boxes[:, low] >= first - slack) & (boxes[:, high] <= last + slack)
        if keep.any():
            boxes = boxes[keep]
        west, south = boxes[:, :2].min(axis=0)
        east, north = boxes[:, 2:].max(axis=0)
        return float(west), float(south), float(east), float(north)

    def _bounds_of_all(self) -> Bounds:
        shapes_read = [item.geometry for group in (self.streets, self.lines, self.areas) for item in group]
        shapes_read += [shapely.Point(item.lon, item.lat) for group in (self.gates, self.services)
                        for item in group]
        west, south, east, north = shapely.total_bounds(np.array(shapes_read, dtype=object))
        return float(west), float(south), float(east), float(north)


def _service(osm_id: str, kind: str, tags: dict[str, str], point: Point) -> ServicePoint:
    phone = tags.get("contact:phone") or tags.get("phone") or None
    return ServicePoint(osm_id, kind, by_tag.title(tags), point[0], point[1],
                        tags.get("opening_hours", ""), phone)


def _metres(one: ServicePoint, other: ServicePoint) -> float:
    """Distance in metres, exact enough over the tens of metres it is asked for."""
    east = (one.lon - other.lon) * np.cos(np.radians(one.lat))
    return float(np.hypot(east, one.lat - other.lat)) * _METRES_PER_DEGREE
