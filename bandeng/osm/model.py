"""What an OpenStreetMap extract says about a neighbourhood, as plain frozen values.

Every geometry is a shapely geometry in lon/lat, WGS-84 (EPSG:4326). Two ways that share a node in
OpenStreetMap share the exact coordinate pair here, so a street network may be joined by equal coordinates
alone.

`osm_id` is the type letter and number of the object: "n12" a node, "w-7" a way, "r3" a relation. The number
alone would not do, since nodes, ways and relations count separately.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from shapely import LineString, MultiPolygon, Polygon

Surface: TypeAlias = Polygon | MultiPolygon
Bounds = tuple[float, float, float, float]

StreetKind = Literal["arterial", "street", "lane", "footway", "steps", "footbridge", "underpass"]
LineKind = Literal["rail", "river", "wall"]
GateKind = Literal["gate", "lift_gate", "opening", "entrance"]
AreaKind = Literal["compound", "park", "green", "water", "school", "hospital", "commercial", "industrial"]


class OsmError(Exception):
    """The file is missing, broken, or no OpenStreetMap data; the message is one sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Street:
    """A way people move along.

    `kind`: arterial (primary and secondary roads and above), street, lane (living streets, service and
    pedestrian ways), footway, steps, footbridge (a footway on a bridge), underpass (any way in a tunnel).
    `access` is what walkers are told: the value of `foot`, else of `access`, else "" (nothing said). "no"
    means that nobody may walk there (also motorways), "private" that only those who belong there may.
    """

    osm_id: str
    kind: StreetKind
    name: str
    geometry: LineString
    access: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A railway above ground, a waterway, or a wall (also fences and hedges); the ring of a wall is closed.
    """

    osm_id: str
    kind: LineKind
    name: str
    geometry: LineString


@dataclass(frozen=True, slots=True)
class Gate:
    """A place where a wall lets people through.

    `kind`: gate, lift_gate (a boom for cars; people walk past it), opening (a bollard or the like on a wall
    or on the outline of a compound), entrance (an entrance that belongs to an area, not to a building).
    `access` as in `Street`.
    """

    osm_id: str
    kind: GateKind
    name: str
    lon: float
    lat: float
    access: str = ""


@dataclass(frozen=True, slots=True)
class Building:
    """A building. `number` is its bare number ("3" of 3号楼), "" if none is known; `levels` counts storeys.
    """

    osm_id: str
    name: str
    number: str
    levels: int | None
    geometry: Surface


@dataclass(frozen=True, slots=True)
class Area:
    """A named or unnamed piece of land; kind "compound" is landuse=residential, in China mostly a walled
    小区.
    """

    osm_id: str
    kind: AreaKind
    name: str
    geometry: Surface


@dataclass(frozen=True, slots=True)
class ServicePoint:
    """A place that serves people; `kind` is a key of `bandeng.osm.kinds.KINDS`, `opening_hours` in OSM's
    syntax.
    """

    osm_id: str
    kind: str
    name: str
    lon: float
    lat: float
    opening_hours: str = ""
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """How many objects were read, by kind, and how many were left out or repaired, by reason."""

    read: Mapping[str, int]
    left_out: Mapping[str, int]
    repaired: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Extract:
    """One file, read once. `bounds` is where people live (see `bandeng.osm.reading`), not where ways run
    out to.
    """

    streets: tuple[Street, ...]
    lines: tuple[Line, ...]
    gates: tuple[Gate, ...]
    buildings: tuple[Building, ...]
    areas: tuple[Area, ...]
    services: tuple[ServicePoint, ...]
    bounds: Bounds
    report: Report
