"""The pages of the rates: for everybody, and at the desk down to the cases."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from bandeng.foundation.pages.door import logged_in
from bandeng.foundation.pages.paging import page_of, pages
from bandeng.insight import formulas, periods, rates
from bandeng.insight.formulas import BY_CODE, FORMULAS, MEASURES, SMALL, Rate
from bandeng.insight.joining import Line
from bandeng.insight.models import Period
from bandeng.insight.rates import Scope

# The columns of a table; the rest stands above it for the whole.
SHOWN = tuple(BY_CODE[code] for code in ("response", "resolution", "satisfaction", "on_time", "reopened"))


def by_labels() -> dict[str, str]:
    """Return what the figures are told apart by, as people call it."""
    return {
        "subdistrict": _("街道"), "community": _("社区"), "group": _("类别"), "unit": _("单位"), "firm": _("物业"),
        "compound": _("小区"), "grid": _("网格"), "season": _("月份和供暖季"),
    }


@dataclass(frozen=True, slots=True)
class CellShown:
    """A rate in a table: hidden where it stands in the joined line only; `parts` are the measures of its numerator."""

    rate: Rate
    hidden: bool
    parts: tuple[str, ...]
    whole: str


@dataclass(frozen=True, slots=True)
class RowShown:
    """A line of a table."""

    line: Line
    cells: list[CellShown]
    received: int | None
    response: int | None
    finish: int | None


def _row(line: Line, *, public: bool) -> RowShown:
    cells = [CellShown(formulas.rate(f, line.counts), f.whole in line.hidden, f.parts, f.whole) for f in SHOWN]
    enough = {name: not public or line.counts.get(measure, 0) >= SMALL for name, (measure, _c) in formulas.TIMES.items()}
    return RowShown(
        line, cells, None if "received" in line.hidden else line.counts.get("received", 0),
        line.counts.get("response_median") if enough["response"] else None,
        line.counts.get("finish_median") if enough["finish"] else None,
    )


def _table(request: HttpRequest, found: list[Line], *, public: bool) -> dict:
    """Return one page of a table's lines."""
    page = page_of(request)
    turned = pages(page, len(found), rates.LINES)
    shown = found[turned.first - 1 : turned.last] if turned.first <= len(found) else []
    keep = [(name, request.GET[name][:40]) for name in ("period", "scope", "by") if name in request.GET]
    return {"rows": [_row(line, public=public) for line in shown], "pages": turned, "many": len(found) > len(shown), "keep": keep}


def _chosen(known: list[Period], request: HttpRequest) -> Period | None:
    return rates.period_of(known, request.GET.get("period", "")[:20])


def _choices(known: list[Period]) -> list[tuple[str, str]]:
    return [(periods.code(row.kind, row.first), periods.label(row.kind, row.first)) for row in known]


def _by(request: HttpRequest, allowed: tuple[str, ...]) -> str:
    asked = request.GET.get("by", "")
    return asked if asked in allowed else allowed[0]


def public_rates(request: HttpRequest) -> HttpResponse:
    """The rates of the district, and told apart by place, group, unit, firm or season; small ones joined; nobody ranked."""
    known = rates.all_periods()
    period = _chosen(known, request)
    context: dict = {"section": "board", "periods": _choices(known), "least": SMALL, "formulas": SHOWN}
    if period:
        by = _by(request, rates.PUBLIC_BY)
        counts = rates.whole(period, Scope())
        stock = rates.deferred_stock()
        context |= {
            **_figures(period, counts), "by": by, "bys": [(name, by_labels()[name]) for name in rates.PUBLIC_BY],
            "by_name": by_labels()[by], **_table(request, rates.joined(period, by, known), public=True),
            "stock": stock if stock.number >= SMALL else None, "few_deferred": 0 < stock.number < SMALL,
            "exclusions": rates.exclusions(period), "times": _times(counts, public=True),
        }
    return render(request, "insight/rates.html", context)


def _figures(period: Period, counts: dict[str, int]) -> dict:
    return {
        "period": period, "code": periods.code(period.kind, period.first), "title": periods.label(period.kind, period.first),
        "counts": counts, "told": rates.told(counts),
    }


def _times(counts: dict[str, int], *, public: bool) -> list[tuple[str, str, int, int | None, int | None]]:
    """Return (measure, name, of how many, median, 90th percentile) of each time, in minutes."""
    names = {"response": _("收到到第一次回应"), "finish": _("收到到办结，停下的时间不算")}
    found = []
    for name, (measure, _column) in formulas.TIMES.items():
        n = counts.get(measure, 0)
        shown = n >= SMALL or not public
        found.append((measure, names[name], n, *((counts.get(f"{name}_{what}") if shown else None) for what in ("median", "p90"))))
    return found


def formulas_page(request: HttpRequest) -> HttpResponse:
    """Every formula in plain words, with its version and since when."""
    return render(request, "insight/formulas.html", {
        "section": "board", "formulas": FORMULAS, "least": SMALL, "few": formulas.FEW, "grounds": rates.excluded({})})


# At the desk


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page of the desk was asked for."""

    scope: Scope
    scopes: list[Scope]
    known: list[Period]
    period: Period | None
    by: str

    def query(self, **more: object) -> str:
        """Return the address of the same figures, with *more*."""
        code = periods.code(self.period.kind, self.period.first) if self.period else ""
        return urlencode({"period": code, "scope": self.scope.code, "by": self.by, **more})


def _asked(request: HttpRequest) -> Asked:
    """Read the address. Raises Http404 for who may read no rates, and for a scope that is not theirs."""
    mine = rates.scopes(request.actor)
    wanted = request.GET.get("scope", "")[:40]
    scope = next((one for one in mine if one.code == wanted), None) if wanted else next(iter(mine), None)
    if scope is None:
        raise Http404
    known = rates.all_periods()
    return Asked(scope, mine, known, _chosen(known, request), _by(request, rates.DESK_BY[scope.kind]))


@logged_in
def desk_rates(request: HttpRequest) -> HttpResponse:
    """The same figures within what somebody may see, nothing joined, every number a link to its cases."""
    asked = _asked(request)
    context: dict = {
        "here": "rates", "scopes": [(one.code, rates.scope_name(one)) for one in asked.scopes], "scope": asked.scope.code,
        "scope_kind": asked.scope.kind, "periods": _choices(asked.known), "formulas": SHOWN,
    }
    if asked.period:
        counts = rates.whole(asked.period, asked.scope)
        context |= {
            **_figures(asked.period, counts), "by": asked.by, "by_name": by_labels()[asked.by],
            "bys": [(name, by_labels()[name]) for name in rates.DESK_BY[asked.scope.kind]],
            **_table(request, rates.lines(asked.period, asked.scope, asked.by, asked.known), public=False),
            "stock": rates.deferred_stock(asked.scope), "excluded": rates.excluded(counts), "times": _times(counts, public=False),
            "query": asked.query(),
        }
    return render(request, "insight/desk_rates.html", context)


@logged_in
def desk_cases(request: HttpRequest) -> HttpResponse:
    """The cases behind one number, as far as the reader may see them."""
    asked = _asked(request)
    what, key = request.GET.get("what", "received"), request.GET.get("key", "")
    if what not in MEASURES:
        raise Http404
    if asked.period is None:
        return redirect("rates:desk")
    part = asked.by if key.isascii() and key.isdigit() and len(key) < 15 else ""
    period = asked.period
    if part == "season":  # each line is a period of its own
        period = next((row for row in asked.known if row.pk == int(key)), period)
    page = page_of(request)
    rows, more = rates.behind(request.actor, period, asked.scope, what, by=part, key=int(key) if part else 0, page=page)
    keep = [(name, request.GET[name][:40]) for name in ("period", "scope", "by", "what", "key") if name in request.GET]
    return render(request, "insight/desk_cases.html", {
        "here": "rates", "rows": rows, "what": measure_names()[what], "title": periods.label(period.kind, period.first),
        "scope_name": rates.scope_name(asked.scope), "scope_kind": asked.scope.kind, "query": asked.query(), "keep": keep,
        "pages": {"before": page - 1 if page > 1 else None, "after": page + 1 if more else None}, "page": page,
        "first": (page - 1) * rates.PAGE + 1, "last": (page - 1) * rates.PAGE + len(rows),
    })


def measure_names() -> dict[str, str]:
    """Return what each count is called."""
    return {
        "received": _("收到"), "whistles": _("吹过哨的"), "response": _("回应时限到头的"), "response_ok": _("按时回应的"),
        "finish": _("办结时限到头的"), "finish_plain": _("按原时限办结的"), "finish_extended": _("延期后按时办结的"),
        "finish_deferred": _("挂过账、按时办结的"), "finish_late": _("没有按时办结的"), "answers": _("说了话、计入的"),
        "solved": _("说解决了的"), "pleased": _("基本满意或更好的"), "ended": _("结案的"), "elsewhere": _("转走、没立案、合并或撤回的"),
        "silent": _("七天没人说话、自动结案的"), "reopened": _("重办过的"), "hops": _("转过手的"), "responded": _("有过第一次回应的"),
        "finished": _("办结的"), **{name: _("不计入：%(ground)s") % {"ground": ground} for name, ground, _n in rates.excluded({})},
    }


@logged_in
def desk_table(request: HttpRequest) -> HttpResponse:
    """The same table as a file of numbers."""
    asked = _asked(request)
    if asked.period is None:
        return redirect("rates:desk")
    found = rates.lines(asked.period, asked.scope, asked.by, asked.known)
    answer = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")  # so that Excel takes it for UTF-8
    code = periods.code(asked.period.kind, asked.period.first)
    answer["Content-Disposition"] = f'attachment; filename="rates-{code}-{asked.scope.code}-{asked.by}.csv"'
    names = list(measure_names())
    times = [f"{name}_{what}" for name in formulas.TIMES for what in ("median", "p90")]
    out = csv.writer(answer)
    out.writerow([by_labels()[asked.by], *[measure_names()[name] for name in names], *[f"{name} (min)" for name in times]])
    for line in [Line(0, _("合计"), rates.whole(asked.period, asked.scope)), *found]:
        out.writerow([_plain(line.name), *[line.counts.get(name, 0) for name in names], *[line.counts.get(name, "") for name in times]])
    return answer


def _plain(name: str) -> str:
    """Return a name that no spreadsheet takes for a formula."""
    return f"'{name}" if name[:1] in "=+-@\t\r" else name
