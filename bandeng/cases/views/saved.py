"""The lists that a person keeps under a name."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bandeng.cases import lines
from bandeng.cases.actions import workbench
from bandeng.cases.filter_form import FilterForm, address, values
from bandeng.cases.models.workbench import VIEWS_MOST
from bandeng.cases.queries import saved_views
from bandeng.foundation.access import Actor, Invalid, Refused
from bandeng.foundation.pages.door import with_post


@with_post
def views_page(request: HttpRequest) -> HttpResponse:
    """What this person keeps: to rename and to drop; and where a new one is sent to."""
    if request.method == "POST":
        return _save(request)
    context = {"saved": list(saved_views(request.actor)), "most": VIEWS_MOST, "here": "inbox"}
    return render(request, "cases/views.html", context)


def _save(request: HttpRequest) -> HttpResponse:
    query = known_only(request.actor, request.POST.get("query", "")[:2000])
    try:
        workbench.save_view(request.actor, name=request.POST.get("name", ""), query=query)
    except (Invalid, Refused) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("存好了，只有您看得到。"))
    return redirect(f"{reverse('cases:inbox')}?{query}")


def known_only(actor: Actor, query: str) -> str:
    """Return a list's address with nothing in it but a known view and good filters: never where somebody stood."""
    given = QueryDict(query)
    view = given.get("view", "mine")
    return address(view if view in lines.VIEWS and view != "near" else "mine", values(FilterForm(given, actor=actor).filters))


@require_POST
def view_act(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename one, or drop it."""
    if not saved_views(request.actor).filter(pk=min(pk, 2**63 - 1)).exists():
        raise Http404
    try:
        if request.POST.get("act") == "drop":
            workbench.drop_view(request.actor, view=pk)
            messages.success(request, _("删了。"))
        else:
            workbench.rename_view(request.actor, view=pk, name=request.POST.get("name", ""))
            messages.success(request, _("名字改好了。"))
    except (Invalid, Refused) as error:
        messages.error(request, str(error))
    return redirect("cases:views")
