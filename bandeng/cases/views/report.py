"""Reporting: the public form, and the same form filled in by staff on behalf of somebody."""

from __future__ import annotations

import math
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from bandeng.cases import claims, door, policies, queries, questions
from bandeng.cases.actions.intake import Reported
from bandeng.cases.forms import ELSEWHERE, EnterForm, ReportForm
from bandeng.cases.models import Case
from bandeng.cases.views import typed
from bandeng.foundation.pages.door import logged_in
from bandeng.foundation.pages.qr import qr_svg
from bandeng.foundation.pages.visitor import address_of
from bandeng.language import danger
from bandeng.people.middleware import CLAIMS
from bandeng.people.queries import community_desk, grid_officer
from bandeng.territory.queries import map_context
from bandeng.territory.views.maps import point_of

LAST = "last_report"  # session: the receipt, until it is shown; then its number only


def form_page(request: HttpRequest) -> HttpResponse:
    """The report form; no account, no scripts, no map needed."""
    if request.method != "POST":
        start: dict[str, Any] = {key: request.GET[key] for key in ("place", "category") if key in request.GET}
        if point := point_of(request):
            start["lon"], start["lat"] = point
        return _show(request, ReportForm(initial={**start, "report_key": claims.new_report_key()}))
    return _take_in(request, ReportForm(request.POST, request.FILES), on_behalf=False)


@logged_in
def enter_page(request: HttpRequest) -> HttpResponse:
    """The same for staff: a call, a note, a word at the door, something seen on a round."""
    if not policies.entering_post(request.actor):
        raise PermissionDenied(_("代为登记要有网格、社区、街道或区级调度的岗位。"))
    if request.method != "POST":
        return _show(request, EnterForm(initial={"report_key": claims.new_report_key()}), on_behalf=True)
    return _take_in(request, EnterForm(request.POST, request.FILES), on_behalf=True)


def _take_in(request: HttpRequest, form: ReportForm, *, on_behalf: bool) -> HttpResponse:
    answer = door.take_in(form, request.actor, address_of(request), on_behalf=on_behalf)
    if answer.done:
        return _accept(request, answer.done, on_behalf)
    if answer.stop == "place":
        return _show(request, form, stopped="place")
    if answer.stop == "person":
        return _show(request, form, stopped="person", status=422)
    if answer.stop == "channel":
        return _show(request, form, on_behalf=on_behalf, stopped="channel", instead=answer.instead, status=422)
    if answer.stop == "often":
        form.add_error(None, _("这一小时从这里报得太多了，请过一会儿再报。急事请打电话给社区。"))
    return _show(request, form, on_behalf=on_behalf, status=422)


def _accept(request: HttpRequest, done: Reported, on_behalf: bool) -> HttpResponse:
    if not on_behalf:
        remember(request, done.case.pk)
    request.session[LAST] = {
        "number": done.case.number, "code": done.code, "again": done.again, "masked": list(done.masked),
        "on_behalf": on_behalf,
    }
    return redirect("cases:reported")


def remember(request: HttpRequest, case_id: int) -> None:
    """Give this browser the rights of the requester of a case, until the session ends."""
    known = request.session.get(CLAIMS, [])
    request.session[CLAIMS] = [*[pk for pk in known if pk != case_id], case_id][-50:]


def _show(
    request: HttpRequest, form: ReportForm, *, on_behalf: bool = False, stopped: str = "", status: int = 200,
    instead: str = "",
) -> HttpResponse:
    rows = queries.categories(staff=on_behalf)
    chosen = str(form["category"].value() or "")
    groups = [
        (label, icon, items, any(str(item.pk) == chosen for item in items))
        for label, icon, items in queries.groups(rows)
    ]
    center = _pin(form)
    typed.photos_again(request, form)
    context = {
        "form": form, "groups": groups, "chosen": chosen, "on_behalf": on_behalf, "stopped": stopped,
        "section": "report", "map": map_context(), "max_photos": settings.PHOTO_MAX_COUNT,
        "center": center, "candidates": () if center else form.candidates, "never": danger.PERSON,
        "asks": questions.blocks(rows, form.questions if form.is_bound else None), "instead": instead,
        "chosen_elsewhere": form["choice"].value() == ELSEWHERE,
        "danger_seen": stopped == "place" or (stopped != "person" and form["danger_seen"].value()),
    }
    return render(request, "cases/report.html", context, status=status)


def _pin(form: ReportForm) -> str:
    """Return "lon,lat" of the form's pin, or ""; what is no place on Earth is taken out of the form."""
    try:
        lon, lat = float(form["lon"].value()), float(form["lat"].value())
    except (TypeError, ValueError):
        lon = lat = math.nan
    if -180 <= lon <= 180 and -90 <= lat <= 90:  # not so for nan
        return f"{lon},{lat}"
    if form.is_bound:
        form.data = form.data.copy()
        form.data["lon"] = form.data["lat"] = ""
    return ""


@never_cache
def reported(request: HttpRequest) -> HttpResponse:
    """Number and code, once: to write down, to photograph, to keep the link."""
    last = request.session.pop(LAST, None)
    if not last:
        return redirect("cases:follow")
    number, on_behalf = last["number"], last["on_behalf"]
    request.session[LAST] = {"number": number, "on_behalf": on_behalf}
    context = {"number": number, "on_behalf": on_behalf, "section": "report"}
    if code := last.get("code"):
        url = claims.claim_url(number, code)
        case = Case.objects.select_related("compound", "grid", "community").get(number=number)
        context |= {
            **last, "spaced": claims.spaced(code), "url": url, "qr": qr_svg(url), "case": case,
            "before": None if on_behalf else queries.alike_of_mine(request.actor, case),
            "officer": grid_officer(case.grid_id), "desk": community_desk(case.community_id),
        }
    return render(request, "cases/reported.html", context)
