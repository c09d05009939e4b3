"""What moves or stops the clock of a case: extension 延期, deferral 挂账, waiting for the requester."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from bandeng.cases import limits, tell
from bandeng.cases.actions import step as steps
from bandeng.cases.actions.step import Step, step
from bandeng.cases.limits import DEFERRAL_MOST, EXTENSION_MOST, WAITING_MOST, LimitKind
from bandeng.cases.machine import ORDER_DONE
from bandeng.cases.models import Limit, Order, Pause, PauseKind
from bandeng.foundation.access import SYSTEM, Actor, Invalid, Refused, WrongState
from bandeng.foundation.clock.calendar import Span, Unit
from bandeng.foundation.clock.moment import today
from bandeng.language import mask

ASKED = "asked"  # in Case.pause: a deferral is asked for


# Extension


def ask_extension(actor: Actor, *, case: int, days: int, reason: str, order: int | None = None) -> None:
    """Ask for more time for the finish, of the case or of one's order: in time, once, with a reason. It runs on."""
    reason = steps.text(reason, "reason", limit=500)
    if not 1 <= days <= EXTENSION_MOST:
        raise Invalid(_("最多延 %(n)s 天。") % {"n": EXTENSION_MOST}, "days")
    with step(actor, "ask_extension", case, order_id=order) as act:
        finish = _finish(act)
        if finish is None or finish.stopped:
            raise WrongState(_("办结的时限现在没有在走。"))
        if finish.due_at <= act.now:
            raise WrongState(_("已经到期了，要在到期以前申请延期。"))
        if finish.extended:
            raise WrongState(_("已经延过一次，不能再延。办不了的请挂账，或往上交。"))
        if finish.asked_days is not None:
            raise WrongState(_("已经申请过延期。"))
        _wish(finish, days)
        act.stay()
        act.event(reason, detail=str(days), public=False)
        if order is None:
            tell.above(act.case, f"extend/{act.told}", noop("有一件申请延期"))
        else:
            tell.holder(act.case, f"extend/{act.told}", noop("有单位申请延期"))


def grant_extension(actor: Actor, *, case: int, reason: str, order: int | None = None) -> None:
    """Give the time that was asked for. The old limit stays on record; the requester is told until when and why."""
    reason = steps.text(reason, "reason", limit=500)
    with step(actor, "grant_extension", case, order_id=order) as act:
        old = _asked(act)
        act.end_limits(LimitKind.FINISH)
        act.start_limit(LimitKind.FINISH, Span(old.asked_days or 1, Unit.DAY), after=old.due_at, extended=True)
        act.stay()
        act.event(reason, detail=str(old.asked_days))
        act.refresh_due()
        _tell_asker(act, noop("延期批准了"))
        tell.requester(act.case, f"extended/{act.told}", noop("您反映的事要晚几天"), reason)


def refuse_extension(actor: Actor, *, case: int, reason: str, order: int | None = None) -> None:
    """Leave the limit as it is, with the reason."""
    reason = steps.text(reason, "reason", limit=500)
    with step(actor, "refuse_extension", case, order_id=order) as act:
        _wish(_asked(act), 0)
        act.stay()
        act.event(reason, public=False)
        _tell_asker(act, noop("延期没有批准"))


def _finish(act: Step) -> Limit | None:
    found: Limit | None = act.running(LimitKind.FINISH).order_by("-pk").first()
    return found


def _wish(limit: Limit, days: int) -> None:
    limit.asked_days = days
    limit.save(update_fields=["asked_days"])


def _asked(act: Step) -> Limit:
    """Return the limit for which more time is asked, by another person."""
    finish = _finish(act)
    if finish is None or not finish.asked_days:
        raise WrongState(_("没有在等答复的延期申请。"))
    if finish.stopped:
        raise WrongState(_("时限停着，接着走了再批。"))
    _not_the_asker(act, "ask_extension")
    return finish


def _not_the_asker(act: Step, action: str) -> None:
    """Refuse to whoever asked: nobody grants the own wish."""
    last = act.case.events.filter(action=action, order=act.order).order_by("-pk").first()
    if last and last.person_id and last.person_id == act.actor.person_id:
        raise Refused(_("自己申请的，要请别人批。"))


def _tell_asker(act: Step, what: str) -> None:
    if act.order is not None:
        tell.unit(act.order, f"extension/{act.told}", what)
    else:
        tell.holder(act.case, f"extension/{act.told}", what)


# Pauses


def ask_deferral(actor: Actor, *, case: int, ground: str, plan: str, review_on: date) -> None:
    """Ask the supervisor to defer 挂账 what cannot be solved now: why, what will be done, when one looks again."""
    ground = mask(steps.text(ground, "ground", limit=500)).text[:500]  # both are public
    plan = mask(steps.text(plan, "plan", limit=500)).text[:500]
    if not today() < review_on <= today() + timedelta(days=DEFERRAL_MOST):
        raise Invalid(_("再看的日子要在明天以后、%(n)s 天以内。") % {"n": DEFERRAL_MOST}, "review_on")
    with step(actor, "ask_deferral", case) as act:
        _none_open(act)
        Pause.objects.create(
            case=act.case, kind=PauseKind.DEFERRAL, ground=ground, plan=plan, review_on=review_on, asked_at=act.now
        )
        _mark(act, ASKED)
        act.stay()
        act.event(ground, detail=review_on.isoformat(), public=False)
        tell.supervisors(act.case, f"defer/{act.told}", noop("有一件申请挂账"))


def defer(actor: Actor, *, case: int, reason: str) -> None:
    """Defer the case: ground, plan and review date are public, the finish stands still, the requester is told."""
    reason = steps.text(reason, "reason", limit=500)
    with step(actor, "defer", case) as act:
        pause = _pause(act, running=False)
        _not_the_asker(act, "ask_deferral")
        if pause.review_on <= today():
            raise WrongState(_("再看的日子已经到了，请重新申请。"))
        _begin(act, pause)
        act.stay()
        act.event(f"{pause.ground}\n{pause.plan}", detail=pause.review_on.isoformat())
        act.event(reason, public=False, action="note")
        tell.holder(act.case, f"deferred/{act.told}", noop("挂账批准了"))
        tell.requester(act.case, f"deferred/{act.told}", noop("您反映的事一时办不了，先挂账"), f"{pause.ground}\n{pause.plan}")


def refuse_deferral(actor: Actor, *, case: int, reason: str) -> None:
    """The supervisor does not defer; the work goes on."""
    reason = steps.text(reason, "reason", limit=500)
    with step(actor, "refuse_deferral", case) as act:
        pause = _pause(act, running=False)
        _not_the_asker(act, "ask_deferral")
        pause.ended_at = act.now
        pause.save(update_fields=["ended_at"])
        _mark(act, "")
        act.stay()
        act.event(reason, public=False)
        tell.holder(act.case, f"not_deferred/{act.told}", noop("挂账没有批准"))


def wait(actor: Actor, *, case: int, question: str) -> None:
    """Wait for something that only the requester can say or do: once, for seven days at most."""
    question = steps.text(question, "question", limit=500)
    with step(actor, "wait", case) as act:
        _none_open(act)
        if act.case.pauses.filter(kind=PauseKind.REQUESTER).exists():
            raise WrongState(_("已经等过一次，不能再等。"))
        pause = Pause(
            case=act.case, kind=PauseKind.REQUESTER, ground=question, review_on=today() + timedelta(days=WAITING_MOST),
            asked_at=act.now,
        )
        _begin(act, pause)
        act.stay()
        act.event(question, detail=pause.review_on.isoformat())
        act.meet_limits(LimitKind.RESPONSE)
        act.refresh_due()
        tell.requester(act.case, f"wait/{act.told}", noop("要请您补充一点情况"), question)


def resume(actor: Actor, *, case: int, reason: str = "") -> None:
    """Let the clock run again: by whoever holds the case, by the supervisor, or by the day itself."""
    reason = steps.text(reason, "reason", limit=500, required=not actor.system)
    with step(actor, "resume", case) as act:
        _end(act, _pause(act, running=True))
        act.stay()
        act.event(reason)
        tell.holder(act.case, f"resumed/{act.told}", noop("时限又开始走了"), mail=True)


def answered_by_requester(act: Step) -> None:
    """The requester has added something: if that was waited for, the clock runs again. In the step's transaction."""
    pause = act.case.pauses.filter(kind=PauseKind.REQUESTER, began_at__isnull=False, ended_at__isnull=True).first()
    if pause:
        _end(act, pause)


def resume_due(most: int = 500) -> int:
    """Let the clocks run again of what is to be looked at today; return how many."""
    due = Pause.objects.filter(ended_at__isnull=True, began_at__isnull=False, review_on__lte=today())
    done = 0
    for pk in list(due.order_by("review_on", "pk").values_list("case_id", flat=True)[:most]):
        try:
            resume(SYSTEM, case=pk)
        except WrongState:
            continue  # ended in this very moment
        done += 1
    return done


def _mark(act: Step, pause: str) -> None:
    act.case.pause = pause
    act.case.save(update_fields=["pause"])


def _none_open(act: Step) -> None:
    late = act.case.pauses.filter(began_at__isnull=True, ended_at__isnull=True, review_on__lte=today())
    if act.case.pause == ASKED and late.update(ended_at=act.now):  # asked for a day that has come: it blocks no better wish
        _mark(act, "")
    if act.case.pause:
        raise WrongState(_("已经申请过挂账，正等督办员答复。") if act.case.pause == ASKED else _("时限已经停着。"))


def _pause(act: Step, *, running: bool) -> Pause:
    found = act.case.pauses.filter(ended_at__isnull=True, began_at__isnull=not running).first()
    if found is None:
        raise WrongState(_("时限没有停着。") if running else _("没有在等答复的挂账申请。"))
    return found


def _begin(act: Step, pause: Pause) -> None:
    pause.began_at = act.now
    pause.save()
    _mark(act, pause.kind)
    running = Limit.objects.filter(case=act.case, kind=LimitKind.FINISH, met_at__isnull=True, ended_at__isnull=True)
    running.filter(due_at__lte=act.now).update(ended_at=act.now)  # late is late: a pause heals nothing
    running.update(stopped=True)
    _refresh(act)


def _end(act: Step, pause: Pause) -> None:
    pause.ended_at = act.now
    pause.save(update_fields=["ended_at"])
    _mark(act, "")
    gone = limits.pauses_of(act.case)
    for row in Limit.objects.filter(case=act.case, stopped=True, met_at__isnull=True, ended_at__isnull=True):
        row.stopped = False
        limits.reckon(row, gone)
        row.save(update_fields=["stopped", "due_at", "calendar"])
    for part in _parts(act):
        if not part.running(LimitKind.FINISH).exists():  # it was late when the pause began
            part.start_limit(LimitKind.FINISH, limits.REOPENED_FINISH)
    _refresh(act)


def _parts(act: Step) -> list[Step]:
    """Return the case itself and its open orders, each as a step."""
    orders = Order.objects.select_for_update().filter(case=act.case).exclude(state__in=ORDER_DONE)
    return [Step(act.actor, act.case, order, act.action, act.post, now=act.now) for order in (None, *orders)]


def _refresh(act: Step) -> None:
    for part in _parts(act):
        part.refresh_due()
