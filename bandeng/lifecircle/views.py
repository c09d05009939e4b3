"""The life circle as everybody sees it: of a compound, and of the place where one stands."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from bandeng.directory import kinds
from bandeng.directory.queries import in_force, status
from bandeng.foundation.clock.moment import now
from bandeng.lifecircle import circles
from bandeng.lifecircle.circles import BANDS, Circle
from bandeng.territory import addresses
from bandeng.territory.models import Place, PlaceKind
from bandeng.territory.queries import map_context
from bandeng.territory.views.maps import point_of

SHOWN = 60  # lines: the nearest of each kind first
TONES = {5: "near", 10: "middle", 15: "wide"}
ORDER = ("met", "far", "absent", "unknown")


def index(request: HttpRequest) -> HttpResponse:
    """Where do you live, or where do you stand: its circle."""
    typed = request.GET.get("near", "").replace("\0", "").strip()[:60]
    at = point_of(request)
    found = addresses.find(typed, 1) if typed and at is None else []
    if found:
        at = found[0].lon, found[0].lat
    name = found[0].text if found else _("您站的地方")
    missing = bool(typed) and at is None
    if at is None:
        named = Place.objects.filter(kind=PlaceKind.COMPOUND, ended_on__isnull=True, lon__isnull=False).exclude(name="").order_by("name")
        context = {"typed": typed, "missing": missing, "compounds": named[:300], "section": "near", "map": map_context()}
        return render(request, "lifecircle/index.html", context, status=404 if missing else 200)
    return _page(request, name, at, {"typed": typed})


def compound(request: HttpRequest, pk: int) -> HttpResponse:
    """The circle of one compound."""
    place = Place.objects.select_related("parent").filter(pk=pk, kind=PlaceKind.COMPOUND, ended_on__isnull=True, lon__isnull=False).first()
    if place is None or place.lon is None or place.lat is None:
        raise Http404
    return _page(request, place, (place.lon, place.lat), {"place": place})


def _page(request: HttpRequest, name: Any, at: tuple[float, float], more: dict[str, Any]) -> HttpResponse:
    walker = "elder" if request.GET.get("walker") == "elder" else "adult"
    found = circles.circle(*at, walker)
    judged = circles.judge(found) if found else []
    lines = _lines(found) if found else []
    context = {
        **more, "name": name, "walker": walker, "circle": found, "lines": lines, "bands": _bands(lines), "section": "near",
        "judged": sorted(judged, key=lambda one: (ORDER.index(one.state) if one.state != "met" else 9, one.need.minutes)),
        "counts": {state: sum(one.state == state for one in judged) for state in ORDER},
        "recalled": any(one.need.recalled for one in judged),
        "speed": round(circles.WALKERS[walker].speed), "map": map_context(), "center": f"{at[0]},{at[1]}",
        "shapes": [_zone(*zone) for zone in circles.zones(*at, walker)] if found else [],
        "pins": [{"lon": at[0], "lat": at[1], "n": "", "kind": ""}] + [
            {"lon": line["point"].lon, "lat": line["point"].lat, "n": line["n"], "kind": "calm", "url": f"/places/{line['point'].pk}/",
             "label": f"{line['n']} {line['point'].name}"} for line in lines],
    }
    return render(request, "lifecircle/circle.html", context)


def _zone(band: int, geometry: dict) -> dict:
    return {"type": "Feature", "properties": {"tone": TONES[band], "name": ""}, "geometry": geometry}


def _lines(found: Circle) -> list[dict[str, Any]]:
    """Return what is shown of a circle: the two nearest of each kind, nearest first, each with its number on the map."""
    seen: dict[str, int] = {}
    chosen = []
    for one in found.near:
        seen[one.kind] = seen.get(one.kind, 0) + 1
        if seen[one.kind] <= 2:
            chosen.append(one)
    chosen = chosen[:SHOWN]
    points = in_force().in_bulk([one.id for one in chosen])
    moment = now()
    return [
        {"n": n, "near": one, "point": points[one.id], "kind": kinds.label(one.kind), "status": status(points[one.id], moment)}
        for n, one in enumerate((one for one in chosen if one.id in points), 1)
    ]


def _bands(lines: list[dict[str, Any]]) -> list[tuple[int, list[dict[str, Any]]]]:
    return [(band, some) for band in BANDS if (some := [line for line in lines if line["near"].band == band])]
