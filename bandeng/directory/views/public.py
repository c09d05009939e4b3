"""What is near: every place that serves people, on the map and in words, and whether it is open now."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from bandeng.directory import kinds, policies, queries
from bandeng.foundation.clock.moment import now
from bandeng.foundation.pages.paging import page_of, pages
from bandeng.territory import addresses
from bandeng.territory.locate import locate
from bandeng.territory.queries import map_context
from bandeng.territory.views.maps import point_of


def index(request: HttpRequest) -> HttpResponse:
    """The list, by group, by words, near a place, open now."""
    group, words = request.GET.get("group", ""), request.GET.get("q", "").replace("\0", "").strip()[:60]
    if group not in {one.key for one in kinds.GROUPS}:
        group = ""
    open_now = request.GET.get("open") == "1"
    near = request.GET.get("near", "").replace("\0", "").strip()[:60]
    at = point_of(request)
    named = addresses.find(near, 1) if near and at is None else []
    if named:
        at = named[0].lon, named[0].lat
    rows, total = queries.find(group=group, words=words, at=at, open_now=open_now, page=page_of(request))
    first = (page_of(request) - 1) * queries.PAGE + 1
    keep = [("group", group), ("q", words), ("open", "1" if open_now else ""), ("near", near),
            *([("lon", at[0]), ("lat", at[1])] if at and not named else [])]
    context = {
        "section": "near", "rows": rows, "total": total, "groups": kinds.GROUPS, "group": group, "words": words, "open_now": open_now,
        "near": near, "at": at, "not_found": bool(near) and not named and at is None,
        "pages": pages(page_of(request), total, queries.PAGE), "keep": [(key, value) for key, value in keep if value],
        "map": map_context(), "center": f"{at[0]},{at[1]}" if at else "",
        "pins": [
            {"lon": row.point.lon, "lat": row.point.lat, "n": number, "url": f"/places/{row.point.pk}/",
             "label": f"{number} {row.point.name}",
             "kind": "done" if row.status and row.status.open else "calm"} for number, row in enumerate(rows, first)
        ] + ([{"lon": at[0], "lat": at[1], "n": "", "kind": ""}] if at else []),
        "first": first,
    }
    return render(request, "directory/index.html", context)


def point(request: HttpRequest, pk: int) -> HttpResponse:
    """One place: where it is, when it is open this week, how to reach it."""
    found = queries.in_force().select_related("community", "operator").filter(pk=pk).first()
    if found is None:
        raise Http404
    moment = now()
    context = {
        "section": "near", "point": found, "kind": kinds.label(found.kind), "status": queries.status(found, moment),
        "week": queries.week(found, moment), "today": moment.date(), "map": map_context(), "center": f"{found.lon},{found.lat}",
        "pins": [{"lon": found.lon, "lat": found.lat, "n": ""}],
        "may_edit": bool(policies.editor(request.actor, locate(found.lon, found.lat))),
    }
    return render(request, "directory/point.html", context)
