"""Reading places for pages."""

from __future__ import annotations

import gzip
import json
import threading
import time
from dataclasses import dataclass

import shapely
from django.urls import reverse

from bandeng.territory import locate as index
from bandeng.territory.models import BaseMap, Place, PlaceKind


@dataclass(frozen=True, slots=True)
class MapInfo:
    """What a page needs to show the map: where the base is, how far it reaches, whom to credit."""

    url: str
    bounds: str
    source: str
    areas: str


_cached: tuple[float, MapInfo | None] | None = None
_lock = threading.Lock()


def map_context() -> MapInfo | None:
    """Return the base map of the district, or None while there is none; looked up at most every 5 s."""
    global _cached
    with _lock:
        if _cached and time.monotonic() - _cached[0] < 5:
            return _cached[1]
        row = BaseMap.objects.values_list("digest", "bounds", "source").first()
        info = None
        if row:
            areas = reverse("territory:areas", args=[index.index().version])
            info = MapInfo(reverse("territory:base", args=[row[0]]), row[1], row[2], areas)
        _cached = time.monotonic(), info
        return info


def forget() -> None:
    """Drop what this process remembers (after an import, and between tests)."""
    global _cached, _district
    _cached = _district = None
    _packed.clear()
    index.forget()


_district: tuple[float, Place | None] | None = None


def district() -> Place | None:
    """Return the district this installation serves; looked up at most every 5 s."""
    global _district
    if _district and time.monotonic() - _district[0] < 5:
        return _district[1]
    found = _find_district()
    _district = time.monotonic(), found
    return found


def _find_district() -> Place | None:
    return Place.objects.filter(kind=PlaceKind.DISTRICT, ended_on__isnull=True).order_by("pk").first()


_packed: dict[str, tuple[str, bytes]] = {}  # what maps ask for: its version and itself, compressed


def base_map(digest: str) -> bytes | None:
    """Return the base map of this digest as compressed GeoJSON; None when it is not the one in force."""
    known = _packed.get("base")
    if known and known[0] == digest:
        return known[1]
    text = BaseMap.objects.filter(digest=digest).values_list("geojson", flat=True).first()
    return None if text is None else _pack("base", digest, text)


def grid_areas(version: int) -> bytes | None:
    """Return the outlines of all grids as compressed GeoJSON; None when *version* is not the one in force."""
    at = index.index()
    if at.version != version:
        at = index.index(fresh=True)  # another worker may have changed it within this second
    if at.version != version:
        return None
    known = _packed.get("areas")
    if known and known[0] == str(version):
        return known[1]
    features = [
        {
            "type": "Feature",
            "properties": {"id": spot_id, "name": at.spots[spot_id].name},
            "geometry": json.loads(shapely.to_geojson(shape)),
        }
        for spot_id, kind, shape in at.rows()
        if kind == PlaceKind.GRID and spot_id in at.spots
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    return _pack("areas", str(version), text)


def _pack(name: str, version: str, text: str) -> bytes:
    content = gzip.compress(text.encode(), compresslevel=6, mtime=0)
    _packed[name] = version, content
    return content
