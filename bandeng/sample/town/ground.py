"""The ground plan: arterial roads, the river, the railway, and the blocks that lie between them.

The roads start as a grid, as in most planned towns, and are then bent, shifted and cut. The river takes its
bend through the middle; only four roads have a bridge, the others end at the riverside roads. The railway
runs along the west; two roads pass under it, one footbridge leads over it, the others end at it. So two
homes 200 m apart may be a long walk apart: what life circles are about.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sin
from random import Random

from shapely import LineString, Polygon, polygonize, unary_union
from shapely.geometry.base import BaseGeometry

from bandeng.sample.town.names import COLUMN_ROADS, ROW_ROADS
from bandeng.sample.town.sheet import XY, Sheet, Tags

COLUMNS = (-1850, -1400, -1306, -800, -310, 190, 690, 1200, 1720)
ROWS = (-1330, -860, -350, 140, 630, 1110)
RAIL_COLUMNS = (1, 2)
"""The two roads that run along the railway, west and east of it."""
AXIS_COLUMN, AXIS_ROW = 4, 2
"""Where names change from 西街 to 东街 and from 南路 to 北路."""

RIVER = (
    (-1200, 1560),
    (-960, 1130),
    (-690, 700),
    (-290, 390),
    (110, 240),
    (480, 10),
    (830, -270),
    (1270, -470),
    (1750, -560),
    (2150, -640),
)
RIVER_HALF_M, BRIDGE_HALF_M, RIVERSIDE_M = 34.0, 46.0, 66.0
BRIDGED = {("column", 4), ("column", 6), ("row", 4)}
TUNNELLED = {("row", 1), ("row", 4)}
RAIL_FOOTBRIDGE_ROW = 3
MISSING = {("row", 3, 5), ("column", 7, 3), ("column", 3, 0)}
"""Stretches never built (row or column, its number, the number of the stretch): here two blocks are one."""
BROAD = {("column", 0), ("column", 4), ("column", 8), ("row", 0), ("row", 2), ("row", 5)}


@dataclass(frozen=True, slots=True)
class Ground:
    """The plan in local metres. `cuts` are the lines along which the town may be divided into grids."""

    district: Polygon
    river: LineString
    water: Polygon
    corridor: BaseGeometry
    rail: LineString
    rail_strip: Polygon
    blocks: tuple[Polygon, ...]
    cuts: tuple[LineString, ...]
    broad: tuple[LineString, ...]


def lay(sheet: Sheet, rng: Random) -> Ground:
    """Draw the arterial roads, the water and the railway, and return what lies between them."""
    corners = _corners(rng)
    columns = [
        LineString(_bent([corners[i, j] for j in range(len(ROWS))], vertical=True))
        for i in range(len(COLUMNS))
    ]
    rows = [
        LineString(_bent([corners[i, j] for i in range(len(COLUMNS))], vertical=False))
        for j in range(len(ROWS))
    ]
    ring = unary_union([columns[0], columns[-1], rows[0], rows[-1]])
    district = max((face for face in polygonize([ring]).geoms), key=lambda face: face.area)
    river = LineString(_smooth(RIVER))
    corridor = river.buffer(RIVERSIDE_M, cap_style="flat").simplify(0.5).intersection(district.buffer(150))
    rail = LineString([(x - 47, y) for x, y in _extended(_between(columns[1], columns[2]))])
    rail_strip = Polygon([*_overshot(columns[1]), *reversed(_overshot(columns[2]))])
    _draw_water(sheet, river, district)
    _draw_rail(sheet, rail)
    full: list[LineString] = []
    broad: list[LineString] = []
    for which, roads in (("column", columns), ("row", rows)):
        for number, road in enumerate(roads):
            for stretch in _stretches(which, number, road, corners):
                full.append(stretch)
                if (which, number) in BROAD:
                    broad.append(stretch)
                _draw_road(sheet, which, number, stretch, river, corridor, rail_strip)
    diagonal = LineString([corners[5, 3], corners[6, 4], corners[7, 5]])
    full.append(diagonal)
    for piece in _lines(diagonal.difference(corridor)):
        sheet.street(piece.coords, {"highway": "secondary", "name": "斜阳街"})
    _draw_riverside(sheet, corridor, district)
    _draw_rail_footbridge(sheet, rows[RAIL_FOOTBRIDGE_ROW], rail_strip)
    open_roads = [piece for piece in full if not piece.within(rail_strip.buffer(1))]
    # Lines overshoot what they end on by a metre: a face closes only where lines surely cross.
    hold = corridor.buffer(-1)
    shore = corridor.boundary.intersection(district.buffer(1))
    side_roads = [columns[number] for number in RAIL_COLUMNS]
    faces = polygonize(
        [
            unary_union(
                [*(road.difference(hold) for road in open_roads), shore, *side_roads, ring.difference(hold)]
            )
        ]
    ).geoms
    strips = unary_union([corridor, rail_strip])
    blocks = tuple(
        face for face in faces if face.area > 2500 and not strips.contains(face.representative_point())
    )
    cuts = tuple(line for line in (*full, river, rail) if not any(line.equals(road) for road in side_roads))
    return Ground(
        district, river, river.buffer(RIVER_HALF_M), corridor, rail, rail_strip, blocks, cuts, tuple(broad)
    )


def _corners(rng: Random) -> dict[tuple[int, int], XY]:
    corners = {}
    for i, x in enumerate(COLUMNS):
        for j, y in enumerate(ROWS):
            along_rail = i in RAIL_COLUMNS
            east, north = (0.0, 0.0) if along_rail else (rng.uniform(-26, 26), rng.uniform(-24, 24))
            base = -1353.0 if along_rail else float(x)  # both side roads bend with the railway between them
            bend = 70 * sin(y / 800 + 0.6) + 22 * sin(y / 310 + base / 500)
            corners[i, j] = (x + bend + east, y + 55 * sin(base / 1100 + 0.4) + 18 * sin(base / 420) + north)
    return corners


def _bent(points: list[XY], *, vertical: bool) -> list[XY]:
    """Put one point between each two, a little off the straight line."""
    bent = [points[0]]
    for number, ((x0, y0), (x1, y1)) in enumerate(zip(points, points[1:], strict=False)):
        off = 7 * sin(number * 1.7 + (x0 if vertical else y0) / 400)
        middle = ((x0 + x1) / 2, (y0 + y1) / 2)
        bent.append((middle[0] + off, middle[1]) if vertical else (middle[0], middle[1] + off))
        bent.append((x1, y1))
    return bent


def _smooth(points: tuple[XY, ...]) -> list[XY]:
    """Round the corners of a line by cutting them three times (Chaikin)."""
    line = list(points)
    for _ in range(3):
        cut = [line[0]]
        for (x0, y0), (x1, y1) in zip(line, line[1:], strict=False):
            cut += [
                (0.75 * x0 + 0.25 * x1, 0.75 * y0 + 0.25 * y1),
                (0.25 * x0 + 0.75 * x1, 0.25 * y0 + 0.75 * y1),
            ]
        line = [*cut, line[-1]]
    return line


def _between(west: LineString, east: LineString) -> list[XY]:
    return [
        ((a[0] + b[0]) / 2 + 47, (a[1] + b[1]) / 2) for a, b in zip(west.coords, east.coords, strict=True)
    ]


def _extended(points: list[XY]) -> list[XY]:
    """Let a line run out of town at both ends."""
    (x0, y0), (x1, y1) = points[0], points[-1]
    return [(x0 - 60, y0 - 420), *points, (x1 + 50, y1 + 420)]


def _overshot(road: LineString) -> list[XY]:
    """A north-south road 40 m beyond the ring roads, whose bends else escape the strip between two such
    roads.
    """
    points = list(road.coords)
    return [(points[0][0], points[0][1] - 40), *points, (points[-1][0], points[-1][1] + 40)]


def _stretches(
    which: str, number: int, road: LineString, corners: dict[tuple[int, int], XY]
) -> list[LineString]:
    """The built parts of a road: without the stretches of MISSING, and cut where its name changes at the
    axis.
    """
    axis = AXIS_ROW if which == "column" else AXIS_COLUMN
    count = len(ROWS if which == "column" else COLUMNS)
    points = list(road.coords)
    pieces: list[list[XY]] = []
    for stretch in range(count - 1):
        part = points[2 * stretch : 2 * stretch + 3]
        if (which, number, stretch) in MISSING:
            pieces.append([])
        elif not pieces or not pieces[-1] or stretch == axis:
            pieces.append(part)
        else:
            pieces[-1] += part[1:]
    return [LineString(piece) for piece in pieces if piece]


def _road_tags(which: str, number: int, stretch: LineString) -> Tags:
    middle = stretch.interpolate(0.5, normalized=True)
    if which == "row":
        name = f"{ROW_ROADS[number]}{'西' if middle.x < COLUMNS[AXIS_COLUMN] else '东'}街"
    elif number in RAIL_COLUMNS:
        name = COLUMN_ROADS[number]
    else:
        name = f"{COLUMN_ROADS[number]}{'南' if middle.y < ROWS[AXIS_ROW] else '北'}路"
    return {"highway": "primary" if (which, number) in BROAD else "secondary", "name": name}


def _draw_road(
    sheet: Sheet,
    which: str,
    number: int,
    stretch: LineString,
    river: LineString,
    corridor: BaseGeometry,
    rail_strip: Polygon,
) -> None:
    tags = _road_tags(which, number, stretch)
    if (which, number) in BRIDGED:
        span = river.buffer(BRIDGE_HALF_M, cap_style="flat")
        for piece in _lines(stretch.intersection(span)):
            sheet.way(piece.coords, {**tags, "bridge": "yes", "layer": "1"}, layer=1)
        ground = stretch.difference(span)
    else:
        ground = stretch.difference(corridor)
    if which == "row":
        under = rail_strip.buffer(-20)
        if (which, number) in TUNNELLED:
            for piece in _lines(ground.intersection(under)):
                sheet.way(piece.coords, {**tags, "tunnel": "yes", "layer": "-1"}, layer=-1)
            ground = ground.difference(under)
        else:
            ground = ground.difference(rail_strip)
    for piece in _lines(ground):
        sheet.street(piece.coords, tags)


def _draw_water(sheet: Sheet, river: LineString, district: Polygon) -> None:
    sheet.way(river.coords, {"waterway": "river", "name": "凳子河"})
    water = river.buffer(RIVER_HALF_M, cap_style="flat").intersection(district.buffer(250))
    sheet.ring(water.simplify(0.8), {"natural": "water", "water": "river", "name": "凳子河"})


def _draw_rail(sheet: Sheet, rail: LineString) -> None:
    for side in (-2.5, 2.5):
        sheet.way(
            [(x + side, y) for x, y in rail.coords], {"railway": "rail", "name": "牧长铁路", "gauge": "1435"}
        )


def _draw_riverside(sheet: Sheet, corridor: BaseGeometry, district: Polygon) -> None:
    banks = _lines(corridor.boundary.intersection(district))
    banks = [bank for bank in banks if bank.length > 400]
    for bank in banks:
        middle = bank.interpolate(0.5, normalized=True)
        south = Polygon([(-3000, -3000), (3000, -3000), *reversed(RIVER)]).contains(middle)
        sheet.street(bank.coords, {"highway": "tertiary", "name": "滨河南路" if south else "滨河北路"})


def _draw_rail_footbridge(sheet: Sheet, row: LineString, rail_strip: Polygon) -> None:
    """Where the road ends at the railway: steps up, a bridge over the tracks, steps down."""
    (crossing,) = _lines(row.intersection(rail_strip))
    ends = crossing.coords[0], crossing.coords[-1]
    west, east = crossing.interpolate(22).coords[0], crossing.interpolate(crossing.length - 22).coords[0]
    sheet.street([ends[0], west], {"highway": "steps", "incline": "up"})
    sheet.way(
        [west, east], {"highway": "footway", "bridge": "yes", "layer": "1", "name": "铁路人行天桥"}, layer=1
    )
    sheet.street([ends[1], east], {"highway": "steps", "incline": "up"})


def _lines(shape: BaseGeometry) -> list[LineString]:
    if shape.geom_type == "LineString":
        return [] if shape.is_empty or shape.length < 1 else [shape]
    return [line for part in getattr(shape, "geoms", ()) for line in _lines(part)]
