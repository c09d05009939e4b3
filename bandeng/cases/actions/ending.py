"""How a case ends: the requester's yes or no, seven days' silence, or, by exception, the supervisor."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from bandeng.cases import limits, tell
from bandeng.cases.actions import step as steps
from bandeng.cases.actions.intake import cancel_orders
from bandeng.cases.actions.step import Step, step
from bandeng.cases.actions.work import reopen_clock
from bandeng.cases.limits import LimitKind
from bandeng.cases.machine import CaseState
from bandeng.cases.models import Case, Grade, Rating
from bandeng.foundation.access import SYSTEM, Actor, Invalid, WrongState
from bandeng.foundation.clock.moment import now
from bandeng.language import mask


def answer(actor: Actor, *, case: int, solved: bool, grade: int, words: str = "") -> None:
    """The requester's word after the result: solved or not, how pleased, and why."""
    with step(actor, "answer_yes" if solved else "answer_no", case) as act:
        rate_as(act, solved, grade, words)
        answered(act, solved)


def answered(act: Step, solved: bool) -> None:
    """What the requester's word leads to: the end, or a look on the spot."""
    if solved:
        act.case.closed_at = act.now
        act.move(fields=["closed_at"])
        act.end_limits()
        tell.holder(act.case, f"rated/{act.told}", noop("居民说解决了"))
    else:
        act.move()
        act.start_limit(LimitKind.CHECK, limits.CHECK)
        tell.holder(act.case, f"no/{act.told}", noop("居民说没解决，要去现场看"), mail=True)
    act.refresh_due()


def rate(actor: Actor, *, case: int, solved: bool, grade: int, words: str = "") -> None:
    """Rate a case that was closed without the requester's word."""
    with step(actor, "rate", case) as act:
        _within(act.case)
        rate_as(act, solved, grade, words)
        act.move()


def rate_as(act: Step, solved: bool, grade: int, words: str, *, heard: bool = False) -> None:
    """Keep the requester's word as part of an act; *heard*: over the telephone."""
    if grade not in Grade.values:
        raise Invalid(_("满意不满意，请点一个。"), "grade")
    words = mask(steps.text(words, "words", required=False, limit=500)).text
    Rating.objects.create(case=act.case, solved=solved, grade=grade, words=words, at=act.now, heard=heard)
    act.event(words, detail=f"{'yes' if solved else 'no'}/{grade}")


def open_until(case: Case) -> datetime | None:
    """Return until when the requester may rate an ended case, have it done again, or object; None while it runs."""
    return case.closed_at + timedelta(days=settings.REOPEN_WITHIN_DAYS) if case.closed_at else None


def _within(case: Case) -> None:
    until = open_until(case)
    if until is None or now() > until:
        raise WrongState(_("结案已超过 %(n)s 天。还有问题请另报一件。") % {"n": settings.REOPEN_WITHIN_DAYS})


def reopen(actor: Actor, *, case: int, reason: str) -> None:
    """The requester has the matter done again: once, as of right, within 15 days."""
    reason = mask(steps.text(reason, "reason", limit=500)).text
    with step(actor, "reopen", case) as act:
        _within(act.case)
        if act.case.reopened_times:
            raise WrongState(_("已经重办过一次。还有问题请另报一件，并写上这个编号。"))
        act.case.reopened_times, act.case.closed_at = 1, None
        act.move(fields=["reopened_times", "closed_at"])
        act.event(reason)
        reopen_clock(act)
        act.refresh_due()


def close_by_exception(actor: Actor, *, case: int, reason: str) -> None:
    """The supervisor closes although the requester has not said yes; the requester sees the reason."""
    reason = steps.text(reason, "reason", limit=500)
    with step(actor, "close_by_exception", case) as act:
        act.case.closed_at = act.now
        act.move(fields=["closed_at"])
        act.end_limits()
        cancel_orders(act, reason)
        act.event(reason)
        act.refresh_due()
        tell.requester(act.case, f"closed/{act.told}", noop("您反映的事已结案"), reason)


def close_silent(limit: int = 500) -> int:
    """Close what has waited for the requester's word for seven days; return how many."""
    before = now() - timedelta(days=settings.CALLBACK_SILENCE_DAYS)
    waiting = Case.objects.filter(state=CaseState.CALLBACK, completed_at__lte=before).order_by("completed_at")
    closed = 0
    for pk in list(waiting.values_list("pk", flat=True)[:limit]):
        try:
            close_by_silence(pk)
        except WrongState:
            continue  # answered in this very moment
        closed += 1
    return closed


def close_by_silence(case: int) -> None:
    """Close one case whose requester has been silent for seven days."""
    with step(SYSTEM, "close_by_silence", case) as act:
        waited = act.now - (act.case.completed_at or act.now)
        if waited < timedelta(days=settings.CALLBACK_SILENCE_DAYS):
            raise WrongState(_("还没有等满 %(n)s 天。") % {"n": settings.CALLBACK_SILENCE_DAYS})
        act.case.closed_at = act.now
        act.move(fields=["closed_at"])
        act.end_limits()
        act.event()
        act.refresh_due()
