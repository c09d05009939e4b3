"""Walled compounds 小区: the wall with its gates, rows of houses that face south, and the ways between
them.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot
from random import Random

from shapely import LineString, Point, Polygon, box, prepare
from shapely.affinity import rotate
from shapely.geometry.base import BaseGeometry
from shapely.ops import nearest_points

from bandeng.sample.town.lots import Lot, south_angle
from bandeng.sample.town.sheet import XY, Sheet, Tags, Way, centimetre

FEWEST, MOST = 6, 20
GATE_REACH_M = 60.0
"""A gate is built only where a street lies this near outside the wall."""


@dataclass(frozen=True, slots=True)
class Style:
    """How a compound is built: storeys to choose from, house length and depth, row spacing, all in metres."""

    levels: tuple[int, ...]
    length: tuple[float, float]
    depth: float
    spacing: float
    gap: float


OLD = Style((4, 5, 5, 6, 6), (46, 66), 12.5, 34, 11)
NEW = Style((11, 11, 16, 18), (38, 52), 15.5, 56, 18)
TOWERS = Style((18, 24, 26, 28), (26, 30), 24.0, 66, 24)


@dataclass(frozen=True, slots=True)
class Compound:
    """A compound as drawn; `flats` is (place, number of flats) of each house, `spine` the way from gate to
    gate.
    """

    name: str
    land: Polygon
    flats: tuple[tuple[XY, int], ...]
    spine: LineString
    split: bool


def style_for(lot: Lot, rng: Random) -> Style:
    """Old walk-ups on small lots, high houses on large ones, where twenty walk-ups would stand lost."""
    if lot.land.area < 48_000:
        return OLD
    if lot.land.area < 64_000:
        return rng.choice((OLD, NEW))
    return rng.choice((NEW, TOWERS, NEW))


def build(sheet: Sheet, lot: Lot, name: str, style: Style, rng: Random) -> Compound:
    """Draw one compound: land use, wall, houses, inner ways and one to three gates."""
    angle = south_angle(lot.land)
    centre = lot.land.centroid
    flat = rotate(lot.land, -angle, origin=centre)
    houses, lanes, spine_x = _layout(flat, style, rng)

    def back(shape: BaseGeometry) -> BaseGeometry:
        return rotate(shape, angle, origin=centre)

    sheet.ring(lot.land, {"landuse": "residential", "name": name})
    wall_path = [centimetre((x, y)) for x, y in lot.land.exterior.coords]
    wall = sheet.way(wall_path, {"barrier": "wall" if style is not TOWERS else "fence"})
    low, high = flat.bounds[1] - 80, flat.bounds[3] + 80
    inside = flat.intersection(LineString([(spine_x, low), (spine_x, high)]))
    spine_ends = _ends(max(getattr(inside, "geoms", [inside]), key=lambda part: part.length))
    spine = back(LineString(spine_ends))
    points: list[XY] = list(spine.coords)
    gates = _end_gates(sheet, lot, name, wall, points)
    sheet.street(_inner(points, gates), {"highway": "service", "service": "driveway"})
    for number, lane in enumerate(lanes):
        sheet.street(back(lane).coords, {"highway": "footway" if number % 2 else "service"})
    if rng.random() < 0.45:
        _side_gate(sheet, lot, name, [back(lane) for lane in lanes], wall, rng)
    flats = []
    for number, house in enumerate(houses, start=1):
        storeys = rng.choice(style.levels)
        placed = back(house)
        sheet.ring(
            placed,
            {
                "building": "apartments",
                "addr:housenumber": f"{number}号楼",
                "building:levels": str(storeys),
                "addr:place": name,
            },
        )
        width = house.bounds[2] - house.bounds[0]
        per_floor = 4 if style is TOWERS else 2 * max(1, round(width / 18))
        flats.append(((placed.centroid.x, placed.centroid.y), storeys * per_floor))
    return Compound(name, lot.land, tuple(flats), LineString(points), lot.split)


def _end_gates(sheet: Sheet, lot: Lot, name: str, wall: Way, points: list[XY]) -> list[XY]:
    """Gates at the ends of the spine where a street runs before them; if at none, one at the nearer end."""
    south, north = points
    ends = [
        (south, _street_beyond(north, south, lot.edge), "南门"),
        (north, _street_beyond(south, north, lot.edge), "北门"),
    ]
    if all(street is None for _, street, _ in ends):
        end, _, label = min(ends, key=lambda each: lot.edge.distance(Point(each[0])))
        near = nearest_points(lot.edge, Point(end))[0]
        ends = [(end, (near.x, near.y), label)]
    gates: list[XY] = []
    for end, street, label in ends:
        if street is None:
            continue
        gate = centimetre(end)
        wall.extra.add(gate)
        sheet.street([gate, street], {"highway": "service"})
        barrier = "gate" if gates else "lift_gate"
        sheet.spot(gate, {"barrier": barrier, "name": f"{name}{label}", "foot": "yes"})
        gates.append(gate)
    return gates


def _layout(flat: Polygon, style: Style, rng: Random) -> tuple[list[Polygon], list[LineString], float]:
    """Rows of houses on both sides of a spine, in the turned frame: from 6 to 20, by stretching the
    spacing.
    """
    inner = flat.buffer(-9, join_style="mitre")
    prepare(inner)
    west, south, east, north = inner.bounds
    spine_x = inner.centroid.x + rng.uniform(-0.08, 0.08) * (east - west)
    best: tuple[list[Polygon], list[LineString]] = ([], [])
    for stretch in (1.0, 1.12, 1.25, 1.4, 1.6, 0.9, 0.8):
        houses: list[Polygon] = []
        lanes: list[LineString] = []
        pitch = style.spacing * stretch
        row = south + style.depth / 2 + 3
        while row + style.depth / 2 < north:
            line: list[Polygon] = []
            for side in (-1, 1):
                line += _row(inner, spine_x, side, row, style, stretch, rng)
            houses += sorted(line, key=lambda house: -house.bounds[0])
            lane_y = row + style.depth / 2 + (pitch - style.depth) / 2
            if line and lane_y < north - 4:
                left = min(house.bounds[0] for house in line)
                right = max(house.bounds[2] for house in line)
                lanes += _lane(inner, min(left, spine_x - 8), max(right, spine_x + 8), lane_y, spine_x)
            row += pitch
        best = (houses, lanes)
        if FEWEST <= len(houses) <= MOST:
            break
    houses, lanes = best
    return houses[:MOST], lanes, spine_x


def _row(
    inner: Polygon, spine_x: float, side: int, row: float, style: Style, stretch: float, rng: Random
) -> list[Polygon]:
    """The houses of one row on one side of the spine; what does not fit within the walls is not built."""
    houses = []
    x = spine_x + side * (7 + rng.uniform(0, 5))
    west, _, east, _ = inner.bounds
    while west < x < east:
        length = rng.uniform(*style.length) * min(stretch, 1.15)
        for share in (1.0, 0.75, 0.55):
            far = x + side * length * share
            shift = rng.uniform(-1.5, 1.5)
            house = box(
                min(x, far), row - style.depth / 2 + shift, max(x, far), row + style.depth / 2 + shift
            )
            if inner.contains(house) and length * share >= 22:
                houses.append(house)
                break
        x += side * (length + style.gap * stretch)
    return houses


def _lane(inner: Polygon, left: float, right: float, y: float, spine_x: float) -> list[LineString]:
    """The way along a row, in two arms from the spine."""
    arms = []
    for end in (left, right):
        arm = LineString([(spine_x, y), (end, y)]).intersection(inner)
        pieces = [part for part in getattr(arm, "geoms", [arm]) if part.length > 12]
        arms += [part for part in pieces if Point(spine_x, y).distance(part) < 0.1]
    return arms


def _inner(points: list[XY], gates: list[XY]) -> list[XY]:
    """The spine within the walls: up to a gate, or 6 m short of the wall where there is none."""
    start, end = points
    length = hypot(end[0] - start[0], end[1] - start[1])
    unit = ((end[0] - start[0]) / length, (end[1] - start[1]) / length)
    first = start if centimetre(start) in gates else (start[0] + 6 * unit[0], start[1] + 6 * unit[1])
    last = end if centimetre(end) in gates else (end[0] - 6 * unit[0], end[1] - 6 * unit[1])
    return [first, last]


def _street_beyond(start: XY, end: XY, edge: BaseGeometry) -> XY | None:
    """Where the way from start through end first meets a street, if that is within GATE_REACH_M."""
    length = hypot(end[0] - start[0], end[1] - start[1])
    far = (
        end[0] + (end[0] - start[0]) / length * GATE_REACH_M,
        end[1] + (end[1] - start[1]) / length * GATE_REACH_M,
    )
    met = edge.intersection(LineString([end, far]))
    if met.is_empty:
        return None
    place = Point(end)
    spots = [part for part in getattr(met, "geoms", [met]) if part.geom_type == "Point"]
    if not spots:
        return None
    nearest = min(spots, key=place.distance)
    return nearest.x, nearest.y


def _side_gate(sheet: Sheet, lot: Lot, name: str, lanes: list[BaseGeometry], wall: Way, rng: Random) -> None:
    """A gate at the end of a row lane, to the east or west; a third of those that are not needed are
    locked.
    """
    for lane in sorted(lanes, key=lambda line: -line.length):
        start, end = lane.coords[0], lane.coords[-1]
        length = hypot(end[0] - start[0], end[1] - start[1])
        far = (end[0] + (end[0] - start[0]) / length * 120, end[1] + (end[1] - start[1]) / length * 120)
        crossing = lot.land.exterior.intersection(LineString([end, far]))
        spots = [part for part in getattr(crossing, "geoms", [crossing]) if part.geom_type == "Point"]
        if not spots:
            continue
        nearest = min(spots, key=Point(end).distance)
        gate = centimetre((nearest.x, nearest.y))
        street = _street_beyond(end, gate, lot.edge)
        if street is None or Point(end).distance(nearest) > 45:
            continue
        label = "东门" if gate[0] > lot.land.centroid.x else "西门"
        tags: Tags = {"barrier": "gate", "name": f"{name}{label}"}
        tags["foot"] = "no" if rng.random() < 0.33 else "yes"
        wall.extra.add(gate)
        sheet.street([end, gate, street], {"highway": "footway"})
        sheet.spot(gate, tags)
        return


def _ends(line: LineString) -> list[XY]:
    """South end first."""
    return sorted((line.coords[0], line.coords[-1]), key=lambda point: point[1])
