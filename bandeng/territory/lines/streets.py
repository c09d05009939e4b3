"""The street network of the base map in force, for drawing along it."""

from __future__ import annotations

import json

import shapely

from bandeng.territory.lines.tracing import Streets
from bandeng.territory.models import BaseMap

CLASSES = ("arterial", "street", "lane")  # where lines of grids run
_kept: tuple[str, Streets] | None = None


def street_lines() -> list[shapely.Geometry]:
    """Return the streets of the base map as lines in degrees; none while there is no base map."""
    text = BaseMap.objects.values_list("geojson", flat=True).first()
    if not text:
        return []
    return [
        shapely.from_geojson(json.dumps(feature["geometry"])) for feature in json.loads(text)["features"]
        if feature["properties"].get("layer") == "street" and feature["properties"].get("class") in CLASSES
    ]


def streets() -> Streets:
    """Return the network; built once for each base map."""
    global _kept
    digest = BaseMap.objects.values_list("digest", flat=True).first() or ""
    if _kept is None or _kept[0] != digest:
        _kept = digest, Streets(street_lines())
    return _kept[1]
