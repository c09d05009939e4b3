"""Land that is not housing: schools, hospital, markets, shops, offices, works, parks and meadow."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, hypot
from random import Random

from shapely import LineString, Point, Polygon, box, prepare
from shapely.affinity import rotate
from shapely.ops import nearest_points

from bandeng.sample.town.lots import Lot, south_angle
from bandeng.sample.town.names import Pool
from bandeng.sample.town.sheet import Sheet, Tags, centimetre


@dataclass(frozen=True, slots=True)
class Use:
    """How a use is drawn: tags of the land, tags of its houses, their size (m), spacing (m) and greatest
    number.
    """

    land: Tags
    house: Tags
    size: tuple[float, float]
    spacing: tuple[float, float]
    most: int
    fenced: bool = False


SCHOOL_HOURS, OFFICE_HOURS, MARKET_HOURS = "Mo-Fr 07:30-17:30", "Mo-Fr 08:30-12:00,14:30-17:30", "06:00-19:00"
USES: dict[str, Use] = {
    "kindergarten": Use(
        {"amenity": "kindergarten", "opening_hours": SCHOOL_HOURS},
        {"building": "kindergarten", "building:levels": "3"},
        (36, 15),
        (52, 40),
        2,
        True,
    ),
    "primary_school": Use(
        {"amenity": "school", "isced:level": "1"},
        {"building": "school", "building:levels": "4"},
        (58, 15),
        (75, 44),
        5,
        True,
    ),
    "middle_school": Use(
        {"amenity": "school", "isced:level": "2;3"},
        {"building": "school", "building:levels": "5"},
        (62, 16),
        (80, 46),
        6,
        True,
    ),
    "hospital": Use(
        {"amenity": "hospital", "opening_hours": "24/7", "emergency": "yes"},
        {"building": "hospital", "building:levels": "9"},
        (60, 22),
        (84, 60),
        5,
        True,
    ),
    "health_centre": Use(
        {"amenity": "clinic", "healthcare": "centre", "opening_hours": "Mo-Su 08:00-18:00"},
        {"building": "hospital", "building:levels": "4"},
        (44, 16),
        (60, 50),
        2,
        True,
    ),
    "nursing_home": Use(
        {"amenity": "social_facility", "social_facility": "nursing_home", "social_facility:for": "senior"},
        {"building": "residential", "building:levels": "4"},
        (46, 15),
        (60, 42),
        2,
        True,
    ),
    "market": Use(
        {"amenity": "marketplace", "opening_hours": MARKET_HOURS},
        {"building": "retail", "building:levels": "1"},
        (58, 34),
        (70, 48),
        2,
    ),
    "mall": Use({"landuse": "retail"}, {"building": "retail", "building:levels": "6"}, (74, 46), (98, 72), 6),
    "shops": Use(
        {"landuse": "retail"}, {"building": "retail", "building:levels": "2"}, (34, 13), (42, 34), 12
    ),
    "offices": Use(
        {"landuse": "commercial"}, {"building": "office", "building:levels": "8"}, (36, 18), (54, 48), 5
    ),
    "culture": Use(
        {"amenity": "arts_centre", "opening_hours": "Tu-Su 09:00-21:00"},
        {"building": "civic", "building:levels": "3"},
        (54, 36),
        (70, 60),
        1,
    ),
    "government": Use(
        {"landuse": "commercial"}, {"building": "public", "building:levels": "5"}, (62, 17), (84, 56), 5, True
    ),
    "works": Use(
        {"landuse": "industrial"},
        {"building": "industrial", "building:levels": "1"},
        (78, 26),
        (96, 44),
        14,
        True,
    ),
}
_NAMES: dict[str, tuple[str, ...]] = {
    "kindergarten": ("小板凳幼儿园", "麦穗幼儿园", "白鸽幼儿园", "向日葵幼儿园"),
    "primary_school": ("槐荫小学", "柳湾小学"),
    "middle_school": ("板凳区第一中学",),
    "hospital": ("板凳区人民医院",),
    "health_centre": ("长凳街道社区卫生服务中心", "柳湾街道社区卫生服务中心"),
    "nursing_home": ("晚晴养老院",),
    "market": ("青砖菜市场", "长凳农贸市场", "石桥便民菜市场"),
    "mall": ("槐荫广场",),
    "culture": ("长凳文化宫",),
    "government": ("板凳区人民政府",),
    "works": ("瓦窑砖瓦厂", "机车检修厂", "东岗物流园", "青砖机械厂", "晒谷粮库"),
}


def names() -> dict[str, Pool]:
    """A fresh pool of names for each use that has names."""
    return {use: Pool(pool) for use, pool in _NAMES.items()}


def build(sheet: Sheet, lot: Lot, pools: dict[str, Pool], parks: Pool, rng: Random) -> str:
    """Draw one lot that is not housing; returns its name ("" if it has none)."""
    if lot.use in ("green", "park", "meadow"):
        return _green(sheet, lot, parks, rng)
    use = USES[lot.use]
    pool = pools.get(lot.use)
    name = pool.take() if pool else ""
    land = {**use.land, "name": name} if name else dict(use.land)
    sheet.ring(lot.land, land)
    angle, centre = south_angle(lot.land), lot.land.centroid
    flat = rotate(lot.land, -angle, origin=centre)
    houses = _houses(flat, use, rng)
    for house in houses:
        sheet.ring(rotate(house, angle, origin=centre), dict(use.house))
    if "school" in lot.use:
        _pitch(sheet, flat, houses, angle, centre)
    _way_in(sheet, lot, use.fenced, name)
    return name


def _houses(flat: Polygon, use: Use, rng: Random) -> list[Polygon]:
    inner = flat.buffer(-8)
    prepare(inner)
    west, south, east, north = inner.bounds
    houses: list[Polygon] = []
    most = round(use.most * max(1.0, flat.area / 55_000))
    rows = ceil(most / max(1, int((east - west) / use.spacing[0])))
    pitch = max(use.spacing[1], (north - south - use.size[1]) / rows)  # spread over the land, not huddled
    y = north - use.size[1]
    while y > south and len(houses) < most:
        before = len(houses)
        x = west + rng.uniform(0, 8)
        while x + use.size[0] < east and len(houses) < most:
            long, deep = use.size[0] * rng.uniform(0.82, 1.06), use.size[1] * rng.uniform(0.92, 1.08)
            house = box(x, y, x + long, y + deep)
            if inner.contains(house):
                houses.append(house)
                x += use.spacing[0]
            else:
                x += 6
        y -= pitch if len(houses) > before else 6  # a row that a slanting edge left empty moves on
    return houses


def _pitch(sheet: Sheet, flat: Polygon, houses: list[Polygon], angle: float, centre: Point) -> None:
    """A running track and a ball court where the school has left room."""
    inner = flat.buffer(-8)
    for length, width, tags in (
        (104, 58, {"leisure": "track", "sport": "running"}),
        (28, 15, {"leisure": "pitch", "sport": "basketball"}),
    ):
        west, south, east, north = inner.bounds
        y = south
        done = False
        while y + width < north and not done:
            x = west
            while x + length < east and not done:
                place = box(x, y, x + length, y + width)
                if inner.contains(place) and all(place.distance(house) > 6 for house in houses):
                    shape = place.buffer(-20).buffer(20) if width > 40 else place
                    sheet.ring(rotate(shape.simplify(0.5), angle, origin=centre), dict(tags))
                    houses.append(place)
                    done = True
                x += 8
            y += 8


def _way_in(sheet: Sheet, lot: Lot, fenced: bool, name: str) -> None:
    """A short way from the nearest street to the middle, and a fence with a gate where there is one."""
    ring = LineString([centimetre((x, y)) for x, y in lot.land.exterior.coords])
    sides = sorted(
        zip(ring.coords, ring.coords[1:], strict=False),
        key=lambda side: -hypot(side[1][0] - side[0][0], side[1][1] - side[0][1]),
    )
    (x0, y0), (x1, y1) = sides[0]
    gate = centimetre((x0 + 0.42 * (x1 - x0), y0 + 0.42 * (y1 - y0)))
    street = nearest_points(lot.edge, Point(gate))[0]
    away = hypot(gate[0] - street.x, gate[1] - street.y)
    inward = (gate[0] + (gate[0] - street.x) / away * 6, gate[1] + (gate[1] - street.y) / away * 6)
    sheet.street([(street.x, street.y), gate, inward], {"highway": "service"})
    if fenced:
        sheet.way(ring.coords, {"barrier": "fence"}).extra.add(gate)
        sheet.spot(gate, {"barrier": "lift_gate", "foot": "yes", **({"name": f"{name}正门"} if name else {})})


def _green(sheet: Sheet, lot: Lot, parks: Pool, rng: Random) -> str:
    if lot.use == "meadow":
        sheet.ring(lot.land, {"landuse": "meadow"})
        return ""
    if lot.land.area < 4_000 or not len(parks):
        sheet.ring(lot.land, {"landuse": "grass"})
        return ""
    name = parks.take()
    sheet.ring(lot.land, {"leisure": "park", "name": name, "opening_hours": "24/7"})
    centre = lot.land.centroid
    middle = centre if lot.land.contains(centre) else lot.land.representative_point()
    ends = [
        lot.edge.interpolate(0.08 + 0.25 * number, normalized=True)
        if lot.edge.geom_type == "LineString"
        else nearest_points(lot.edge, Point(corner))[0]
        for number, corner in enumerate(list(lot.land.exterior.coords)[:4])
    ]
    off = (middle.x + rng.uniform(-6, 6), middle.y + rng.uniform(-6, 6))
    for end in ends:
        if end.distance(Point(off)) > 20:
            bend = ((end.x + off[0]) / 2 + rng.uniform(-8, 8), (end.y + off[1]) / 2 + rng.uniform(-8, 8))
            sheet.street([(end.x, end.y), bend, off], {"highway": "footway"})
    if lot.land.area > 40_000:
        pond = Point(off[0] + 45, off[1] + 25).buffer(38, quad_segs=4)
        pond = pond.union(Point(off[0] + 75, off[1] + 48).buffer(27, quad_segs=4))
        sheet.ring(pond.intersection(lot.land.buffer(-10)).simplify(1), {"natural": "water", "water": "pond"})
    return name
