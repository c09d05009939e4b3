"""Following the streets between two touches on the map: lines of grids run along streets, not across courtyards.

Pure: shapely and heapq. The network is made of the base map's streets, joined where they share a point or cross.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Sequence
from math import cos, radians

import shapely
import shapely.ops
from shapely.geometry.base import BaseGeometry

from bandeng.territory.lines.shapes import METRES_PER_DEGREE

Point = tuple[float, float]
SNAP = 30.0  # metres within which a touch means the street
DETOUR = 1.6  # a way along streets longer than this times the straight line is not what was meant


class Streets:
    """A network of street lines, asked for the way between two points on it."""

    def __init__(self, lines: Sequence[BaseGeometry]) -> None:
        single = [line for line in shapely.get_parts(list(lines)) if line.geom_type == "LineString"]
        noded = shapely.get_parts(shapely.node(shapely.multilinestrings(single))) if single else []
        self._edges = [edge for edge in noded if edge.length > 0]
        self._tree = shapely.STRtree(self._edges)
        self._next: dict[Point, list[tuple[Point, float, list[Point]]]] = defaultdict(list)
        for edge in self._edges:
            points = list(edge.coords)
            length = _metres(points)
            self._next[points[0]].append((points[-1], length, points))
            self._next[points[-1]].append((points[0], length, points[::-1]))

    def snap(self, point: Point) -> Point:
        """Return the nearest point of a street within 30 m, a junction before the middle of a street; else the point."""
        here = shapely.Point(point)
        position = self._nearest(here)
        if position is None:
            return point
        edge = self._edges[position]
        ends = [edge.coords[0], edge.coords[-1]]
        corner = min(ends, key=lambda end: _metres([point, end]))
        if _metres([point, corner]) <= SNAP / 2:
            return corner
        at = edge.interpolate(edge.project(here))
        return (at.x, at.y) if _metres([point, (at.x, at.y)]) <= SNAP else point

    def way(self, start: Point, end: Point) -> list[Point]:
        """Return the points from *start* to *end*, both snapped, along streets where that is no great detour."""
        first, last = self.snap(start), self.snap(end)
        straight = _metres([first, last])
        one, other = self._on_edge(first), self._on_edge(last)
        if one is None or other is None or straight == 0:
            return [first, last]
        found = self._shortest(first, last, one, other, straight * DETOUR + 50)
        return found or [first, last]

    def trace(self, points: Sequence[Point]) -> list[Point]:
        """Return a line through all *points*, along streets between each two."""
        line = [self.snap(points[0])] if points else []
        for start, end in zip(points, points[1:], strict=False):
            line += self.way(start, end)[1:]
        return line

    def _nearest(self, here: shapely.Point) -> int | None:
        return int(self._tree.nearest(here)) if self._edges else None

    def _on_edge(self, point: Point) -> int | None:
        here = shapely.Point(point)
        position = self._nearest(here)
        return position if position is not None and self._edges[position].distance(here) < 1e-7 else None

    def _shortest(self, start: Point, end: Point, one: int, other: int, limit: float) -> list[Point] | None:
        """Dijkstra over the junctions, with the two part-edges at either end added for this search."""
        extra: dict[Point, list[tuple[Point, float, list[Point]]]] = defaultdict(list)
        for point, position in ((start, one), (end, other)):
            for part in _parts(self._edges[position], point):
                extra[part[0]].append((part[-1], _metres(part), part))
                extra[part[-1]].append((part[0], _metres(part), part[::-1]))
        if one == other:
            edge = self._edges[one]
            low, high = sorted((edge.project(shapely.Point(start)), edge.project(shapely.Point(end))))
            between = list(shapely.ops.substring(edge, low, high).coords)
            between = between if _metres([between[0], start]) <= _metres([between[-1], start]) else between[::-1]
            extra[start].append((end, _metres(between), [start, *between[1:-1], end]))
        heap: list[tuple[float, int, Point, list[Point]]] = [(0.0, 0, start, [start])]
        done: set[Point] = set()
        count = 0
        while heap:
            length, _number, here, path = heapq.heappop(heap)
            if length > limit:
                return None
            if here == end:
                return path
            if here in done:
                continue
            done.add(here)
            for there, step, points in [*self._next.get(here, ()), *extra.get(here, ())]:
                if there not in done:
                    count += 1
                    heapq.heappush(heap, (length + step, count, there, path + points[1:]))
        return None


def _parts(edge: BaseGeometry, point: Point) -> list[list[Point]]:
    """Return the two parts of an edge from *point* to its ends."""
    at = edge.project(shapely.Point(point))
    before = list(shapely.ops.substring(edge, 0, at).coords)
    after = list(shapely.ops.substring(edge, at, edge.length).coords)
    return [part for part in ([*before[:-1], point], [point, *after[1:]]) if len(part) > 1]


def _metres(points: Sequence[Point]) -> float:
    side = METRES_PER_DEGREE * cos(radians(points[0][1]))
    total = 0.0
    for (x0, y0), (x1, y1) in zip(points, points[1:], strict=False):
        total += (((x1 - x0) * side) ** 2 + ((y1 - y0) * METRES_PER_DEGREE) ** 2) ** 0.5
    return total
