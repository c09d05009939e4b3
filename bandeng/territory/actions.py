"""Writing places: loading a neighbourhood from a map extract and its boundaries."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import shapely
from django.db import transaction
from django.utils.translation import gettext_noop
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from bandeng.foundation.access import Actor
from bandeng.foundation.journal.writer import record
from bandeng.osm import Extract
from bandeng.osm.basemap import basemap
from bandeng.territory import addresses, queries
from bandeng.territory.locate import raise_version
from bandeng.territory.models import AddressPoint, BaseMap, Boundary, Place, PlaceKind

OSM_CREDIT = gettext_noop("地图数据 © OpenStreetMap contributors, ODbL")
_ORDER = (PlaceKind.DISTRICT, PlaceKind.SUBDISTRICT, PlaceKind.COMMUNITY, PlaceKind.GRID)


@dataclass(frozen=True)
class Loaded:
    """How much was loaded, by kind of place."""

    places: dict[str, int]
    addresses: int


@transaction.atomic
def load_neighbourhood(
    actor: Actor, *, extract: Extract, boundaries: dict[str, Any], source: str,
    say: Callable[[str], None] = lambda text: None,
) -> Loaded:
    """Load boundaries (GeoJSON, as the town and `divide` write them) and compounds, buildings, addresses and
    the base map of an extract. Nothing is loaded when anything fails.

    Raises ValueError for boundaries whose parents are missing.
    """
    made: dict[str, Place] = {}
    outlines: list[tuple[Place, BaseGeometry]] = []
    for kind in _ORDER:
        for feature in boundaries["features"]:
            if feature["properties"]["kind"] == kind:
                outlines.append(_area(feature, made))
    say(f"{len(outlines)} areas")
    communities = [(place, outline) for place, outline in outlines if place.kind == PlaceKind.COMMUNITY]
    grids = [(place, outline) for place, outline in outlines if place.kind == PlaceKind.GRID]
    compounds = _compounds(extract, communities)
    say(f"{len(compounds)} compounds")
    buildings = _buildings(extract, grids, compounds)
    say(f"{len(buildings)} buildings")
    Boundary.objects.bulk_create(
        [
            Boundary(place=place, wkb=shapely.to_wkb(outline))
            for place, outline in [*outlines, *compounds, *buildings]
        ],
        batch_size=500,
    )
    names = _addresses(extract, compounds, buildings)
    _base(extract, source)
    raise_version()
    district = next(place for place in made.values() if place.kind == PlaceKind.DISTRICT)
    record(actor, "territory.load", district, fields=["places", "boundaries", "basemap"])
    transaction.on_commit(queries.forget)
    counts: dict[str, int] = {}
    for place, _outline in [*outlines, *compounds, *buildings]:
        counts[place.kind] = counts.get(place.kind, 0) + 1
    return Loaded(counts, names)


@transaction.atomic
def load_map(
    actor: Actor, *, extract: Extract, source: str, say: Callable[[str], None] = lambda text: None,
) -> Loaded:
    """Take from an extract what the places in force have not got: the base map, names to search by, compounds in
    communities and buildings in grids, with their outlines. What an office has entered is left as it is.

    Raises ValueError while no community has an outline: nothing could be put anywhere.
    """
    held = {
        kind: [(row.place, shapely.from_wkb(bytes(row.wkb))) for row in Boundary.objects.filter(
            place__kind=kind, place__ended_on__isnull=True).select_related("place")]
        for kind in (PlaceKind.COMMUNITY, PlaceKind.GRID)
    }
    if not held[PlaceKind.COMMUNITY]:
        raise ValueError("no community has an outline yet: import the places first")
    known = _KnownNames()
    compounds = _compounds(extract, held[PlaceKind.COMMUNITY], known)
    say(f"{len(compounds)} compounds")
    buildings = _buildings(extract, held[PlaceKind.GRID], [*known.compounds(), *compounds], known)
    say(f"{len(buildings)} buildings")
    Boundary.objects.bulk_create(
        [Boundary(place=place, wkb=shapely.to_wkb(outline)) for place, outline in [*compounds, *buildings]], batch_size=500
    )
    AddressPoint.objects.exclude(kind__in=("compound", "building")).delete()
    names = _addresses(extract, compounds, buildings)
    _base(extract, source)
    raise_version()
    record(actor, "territory.map", _district_of(held), fields=["basemap", "places"])
    transaction.on_commit(queries.forget)
    return Loaded({"compound": len(compounds), "building": len(buildings)}, names)


def _district_of(held: dict[Any, list[tuple[Place, BaseGeometry]]]) -> Place:
    place = held[PlaceKind.COMMUNITY][0][0]
    while place.parent:
        place = place.parent
    return place


class _KnownNames:
    """Compounds and buildings that there are already, by name; one that lacks an outline may be given one."""

    def __init__(self) -> None:
        rows = Place.objects.filter(kind__in=(PlaceKind.COMPOUND, PlaceKind.BUILDING), ended_on__isnull=True)
        self._names = {(row.kind, self._home(row), addresses.fold(row.name)): row for row in rows}
        self._outlined = dict(Boundary.objects.filter(place__in=rows).values_list("place_id", "wkb"))

    @staticmethod
    def _home(place: Place) -> int | None:
        return place.compound_id or place.parent_id

    def find(self, place: Place) -> Place | None:
        """Return the place of the same kind, name and home, if there is one."""
        return self._names.get((place.kind, self._home(place), addresses.fold(place.name)))

    def lacks_outline(self, place: Place) -> bool:
        return place.pk not in self._outlined

    def compounds(self) -> list[tuple[Place, BaseGeometry]]:
        """Return the known compounds that have an outline."""
        return [
            (row, shapely.from_wkb(bytes(self._outlined[row.pk]))) for row in self._names.values()
            if row.kind == PlaceKind.COMPOUND and row.pk in self._outlined
        ]


def _new_or_bare(rows: list[tuple[Place, BaseGeometry]], known: _KnownNames | None) -> list[tuple[Place, BaseGeometry]]:
    """Return the rows to be written: new places, and known ones that have no outline yet."""
    if known is None:
        return rows
    found: dict[int, tuple[Place, BaseGeometry]] = {}
    fresh = []
    for place, outline in rows:
        there = known.find(place)
        if there is None:
            fresh.append((place, outline))
        elif known.lacks_outline(there) and there.pk not in found:
            if there.lon is None:
                there.lon, there.lat = place.lon, place.lat
                there.save(update_fields=["lon", "lat"])
            found[there.pk] = there, outline
    return [*found.values(), *fresh]


def _area(feature: dict[str, Any], made: dict[str, Place]) -> tuple[Place, BaseGeometry]:
    given = feature["properties"]
    outline = shape(feature["geometry"])
    parent = made.get(given.get("parent") or "")
    if given["kind"] != PlaceKind.DISTRICT and parent is None:
        raise ValueError(f"{given['name']}: its parent {given.get('parent')!r} is not in the file")
    middle = outline.representative_point()
    place = Place.objects.create(
        kind=given["kind"], code=given["code"], name=given["name"], name_en=given.get("name_en") or "",
        parent=parent, lon=middle.x, lat=middle.y, households=given.get("households"),
        by_rule=bool(given.get("made_up")),
    )
    made[given["code"]] = place
    return place, outline


def _holder(
    point: BaseGeometry, areas: list[tuple[Place, BaseGeometry]], tree: shapely.STRtree
) -> Place | None:
    hits = sorted(tree.query(point, predicate="intersects"))
    return areas[int(hits[0])][0] if hits else None


def _compounds(
    extract: Extract, communities: list[tuple[Place, BaseGeometry]], known: _KnownNames | None = None
) -> list[tuple[Place, BaseGeometry]]:
    tree = shapely.STRtree([outline for _, outline in communities])
    found = []
    for area in extract.areas:
        if area.kind != "compound" or not area.name:
            continue
        middle = area.geometry.representative_point()
        parent = _holder(middle, communities, tree)
        if parent:
            place = Place(
                kind=PlaceKind.COMPOUND, name=area.name[:80], parent=parent, lon=middle.x, lat=middle.y
            )
            found.append((place, area.geometry))
    found = _new_or_bare(found, known)
    Place.objects.bulk_create([place for place, _ in found if place.pk is None])
    return found


def _buildings(
    extract: Extract, grids: list[tuple[Place, BaseGeometry]], compounds: list[tuple[Place, BaseGeometry]],
    known: _KnownNames | None = None,
) -> list[tuple[Place, BaseGeometry]]:
    grid_tree = shapely.STRtree([outline for _, outline in grids])
    compound_tree = shapely.STRtree([outline for _, outline in compounds])
    found = []
    for building in extract.buildings:
        middle = building.geometry.representative_point()
        grid = _holder(middle, grids, grid_tree)
        compound = _holder(middle, compounds, compound_tree)
        name = f"{building.number}号楼" if building.number and compound else building.name  # untranslated: a name
        if grid and name:
            place = Place(
                kind=PlaceKind.BUILDING, name=name[:80], parent=grid, compound=compound, lon=middle.x, lat=middle.y
            )
            found.append((place, building.geometry))
    found = _new_or_bare(found, known)
    Place.objects.bulk_create([place for place, _ in found if place.pk is None], batch_size=500)
    return found


def _addresses(
    extract: Extract, compounds: Iterable[tuple[Place, BaseGeometry]],
    buildings: Iterable[tuple[Place, BaseGeometry]],
) -> int:
    rows: dict[tuple[str, str, str], AddressPoint] = {}

    def add(text: str, kind: str, lon: float, lat: float) -> None:
        folded = addresses.fold(text)[:120]
        apart = f"{lon:.5f},{lat:.5f}" if kind == "building" else ""  # old lanes have several buildings of one name
        if len(folded) >= 2:
            rows.setdefault((folded, kind, apart), AddressPoint(text=text[:120], folded=folded, kind=kind, lon=lon, lat=lat))

    for place, _outline in compounds:
        add(place.name, "compound", place.lon or 0, place.lat or 0)
    for place, _outline in buildings:
        add(f"{place.compound.name if place.compound else ''}{place.name}", "building", place.lon or 0, place.lat or 0)
    for street in extract.streets:
        if street.name and street.kind in ("arterial", "street", "lane"):
            middle = street.geometry.interpolate(0.5, normalized=True)
            add(street.name, "street", middle.x, middle.y)
    for point in extract.services:
        if point.name:
            add(point.name, point.kind, point.lon, point.lat)
    AddressPoint.objects.bulk_create(rows.values(), batch_size=500)
    return len(rows)


def _base(extract: Extract, source: str) -> None:
    text = json.dumps(basemap(extract), ensure_ascii=False, separators=(",", ":"))
    BaseMap.objects.all().delete()
    BaseMap.objects.create(
        geojson=text, bounds=",".join(f"{value:.6f}" for value in extract.bounds), source=source,
        digest=hashlib.sha256(text.encode()).hexdigest()[:16],
    )
