"""The old-lane quarter 胡同: narrow lanes with small courtyard houses, no walls and no gates."""

from __future__ import annotations

from random import Random

from shapely import LineString, Polygon, box, polygonize, prepare, unary_union
from shapely.affinity import rotate
from shapely.geometry.base import BaseGeometry

from bandeng.sample.town.lots import Lot, south_angle
from bandeng.sample.town.names import Pool
from bandeng.sample.town.sheet import XY, Sheet

LANE_EVERY_M, CROSS_EVERY_M = 46.0, 105.0


def build(sheet: Sheet, lot: Lot, name: str, lanes: Pool, rng: Random) -> tuple[tuple[XY, int], ...]:
    """Draw one part of the quarter; returns (place, households) of each courtyard."""
    angle, centre = south_angle(lot.land), lot.land.centroid
    flat = rotate(lot.land, -angle, origin=centre)
    block = rotate(lot.edge, -angle, origin=centre)
    sheet.ring(lot.land, {"landuse": "residential", "name": name, "place": "neighbourhood"})
    west, south, east, north = flat.bounds
    yards: list[tuple[XY, int]] = []
    across: list[LineString] = []
    y = south + 24
    while y < north - 16:
        bend = rng.uniform(-4, 4)
        middle = (west + east) / 2 + rng.uniform(-40, 40)
        line = LineString([(west - 40, y), (middle, y + bend), (east + 40, y + rng.uniform(-3, 3))])
        inside = line.intersection(Polygon(_ring(block)))
        piece = max(getattr(inside, "geoms", [inside]), key=lambda part: part.length)
        if piece.length > 60:
            across.append(piece)
        y += LANE_EVERY_M + rng.uniform(-4, 4)
    crossings = _cross_lanes(across, west, east, rng)
    shut = [line.buffer(2.6) for line in (*across, *crossings)]
    inner = flat.buffer(-1.5)
    prepare(inner)
    for line in across:
        street = lanes.take()
        sheet.street(rotate(line, angle, origin=centre).coords, {"highway": "living_street", "name": street})
        for number, yard in enumerate(_yards(line, inner, shut, rng), start=1):
            placed = rotate(yard, angle, origin=centre)
            sheet.ring(
                placed,
                {
                    "building": "house",
                    "addr:housenumber": f"{number}号",
                    "addr:street": street,
                    "building:levels": "1" if number % 5 else "2",
                },
            )
            yards.append(((placed.centroid.x, placed.centroid.y), 1 + number % 3))
    for line in crossings:
        sheet.street(rotate(line, angle, origin=centre).coords, {"highway": "footway"})
    return tuple(yards)


def _cross_lanes(across: list[LineString], west: float, east: float, rng: Random) -> list[LineString]:
    """Short footways between neighbouring lanes, not in one line, as they grew."""
    crossings = []
    for lower, upper in zip(across, across[1:], strict=False):
        x = west + rng.uniform(40, 80)
        while x < east - 30:
            ray = LineString([(x, lower.bounds[1] - 30), (x + rng.uniform(-5, 5), upper.bounds[3] + 30)])
            ends = [lower.intersection(ray), upper.intersection(ray)]
            if all(end.geom_type == "Point" for end in ends):
                crossings.append(LineString([(end.x, end.y) for end in ends]))
            x += CROSS_EVERY_M + rng.uniform(-25, 25)
    return crossings


def _yards(line: LineString, inner: Polygon, shut: list[Polygon], rng: Random) -> list[Polygon]:
    """Courtyards on both sides of a lane, odd ones to the north, without those that a lane would cut."""
    yards = []
    west, _, east, _ = line.bounds
    for side in (1, -1):
        x = west + 4
        while x < east - 10:
            width, depth = rng.uniform(11, 19), rng.uniform(10, 16)
            at = line.interpolate(line.project(line.centroid) + (x + width / 2 - line.centroid.x))
            low = at.y + 3.6 if side > 0 else at.y - 3.6 - depth
            yard = box(x, low, x + width, low + depth)
            if (
                inner.contains(yard)
                and not any(lane.intersects(yard) for lane in shut)
                and rng.random() < 0.93
            ):
                yards.append(yard)
            x += width + rng.uniform(1.0, 3.0)
    return yards


def _ring(edge: BaseGeometry) -> list[XY]:
    """The outer ring of the streets round a lot."""
    faces = polygonize([unary_union([edge])]).geoms
    return list(max(faces, key=lambda face: face.area).exterior.coords)
