"""Home pages, my grid, and the pages that explain."""

from __future__ import annotations

import re

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bandeng.foundation.access import Actor
from bandeng.foundation.jobs.models import Job
from bandeng.foundation.notify import outbox
from bandeng.foundation.pages.door import logged_in
from bandeng.foundation.pages.paging import counted, lines_of, page_of, pages
from bandeng.insight.queries import board
from bandeng.people.queries import community_desk, grid_officer
from bandeng.people.roles import Role
from bandeng.territory import addresses
from bandeng.territory.locate import locate
from bandeng.territory.queries import map_context
from bandeng.territory.views.maps import point_of

NOTICES = 50  # messages on one page
_HAN = re.compile(r"[\u4e00-\u9fff]")


def home(request: HttpRequest) -> HttpResponse:
    """The front page: what one can do here, in four choices."""
    return render(request, "site/home.html", {"section": "home", "figures": board().figures})


def my_grid(request: HttpRequest) -> HttpResponse:
    """My grid 我的网格: type an address or touch the map → compound, grid, community, who looks after it."""
    typed = addresses.without_flat(request.GET.get("q", "").replace("\0", "").strip()[:100])
    point = point_of(request)
    matches = addresses.find(typed) if typed and point is None else []
    one = matches[0] if len(matches) == 1 else addresses.the_one(matches)
    if one:
        point = one.lon, one.lat
    chain = locate(*point) if point else None
    context = {
        "section": "near", "typed": typed, "matches": addresses.told_apart(matches) if point is None else [], "chain": chain,
        "point": f"{point[0]},{point[1]}" if point else "", "lon": point[0] if point else "",
        "lat": point[1] if point else "", "map": map_context(),
        "nothing": bool(typed) and not matches and point is None,
        "pins": [{"lon": point[0], "lat": point[1], "n": ""}] if point else [],
    }
    if chain and chain.inside:
        context["officer"] = grid_officer(chain.grid.id if chain.grid else None)
        context["desk"] = community_desk(chain.community.id if chain.community else None)
    return render(request, "site/my_grid.html", context)


def more(request: HttpRequest) -> HttpResponse:
    """Everything else, for the fourth place of the bottom bar."""
    return render(request, "site/more.html", {"section": "more"})


def rights(request: HttpRequest) -> HttpResponse:
    """What we keep and what we do not; and when what was promised to be erased was last looked for."""
    return render(request, "site/rights.html", {"erasing": Job.objects.filter(name="erase_contacts").first()})


def emergency(request: HttpRequest) -> HttpResponse:
    """A person is in danger: whom to call. Nothing is stored."""
    return render(request, "site/emergency.html", {"section": "report"})


@logged_in
def notices(request: HttpRequest) -> HttpResponse:
    """The in-app messages of a person; seeing the page marks them as read."""
    actor: Actor = request.actor
    rows = outbox.inbox("account", actor.person_id)
    page, total = page_of(request), counted(rows)
    shown = list(rows[lines_of(page, NOTICES)])
    for row in shown:
        row.chinese = bool(_HAN.search(row.subject + row.body))
    outbox.mark_read("account", actor.person_id)
    context = {"rows": shown, "total": total, "here": "notices", "pages": pages(page, total, NOTICES), "keep": [],
               "mail": outbox.wants_mail("account", actor.person_id)}
    return render(request, "site/notices.html", context)


@require_POST
def letters(request: HttpRequest) -> HttpResponse:
    """Staff choose whether messages also come by e-mail; emergency whistles always do."""
    actor: Actor = request.actor
    if not actor.person_id:
        raise Http404
    outbox.want_mail("account", actor.person_id, request.POST.get("wanted") == "1")
    messages.success(request, _("记下了，照您说的办。"))
    return redirect("site:notices")


@logged_in
def jobs(request: HttpRequest) -> HttpResponse:
    """What the worker did last, for whoever runs the system."""
    if not request.actor.posts_as(Role.SYSADMIN, Role.AUDITOR):
        raise Http404
    return render(request, "site/jobs.html", {"jobs": Job.objects.all(), "here": "jobs"})
