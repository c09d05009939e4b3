"""A neighbour says "me too" on the board."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bandeng.cases import claims
from bandeng.cases.actions import family
from bandeng.cases.claims import new_report_key
from bandeng.cases.models import Case
from bandeng.foundation.access import WrongState
from bandeng.foundation.pages.visitor import address_of

VISITOR = "me_too"  # session: this browser's own key, and which cases it was used for
KEEP = 200


def supported(request: HttpRequest, case: int) -> bool:
    """Return whether this browser has said "me too" to a case."""
    return case in request.session.get(VISITOR, {}).get("cases", ())


@require_POST
def support(request: HttpRequest, number: str) -> HttpResponse:
    """Say "me too", once from each browser; counted by the hour for each address."""
    case = Case.objects.filter(number=number, closed_at__isnull=True).first()
    if case is None:
        raise Http404
    if claims.too_many("support", address_of(request), settings.REPORTS_PER_HOUR):
        messages.error(request, _("这一小时从这里点得太多了，过一会儿再来。"))
        return redirect("insight:case", number)
    mine = request.session.get(VISITOR) or {"key": new_report_key(), "cases": []}
    try:
        new = family.support(case.pk, mine["key"])
    except WrongState as error:
        messages.error(request, str(error))
        return redirect("insight:case", number)
    mine["cases"] = [*[pk for pk in mine["cases"] if pk != case.pk], case.pk][-KEEP:]
    request.session[VISITOR] = mine
    messages.success(request, _("记上了，办的人看得到。") if new else _("您已经说过了，没有重复记。"))
    return redirect("insight:case", number)
