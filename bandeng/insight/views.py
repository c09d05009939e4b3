"""The public board: everybody sees what was said, what became of it, and how the figures are made."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from bandeng.cases import claims
from bandeng.cases.views.support import supported
from bandeng.foundation.journal.models import Head
from bandeng.foundation.pages.paging import page_of, pages
from bandeng.foundation.pages.speech import named
from bandeng.insight import public, queries
from bandeng.territory.models import Place, PlaceKind
from bandeng.territory.queries import map_context


def board_page(request: HttpRequest) -> HttpResponse:
    """Figures, then the newest cases."""
    sought = request.GET.get("number", "")[:40]
    number = claims.number_of(sought)
    if number and queries.public_cases().filter(number=number).exists():
        return redirect("insight:case", number)
    state = request.GET.get("state", "")
    asked = request.GET.get("community", "")
    community = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 15 else None
    state = state if state in ("open", "ended") else ""
    cases, total = queries.newest_lately(state, community, page_of(request))
    board = queries.board()
    place = Place.objects.filter(pk=community, kind=PlaceKind.COMMUNITY).first() if community else None
    context = {
        "section": "board", "board": board, "formula": queries.FORMULA,
        "cases_at": f"{reverse('insight:board')}cases/", "figures": board.figures, "cases": cases,
        "total": total, "state": state,
        "sought": sought, "community": place, "groups": board.groups, "communities": board.communities,
        "pages": pages(page_of(request), total, queries.PAGE),
        "keep": [(k, v) for k, v in (("state", state), ("community", asked if place else "")) if v], "head": Head.objects.first(),
    }
    return render(request, "insight/board.html", context)


def board_map(request: HttpRequest) -> HttpResponse:
    """Where it hurts: by compound or grid, never by a single complaint."""
    counted = queries.places_map()
    rows = sorted(counted.places, key=lambda row: -row[1])
    pins = [
        {"lon": place.lon, "lat": place.lat, "n": n if n >= queries.SMALL else "", "kind": "calm" if n < 10 else "",
         "label": f"{named(place)} {n}"}
        for place, n in rows if n >= queries.SMALL
    ]
    small = [place for place, n in rows if n < queries.SMALL]
    context = {
        "section": "board", "rows": [(p, n) for p, n in rows if n >= queries.SMALL], "small": len(small),
        "pins": pins, "map": map_context(), "least": queries.SMALL, "as_of": counted.as_of,
    }
    return render(request, "insight/map.html", context)


def board_case(request: HttpRequest, number: str) -> HttpResponse:
    """One case as everybody may see it: category, compound or street, dates, answer; words only if released."""
    seen = public.find(number)
    if seen is None:
        raise Http404
    context = {
        "section": "board", "case": seen.case, "points": seen.points, "next": seen.next, "words": seen.words,
        "url": reverse("insight:case", args=[number]), "supported": supported(request, seen.case.pk),
    }
    return render(request, "insight/case.html", context)


def deferred(request: HttpRequest) -> HttpResponse:
    """What is deferred 挂账 now: why, what will be done, when one looks again."""
    page = page_of(request)
    rows, total = queries.deferred(page)
    context = {
        "section": "board", "rows": rows, "total": total, "pages": pages(page, total, queries.PAGE), "keep": [],
        "cases_at": f"{reverse('insight:board')}cases/",
    }
    return render(request, "insight/deferred.html", context)


def journal(request: HttpRequest) -> HttpResponse:
    """The daily heads of the journal: whoever keeps one can prove that nothing was cut."""
    return render(request, "insight/journal.html", {"section": "board", "heads": Head.objects.all()[:60]})
