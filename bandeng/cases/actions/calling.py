"""The call-back by telephone 电话回访: for those who have no e-mail and no smartphone, gently.

By another person than the handler, who opened the contact first, so that the requester sees who called. At most two
tries after one result, none between 21 and 8 (domain brief, section 8). Where nobody answers the second time either,
somebody looks on the spot: a matter is not called done because a telephone rang in an empty flat.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from bandeng.cases import limits
from bandeng.cases.actions.ending import answered, rate_as
from bandeng.cases.actions.step import Step, step
from bandeng.cases.actions.work import not_the_handler
from bandeng.cases.limits import LimitKind
from bandeng.cases.machine import CaseState
from bandeng.cases.models import Case
from bandeng.foundation.access import Actor, WrongState
from bandeng.foundation.clock.moment import now
from bandeng.foundation.notify.outbox import after_quiet_hours

TRIES = 2
BETWEEN = timedelta(hours=2)  # so that the second try finds somebody at home, and a double click is not one


def heard(actor: Actor, *, case: int, solved: bool, grade: int, words: str = "") -> None:
    """Note what the requester said over the telephone."""
    with step(actor, "heard_yes" if solved else "heard_no", case) as act:
        _has_called(act)
        rate_as(act, solved, grade, words, heard=True)
        answered(act, solved)


def call_tried(actor: Actor, *, case: int) -> None:
    """Note that nobody answered. After the second try somebody looks on the spot, unless that was done already."""
    with step(actor, "call_tried", case) as act:
        if after_quiet_hours(act.now) != act.now:
            raise WrongState(_("21 点到 8 点不打电话。"))
        _has_called(act)
        tries = tries_of(act.case)
        if len(tries) >= TRIES:
            raise WrongState(_("已经打过 %(n)s 次，不再打了。") % {"n": TRIES})
        if tries and act.now - tries[-1] < BETWEEN:
            raise WrongState(_("刚打过，过两个小时再打。"))
        act.event(detail=str(len(tries) + 1))
        if len(tries) + 1 == TRIES and not _looked_at(act.case):
            act.move(to=CaseState.FIELD_CHECK)
            act.start_limit(LimitKind.CHECK, limits.CHECK)
            act.refresh_due()
        else:
            act.stay()


def may_try(case: Case) -> bool:
    """Whether one more try is allowed now: not in the quiet hours, not the third, not at once after the first."""
    present, tries = now(), tries_of(case)
    return after_quiet_hours(present) == present and len(tries) < TRIES and (not tries or present - tries[-1] >= BETWEEN)


def tries_of(case: Case) -> list[datetime]:
    """Return when nobody answered, since the last result."""
    return list(_since_result(case, "call_tried").order_by("at").values_list("at", flat=True))


def _looked_at(case: Case) -> bool:
    return _since_result(case, "check_passed").exists()


def _since_result(case: Case, action: str):  # noqa: ANN202  a QuerySet of Event
    rows = case.events.filter(action=action)
    result = case.events.filter(action="complete").order_by("-pk").values_list("pk", flat=True).first()
    return rows.filter(pk__gt=result) if result else rows


def _has_called(act: Step) -> None:
    not_the_handler(act)
    opened = act.case.whole.openings.filter(person_id=act.actor.person_id, at__gte=act.case.completed_at or act.now)
    if not opened.exists():
        raise WrongState(_("先看联系方式、打过电话，再记回话。"))
