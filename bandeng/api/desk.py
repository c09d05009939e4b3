"""What staff ask: the inbox, a case; and a report entered on behalf of somebody. By the session of the pages."""

from __future__ import annotations

from typing import Annotated, Literal

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router, Status
from ninja.security import APIKeyCookie
from pydantic import Field

from bandeng.api.bodies import desk_case, inbox_item, receipt
from bandeng.api.kept import Number, Page
from bandeng.api.problems import Problem, Trouble
from bandeng.api.shapes import CaseOut, DeskReportIn, InboxOut, ReportOut
from bandeng.api.taking import take
from bandeng.cases import lines, policies, queries
from bandeng.cases.forms import EnterForm
from bandeng.foundation.access import Actor


class Staff(APIKeyCookie):
    """The session cookie of somebody who holds a post. Unsafe methods also want the CSRF token."""

    param_name = settings.SESSION_COOKIE_NAME

    def authenticate(self, request: HttpRequest, key: str | None) -> Actor | None:
        actor: Actor = request.actor  # type: ignore[attr-defined]
        if not actor.person_id:
            return None
        if not actor.is_staff:
            raise Trouble(403, _("您还没有岗位。请系统管理员给您安排岗位。"))
        return actor


class Entering(Staff):
    """The same, for who may enter a report on behalf of somebody: asked before what was sent is looked at."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Actor | None:
        actor = super().authenticate(request, key)
        if actor and not policies.entering_post(actor):
            raise Trouble(403, _("代为登记要有网格、社区、街道或区级调度的岗位。"))
        return actor


router = Router(auth=Staff())
View = Literal[
    "mine", "late", "soon", "asked", "done", "refused", "reopened", "unowned", "check", "waiting", "paused", "all", "ended",
]


@router.get("/inbox", response={200: InboxOut, (401, 403, 422): Problem}, tags=["desk"], url_name="inbox")
def inbox(
    request: HttpRequest, view: View = "mine", page: Page = 1, size: Annotated[int, Field(ge=1, le=100)] = 50
) -> dict:
    """One's inbox: mine to do, late, due within a day, done by one's unit, refused by units, to check, all open, ended …

    `total` counts up to 10,000; more count as 10,001, and pages end there.
    """
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if view not in lines.views_of(actor):
        raise Trouble(403, _("您的岗位没有这一栏。"))
    rows, total = lines.inbox(actor, view, page, size)
    return {"view": view, "page": page, "total": total, "items": [inbox_item(row) for row in rows]}


@router.get("/cases/{number}", response={200: CaseOut, (401, 403, 404, 422): Problem}, tags=["desk"], url_name="case")
def case(request: HttpRequest, number: Number) -> dict:
    """One case for those who work on it: story, orders, limits; never the contact, never the original words."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = queries.find_for(actor, number)
    if found is None or not policies.may(actor, "see_notes", found):
        raise Http404
    return desk_case(actor, found)


@router.post(
    "/reports", tags=["desk"], url_name="desk_report", auth=Entering(),
    response={200: ReportOut, 201: ReportOut, (400, 401, 403, 415, 422): Problem},
)
def report(request: HttpRequest, response: HttpResponse, payload: DeskReportIn) -> Status:
    """Enter a report on behalf of somebody who called, wrote, or spoke. Needs the X-CSRFToken header."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    done = take(request, payload, EnterForm, actor, "", on_behalf=True)
    response["Cache-Control"] = "no-store"  # the code is for whoever reports, and for no cache
    return Status(200 if done.again else 201, receipt(done))
