"""Shops, stops, stations and other places that serve people, as tagged nodes along the streets.

Each community gets its own list, and not every list is full: one community has no canteen, another no
pharmacy, so that a life circle has something to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot
from random import Random

from shapely import LineString, STRtree
from shapely.geometry.base import BaseGeometry

from bandeng.sample.town.ground import Ground
from bandeng.sample.town.lots import Lot
from bandeng.sample.town.names import COMMUNITIES, SHOPS, SUBDISTRICTS, Pool
from bandeng.sample.town.places import Face
from bandeng.sample.town.sheet import XY, Sheet, Tags

LONG, DAY, SHOP = "Mo-Su 07:00-23:00", "Mo-Su 08:30-21:00", "Mo-Su 09:00-20:00"
OFFICE = "Mo-Fr 08:30-12:00,14:30-17:30"
KINDS: dict[str, Tags] = {
    "convenience": {"shop": "convenience", "opening_hours": LONG},
    "supermarket": {"shop": "supermarket", "opening_hours": DAY},
    "pharmacy": {"amenity": "pharmacy", "opening_hours": DAY},
    "restaurant": {"amenity": "restaurant", "opening_hours": "Mo-Su 10:30-21:30"},
    "breakfast": {"amenity": "fast_food", "opening_hours": "Mo-Su 06:00-10:00"},
    "bank": {"amenity": "bank", "opening_hours": "Mo-Su 09:00-17:00"},
    "hairdresser": {"shop": "hairdresser", "opening_hours": SHOP},
    "laundry": {"shop": "laundry", "opening_hours": SHOP},
    "repair": {"shop": "repair", "opening_hours": SHOP},
    "bakery": {"shop": "bakery", "opening_hours": DAY},
    "cafe_tea": {"amenity": "cafe", "opening_hours": "Mo-Su 10:00-22:00"},
    "photo_print": {"shop": "copyshop", "opening_hours": SHOP},
    "telecom": {"shop": "mobile_phone", "opening_hours": SHOP},
    "bookshop": {"shop": "books", "opening_hours": DAY},
    "flower_gift": {"shop": "florist", "opening_hours": SHOP},
    "pet": {"shop": "pet", "opening_hours": SHOP},
    "gym": {"leisure": "fitness_centre", "opening_hours": "Mo-Su 08:00-22:00"},
}
# How many of each kind in the eight communities, south bank first.
COUNTS: dict[str, tuple[int, ...]] = {
    "convenience": (2, 4, 4, 3, 3, 4, 4, 2),
    "supermarket": (0, 1, 1, 1, 1, 2, 1, 0),
    "pharmacy": (0, 2, 2, 1, 1, 2, 2, 1),
    "restaurant": (1, 4, 4, 3, 4, 6, 4, 2),
    "breakfast": (1, 1, 1, 1, 1, 2, 1, 0),
    "bank": (0, 1, 1, 0, 1, 1, 1, 0),
    "hairdresser": (1, 1, 2, 1, 1, 1, 1, 1),
    "laundry": (0, 1, 1, 0, 0, 1, 1, 0),
    "repair": (0, 1, 1, 0, 1, 2, 1, 0),
    "bakery": (0, 1, 1, 0, 0, 1, 1, 0),
    "cafe_tea": (0, 0, 1, 0, 1, 1, 1, 0),
    "photo_print": (0, 0, 1, 0, 0, 1, 1, 0),
    "telecom": (0, 0, 1, 0, 0, 1, 0, 0),
    "bookshop": (0, 0, 1, 0, 0, 1, 0, 0),
    "flower_gift": (0, 0, 0, 0, 1, 1, 0, 0),
    "pet": (0, 0, 1, 0, 0, 0, 1, 0),
    "gym": (0, 0, 1, 0, 0, 0, 1, 0),
}
CANTEENS = (False, True, True, False, True, True, True, False)
HEALTH_STATIONS = (False, True, True, True, True, True, False, True)
REST_STATIONS = (1, 0, 1, 1, 0, 2, 1, 0)
PARCELS, TOILETS = (1, 3, 3, 2, 2, 2, 3, 2), (1, 1, 1, 1, 1, 3, 1, 1)
SPOT_EVERY_M, FROM_STREET_M = 38.0, 9.0


@dataclass(frozen=True, slots=True)
class _Fronts:
    """Free places along the streets of each community."""

    free: tuple[list[XY], ...]

    def take(self, community: int) -> XY:
        return self.free[community].pop()


def place(sheet: Sheet, ground: Ground, lots: Sequence[Lot], faces: Sequence[Face], rng: Random) -> None:
    """Put every service point on the sheet."""
    fronts = _fronts(lots, faces, rng)
    pools = {kind: Pool(names) for kind, names in SHOPS.items()}
    names = [name for bank in COMMUNITIES for name, _ in bank]
    for community, name in enumerate(names):
        short = name.removesuffix("社区")
        sheet.spot(
            fronts.take(community),
            {"amenity": "community_centre", "name": f"{name}党群服务中心", "opening_hours": OFFICE},
        )
        if CANTEENS[community]:
            sheet.spot(
                fronts.take(community),
                {
                    "amenity": "restaurant",
                    "name": f"{short}长者食堂",
                    "opening_hours": "Mo-Su 07:00-08:30,11:00-13:00,17:00-18:30",
                    "social_facility:for": "senior",
                },
            )
        if HEALTH_STATIONS[community]:
            sheet.spot(
                fronts.take(community),
                {"amenity": "clinic", "name": f"{name}卫生服务站", "opening_hours": "Mo-Sa 08:00-17:30"},
            )
        for number in range(REST_STATIONS[community]):
            suffix = "" if number == 0 else "二"
            sheet.spot(
                fronts.take(community),
                {
                    "amenity": "shelter",
                    "name": f"红蜂驿站{short}{suffix}站",
                    "drinking_water": "yes",
                    "opening_hours": "Mo-Su 07:00-22:00",
                },
            )
        for kind, counts in COUNTS.items():
            for _ in range(counts[community]):
                sheet.spot(fronts.take(community), {**KINDS[kind], "name": pools[kind].take()})
        for number in range(PARCELS[community]):
            sheet.spot(
                fronts.take(community),
                {
                    "amenity": "parcel_locker",
                    "name": f"{short}{'一二三四'[number]}号快递柜",
                    "opening_hours": "24/7",
                },
            )
        for number in range(TOILETS[community]):
            sheet.spot(
                fronts.take(community),
                {"amenity": "toilets", "name": f"{short}{'一二三'[number]}号公厕", "opening_hours": "24/7"},
            )
        sheet.spot(
            fronts.take(community),
            {"amenity": "recycling", "recycling_type": "centre", "name": f"{short}再生资源回收点"},
        )
        sheet.spot(fronts.take(community), {"leisure": "fitness_station", "name": f"{short}健身角"})
    _houses_of_the_state(sheet, fronts)


def _houses_of_the_state(sheet: Sheet, fronts: _Fronts) -> None:
    for bank, community in ((0, 2), (1, 5)):
        street = SUBDISTRICTS[bank][0]
        sheet.spot(
            fronts.take(community),
            {"office": "government", "name": f"{street}办事处", "opening_hours": OFFICE},
        )
        sheet.spot(
            fronts.take(community),
            {"office": "government", "name": f"{street}司法所", "opening_hours": OFFICE},
        )
        sheet.spot(
            fronts.take(community), {"amenity": "police", "name": f"{street}派出所", "opening_hours": "24/7"}
        )
    sheet.spot(
        fronts.take(5), {"amenity": "post_office", "name": "板凳邮政所", "opening_hours": "Mo-Su 09:00-17:30"}
    )
    sheet.spot(
        fronts.take(2), {"amenity": "post_office", "name": "磨坊邮政所", "opening_hours": "Mo-Sa 09:00-17:30"}
    )
    sheet.spot(
        fronts.take(5), {"amenity": "library", "name": "板凳区图书馆", "opening_hours": "Tu-Su 09:00-20:00"}
    )
    sheet.spot(
        fronts.take(1),
        {
            "amenity": "social_facility",
            "social_facility": "day_care",
            "social_facility:for": "senior",
            "name": "纺织社区日间照料中心",
            "opening_hours": "Mo-Fr 08:00-18:00",
        },
    )
    sheet.spot(
        fronts.take(6), {"amenity": "childcare", "name": "书院托育园", "opening_hours": "Mo-Fr 07:30-18:00"}
    )


def _fronts(lots: Sequence[Lot], faces: Sequence[Face], rng: Random) -> _Fronts:
    """Places just outside the walls of compounds and shops, shuffled, by community."""
    tree = STRtree([face.shape for face in faces])
    free: tuple[list[XY], ...] = tuple([] for _ in range(8))
    for lot in lots:
        if lot.use not in ("compound", "shops", "mall", "quarter", "market", "offices"):
            continue
        outline = lot.land.buffer(15 - FROM_STREET_M, join_style="mitre").exterior
        for step in range(int(outline.length // SPOT_EVERY_M)):
            spot = outline.interpolate(step * SPOT_EVERY_M + rng.uniform(0, 12))
            if not 5 < spot.distance(lot.edge) < 14:
                continue  # a lane too narrow for a shop front, or a side where no street runs
            hits = tree.query(spot, predicate="intersects")
            if len(hits) and not lot.land.covers(spot):
                face = faces[int(hits[0])]
                free[face.bank * 4 + face.community].append((spot.x, spot.y))
    for places in free:
        rng.shuffle(places)
    return _Fronts(free)


def bus_stops(sheet: Sheet, lines: Sequence[LineString]) -> None:
    """Stops along the broad roads, both ways, named after the cross street nearby: X街Y路口."""
    roads = [
        way for way in sheet.ways if way.layer == 0 and way.tags.get("highway") in ("primary", "secondary")
    ]
    tree = STRtree([LineString(way.points) for way in roads])
    used: set[str] = set()
    for line in lines:
        along = 230.0
        while along < line.length - 120:
            here, ahead = line.interpolate(along), line.interpolate(along + 1)
            names = _crossing(here, roads, tree)
            if len(names) == 2 and "".join(names) not in used:
                used.add("".join(names))
                turn = hypot(ahead.x - here.x, ahead.y - here.y)
                east, north = (ahead.x - here.x) / turn, (ahead.y - here.y) / turn
                for side in (1, -1):
                    sheet.spot(
                        (
                            here.x - side * 9 * north + side * 17 * east,
                            here.y + side * 9 * east + side * 17 * north,
                        ),
                        {
                            "highway": "bus_stop",
                            "public_transport": "platform",
                            "bus": "yes",
                            "name": f"{names[0]}{names[1]}口",
                        },
                    )
            along += 430


def _crossing(here: BaseGeometry, roads: Sequence[object], tree: STRtree) -> list[str]:
    """The road of a stop, and the nearest other road within 260 m."""
    near = sorted(
        (int(i) for i in tree.query(here, predicate="dwithin", distance=260)),
        key=lambda i: here.distance(tree.geometries[i]),
    )
    names: list[str] = []
    for index in near:
        name = roads[index].tags["name"]  # type: ignore[attr-defined]
        if name not in names:
            names.append(name)
    return names[:2]
