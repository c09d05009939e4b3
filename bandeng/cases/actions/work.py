"""The holder's verbs: take, pass up, file, redirect, not file, note, complete, field check."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop
from django.utils.translation import override

from bandeng.cases import channels, limits, tell
from bandeng.cases.actions import step as steps
from bandeng.cases.actions.intake import Upload, add_photos, cancel_orders, close_asks, hide, prepare_photos
from bandeng.cases.actions.step import Step, step
from bandeng.cases.limits import LimitKind
from bandeng.cases.machine import ORDER_DONE, WORK, CaseState, Level, OrderState
from bandeng.cases.models import Case, Channel, NotFiledGround, Slip
from bandeng.foundation.access import Actor, Invalid, WrongState
from bandeng.foundation.clock.moment import today
from bandeng.foundation.sealed.vault import fingerprint
from bandeng.language import mask


def take(actor: Actor, *, case: int) -> None:
    """The holder takes the matter in hand: the requester sees that somebody has it."""
    with step(actor, "take", case) as act:
        act.move()
        act.meet_limits(LimitKind.RESPONSE)
        act.event()
        act.refresh_due()


def pass_up(actor: Actor, *, case: int, reason: str) -> None:
    """Hand the matter to the next level up. It is never with nobody, and the reason is kept."""
    reason = steps.text(reason, "reason", limit=500)
    with step(actor, "pass_up", case) as act:
        if act.case.level == Level.SUBDISTRICT:
            raise WrongState(_("已经在街道，不能再往上交。"))
        act.case.level = Level.COMMUNITY if act.case.level == Level.GRID else Level.SUBDISTRICT
        act.move(fields=["level"])
        act.event(reason, detail=act.case.level, public=False)
        tell.holder(act.case, f"up/{act.told}", noop("交上来一件"))


def file(actor: Actor, *, case: int) -> None:
    """Put the matter on file 立案: it will be handled."""
    with step(actor, "file", case) as act:
        act.move()
        act.event()


def redirect(actor: Actor, *, case: int, channel: str, reason: str) -> None:
    """End the case because another legal channel is the right one; the requester is told which and why."""
    reason = steps.text(reason, "reason", limit=500)
    if channel not in Channel.values:
        raise Invalid(_("请选一个渠道。"), "channel")
    with step(actor, "redirect", case) as act:
        no_open_parts(act.case)
        end(act)
        act.event(reason, detail=channel)
        tell.requester(act.case, f"redirected/{act.told}", noop("您反映的事有另外的渠道"), _way(reason, channel))
        part_done(act)


def _way(reason: str, channel: str) -> str:
    with override(settings.LANGUAGE_CODE):
        return f"{reason}\n{Channel(channel).label}：{channels.WAYS[channel].what}"


def not_file(actor: Actor, *, case: int, reason: str, ground: str = NotFiledGround.NO_FACT) -> None:
    """Refuse the matter, with the ground; its requester may object (`objections`)."""
    reason = steps.text(reason, "reason", limit=500)
    if ground not in NotFiledGround.values:
        raise Invalid(_("请选一条理由。"), "ground")
    with step(actor, "not_file", case) as act:
        no_open_parts(act.case)
        end(act)
        act.event(reason, detail=ground)
        tell.requester(act.case, f"not_filed/{act.told}", noop("您反映的事没有立案"), reason)
        part_done(act)


def no_open_parts(case: Case) -> None:
    """Raise WrongState while a part of the case has no result yet."""
    if waiting := list(case.parts.filter(state__in=WORK).order_by("pk").values_list("number", flat=True)):
        raise WrongState(_("还在等分出来的：%(numbers)s。都有结果才能往下走。") % {"numbers": "、".join(waiting)})


def part_done(act: Step) -> None:
    """Tell whoever holds the whole that the last of its parts has a result."""
    whole = act.case.parent
    if whole and whole.state in WORK and not whole.parts.filter(state__in=WORK).exists():
        tell.holder(whole, f"parts/{act.told}", noop("分出来的都有结果了"), mail=True)


def end(act: Step, *fields: str) -> None:
    """End a case as part of an act on it: off the board, its clocks stopped, its orders and requests closed."""
    act.case.closed_at = act.now
    hide(act)
    act.move(fields=["closed_at", "released", *fields])
    act.end_limits()
    cancel_orders(act, noop("这件事已经结束。"))
    close_asks(act, noop("这件事已经结束。"))
    act.refresh_due()


def note(actor: Actor, *, case: int, words: str) -> None:
    """An internal note: for those who work on the case, never for the public."""
    words = steps.text(words, "words")
    with step(actor, "note", case) as act:
        act.event(words, public=False)
        act.log("note")


def tell_requester(actor: Actor, *, case: int, words: str) -> None:
    """Say something to the requester in the public story, e.g. when somebody will come by."""
    words = steps.text(words, "words", limit=500)
    with step(actor, "tell", case) as act:
        if act.case.closed_at:
            raise WrongState(_("这件事已经结束，话带不到了。"))
        act.event(words)
        act.log("story")
        act.meet_limits(LimitKind.RESPONSE)
        act.refresh_due()
        tell.requester(act.case, f"tell/{act.told}", noop("您反映的事有新消息"), words)


def drawn_for_check(case: Case) -> bool:
    """Return whether the case is among those checked at random: fixed by its number, steered by nobody."""
    draw = int.from_bytes(fingerprint("field-check", f"{case.number}/{case.reopened_times}")[:4], "big")
    return draw < settings.FIELD_CHECK_SHARE * 2**32


def complete(
    actor: Actor, *, case: int, answer: str, done_by: str = "", done_on: date | None = None, uploads: Sequence[Upload] = ()
) -> None:
    """Give the requester the one answer: what was done, by whom, when. No unit may still be at work.

    Unless said otherwise it was done by whoever did it last (`doer_of`), today.
    """
    answer = steps.text(answer, "answer")
    done_by = mask(steps.text(done_by, "done_by", required=False, limit=60)).text
    pictures = prepare_photos(uploads)
    with step(actor, "complete", case) as act:
        waiting = [o.unit.name for o in act.case.orders.exclude(state__in=ORDER_DONE).select_related("unit")]
        if waiting:
            raise WrongState(_("还在等：%(units)s。结果到齐才能答复。") % {"units": "、".join(waiting)})
        no_open_parts(act.case)
        act.case.answer, act.case.completed_at = answer, act.now
        act.case.done_by, act.case.done_on = done_by or doer_of(act.case), _day(act.case, done_on)
        check = act.case.slip == Slip.RED or drawn_for_check(act.case)
        act.move(
            to=CaseState.FIELD_CHECK if check else CaseState.CALLBACK, fields=["answer", "done_by", "done_on", "completed_at"]
        )
        act.meet_limits(LimitKind.RESPONSE, LimitKind.FINISH)
        add_photos(act.event(answer, detail=f"{act.case.done_on} {act.case.done_by}"), pictures)
        close_asks(act, answer[:500])
        if check:
            act.start_limit(LimitKind.CHECK, limits.CHECK)
        else:
            ask_requester(act)
        act.refresh_due()
        part_done(act)


def doer_of(case: Case) -> str:
    """Return the office that did a matter, by the records: the units that gave a result, else the place that holds it."""
    done = [order for order in case.orders.all() if order.result_at and order.state != OrderState.CANCELLED]
    if done:
        return "、".join(order.unit.name for order in sorted(done, key=lambda order: (not order.leads, order.pk)))[:60]
    place = {Level.GRID: case.grid, Level.COMMUNITY: case.community, Level.SUBDISTRICT: case.subdistrict}[Level(case.level)]
    return place.name if place else ""


def _day(case: Case, done_on: date | None) -> date:
    """Return the day something was done on. Raises Invalid where it lies ahead, or before the report."""
    last = today()
    if done_on is None:
        return last
    if done_on > last:
        raise Invalid(_("还没到的日子不能写，今天是 %(today)s。") % {"today": last.isoformat()}, "done_on")
    first = timezone.localdate(case.created_at)
    if done_on < first:
        raise Invalid(_("这件事是 %(day)s 才报的，做完不会更早。") % {"day": first.isoformat()}, "done_on")
    return done_on


def ask_requester(act: Step) -> None:
    """Ask the requester whether it is solved: one message, where there is an address."""
    tell.requester(
        act.case, f"callback/{act.told}", noop("您反映的事有结果了，解决了吗"), act.case.answer
    )


def check(actor: Actor, *, case: int, passed: bool, finding: str) -> None:
    """Look on the spot whether it is done; another person than whoever handled it."""
    finding = steps.text(finding, "finding", limit=500)
    with step(actor, "check_passed" if passed else "check_failed", case) as act:
        not_the_handler(act)
        act.event(finding)
        act.meet_limits(LimitKind.CHECK)
        if passed:
            act.case.completed_at = act.now
            act.move(fields=["completed_at"])
            ask_requester(act)
        else:
            act.move()
            reopen_clock(act)
        act.refresh_due()


HANDLED = ("take", "complete", "dispatch", "whistle", "whistle_members", "give_result")


def not_the_handler(act: Step) -> None:
    """Raise WrongState when this person has handled the case: nobody checks the own work."""
    if act.case.events.filter(person_id=act.actor.person_id, action__in=HANDLED).exists():
        raise WrongState(_("经办过这件事的人不能自己核查，请另一位同事去看。"))


def reopen_clock(act: Step) -> None:
    """Start the short second limit and tell the holder."""
    act.end_limits(LimitKind.FINISH)
    act.start_limit(LimitKind.FINISH, limits.REOPENED_FINISH)
    tell.holder(act.case, f"reopened/{act.told}", noop("有一件要重办"), mail=True)
