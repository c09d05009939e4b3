"""What maps ask for: the base, the grids' outlines, the places at a point."""

from __future__ import annotations

import gzip
import re

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control

from bandeng.foundation.pages.speech import named
from bandeng.territory.locate import Chain, locate
from bandeng.territory.queries import base_map, grid_areas

_GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))")


def point_of(request: HttpRequest) -> tuple[float, float] | None:
    """Return lon and lat of a request, or None when they are missing or no coordinates."""
    try:
        lon, lat = float(request.GET["lon"]), float(request.GET["lat"])
    except (KeyError, ValueError):
        return None
    return (lon, lat) if -180 <= lon <= 180 and -90 <= lat <= 90 else None


def _words(chain: Chain) -> str:
    if not chain.inside:
        return _("这里不在本区，请换一个点。")
    where = chain.compound or chain.grid or chain.community
    near = " · ".join(named(spot) for spot in (chain.community, where) if spot)
    return _("选好了：%(where)s") % {"where": near}


def at_point(request: HttpRequest) -> JsonResponse:
    """The places at a point, for the map's own use: {"inside", "text"}."""
    point = point_of(request)
    if point is None:
        return JsonResponse({"error": "lon and lat in degrees are needed"}, status=400)
    chain = locate(*point)
    return JsonResponse({"inside": chain.inside, "text": _words(chain)})


@cache_control(public=True, max_age=31536000, immutable=True)
def base(request: HttpRequest, digest: str) -> HttpResponse:
    """The base map as GeoJSON; its address changes with its content."""
    return _geojson(request, base_map(digest))


@cache_control(public=True, max_age=31536000)
def areas(request: HttpRequest, version: int) -> HttpResponse:
    """The grids' outlines; the address carries the boundary version."""
    return _geojson(request, grid_areas(version))


def reads_gzip(request: HttpRequest) -> bool:
    """Return whether the client takes an answer compressed by gzip."""
    return bool(_GZIP.search(request.headers.get("Accept-Encoding", "")))


def _geojson(request: HttpRequest, packed: bytes | None) -> HttpResponse:
    """Send it compressed to whoever can read that. It holds no secret that its length could give away."""
    if packed is None:
        raise Http404
    can = reads_gzip(request)
    response = HttpResponse(packed if can else gzip.decompress(packed), content_type="application/geo+json; charset=utf-8")
    if can:
        response["Content-Encoding"] = "gzip"
    patch_vary_headers(response, ["Accept-Encoding"])
    return response
