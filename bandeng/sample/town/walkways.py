"""Ways for walkers only: footbridges over broad roads and over the river, paths along the bank."""

from __future__ import annotations

from math import hypot

from shapely import LineString, Point
from shapely.ops import nearest_points

from bandeng.sample.town.ground import RIVERSIDE_M, Ground
from bandeng.sample.town.sheet import XY, Sheet

ROAD_FOOTBRIDGES: tuple[tuple[str, XY], ...] = (
    ("文化宫人行天桥", (-300, 860)),
    ("学校人行天桥", (-300, -600)),
    ("槐荫人行天桥", (420, -330)),
)
RIVER_FOOTBRIDGES: tuple[tuple[str, XY], ...] = (("听泉步行桥", (-480, 520)),)
BANK_PATH_M = 46.0


def build(sheet: Sheet, ground: Ground) -> None:
    """Draw them all; every bridge is reached from the street network at both ends."""
    for name, place in ROAD_FOOTBRIDGES:
        line = min(ground.broad, key=Point(place).distance)
        _over_road(sheet, line, Point(place), name)
    for name, place in RIVER_FOOTBRIDGES:
        _over_river(sheet, ground.river, Point(place), name)
    _bank_paths(sheet, ground)


def _over_road(sheet: Sheet, road: LineString, place: Point, name: str) -> None:
    """Steps up on both pavements and a bridge between; short pavements lead to them from the road."""
    along = road.project(place)
    here, ahead = road.interpolate(along), road.interpolate(along + 1)
    length = hypot(ahead.x - here.x, ahead.y - here.y)
    east, north = (ahead.x - here.x) / length, (ahead.y - here.y) / length
    decks: list[XY] = []
    for side in (1, -1):
        deck = (here.x - side * 12 * north, here.y + side * 12 * east)
        foot = (deck[0] + 14 * east, deck[1] + 14 * north)
        start = road.interpolate(along + 30)
        sheet.street([(start.x, start.y), foot], {"highway": "footway"})
        sheet.way([foot, deck], {"highway": "steps", "incline": "up", "layer": "1"})
        decks.append(deck)
    sheet.way(decks, {"highway": "footway", "bridge": "yes", "layer": "1", "name": name})


def _over_river(sheet: Sheet, river: LineString, place: Point, name: str) -> None:
    along = river.project(place)
    here, ahead = river.interpolate(along), river.interpolate(along + 1)
    east, north = ahead.x - here.x, ahead.y - here.y
    ends = [(here.x - side * RIVERSIDE_M * north, here.y + side * RIVERSIDE_M * east) for side in (1, -1)]
    banks = [(here.x - side * 40 * north, here.y + side * 40 * east) for side in (1, -1)]
    roads = [LineString(way.points) for way in sheet.ways if way.tags.get("name", "").startswith("滨河")]
    for end, bank in zip(ends, banks, strict=True):
        road = min(roads, key=Point(end).distance)
        met = nearest_points(road, Point(end))[0]
        sheet.street([(met.x, met.y), bank], {"highway": "footway"})
    sheet.way(banks, {"highway": "footway", "bridge": "yes", "layer": "1", "name": name})


def _bank_paths(sheet: Sheet, ground: Ground) -> None:
    """A narrow green strip with a path on each bank, cut where a bridge or the town's edge is."""
    for side in (BANK_PATH_M, -BANK_PATH_M):
        path = ground.river.offset_curve(side).intersection(ground.district.buffer(-40)).simplify(0.5)
        for piece in getattr(path, "geoms", [path]):
            if piece.length > 200:
                sheet.street(piece.coords, {"highway": "footway"})
    strip = (
        ground.corridor.intersection(ground.district.buffer(-12))
        .buffer(-9)
        .difference(ground.water.buffer(5))
    )
    for piece in getattr(strip, "geoms", [strip]):
        if piece.area > 2_000:
            sheet.ring(piece.simplify(0.5), {"landuse": "grass"})
