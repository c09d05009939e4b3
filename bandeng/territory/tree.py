"""Reading the tree of places for the workbench: a place with its parts, its past, and what is wrong with its lines."""

from __future__ import annotations

from dataclasses import dataclass

import shapely
from django.db.models import Count, Q

from bandeng.territory.lines.shapes import Fault, Outlined, area_m2
from bandeng.territory.lines.tiling import tiling_faults
from bandeng.territory.locate import index
from bandeng.territory.models import Boundary, Place, PlaceKind, Succession

MOST_PARTS = 300  # shown of one kind


@dataclass(frozen=True, slots=True)
class Line:
    """A part of a place, with how many parts of its own it has."""

    place: Place
    parts: int


def find(pk: int) -> Place | None:
    """Return a place with its chain of parents at hand."""
    chain = "parent__parent__parent__parent__parent"
    return Place.objects.select_related(chain, "compound").filter(pk=pk).first()


def parents(place: Place) -> list[Place]:
    """Return the places that hold *place*, outermost first."""
    found = []
    while place.parent:
        place = place.parent
        found.append(place)
    return found[::-1]


def parts(place: Place) -> dict[str, list[Line]]:
    """Return what stands under a place, by kind: its children, and a compound's buildings. One query."""
    under = Q(parent=place) | (Q(compound=place) if place.kind == PlaceKind.COMPOUND else Q())
    counted = Count("children", filter=Q(children__ended_on__isnull=True))
    rows = Place.objects.filter(under, ended_on__isnull=True).annotate(n=counted).order_by("code", "name")[: MOST_PARTS + 1]
    found: dict[str, list[Line]] = {}
    for row in rows:
        found.setdefault(PlaceKind(row.kind).label, []).append(Line(row, row.n))
    return found


def past(place: Place) -> list[Succession]:
    """Return the rows of succession that *place* stands in, newest first."""
    rows = Succession.objects.filter(Q(old=place) | Q(new=place)).exclude(old=place, new=place)
    return list(rows.select_related("old", "new").order_by("-on", "-pk")[:50])


def outline(place: Place) -> shapely.Geometry | None:
    """Return the outline of a place, or None."""
    wkb = Boundary.objects.filter(place=place).values_list("wkb", flat=True).first()
    return shapely.from_wkb(bytes(wkb)) if wkb else None


def area(place: Place) -> float | None:
    """Return the area of a place in square kilometres, or None where it has no outline."""
    shape = outline(place)
    return None if shape is None else area_m2(shape) / 1e6


def outlines_of(places: list[Place]) -> dict[int, shapely.Geometry]:
    """Return the outlines of places that have one, by id."""
    rows = Boundary.objects.filter(place__in=places).values_list("place_id", "wkb")
    return {pk: shapely.from_wkb(bytes(wkb)) for pk, wkb in rows}


def faults() -> list[tuple[str, Fault]]:
    """Return overlaps and uncovered land of subdistricts, communities and grids in force, with the kind of the parts."""
    at = index()
    outlines: dict[str, list[Outlined]] = {kind: [] for kind in list(PlaceKind.values)[:4]}
    for pk, kind, shape in at.rows():
        if kind in outlines and pk in at.spots:
            outlines[kind].append(Outlined(pk, at.spots[pk].name, at.spots[pk].parent_id, shape))
    return tiling_faults(outlines)


def without_outline() -> int:
    """Return how many subdistricts, communities and grids have no outline: points cannot be found in them."""
    kinds = list(PlaceKind.values)[1:4]
    return Place.objects.filter(kind__in=kinds, ended_on__isnull=True, boundary__isnull=True).count()
