"""Limits that run out are told further and further up: nothing is late in silence.

48 and 24 hours before the end (where the limit is long enough for that) whoever owes it is told; at the end, the next
level as well, and the requester reads it in the story; a day later, the district's supervisors. Domain brief 1.3.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_noop as noop

from bandeng.cases import limits, tell
from bandeng.cases.actions.step import Step
from bandeng.cases.models import Case, Limit, Order
from bandeng.foundation.access import SYSTEM
from bandeng.foundation.clock.current import calendar
from bandeng.foundation.clock.moment import now

DAY = timedelta(hours=24)
TWO_DAYS, ONE_DAY, OVER, LONG_OVER = 1, 2, 3, 4  # the steps of Limit.climbed
SAID = {
    TWO_DAYS: noop("还有两天到期"), ONE_DAY: noop("还有一天到期"), OVER: noop("到期了，还没有办"),
    LONG_OVER: noop("过期一天了，还没有办"),
}


def _running() -> QuerySet[Limit]:
    return Limit.objects.filter(met_at__isnull=True, ended_at__isnull=True, stopped=False)


def step_of(limit: Limit, present: datetime) -> int:
    """Return how far the lateness of a limit is to be told now. A short limit has no warning days before its end."""
    left, length = limit.due_at - present, limit.due_at - limit.started_at
    if left <= -DAY:
        return LONG_OVER
    if left <= timedelta(0):
        return OVER
    if left <= DAY and length > 2 * DAY:
        return ONE_DAY
    if left <= 2 * DAY and length > 4 * DAY:
        return TWO_DAYS
    return 0


def climb(most: int = 1000) -> int:
    """Tell what has come near its end, or over it, since the last time; return how many limits it was."""
    present, told = now(), 0
    near = _running().filter(due_at__lte=present + 2 * DAY, climbed__lt=LONG_OVER).order_by("due_at")
    for pk in [row.pk for row in near[:most * 5] if step_of(row, present) > row.climbed][:most]:
        told += _climb_one(pk, present)
    return told


def _climb_one(pk: int, present: datetime) -> bool:
    with transaction.atomic():
        case_id = Limit.objects.values_list("case_id", flat=True).get(pk=pk)
        case = Case.objects.select_for_update().get(pk=case_id)  # always first, as every act does
        limit = _running().filter(pk=pk).first()
        step = step_of(limit, present) if limit else 0
        if limit is None or step <= limit.climbed:
            return False  # met in this very moment
        before, limit.climbed = limit.climbed, step
        limit.save(update_fields=["climbed"])
        _tell(case, limit, step, before)
    return True


def _tell(case: Case, limit: Limit, step: int, before: int) -> None:
    event, what = f"clock/{limit.pk}/{step}", SAID[step]
    order = Order.objects.select_related("unit").get(pk=limit.order_id) if limit.order_id else None
    if order is not None:
        tell.unit(order, event, what, mail=step >= OVER)
        if step >= OVER:
            tell.holder(case, event, what, mail=True)
    else:
        tell.holder(case, event, what, mail=step >= OVER)
        if step >= OVER:
            tell.above(case, f"{event}/up", what, mail=True)
    if step == LONG_OVER:
        tell.supervisors(case, f"{event}/top", what)
    if step >= OVER > before:  # once, however late the job came
        Step(SYSTEM, case, order, "overdue", None).event(detail=limit.kind)


# A corrected calendar


def reckon_anew(most: int = 5000) -> int:
    """Work out anew the ends of running limits that were counted by an older calendar; return how many moved."""
    moved = 0
    old = _running().filter(calendar__lt=calendar().version).order_by("case_id")
    for case_id in list(old.values_list("case_id", flat=True).distinct()[:most]):
        with transaction.atomic():
            case = Case.objects.select_for_update().get(pk=case_id)
            moved += _reckon_one(case)
    return moved


def _reckon_one(case: Case) -> int:
    pauses, moved = limits.pauses_of(case), 0
    for row in _running().filter(case=case):
        before = row.due_at
        limits.reckon(row, pauses)
        row.save(update_fields=["due_at", "calendar"])
        moved += row.due_at != before
    if moved:
        for order in (None, *Order.objects.filter(case=case)):
            Step(SYSTEM, case, order, "reckon", None).refresh_due()
    return moved
