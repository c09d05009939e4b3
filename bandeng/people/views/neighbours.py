"""Who looks after a building, for neighbours; a few words passed on to a leader; the sheet for the notice board."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from bandeng.foundation.access import Invalid, Refused
from bandeng.foundation.clock.moment import today
from bandeng.foundation.pages.speech import named
from bandeng.foundation.pages.visitor import address_of
from bandeng.foundation.papers.printing import pdf, qr_svg
from bandeng.people import neighbours
from bandeng.people.appointing import seat_name
from bandeng.people.relays import too_many
from bandeng.territory.models import Place, PlaceKind

PAPER = Path(__file__).resolve().parents[1] / "papers" / "board.typ"


class WordsForm(forms.Form):
    """A few words for a leader."""

    post = forms.IntegerField(widget=forms.HiddenInput)
    words = forms.CharField(
        label=gettext_lazy("想说的话"), max_length=neighbours.WORDS, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("说清楚是几单元的什么事就行。网页只转话，不记是谁写的；电话号码会遮住。要回话的事请用“反映问题”。"),
    )


def _place(pk: int) -> Place:
    rows = Place.objects.select_related("parent__parent__parent", "compound", "parent__compound")
    row = rows.filter(pk=pk, kind__in=(PlaceKind.BUILDING, PlaceKind.STAIRWELL), ended_on__isnull=True).first()
    if row is None:
        raise Http404
    return row


@never_cache
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """Who looks after this building; words for a leader are passed on."""
    place = _place(pk)
    form = WordsForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if too_many(address_of(request)):
            form.add_error("words", _("这一小时托的话太多了，请过一会儿再来。急事请打电话给社区。"))
        else:
            try:
                neighbours.relay(request.actor, post=form.cleaned_data["post"], words=form.cleaned_data["words"])
            except (Invalid, Refused) as error:
                form.add_error("words", str(error))
            else:
                messages.success(request, _("话转到了。网页没有记是谁写的。"))
                return redirect("people:neighbours", pk)
    found = neighbours.neighbourhood(place)
    return render(request, "people/neighbours.html", {
        "section": "near", "place": place, "title": seat_name(place), "found": found, "form": form,
        "chosen": str(form["post"].value() or ""),
    }, status=422 if form.errors else 200)


@never_cache
def board(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet for the notice board of a stairwell or building, as PDF."""
    if not request.actor.is_staff:
        raise Http404
    place = _place(pk)
    response = HttpResponse(pdf(PAPER, values(place)), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="board-{pk}.pdf"'
    return response


def values(place: Place) -> dict[str, Any]:
    """Return what stands on the sheet of a building or stairwell."""
    found = neighbours.neighbourhood(place)
    building = found.building
    url = settings.SITE_URL + reverse("cases:report") + f"?lon={building.lon}&lat={building.lat}&place={seat_name(building)}"
    grid = building.parent
    rows = []
    if found.officer:
        rows.append([_("网格员"), found.officer.name or _("专职网格员"), found.officer.duty_phone])
    else:
        rows.append([_("网格员"), _("眼下空缺，找社区"), ""])
    rows += [[f"{leader.seat.name}{leader.role}" if leader.seat.kind == PlaceKind.STAIRWELL else leader.role,
              leader.name or _("扫码，网页转达"), leader.phone] for leader in found.leaders]
    if found.desk and found.desk.duty_phone:
        rows.append([_("社区"), named(grid.parent) if grid and grid.parent else "", found.desk.duty_phone])
    return {
        "title": seat_name(place), "grid": named(grid) if grid else "", "rows": rows, "qr": qr_svg(url),
        "say": _("有事扫一扫，说一声就行，不用注册"), "sos": _("着火 119　报警 110　急救 120"),
        "foot": _("写着的称呼都经本人同意；网格员和社区的是值班电话"),
        "heads": [_("谁"), _("大家怎么叫"), _("电话")], "date": today().isoformat(), "brand": _("板凳"),
    }
