"""The workbench's first page: what is mine to do and every other list of cases, narrowed by what stands in the address."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bandeng.cases import bulk, claims, labels, lines, policies, queries
from bandeng.cases.filter_form import NAMES, FilterForm, address, chips, values
from bandeng.cases.lines.near import Point, rounded
from bandeng.cases.models import Case
from bandeng.cases.queries import saved_views
from bandeng.cases.views import once
from bandeng.foundation.pages.door import with_post
from bandeng.foundation.pages.paging import page_of, pages
from bandeng.foundation.pages.speech import named
from bandeng.territory import addresses
from bandeng.territory.queries import map_context

TABS: dict[str, str | Promise] = {
    "mine": _("该我办的"), "late": _("过了期的"), "soon": _("一天内到期"), "asked": _("等我批"), "done": _("办过的"),
    "refused": _("单位不接的"), "reopened": _("重办的"), "unowned": _("没人管的"), "check": _("要去核查"), "waiting": _("等居民说"),
    "paused": _("停着的"), "near": _("这附近的"), "all": _("全部在办"), "ended": _("已结束"),
}
EMPTY: dict[str, str | Promise] = {
    "mine": _("今天没有要办的，坐一会儿"), "late": _("没有过期的"), "soon": _("一天内没有到期的"), "refused": _("没有哪个单位不接"),
    "reopened": _("没有要重办的"), "unowned": _("每一件都有人管"),
}


@dataclass(frozen=True, slots=True)
class Tab:
    """A view of the inbox: its name, how many lines it holds (None: not counted), and its address with what is on."""

    view: str
    label: str | Promise
    many: int | None
    query: str

    @property
    def more(self) -> int:
        """As far as tabs are counted, where there are more; else 0."""
        return lines.ON_A_TAB if (self.many or 0) > lines.ON_A_TAB else 0


@with_post
def inbox(request: HttpRequest) -> HttpResponse:
    """What is mine to do, by what is due; map and list side by side."""
    sought = request.GET.get("number", "")[:40]
    if found := _by_number(request, sought):
        return redirect("cases:case", found.number)
    form = FilterForm(request.GET, actor=request.actor)
    filters = form.filters
    if better := _better_address(request, form):
        return redirect(better)
    view = request.GET.get("view", "mine")
    place = Place.of(request) if view == "near" else Place()
    desk = lines.Desk(request.actor, filters, place.point)
    if view not in desk.views:
        view, place = "mine", Place()
    counts = desk.count(view)
    page = page_of(request)
    rows, total = lines.lines_on(desk, view, page), counts.get(view, 0)
    turned = pages(page, total, lines.PAGE)
    given = values(filters)
    context = {
        "rows": list(zip(count(turned.first), rows, _heads(rows, filters.by), strict=False)), "total": total,
        "view": view, "sought": sought, "here": "inbox",
        "tabs": [Tab(name, TABS[name], counts.get(name), address(name, given)) for name in desk.views], "place": place,
        "form": fresh(form, request), "chips": chips(form, view, place.kept), "ignored": form.ignored, "by": filters.by,
        "map": map_context(), "pages": turned, "pins": _pins(rows, turned.first), "desk": reverse("cases:inbox"),
        "keep": [("view", view), *given.items(), *place.kept.items()], "query": address(view, given, place.kept),
        "roles": list(dict.fromkeys(post.title for post in request.actor.posts)),
        "acts": bulk.acts_for(request.actor), "once": once.token(), "saved": list(saved_views(request.actor)),
        "season": bool(filters) and view in lines.NEWEST, "filters": list(given.items()), "empty": EMPTY.get(view, _("这里没有")),
    }
    return render(request, "cases/inbox.html", context)


def fresh(form: FilterForm, request: HttpRequest) -> FilterForm:
    """Return the form as it is shown: with what was good, and without errors, which stand above it in words."""
    return FilterForm(initial=values(form.filters), actor=request.actor)


@dataclass(frozen=True, slots=True)
class Place:
    """Around what one looks: a point no finer than 100 m, or a name; `choices` where the name fits several."""

    point: Point | None = None
    typed: str = ""
    choices: tuple[addresses.Match, ...] = ()
    lost: bool = False

    @classmethod
    def of(cls, request: HttpRequest) -> Place:
        """Read it from the address: ?near=112.481,41.842, or ?place=槐树小区, which works without scripts."""
        typed = addresses.without_flat(request.GET.get("place", "").replace("\0", "").strip()[:100])
        if typed:
            matches = addresses.find(typed)
            one = matches[0] if len(matches) == 1 else addresses.the_one(matches)
            if one:
                return cls(rounded(one.lon, one.lat), typed)
            return cls(typed=typed, choices=tuple(addresses.told_apart(matches)), lost=not matches)
        return cls(_point(request.GET.get("near", "")))

    @property
    def near(self) -> str:
        return f"{self.point[0]:.3f},{self.point[1]:.3f}" if self.point else ""

    @property
    def kept(self) -> dict[str, str]:
        return {"near": self.near} if self.point else {}


def _better_address(request: HttpRequest, form: FilterForm) -> str:
    """Return the address that says the same in fewer words, or "": without empty fields, and no point nearer than 100 m."""
    given = request.GET.get("near", "")
    near = Place(_point(given)).near
    empty = any(request.GET.get(name) == "" for name in NAMES) and not form.ignored
    if not empty and given == near or "place" in request.GET:
        return ""
    more = {"near": near} if near else {}
    return f"{request.path}?{address(request.GET.get('view', 'mine')[:20], values(form.filters), more)}"


def _point(text: str) -> Point | None:
    try:
        lon, lat = (float(part) for part in text[:60].split(","))
    except ValueError:
        return None
    return rounded(lon, lat) if -180 <= lon <= 180 and -90 <= lat <= 90 else None


def _by_number(request: HttpRequest, sought: str) -> Case | None:
    case = queries.find_for(request.actor, claims.number_of(sought)) if sought else None
    return case if case and policies.may(request.actor, "see_notes", case) else None


def _pins(rows: list[lines.Row], first: int) -> list[dict[str, Any]]:
    desk = reverse("cases:inbox")
    return [
        {"lon": row.lon, "lat": row.lat, "n": n, "url": f"{desk}{row.number}/", "label": f"{n} {row.category} {row.number}",
         "kind": "" if row.urgency == "late" else row.urgency}
        for n, row in enumerate(rows, first)
    ]


def _heads(rows: list[lines.Row], by: str) -> list[str]:
    """Return, for each line, the words above it where a new group begins, else ""."""
    words = [_head(row, by) if by else "" for row in rows]
    return [head if head != before else "" for head, before in zip(words, ["", *words], strict=False)]


def _head(row: lines.Row, by: str) -> str:
    if by == "community":
        return named(row.place("community")) or gettext("不在哪个社区")
    if by == "category":
        return str(row.category)
    if by == "state":
        return row.state_label
    return row.whistle_label or str(labels.WHISTLES[""])
