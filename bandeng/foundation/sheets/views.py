"""Loading sheets in the workbench: choose a kind, send a file, read what it would do, load it or mend it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from bandeng.foundation.access import Invalid, Refused
from bandeng.foundation.clock.moment import today
from bandeng.foundation.geo.datum import DATUMS
from bandeng.foundation.pages.door import logged_in
from bandeng.foundation.sheets import actions, outlines, paper
from bandeng.foundation.sheets.kinds import KINDS, SheetKind, kinds_for
from bandeng.foundation.sheets.table import MOST_BYTES

SHOWN = 40  # problems on the page; the returned sheet has them all
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DATUM_NAMES = {
    "wgs84": gettext_lazy("WGS-84 或 CGCS2000（国家大地坐标、GPS、天地图）"),
    "gcj02": gettext_lazy("GCJ-02（高德、腾讯地图）"), "bd09": gettext_lazy("BD-09（百度地图）"),
}


class SheetForm(forms.Form):
    """The file, and for places the datum it is in."""

    file = forms.FileField(label=gettext_lazy("文件"))
    datum = forms.ChoiceField(label=gettext_lazy("坐标是哪一种"), choices=[(one, DATUM_NAMES[one]) for one in DATUMS],
                              initial="wgs84", widget=forms.RadioSelect)

    def __init__(self, *args: Any, kind: SheetKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = _(".xlsx、.xls、.ods 或 .csv")
        if kind.geographic:
            self.fields["file"].help_text = _(".xlsx、.xls、.ods、.csv；带边界的用 .geojson、.gpkg，或 .shp 一套打成 .zip")
        else:
            del self.fields["datum"]

    def clean_file(self) -> Any:
        given = self.cleaned_data["file"]
        if given.size > MOST_BYTES * 5:
            raise forms.ValidationError(_("文件太大了，最多 %(most)s MB。") % {"most": MOST_BYTES * 5 // 2**20})
        return given


def _kind(request: HttpRequest, name: str) -> SheetKind:
    kind = KINDS.get(name)
    if kind is None or not kind.grant(request.actor):
        raise Http404
    return kind


@logged_in
def index(request: HttpRequest) -> HttpResponse:
    """The kinds of sheets this person may load."""
    kinds = kinds_for(request.actor)
    if not kinds:
        raise Http404
    return render(request, "sheets/index.html", {"kinds": kinds, "here": "sheets"})


@never_cache
@logged_in
def kind_page(request: HttpRequest, kind: str) -> HttpResponse:
    """One kind: the empty sheet, what there is now, and the form to send a file."""
    found = _kind(request, kind)
    form = SheetForm(request.POST or None, request.FILES or None, kind=found)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data["file"]
        try:
            upload = actions.try_out(
                request.actor, kind=found, name=given.name or "", content=given.read(),
                datum=form.cleaned_data.get("datum") or "wgs84",
            )
        except Invalid as error:
            form.add_error("file", str(error))
        else:
            return redirect("sheets:trial", found.name, upload.pk)
    return render(request, "sheets/kind.html", {"kind": found, "form": form, "here": "sheets"},
                  status=422 if form.errors else 200)


@never_cache
@logged_in
def trial(request: HttpRequest, kind: str, upload: int) -> HttpResponse:
    """What loading the file would do; the button that does it."""
    found = _kind(request, kind)
    row = actions.own(request.actor, upload)
    if row is None or row.kind != found.name:
        raise Http404
    if row.loaded_at:
        return render(request, "sheets/loaded.html", {"kind": found, "upload": row, "here": "sheets"})
    problem = ""
    if request.method == "POST":
        try:
            plan = actions.load(request.actor, upload=upload)
        except (Invalid, Refused) as error:
            problem = str(error)
        else:
            messages.success(request, plan.said or _("导入好了：新增 %(new)s 行，改了 %(changed)s 行，%(same)s 行没有变。") % {
                "new": plan.new, "changed": plan.changed, "same": plan.same})
            return redirect("sheets:trial", found.name, upload)
    try:
        table, plan = actions.planned(request.actor, row)
    except Invalid as error:
        messages.warning(request, str(error))
        return redirect("sheets:kind", found.name)
    titles = {column.name: column.title for column in found.columns}
    context = {
        "kind": found, "upload": row, "table": table, "plan": plan, "problem": problem, "here": "sheets",
        "problems": [(one, titles.get(one.column, "")) for one in plan.problems[:SHOWN]],
        "more": max(0, len(plan.problems) - SHOWN), "datum": DATUM_NAMES.get(row.datum, ""),
    }
    return render(request, "sheets/trial.html", context, status=409 if problem else 200)


@never_cache
def returned(request: HttpRequest, kind: str, upload: int) -> HttpResponse:
    """The file as it came, with its problems written beside the rows."""
    found = _kind(request, kind)
    row = actions.own(request.actor, upload)
    if row is None or row.kind != found.name:
        raise Http404
    try:
        table, plan = actions.planned(request.actor, row)
    except Invalid as error:
        raise Http404 from error
    stem = "-".join([row.name.rsplit(".", 1)[0], _("问题")])
    if not table.geographic:
        return _file(paper.returned(found.columns, table, plan.problems), f"{stem}.xlsx", XLSX)
    said: dict[int, list[str]] = {}
    for one in plan.problems:
        said.setdefault(one.row, []).append(one.text)
    features = [
        ({**one.values, _("问题"): "\n".join(said.get(one.number, []))},
         outlines.from_wgs84(one.shape, row.datum) if one.shape is not None else None)
        for one in table.rows
    ]
    return _file(outlines.geojson(features), f"{stem}.geojson", "application/geo+json")


@never_cache
def blank(request: HttpRequest, kind: str) -> HttpResponse:
    """The empty sheet, with a page that explains each column."""
    found = _kind(request, kind)
    return _file(paper.filled(found.columns, title=str(found.title)), "-".join([str(found.title), _("空表.xlsx")]), XLSX)


@never_cache
def export(request: HttpRequest, kind: str, form: str) -> HttpResponse:
    """What there is now, as a sheet or as a file of outlines: mend it and send it again."""
    found = _kind(request, kind)
    rows = list(found.export(request.actor))
    name = f"{found.title}-{today():%Y%m%d}.{form}"
    if form == "xlsx":
        return _file(paper.filled(found.columns, (row.values for row in rows), title=str(found.title)), name, XLSX)
    if form == "geojson" and found.geographic:
        return _file(outlines.geojson((row.values, row.shape) for row in rows), name, "application/geo+json")
    if form == "gpkg" and found.geographic:
        layers: dict[str, list] = {}
        for row in rows:
            if row.shape is not None:
                layers.setdefault(row.layer or found.name, []).append((row.values, row.shape))
        if layers:
            return _file(outlines.geopackage(layers), name, "application/geopackage+sqlite3")
    raise Http404


def _file(content: bytes, name: str, content_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response
