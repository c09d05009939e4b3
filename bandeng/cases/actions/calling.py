"""The call-back 回访 after the message with the result: a letter on the fourth day, and the telephone, gently.

The telephone is for those who have no e-mail and no smartphone: by another person than the handler, who opened the
contact first, so that the requester sees who called. Letter and calls together are two tries at most after one result,
none between 21 and 8 (domain brief, section 8). Where nobody answers the second time either, somebody looks on the
spot: a matter is not called done because a telephone rang in an empty flat.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from bandeng.cases import limits, tell
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
BATCH = 500
REMIND_AFTER = timedelta(days=4)
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
        calls = tries_of(act.case)
        tries = len(calls) + reminded(act.case)
        if tries >= TRIES:
            raise WrongState(_("写信、打电话已经问过 %(n)s 次，不再问了。") % {"n": TRIES})
        if calls and act.now - calls[-1] < BETWEEN:
            raise WrongState(_("刚打过，过两个小时再打。"))
        act.event(detail=str(len(calls) + 1))
        if tries + 1 == TRIES and not _looked_at(act.case):
            act.move(to=CaseState.FIELD_CHECK)
            act.start_limit(LimitKind.CHECK, limits.CHECK)
            act.refresh_due()
        else:
            act.stay()


def may_try(case: Case) -> bool:
    """Whether a page may offer one more try: not in the quiet hours, not the third call, not at once after the first.

    One query; that a letter has asked meanwhile, only the act looks up.
    """
    present = now()
    if after_quiet_hours(present) != present:
        return False
    calls = tries_of(case)
    return len(calls) < TRIES and (not calls or present - calls[-1] >= BETWEEN)


def _reminder(case: Case) -> str:
    """Return the name of the letter that asks again about a result: one for each."""
    return f"remind/{f'{case.pk}/' if case.parent_id else ''}{case.completed_at:%Y%m%d%H%M%S}"


def reminded(case: Case) -> bool:
    """Whether the letter of the fourth day has asked about this result."""
    return case.completed_at is not None and bool(tell.queued({case.pk: (case.whole, _reminder(case))}))


def remind_silent(limit: int = 500) -> int:
    """Ask by letter once more, four days after the result, unless two calls have; return how many letters were queued."""
    present = now()
    reached = Q(contact__wants_messages=True) & ~Q(contact__email=b"")
    reached |= Q(parent__contact__wants_messages=True) & ~Q(parent__contact__email=b"")  # a part is told to whoever reported the whole
    waiting = Case.objects.filter(
        reached, state=CaseState.CALLBACK, completed_at__lte=present - REMIND_AFTER,
        completed_at__gt=present - timedelta(days=settings.CALLBACK_SILENCE_DAYS),
    ).order_by("completed_at")
    asked, ids = 0, list(waiting.values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        some = list(Case.objects.filter(pk__in=ids[start:start + BATCH], state=CaseState.CALLBACK).select_related("parent"))
        done = tell.queued({case.pk: (case.whole, _reminder(case)) for case in some})
        for case in some:
            if asked >= limit:
                return asked
            if case.pk not in done and len(tries_of(case)) < TRIES:
                with transaction.atomic():
                    asked += tell.requester(case, _reminder(case), noop("还想听您说一声：解决了吗"), case.answer)
    return asked


def tries_of(case: Case) -> list[datetime]:
    """Return when nobody answered, since the last result."""
    return [at for action, at in _since_result(case) if action == "call_tried"]


def _looked_at(case: Case) -> bool:
    return any(action == "check_passed" for action, _at in _since_result(case))


def _since_result(case: Case) -> list[tuple[str, datetime]]:
    """Return the calls and checks since the last result, oldest first."""
    rows = list(case.events.filter(action__in=("complete", "call_tried", "check_passed")).order_by("pk").values_list("action", "at"))
    results = [number for number, (action, _at) in enumerate(rows) if action == "complete"]
    return rows[results[-1] + 1 if results else 0:]


def _has_called(act: Step) -> None:
    not_the_handler(act)
    opened = act.case.whole.openings.filter(person_id=act.actor.person_id, at__gte=act.case.completed_at or act.now)
    if not opened.exists():
        raise WrongState(_("先看联系方式、打过电话，再记回话。"))
