"""Writing down service points in the workbench."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from bandeng.directory import actions, policies, queries
from bandeng.directory.forms import PointForm
from bandeng.foundation.access import Invalid, Refused
from bandeng.foundation.pages.door import logged_in
from bandeng.territory.locate import locate
from bandeng.territory.queries import map_context
from bandeng.territory.views.maps import point_of


@never_cache
@logged_in
def edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Write down a new service point, or change one."""
    if not policies.may_edit_somewhere(request.actor):
        raise Http404
    row = queries.in_force().filter(pk=pk).first() if pk else None
    if pk and (row is None or not policies.editor(request.actor, locate(row.lon, row.lat))):
        raise Http404
    start = {name: getattr(row, name) for name in PointForm.base_fields} if row else {}
    if row is None and (spot := point_of(request)):
        start = {"lon": spot[0], "lat": spot[1]}
    form = PointForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.save(request.actor, point=pk, **form.cleaned_data)
        except Invalid as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        except Refused as error:
            form.add_error("lon", str(error))
        else:
            messages.success(request, _("登记好了，大家现在就能看到。"))
            return redirect("directory:point", made.pk)
    lon, lat = form["lon"].value(), form["lat"].value()
    context = {"here": "places", "form": form, "point": row, "map": map_context(), "center": f"{lon},{lat}" if lon and lat else ""}
    return render(request, "directory/edit.html", context, status=422 if form.errors else 200)


@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """The place is no more."""
    try:
        actions.end(request.actor, point=pk)
    except (Invalid, Refused):
        raise Http404 from None
    messages.success(request, _("撤掉了，大家看不到了。"))
    return redirect("directory:index")
