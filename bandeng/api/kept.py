"""Bodies that are made once and sent many times, and the types of addresses."""

from __future__ import annotations

import json
from typing import Annotated

import shapely
from pydantic import Field

from bandeng.api.conditional import Kept
from bandeng.cases import queries
from bandeng.cases.models import Category, Question
from bandeng.foundation.clock.calendar import Span
from bandeng.territory.locate import index
from bandeng.territory.models import Place, PlaceKind

GEOJSON = "application/geo+json; charset=utf-8"
LEVELS = {"grids": PlaceKind.GRID, "communities": PlaceKind.COMMUNITY, "subdistricts": PlaceKind.SUBDISTRICT}
Page = Annotated[int, Field(ge=1, le=2000)]
Key = Annotated[int, Field(ge=0, le=2**63 - 1)]
Number = Annotated[str, Field(max_length=20)]

_categories: tuple[list[Category], Kept] | None = None
_places: dict[str, tuple[int, Kept]] = {}


def categories() -> Kept:
    """Return the catalogue, made anew when the process has read it anew and it has changed."""
    global _categories
    rows = queries.categories()
    if _categories is None or _categories[0] is not rows:
        items = [_category(row) for row in rows]
        _categories = rows, Kept.of(json.dumps({"items": items}, ensure_ascii=False, separators=(",", ":")))
    return _categories[1]


def _category(row: Category) -> dict:
    limits = row.spans
    return {
        "code": row.code, "version": row.version, "name": row.name, "name_en": row.name_en, "group": row.group, "group_en": row.group_en,
        "icon": row.icon, "limit_class": row.limit_class, "response_within": _span(limits.response),
        "finish_within": _span(limits.finish), "danger": row.danger,
        "filing": row.filing, "closing": row.closing, "questions": [_question(question) for question in queries.questions_of(row)],
    }


def _question(row: Question) -> dict:
    return {
        "code": row.code, "kind": row.kind, "label": row.words, "label_en": row.words_en, "required": row.required,
        "options": [kept for kept, _said in row.choices], "stopping": sorted(row.stopping), "stops_all": row.stops_all,
    }


def _span(span: Span) -> str:
    return f"{span.amount} {span.unit}"


def places(level: str) -> Kept:
    """Return the outlines of all places of a level in the boundary version in force."""
    at = index()
    known = _places.get(level)
    if known is None or known[0] != at.version:
        known = _places[level] = at.version, Kept.of(_outlines(LEVELS[level]), GEOJSON)
    return known[1]


def _outlines(kind: str) -> str:
    at = index()
    facts = {row["id"]: row for row in Place.objects.filter(kind=kind).values("id", "code", "parent__code", "by_rule")}
    features = [
        {
            "type": "Feature",
            "properties": {
                "id": spot.id, "kind": spot.kind, "name": spot.name, "name_en": spot.name_en, "parent_id": spot.parent_id,
                "code": facts[spot.id]["code"], "parent_code": facts[spot.id]["parent__code"],
                "by_rule": facts[spot.id]["by_rule"],
            },
            "geometry": json.loads(shapely.to_geojson(shape)),
        }
        for place_id, place_kind, shape in at.rows()
        if place_kind == kind and place_id in facts and (spot := at.spots.get(place_id))
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False, separators=(",", ":"))


def forget() -> None:
    """Drop what this process has made (between tests)."""
    global _categories
    _categories = None
    _places.clear()
