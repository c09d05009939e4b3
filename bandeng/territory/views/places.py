"""The places in the workbench: the tree, one place with its parts, and what is wrong with the lines."""

from __future__ import annotations

import json
from typing import Any

import shapely
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from bandeng.foundation.pages.door import with_post
from bandeng.foundation.pages.speech import named
from bandeng.foundation.sheets.kinds import kinds_for
from bandeng.territory import policies, queries, tree
from bandeng.territory.models import Place, PlaceKind

FAULTS = 60  # shown


@with_post
def index(request: HttpRequest) -> HttpResponse:
    """The district: where the tree begins."""
    found = queries.district()
    if found is None:
        return render(request, "territory/none.html", {"here": "places", "may_load": bool(kinds_for(request.actor))})
    return redirect("territory:place", found.pk)


@never_cache
@with_post
def place(request: HttpRequest, pk: int) -> HttpResponse:
    """One place: what it is, what stands under it, what it was."""
    found = tree.find(pk)
    if found is None:
        raise Http404
    parts = tree.parts(found)
    shown = [line.place for lines in parts.values() for line in lines if line.place.kind in tuple(PlaceKind.values)[1:5]]
    outlines = tree.outlines_of([found, *shown])
    context = {
        "here": "places", "place": found, "parents": tree.parents(found), "parts": parts, "past": tree.past(found),
        "area": tree.area(found), "map": queries.map_context(), "may_draw": bool(policies.drawer(request.actor, found)),
        "may_load": bool(policies.loader(request.actor)), "shapes": _features(found, shown, outlines),
        "box": _box(outlines.get(found.pk)),
    }
    return render(request, "territory/place.html", context)


def _features(found: Any, shown: list, outlines: dict[int, shapely.Geometry]) -> list[dict]:
    rows = [(found, "whole")] + [(one, "compound" if one.kind == PlaceKind.COMPOUND else "part") for one in shown]
    return [
        feature(outlines[one.pk], tone=tone, name=short(one, found) if tone == "part" else "")
        for one, tone in rows if one.pk in outlines
    ]


def short(place: Place, within: Place) -> str:
    """Return the name of a place as a map of *within* shows it: without the name that all of them begin with."""
    return named(place).removeprefix(named(within)).strip() or named(place)


def feature(shape: shapely.Geometry, **properties: Any) -> dict:
    """Return an outline as the map wants it: `tone` says how it is drawn, `name` stands in its middle."""
    middle = shape.representative_point()
    return {"type": "Feature", "geometry": json.loads(shapely.to_geojson(shape)),
            "properties": {**properties, "at": [round(middle.x, 6), round(middle.y, 6)]}}


def _box(shape: shapely.Geometry | None) -> str:
    """Return what the map is to show: west, south, east, north; "" where there is no outline."""
    return ",".join(f"{value:.6f}" for value in shape.bounds) if shape is not None else ""


@never_cache
@with_post
def check(request: HttpRequest) -> HttpResponse:
    """Where lines overlap, and where land belongs to nobody."""
    rows = [
        {"kind": PlaceKind(kind).label, "fault": fault, "n": number,
         "place": fault.keys[0] if kind == PlaceKind.GRID and fault.kind == "hole" else None}
        for number, (kind, fault) in enumerate(sorted(tree.faults(), key=lambda row: -row[1].area), start=1)
    ]
    context = {
        "here": "places", "rows": rows[:FAULTS], "total": len(rows), "without": tree.without_outline(), "map": queries.map_context(),
        "pins": [{"lon": row["fault"].lon, "lat": row["fault"].lat, "n": row["n"], "kind": "soon" if row["fault"].kind == "hole" else ""}
                 for row in rows[:FAULTS]],
        "shapes": [feature(row["fault"].shape, tone="fault", name="") for row in rows[:FAULTS]],
    }
    return render(request, "territory/check.html", context)
