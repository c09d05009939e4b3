"""The drawing sheet of the town: nodes and ways in local metres, and their way into OpenStreetMap XML.

Local metres run x to the east and y to the north of the middle of the town, before the whole town is turned
by a few degrees. One centimetre is one node: two ways that name the same place share it, as a mapper would
have it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import cos, radians, sin
from pathlib import Path
from xml.sax.saxutils import quoteattr

from shapely import LineString, Point, STRtree
from shapely.geometry.base import BaseGeometry

XY = tuple[float, float]
Tags = dict[str, str]

MIDDLE_LON, MIDDLE_LAT = 112.50, 41.85
"""Open grassland: nobody's street could be mistaken for one of the town's."""

TURN_DEGREES = 5.0
SNAP_M = 0.3
_METRES_PER_LAT = 111_075.0  # at 42 degrees north
_METRES_PER_LON = 111_320.0 * cos(radians(MIDDLE_LAT))


def lonlat(point: XY) -> XY:
    """Local metres to lon/lat WGS-84 with seven digits, the resolution of OpenStreetMap (a centimetre)."""
    turn = radians(TURN_DEGREES)
    east = point[0] * cos(turn) - point[1] * sin(turn)
    north = point[0] * sin(turn) + point[1] * cos(turn)
    return round(MIDDLE_LON + east / _METRES_PER_LON, 7), round(MIDDLE_LAT + north / _METRES_PER_LAT, 7)


def centimetre(point: XY) -> XY:
    return round(point[0], 2), round(point[1], 2)


@dataclass(slots=True)
class Way:
    """One way being drawn. Only ways of one `layer` meet where they cross; None never meets anything."""

    points: list[XY]
    tags: Tags
    layer: int | None = None
    extra: set[XY] = field(default_factory=set)

    def path(self) -> list[XY]:
        """All its nodes in order, with those that crossing ways have put in."""
        own = [centimetre(point) for point in self.points]
        new = self.extra - set(own)
        if new:
            line = LineString(own)
            closed = own[0] == own[-1]
            corners = own[:-1] if closed else own
            order = {point: line.project(Point(point)) for point in corners}
            order.update({point: line.project(Point(point)) for point in new})
            inner = sorted(order, key=lambda point: order[point])
            own = [*inner, inner[0]] if closed else inner
        return [point for index, point in enumerate(own) if index == 0 or point != own[index - 1]]


class Sheet:
    """Everything that has been drawn so far."""

    def __init__(self) -> None:
        self.ways: list[Way] = []
        self.spots: dict[XY, Tags] = {}

    def way(self, points: Iterable[XY], tags: Tags, layer: int | None = None) -> Way:
        drawn = Way([centimetre(point) for point in points], tags, layer)
        self.ways.append(drawn)
        return drawn

    def street(self, points: Iterable[XY], tags: Tags) -> Way:
        """A way at ground level: it gets a shared node wherever another ground-level way crosses or ends on
        it.
        """
        return self.way(points, tags, layer=0)

    def ring(self, polygon: BaseGeometry, tags: Tags) -> Way:
        """The outline of a polygon without holes as a closed way."""
        return self.way([(x, y) for x, y in polygon.exterior.coords], tags)

    def spot(self, point: XY, tags: Tags) -> None:
        """A node with tags; tags of the same place are joined."""
        self.spots.setdefault(centimetre(point), {}).update(tags)

    def knit(self) -> None:
        """Give ground-level ways their shared nodes: at crossings, and where one ends within SNAP_M of
        another.
        """
        ground = [way for way in self.ways if way.layer == 0]
        lines = [LineString(way.points) for way in ground]
        tree = STRtree(lines)
        for index, way in enumerate(ground):
            for other in (int(i) for i in tree.query(lines[index]) if int(i) > index):
                for point in _points(lines[index].intersection(lines[other])):
                    ends = (*_ends(way), *_ends(ground[other]))
                    near = min(ends, key=lambda end: _distance(end, point))
                    spot = near if _distance(near, point) < SNAP_M else centimetre(point)
                    way.extra.add(spot)
                    ground[other].extra.add(spot)
            for end in _ends(way):
                spot = Point(end)
                for other in tree.query(spot, predicate="dwithin", distance=SNAP_M):
                    target = ground[int(other)]
                    if target is way:
                        continue
                    if not any(_distance(end, corner) < SNAP_M for corner in target.points):
                        target.extra.add(end)
        self._join_ends(ground)

    def _join_ends(self, ground: Sequence[Way]) -> None:
        """Make one of corners that lie within SNAP_M of each other; gates stay, since walls know them too."""
        cells: dict[tuple[int, int], list[XY]] = defaultdict(list)
        for spot in self.spots:
            cells[round(spot[0]), round(spot[1])].append(spot)
        for way in ground:
            way.points = [_settled(point, cells) for point in way.points]
            way.extra = {_settled(point, cells) for point in way.extra}

    def write(self, path: Path) -> None:
        """Write .osm: ids are negative, nodes before ways, everything in the order of drawing."""
        ids: dict[XY, int] = {}
        paths = [way.path() for way in self.ways]
        for points in (*paths, list(self.spots)):
            for point in points:
                ids.setdefault(point, -1 - len(ids))
        with path.open("w", encoding="utf-8", newline="\n") as out:
            out.write("<?xml version='1.0' encoding='UTF-8'?>\n<osm version=\"0.6\" generator=\"bandeng\">\n")
            for point, number in ids.items():
                lon, lat = lonlat(point)
                tags = self.spots.get(point)
                out.write(f' <node id="{number}" lat="{lat:.7f}" lon="{lon:.7f}"')
                out.write(">\n" + _xml(tags) + " </node>\n" if tags else "/>\n")
            for number, (way, points) in enumerate(zip(self.ways, paths, strict=True), start=1):
                out.write(f' <way id="-{number}">\n')
                out.writelines(f'  <nd ref="{ids[point]}"/>\n' for point in points)
                out.write(_xml(way.tags) + " </way>\n")
            out.write("</osm>\n")


def _settled(point: XY, cells: dict[tuple[int, int], list[XY]]) -> XY:
    column, row = round(point[0]), round(point[1])
    for x in (column - 1, column, column + 1):
        for y in (row - 1, row, row + 1):
            for other in cells.get((x, y), ()):
                if _distance(point, other) < SNAP_M:
                    return other
    cells[column, row].append(point)
    return point


def _ends(way: Way) -> tuple[XY, XY]:
    return way.points[0], way.points[-1]


def _distance(one: XY, other: XY) -> float:
    return ((one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2) ** 0.5


def _points(shape: BaseGeometry) -> list[XY]:
    """The points of an intersection of two lines; of an overlap, its ends."""
    if shape.is_empty:
        return []
    if shape.geom_type == "Point":
        return [(shape.x, shape.y)]
    if shape.geom_type == "LineString":
        return [shape.coords[0], shape.coords[-1]]
    return [point for part in shape.geoms for point in _points(part)]


def _xml(tags: Mapping[str, str]) -> str:
    return "".join(f"  <tag k={quoteattr(key)} v={quoteattr(value)}/>\n" for key, value in tags.items())
