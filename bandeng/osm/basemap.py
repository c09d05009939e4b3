"""A quiet base map as GeoJSON: land, water, compounds, houses, walls, streets, gates and a few names.

For MapLibre: features stand in drawing order, bottom to top, and each has `layer` (see LAYERS), where it
helps `class` (the kind of a street) and `name`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from math import cos, radians
from typing import Any

import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from bandeng.osm.model import Bounds, Extract

LAYERS = (
    "land", "compound", "green", "water", "river", "building", "wall", "rail", "street", "gate", "label",
)
"""All values of `layer`, bottom to top."""

_METRES_PER_DEGREE = 111_320.0
_SIMPLIFY_DEGREES = 5e-6  # half a metre: below what a screen shows at the closest zoom
_LAND = {"park": "green", "green": "green", "water": "water", "compound": "compound"}
_STREET_ORDER = ("underpass", "footway", "steps", "lane", "street", "arterial", "footbridge")

Feature = dict[str, Any]


def basemap(extract: Extract, bounds: Bounds | None = None, margin_m: float = 400) -> dict[str, Any]:
    """Return a FeatureCollection of what lies within `bounds` (the extract's own if None) plus a margin in
    metres.

    Coordinates have six digits (a tenth of a metre). Raises ValueError for bounds that are no box or a
    negative margin.
    """
    west, south, east, north = bounds or extract.bounds
    if west > east or south > north or margin_m < 0:
        raise ValueError(f"not a box with a margin: {bounds}, {margin_m} m")
    up = margin_m / _METRES_PER_DEGREE
    side = up / max(cos(radians((south + north) / 2)), 0.01)
    frame = (west - side, south - up, east + side, north + up)
    drawn = (_clipped(feature, geometry, frame) for feature, geometry in _features(extract))
    kept = [feature for feature in drawn if feature is not None]
    kept.sort(key=lambda feature: LAYERS.index(feature["properties"]["layer"]))  # stable within a layer
    return {"type": "FeatureCollection", "bbox": [round(value, 6) for value in frame], "features": kept}



def _features(extract: Extract) -> Iterator[tuple[Feature, BaseGeometry]]:
    named_land = []
    for area in extract.areas:
        layer = _LAND.get(area.kind, "land")
        properties = {"layer": layer, "name": area.name}
        if layer in ("land", "green"):
            properties["class"] = area.kind
        yield properties, area.geometry
        if area.name:
            named_land.append(area)
    for building in extract.buildings:
        yield {"layer": "building", "name": building.number or building.name}, building.geometry
    for line in extract.lines:
        yield {"layer": line.kind, "name": line.name}, line.geometry
    for kind in _STREET_ORDER:
        for street in extract.streets:
            if street.kind == kind:
                yield {"layer": "street", "class": kind, "name": street.name}, street.geometry
    for gate in extract.gates:
        yield {"layer": "gate", "class": gate.kind, "name": gate.name}, shapely.Point(gate.lon, gate.lat)
    for area in named_land:
        yield {"layer": "label", "class": area.kind, "name": area.name}, area.geometry.representative_point()


def _clipped(properties: Feature, geometry: BaseGeometry, frame: Bounds) -> Feature | None:
    """One GeoJSON feature within the frame, or None if nothing of it is left there."""
    west, south, east, north = geometry.bounds
    if east < frame[0] or west > frame[2] or north < frame[1] or south > frame[3]:
        return None
    if not (west >= frame[0] and south >= frame[1] and east <= frame[2] and north <= frame[3]):
        geometry = shapely.clip_by_rect(geometry, *frame)
    slim = geometry.simplify(_SIMPLIFY_DEGREES)
    if slim.is_empty or slim.geom_type == "GeometryCollection":
        return None
    shape = mapping(slim)
    return {
        "type": "Feature",
        "properties": {key: value for key, value in properties.items() if value},
        "geometry": {"type": shape["type"], "coordinates": _rounded(shape["coordinates"])},
    }


def _rounded(coordinates: Any) -> Any:
    """Six digits, and without the neighbours that have become equal by it."""
    if isinstance(coordinates[0], float | int):
        return [round(float(value), 6) for value in coordinates]
    parts = [_rounded(part) for part in coordinates]
    if isinstance(parts[0][0], float):
        return [point for point, before in zip(parts, chain([None], parts), strict=False) if point != before]
    return parts
