"""Slips on paper: a pad to print, a page to enter a pile of them fast, the slip of one case, and the stub that follows it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from bandeng.cases import claims, door, labels, policies, queries, rules
from bandeng.cases.actions import paper
from bandeng.cases.forms import PadForm, PaperForm
from bandeng.cases.models import Case, PaperSlip, Slip
from bandeng.cases.views.report import remember
from bandeng.foundation.access import Invalid, Refused
from bandeng.foundation.clock.moment import today
from bandeng.foundation.pages import speech
from bandeng.foundation.pages.door import logged_in
from bandeng.foundation.pages.visitor import address_of
from bandeng.foundation.papers.printing import pdf, qr_svg
from bandeng.territory.models import Place, PlaceKind

PAPERS = Path(__file__).resolve().parents[1] / "papers"
ENTERED = "entered_paper"  # session: what was entered last, number and kind
KEEP = 30
STICKY = ("place", "lon", "lat")


@never_cache
@logged_in
def enter(request: HttpRequest) -> HttpResponse:
    """Enter one slip after the other; the place stays, what was entered stands below."""
    if not policies.entering_post(request.actor):
        raise PermissionDenied(_("代为登记要有网格、社区、街道或区级调度的岗位。"))
    form = PaperForm(request.POST) if request.method == "POST" else PaperForm(initial=_start(request))
    stopped = ""
    if request.method == "POST" and form.is_valid():
        stopped = form.questions.stop() if form.questions else ""
        if not stopped and _enter(request, form):
            return redirect("cases:paper")
    context = {
        "here": "enter", "form": form, "stopped": stopped, "kinds": queries.categories(staff=True), "candidates": form.candidates,
        "entered": request.session.get(ENTERED, []), "pad": PadForm(communities=_communities(request), auto_id="pad_%s"),
    }
    return render(request, "cases/paper.html", context, status=422 if request.method == "POST" else 200)


def _start(request: HttpRequest) -> dict[str, Any]:
    kept = request.session.get("paper_place", {})
    return {**{name: kept[name] for name in STICKY if name in kept}, "report_key": claims.new_report_key()}


def _enter(request: HttpRequest, form: PaperForm) -> bool:
    data = form.cleaned_data
    try:
        done = paper.enter(request.actor, paper=data["paper"], slip=data["slip"], **door.given(form))
    except (Invalid, Refused) as error:
        field = getattr(error, "field", "")
        form.add_error(field if field in form.fields else None, str(error))
        return False
    case = done.case
    if not done.again:
        row = {"number": case.number, "kind": case.category.name, "place": case.place_text, "paper": data["paper"]}
        request.session[ENTERED] = [row, *request.session.get(ENTERED, [])][:KEEP]
    request.session["paper_place"] = {"place": data["place"]}
    messages.success(request, _("录好了：%(number)s。接着录下一张。") % {"number": case.number})
    return True


def _communities(request: HttpRequest) -> QuerySet[Place]:
    rows = Place.objects.filter(kind=PlaceKind.COMMUNITY, ended_on__isnull=True).order_by("code", "name")
    return rows.filter(pk__in=[row.pk for row in rows if policies.paper_post(request.actor, row.pk)])


@never_cache
@require_POST
@logged_in
def pad(request: HttpRequest) -> HttpResponse:
    """Print a pad of blank slips."""
    form = PadForm(request.POST, communities=_communities(request))
    if not policies.entering_post(request.actor):
        raise Http404
    if not form.is_valid():
        messages.error(request, _("请选社区，写印几张（1 到 %(n)s）。") % {"n": paper.PAD})
        return redirect("cases:paper")
    made = paper.print_pad(request.actor, community=form.cleaned_data["community"], count=form.cleaned_data["count"])
    groups = [label for label, _icon, _items in queries.groups(queries.categories())]
    values = {
        "brand": _("板凳"), "title": _("民情单"), "community": speech.named(form.cleaned_data["community"]), "groups": groups,
        "slips": [{"number": row.number, "code": claims.spaced(code), "qr": qr_svg(claims.paper_url(row.number, code))}
                  for row, code in made],
        "colours": [_("红单：急事、难事"), _("蓝单：平常事")],
        "asks": [_("在哪里（写到楼就够）"), _("是什么事，请勾一个"), _("怎么回事"), _("怎么称呼、电话（可不写）")],
        "privacy": _("不写别人的名字。电话只用来找您，加密单放，结束 30 天后删掉。"),
        "sos": _("着火 119　报警 110　急救 120，先打电话"),
        "stub": _("撕下这一条留着：扫一扫看进度"), "type": _("或上网输入"), "site": settings.SITE_URL,
    }
    return _paper("pad.typ", values, "slips.pdf")


@never_cache
@logged_in
def slip(request: HttpRequest, number: str) -> HttpResponse:
    """The slip of one case on A5: what, where, until when, who answers; never who reported it."""
    case = queries.find_for(request.actor, number) if request.actor.is_staff else None
    if case is None or not policies.may(request.actor, "see_notes", case):
        raise Http404
    return _paper("slip.typ", slip_values(case), f"{case.number}.pdf")


def slip_values(case: Case) -> dict[str, Any]:
    """Return what stands on the slip of a case."""
    owner = rules.owner_of(case)
    where = " · ".join(filter(None, [speech.named(case.compound) if case.compound else "", case.place_text]))
    rows = [
        [_("在哪里"), where], [_("归哪里"), " · ".join(speech.named(place) for place in (case.grid, case.community) if place)],
        [_("哪天收到"), f"{case.created_at.astimezone(speech.ZONE):%Y-%m-%d %H:%M}"],
        [_("最迟"), f"{case.due_at.astimezone(speech.ZONE):%Y-%m-%d %H:%M}" if case.due_at else ""],
        [_("办到什么样"), case.category.closing_label],
    ]
    if owner:
        rows.append([_("谁负责"), f"{speech.named(owner.place)} {owner.get_role_display()} {owner.person.name}"])
    return {
        "brand": _("板凳"), "number": case.number, "kind": str(case.category), "colour": str(case.get_slip_display()),
        "red": case.slip == Slip.RED, "rows": [row for row in rows if row[1]], "words": case.words,
        "state": str(labels.STATES[case.state]), "qr": qr_svg(settings.SITE_URL + reverse("insight:case", args=[case.number])),
        "scan": _("扫一扫看办到哪里"), "notes": _("现场记几笔"), "date": today().isoformat(),
    }


def _paper(name: str, values: dict[str, Any], file: str) -> HttpResponse:
    response = HttpResponse(pdf(PAPERS / name, values), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{file}"'
    return response


@never_cache
def stub(request: HttpRequest, number: str, code: str) -> HttpResponse:
    """The link on the stub of a paper slip: to its case, once it was entered."""
    found = claim_paper(request, number, claims.digits(code))
    if found is None:
        messages.error(request, _("编号和查询码对不上。请照单子再看一遍。"))
        return redirect("cases:follow")
    if found.case:
        return redirect("cases:follow_one", found.case.number)
    return render(request, "cases/paper_waiting.html", {"section": "mine", "paper": found})


def claim_paper(request: HttpRequest, number: str, code: str) -> PaperSlip | None:
    """Give this browser the rights of whoever wrote a slip, when number and code are right; counted like claim codes."""
    address = address_of(request)
    if claims.too_many("claim", address, settings.CLAIM_TRIES_PER_HOUR):
        return None
    found = claims.check_paper(number, code)
    if found:
        claims.forgive("claim", address)
        if found.case_id:
            remember(request, found.case_id)
    return found
