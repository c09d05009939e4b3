"""What everybody may ask and send: kinds of matters, a report, places, the public board."""

from __future__ import annotations

import json
from typing import Literal

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router, Status

from bandeng.api import conditional, kept
from bandeng.api.bodies import board_item, figures, public_case, receipt
from bandeng.api.problems import Problem, Trouble
from bandeng.api.shapes import (
    BoardOut,
    CategoriesOut,
    FeaturesOut,
    FiguresOut,
    PublicCaseOut,
    ReportIn,
    ReportOut,
)
from bandeng.api.taking import take
from bandeng.cases.forms import ReportForm
from bandeng.foundation.access import Actor
from bandeng.foundation.pages.visitor import address_of
from bandeng.insight import public, queries

router = Router()
NOT_MODIFIED = {304: None}


@router.get("/categories", response={200: CategoriesOut, **NOT_MODIFIED}, tags=["report"], url_name="categories")
def categories(request: HttpRequest) -> HttpResponse:
    """The kinds of matters in use, with their limits. ETag; may be kept for five minutes."""
    return conditional.send(request, kept.categories(), max_age=300)


@router.post(
    "/reports", tags=["report"], url_name="report",
    response={200: ReportOut, 201: ReportOut, (400, 409, 415, 422, 429): Problem},
)
def report(request: HttpRequest, response: HttpResponse, payload: ReportIn) -> Status:
    """Report a matter; no account is needed. 201, or 200 when the same report was taken before.

    409 (urn:bandeng:danger-of-place): call the numbers first, show them, then send again with danger_seen. 422
    (urn:bandeng:danger-to-person): a person is in danger; this is never taken here. No cookie is read, so that no
    other site can report in somebody's name, and no token is needed.
    """
    done = take(request, payload, ReportForm, Actor(), address_of(request))
    response["Cache-Control"] = "no-store"  # the code is for whoever reports, and for no cache
    return Status(200 if done.again else 201, receipt(done))


@router.get(
    "/places/{level}", response={200: FeaturesOut, **NOT_MODIFIED, (404, 422): Problem}, tags=["places"], url_name="places",
)
def places(request: HttpRequest, level: Literal["grids", "communities", "subdistricts"]) -> HttpResponse:
    """Outlines of the district's places as GeoJSON. The ETag changes when lines are redrawn."""
    return conditional.send(request, kept.places(level), max_age=60)


@router.get("/board/figures", response={200: FiguresOut, **NOT_MODIFIED}, tags=["board"], url_name="figures")
def board_figures(request: HttpRequest) -> dict:
    """The board's figures of the last 30 days, with what each rate is made of."""
    return figures()


@router.get("/board/cases", response={200: BoardOut, 422: Problem}, tags=["board"], url_name="board")
def board(
    request: HttpRequest, state: Literal["", "open", "ended"] = "", community: kept.Key = 0, page: kept.Page = 1
) -> dict:
    """The public cases, newest first, 30 a page."""
    rows, total = queries.newest_lately(state, community or None, page)
    return {"page": page, "total": total, "items": [board_item(row) for row in rows]}


@router.get("/board/cases/{number}", response={200: PublicCaseOut, (404, 422): Problem}, tags=["board"], url_name="board_case")
def board_case(request: HttpRequest, number: kept.Number) -> dict:
    """One public case: category, compound or grid, dates, story, answer."""
    seen = public.find(number)
    if seen is None:
        raise Trouble(404, _("没有这个编号，或者没有公开。"))
    return public_case(seen)


@router.get("/board/map", response={200: FeaturesOut}, tags=["board"], url_name="board_map")
def board_map(request: HttpRequest) -> HttpResponse:
    """Compounds and grids with five or more public cases of the last 30 days, as GeoJSON points."""
    features = [
        {
            "type": "Feature", "geometry": {"type": "Point", "coordinates": [place.lon, place.lat]},
            "properties": {"id": place.pk, "kind": place.kind, "name": place.name, "name_en": place.name_en, "cases": n},
        }
        for place, n in queries.places_map().places if n >= queries.SMALL
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False, separators=(",", ":"))
    return conditional.send(request, conditional.Kept.of(text, kept.GEOJSON), max_age=60)
