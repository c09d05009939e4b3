"""Whistles and orders: the community asks, the subdistrict whistles, units report in and answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as noop

from bandeng.cases import limits, tell
from bandeng.cases.actions import ordering
from bandeng.cases.actions import step as steps
from bandeng.cases.actions.intake import Upload, add_photos, close_asks, prepare_photos
from bandeng.cases.actions.step import step
from bandeng.cases.limits import OBJECTION_WINDOW, LimitKind, Whistle
from bandeng.cases.machine import ORDER_DONE, Level, OrderState
from bandeng.cases.models import Order, WhistleAsk
from bandeng.foundation.access import Actor, Invalid, WrongState
from bandeng.foundation.clock.moment import now


class Occasion(models.TextChoices):
    """The three legal occasions of a whistle 吹哨 (domain brief 1.2)."""

    HARD = "hard", gettext_lazy("居民的事，街道自己解决不了")
    LAW = "law", gettext_lazy("需要有执法权的部门一起来")
    EMERGENCY = "emergency", gettext_lazy("急事，马上要处置")


def ask_whistle(actor: Actor, *, case: int, units: Sequence[int], reason: str) -> None:
    """The community asks the subdistrict to whistle, and says for which units and why."""
    reason = steps.text(reason, "reason", limit=500)
    wanted = ordering.units(units)
    with step(actor, "ask_whistle", case) as act:
        if act.case.asks.filter(answered_at__isnull=True).exists():
            raise WrongState(_("已经请过街道吹哨，正等答复。"))
        ask = WhistleAsk.objects.create(case=act.case, reason=reason, asked_at=act.now)
        ask.units.set(wanted)
        act.case.level = Level.SUBDISTRICT
        act.move(fields=["level"])
        act.event(reason, detail="、".join(unit.name for unit in wanted), public=False)
        tell.holder(act.case, f"ask/{ask.pk}", noop("社区请街道吹哨"), mail=True)


def decline_whistle(actor: Actor, *, case: int, reason: str) -> None:
    """The subdistrict does not whistle; the case goes back to the community with the reason."""
    reason = steps.text(reason, "reason", limit=500)
    with step(actor, "decline_whistle", case) as act:
        if not act.case.asks.filter(answered_at__isnull=True).exists():
            raise WrongState(_("社区没有在等吹哨的答复。"))
        close_asks(act, reason)
        act.case.level = Level.COMMUNITY
        act.move(fields=["level"])
        act.event(reason, public=False)
        tell.holder(act.case, f"declined/{act.told}", noop("街道没有吹哨，退回社区"))


def whistle(
    actor: Actor, *, case: int, units: Sequence[int], leader: int | None, kind: str, occasion: str, reason: str
) -> list[Order]:
    """Whistle 吹哨: one order to each unit, one of them leading, each with its own clock."""
    if kind not in (Whistle.DAILY, Whistle.HARD, Whistle.EMERGENCY):
        raise Invalid(_("请选哪一种哨。"), "kind")
    if occasion not in Occasion.values:
        raise Invalid(_("请选吹哨的依据。"), "occasion")
    reason = steps.text(reason, "reason", limit=500)
    with step(actor, "whistle", case) as act:
        close_asks(act, reason)
        return ordering.place(act, units, leader, kind, occasion, reason)


def dispatch(
    actor: Actor, *, case: int, units: Sequence[int], leader: int | None, reason: str
) -> list[Order]:
    """Send a plain order 派单 to units of the community or subdistrict itself (property firm, utility)."""
    reason = steps.text(reason, "reason", limit=500)
    with step(actor, "dispatch", case) as act:
        close_asks(act, reason)
        return ordering.place(act, units, leader, Whistle.NONE, "", reason)


def acknowledge(actor: Actor, *, case: int, order: int) -> None:
    """The unit has it 接单."""
    with step(actor, "acknowledge", case, order_id=order) as act:
        act.move()
        act.meet_limits(LimitKind.ACK)
        act.event()
        act.refresh_due()


def contact(actor: Actor, *, case: int, order: int) -> None:
    """The unit has spoken with the requester."""
    with step(actor, "contact", case, order_id=order) as act:
        act.move()
        act.event()
        # The requester has been spoken to: that is the first response to the case.
        act.case.limits.filter(
            kind=LimitKind.RESPONSE, order__isnull=True, met_at__isnull=True, ended_at__isnull=True
        ).update(met_at=act.now)
        act.refresh_due()


def report_in(actor: Actor, *, case: int, order: int) -> None:
    """The unit has come to the spot 报到."""
    with step(actor, "report_in", case, order_id=order) as act:
        act.move()
        act.meet_limits(LimitKind.ACK, LimitKind.ARRIVE)
        act.event()
        act.refresh_due()
        tell.holder(act.case, f"arrived/{act.told}", noop("单位已报到"))


def start_work(actor: Actor, *, case: int, order: int) -> None:
    """The unit is at work."""
    with step(actor, "start_work", case, order_id=order) as act:
        act.move()
        act.event()


def give_result(
    actor: Actor, *, case: int, order: int, result: str, uploads: Sequence[Upload] = ()
) -> None:
    """The unit says what was done. When it is the last one, the holder is told that all results are in."""
    result = steps.text(result, "result")
    pictures = prepare_photos(uploads)
    with step(actor, "give_result", case, order_id=order) as act:
        if act.its_order.whistle and act.its_order.state not in (OrderState.ARRIVED, OrderState.HANDLING):
            raise WrongState(_("吹了哨要先到场：请先点“报到”，再交结果。"))
        act.its_order.result, act.its_order.result_at = result, act.now
        act.move(fields=["result", "result_at"])
        act.meet_limits(LimitKind.ACK, LimitKind.FINISH)
        add_photos(act.event(result), pictures)
        act.refresh_due()
        if not act.case.orders.exclude(state__in=ORDER_DONE).exists():
            tell.holder(act.case, f"results/{act.told}", noop("各单位的结果到齐了，请答复居民"))


def objection_ends(order: Order) -> datetime:
    """Return until when a unit may object to an order: four working hours from its delivery."""
    return limits.due(order.asked_at, OBJECTION_WINDOW)


def object_to(actor: Actor, *, case: int, order: int, ground: str) -> None:
    """The unit says that this is not its duty: once, soon, with ground, never to an emergency whistle."""
    ground = steps.text(ground, "ground", limit=500)
    with step(actor, "object", case, order_id=order) as act:
        if act.its_order.whistle == Whistle.EMERGENCY:
            raise WrongState(_("应急哨不能推，先到场。"))
        if act.its_order.objected or now() > objection_ends(act.its_order):
            raise WrongState(_("异议要在派单后 4 个工作时内提一次。现在请先办，办完再说理。"))
        act.its_order.objected, act.its_order.ground = True, ground
        act.move(fields=["objected", "ground"])
        act.start_limit(LimitKind.RULING, limits.RULING)
        act.event(ground, public=False)
        act.refresh_due()
        tell.arbiters(act.its_order)


def rule_objection(actor: Actor, *, case: int, order: int, upheld: bool, reason: str) -> None:
    """The arbiter decides: the order falls away, or the unit has it for good."""
    reason = steps.text(reason, "reason", limit=500)
    with step(actor, "uphold_objection" if upheld else "reject_objection", case, order_id=order) as act:
        act.move()
        act.meet_limits(LimitKind.RULING)
        act.event(reason, public=False)
        if upheld:
            act.end_limits()
            ordering.hand_lead_on(act)
        else:
            act.meet_limits(LimitKind.ACK)
        act.refresh_due()
        tell.unit(act.its_order, f"ruled/{act.told}", noop("异议有了裁定"))
        tell.holder(act.case, f"ruled/{act.told}", noop("异议有了裁定"))


def send_back(actor: Actor, *, case: int, order: int, reason: str) -> None:
    """The holder finds the result not good enough; the unit goes on."""
    reason = steps.text(reason, "reason", limit=500)
    with step(actor, "send_back", case, order_id=order) as act:
        act.move()
        act.start_limit(LimitKind.FINISH, limits.REOPENED_FINISH)
        act.event(reason, public=False)
        act.refresh_due()
        tell.unit(act.its_order, f"back/{act.told}", noop("结果退回，请再办"), mail=True)


def rate_order(actor: Actor, *, case: int, order: int, grade: int) -> None:
    """The whistler rates the report-in 报到评议, 1 to 5."""
    if grade not in range(1, 6):
        raise Invalid(_("请打 1 到 5 分。"), "grade")
    with step(actor, "rate_order", case, order_id=order) as act:
        act.its_order.grade = grade
        act.move(fields=["grade"])
        act.event(detail=str(grade), public=False)


def cancel(actor: Actor, *, case: int, order: int, reason: str) -> None:
    """The holder takes an order back."""
    reason = steps.text(reason, "reason", limit=500)
    with step(actor, "cancel", case, order_id=order) as act:
        act.move()
        act.end_limits()
        act.event(reason, public=False)
        ordering.hand_lead_on(act)
        act.refresh_due()
        tell.unit(act.its_order, f"cancelled/{act.told}", noop("这一单取消了"))
