"""Drawing grids: say what, touch the map, see what would happen, then do it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from bandeng.foundation.access import Invalid, Refused
from bandeng.foundation.pages.door import logged_in
from bandeng.territory import policies, queries, tree
from bandeng.territory.forms import DrawForm, MergeForm, PointsField, ReshapeForm, SplitForm
from bandeng.territory.lines import redrawing
from bandeng.territory.lines.redrawing import Outcome, Part
from bandeng.territory.lines.streets import streets
from bandeng.territory.models import Place, PlaceKind
from bandeng.territory.views.places import feature, short


@dataclass(frozen=True)
class Way:
    """One way of drawing: `mode` is what the map draws ("line", "ring" or nothing)."""

    name: str
    label: str | Promise
    hint: str | Promise
    form: type[forms.Form]
    mode: str
    run: Callable[..., Outcome]


WAYS: tuple[Way, ...] = (
    Way("split", gettext_lazy("切开"), gettext_lazy("一个网格分成两个：沿着街道从一边点到另一边"), SplitForm, "line",
        lambda actor, community, dry, grid, points, **more: redrawing.split(actor, grid=grid.pk, line=points, dry=dry, **more)),
    Way("merge", gettext_lazy("合并"), gettext_lazy("两个挨着的网格并成一个"), MergeForm, "",
        lambda actor, community, dry, grid, other: redrawing.merge(actor, grid=grid.pk, other=other.pk, dry=dry)),
    Way("reshape", gettext_lazy("挪线"), gettext_lazy("重新围一遍边界，邻居跟着让出或补上"), ReshapeForm, "ring",
        lambda actor, community, dry, grid, points: redrawing.reshape(actor, grid=grid.pk, outline=points, dry=dry)),
    Way("draw", gettext_lazy("新画"), gettext_lazy("在没人管的地方，或从几个网格里各划一块"), DrawForm, "ring",
        lambda actor, community, dry, points, name: redrawing.draw(actor, community=community.pk, outline=points, name=name, dry=dry)),
)


@never_cache
@logged_in
def draw(request: HttpRequest, pk: int) -> HttpResponse:
    """The grids of one community, and the four ways of drawing them."""
    community = Place.objects.filter(pk=pk, kind=PlaceKind.COMMUNITY, ended_on__isnull=True).first()
    if community is None or not policies.drawer(request.actor, community):
        raise Http404
    grids = list(Place.objects.filter(kind=PlaceKind.GRID, parent=community, ended_on__isnull=True).order_by("code", "name"))
    sent = request.POST.get("way", "")
    way = next((one for one in WAYS if one.name == sent), None)
    bound, outcome = None, None
    if request.method == "POST" and way:
        bound = way.form(request.POST, grids=grids, auto_id=f"{way.name}_%s")
        if bound.is_valid():
            dry = "sure" not in request.POST
            try:
                outcome = way.run(request.actor, community, dry, **bound.cleaned_data)
            except (Invalid, Refused) as error:
                field = {"shape": "points"}.get(getattr(error, "field", ""), getattr(error, "field", ""))
                bound.add_error(field if field in bound.fields else None, str(error))
            else:
                if not dry:
                    messages.success(request, _("改好了。%(n)s 件没办完的事跟着换了网格，旧的边界留着备查。") % {"n": outcome.cases})
                    return redirect("territory:draw", community.pk)
    return _page(request, community, grids, way, bound, outcome)


def _page(request: HttpRequest, community: Place, grids: list[Place], way: Way | None, bound: forms.Form | None,
          outcome: Outcome | None) -> HttpResponse:
    outlines = tree.outlines_of([community, *grids])
    shapes = [feature(outlines[community.pk], tone="whole", name="")] if community.pk in outlines else []
    redrawn = {part.place.pk for part in outcome.parts} if outcome else set()
    shapes += [feature(outlines[grid.pk], tone="part", name=short(grid, community))
               for grid in grids if grid.pk in outlines and grid.pk not in redrawn]
    shapes += [feature(part.shape, tone=_tone(part), name=short(part.place, community))
               for part in (outcome.parts if outcome else []) if part.shape is not None]
    whole = outlines.get(community.pk)
    context: dict[str, Any] = {
        "here": "places", "community": community, "grids": grids, "outcome": outcome, "way": way, "bound": bound,
        "ways": [(one, bound if bound is not None and one is way else one.form(grids=grids, auto_id=f"{one.name}_%s"),
                  one is way and bound is not None) for one in WAYS],
        "map": queries.map_context(), "shapes": shapes, "without": [grid for grid in grids if grid.pk not in outlines],
        "box": ",".join(f"{value:.6f}" for value in whole.bounds) if whole is not None else "",
        "sent": [(key, value) for key, value in request.POST.items() if key != "csrfmiddlewaretoken"] if outcome else [],
    }
    return render(request, "territory/draw.html", context, status=422 if bound is not None and bound.errors else 200)


def _tone(part: Part) -> str:
    return "gone" if part.after is None else "new" if part.before is None else "changed"


@never_cache
def trace(request: HttpRequest) -> JsonResponse:
    """The line through the touched points, along the streets: {"points": [[lon, lat], …]}."""
    if not policies.may_draw_somewhere(request.actor):
        return JsonResponse({"error": "posts that may draw only"}, status=403)
    try:
        points = PointsField(label="").clean(request.GET.get("points", ""))
    except forms.ValidationError as error:
        return JsonResponse({"error": " ".join(error.messages)}, status=400)
    if len(points) > 60:
        return JsonResponse({"error": _("点得太多了，先看看会怎样。")}, status=400)
    return JsonResponse({"points": streets().trace(points)})
