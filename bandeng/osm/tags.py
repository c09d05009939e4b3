"""What a way or node is by its tags: streets, lines, gates, areas, building numbers. Pure functions over
tags.

Tags are read as OpenStreetMap's wiki defines them, with the Chinese mapping habits in mind: a compound is
landuse=residential, its ring a barrier=wall or fence, its gate a node on that ring.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from bandeng.osm.model import AreaKind, GateKind, LineKind, StreetKind

Tags = Mapping[str, str]

_ROADS: dict[str, StreetKind] = {
    **dict.fromkeys(("motorway", "trunk", "primary", "secondary"), "arterial"),
    **dict.fromkeys(("motorway_link", "trunk_link", "primary_link", "secondary_link"), "arterial"),
    **dict.fromkeys(("tertiary", "tertiary_link", "unclassified", "residential", "road", "busway"), "street"),
    **dict.fromkeys(("living_street", "service", "pedestrian", "track"), "lane"),
    **dict.fromkeys(("footway", "path", "cycleway", "bridleway", "corridor"), "footway"),
    "steps": "steps",
}
_ON_FOOT = ("footway", "path", "pedestrian", "steps", "cycleway", "corridor")
_NO = ("", "no")
_WALLS = ("wall", "fence", "hedge", "city_wall", "retaining_wall")
_RAILS = ("rail", "light_rail", "narrow_gauge", "tram", "subway", "monorail")
_RIVERS = ("river", "canal", "stream")
_GATES: dict[str, GateKind] = {
    **dict.fromkeys(("gate", "sliding_gate", "wicket_gate", "kissing_gate", "turnstile"), "gate"),
    **dict.fromkeys(("full-height_turnstile", "hampshire_gate", "entrance", "sally_port"), "gate"),
    **dict.fromkeys(("lift_gate", "swing_gate"), "lift_gate"),
    **dict.fromkeys(("bollard", "cycle_barrier", "block", "motorcycle_barrier", "stile"), "opening"),
}
_AREAS: tuple[tuple[str, tuple[str, ...], AreaKind], ...] = (
    ("natural", ("water",), "water"),
    ("waterway", ("riverbank", "dock"), "water"),
    ("landuse", ("reservoir", "basin"), "water"),
    ("amenity", ("school", "kindergarten", "university", "college"), "school"),
    ("amenity", ("hospital",), "hospital"),
    ("leisure", ("park",), "park"),
    ("landuse", ("residential",), "compound"),
    ("landuse", ("commercial", "retail"), "commercial"),
    ("landuse", ("industrial",), "industrial"),
    ("leisure", ("garden", "nature_reserve"), "green"),
    ("landuse", ("grass", "forest", "meadow", "village_green", "recreation_ground", "flowerbed"), "green"),
    ("natural", ("wood", "scrub", "grassland"), "green"),
)



def foot_access(tags: Tags) -> str:
    """What walkers are told here: foot beats access (as OpenStreetMap's access hierarchy has it), "" if
    untold.
    """
    said = tags.get("foot") or tags.get("access") or ""
    if not said and tags.get("highway") in ("motorway", "motorway_link"):
        return "no"
    return said


def street_kind(tags: Tags) -> StreetKind | None:
    """The kind of a highway=* way, or None for what is no street (platforms, ways being built, bus stops).

    A tunnel makes any way an underpass, since what matters on foot is that it passes beneath; a bridge
    makes only a way for walkers a footbridge, since a road bridge is still its road.
    """
    highway = tags.get("highway", "")
    kind = _ROADS.get(highway)
    if kind is None or tags.get("area") == "yes":
        return None
    if tags.get("tunnel", "") not in (*_NO, "building_passage"):
        return "underpass"
    if highway in _ON_FOOT and highway != "steps" and tags.get("bridge", "") not in _NO:
        return "footbridge"
    return kind


def line_kind(tags: Tags) -> LineKind | None:
    """Rail above ground, waterway above ground, or wall; None for everything else."""
    underground = tags.get("tunnel", "") not in _NO
    if tags.get("railway") in _RAILS and not underground:
        return "rail"
    if tags.get("waterway") in _RIVERS and not underground:
        return "river"
    if tags.get("barrier") in _WALLS:
        return "wall"
    return None


def gate_kind(tags: Tags) -> GateKind | None:
    """The kind of gate a node may be; openings and entrances count only where they lie (see the reader)."""
    if kind := _GATES.get(tags.get("barrier", "")):
        return kind
    if tags.get("entrance", "no") not in ("no", "emergency", "exit"):
        return "entrance"
    return None


def area_kind(tags: Tags) -> AreaKind | None:
    for key, values, kind in _AREAS:
        if tags.get(key) in values:
            return kind
    return None


def is_building(tags: Tags) -> bool:
    return tags.get("building", "no") != "no"


def building_number(tags: Tags) -> str:
    """The bare number of a building: 3 of 学生公寓3号楼; else ref, else addr:housenumber; else "".

    The name comes first because addr:housenumber of a building in a city is often the number in the street.
    """
    for text in (tags.get("name", ""), tags.get("addr:housenumber", ""), tags.get("ref", "")):
        if match := re.search(r"(\d+[A-Za-z]?)\s*(?:号楼|號樓|栋|幢|座|公寓|楼|#)", text):
            return match[1]
    for text in (tags.get("ref", ""), tags.get("addr:housenumber", "")):
        if match := re.search(r"\d+[A-Za-z]?(?:-\d+)?", text):
            return match[0]
    return ""


def levels(tags: Tags) -> int | None:
    """Storeys above ground, or None if not given or not a number between 1 and 200."""
    match = re.fullmatch(r"\s*(\d{1,3})(?:\.\d+)?\s*", tags.get("building:levels", ""))
    if match is None or not 1 <= int(match[1]) <= 200:
        return None
    return int(match[1])


def title(tags: Tags) -> str:
    """The Chinese name: name:zh where the map gives it, else name."""
    return (tags.get("name:zh") or tags.get("name") or "").strip()
