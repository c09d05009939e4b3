"""Whistles and orders: the community asks, the subdistrict whistles, units report in and answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as noop

from bandeng.cases import limits, rules, tell
from bandeng.cases.actions import ordering
from bandeng.cases.actions import step as steps
from bandeng.cases.actions.intake import Upload, add_photos, close_asks, prepare_photos
from bandeng.cases.actions.step import step
from bandeng.cases.limits import OBJECTION_WINDOW, LimitKind, Whistle
from bandeng.cases.machine import ORDER_DONE, Level, OrderState
from bandeng.cases.models import Case, CommunityRule, Order, WhistleAsk
from bandeng.foundation.access import Actor, Invalid, Refused, WrongState
from bandeng.foundation.clock.moment import now
from bandeng.foundation.journal.writer import record
from bandeng.people.queries import holders
from bandeng.people.roles import COMMUNITY_ROLES

ANSWERED = (OrderState.RESOLVED_CLAIMED, OrderState.RATED)


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
        if act.case.category.on_list:
            act.case.level = Level.COMMUNITY
        act.move(fields=["level"])
        act.event(reason, detail=act.case.level, public=False)
        people = _community_of(act.case)
        tell.holder(act.case, f"declined/{act.told}", noop("街道没有吹哨"), people=people)


def _community_of(case: Case) -> list[int]:
    return holders(role=COMMUNITY_ROLES, place_id=case.community_id) if case.community_id else []


def hand_down(actor: Actor, *, case: int, reason: str) -> None:
    """The subdistrict gives the matter to the community: only what stands on the communities' list of duties.

    Source: regulation of Beijing's hotline work, article 17: what is not on a community's list is not given to it, nor is
    it made to lead.
    """
    reason = steps.text(reason, "reason", limit=500)
    with step(actor, "hand_down", case) as act:
        if act.case.level != Level.SUBDISTRICT or not act.case.community_id:
            raise WrongState(_("这件事现在不在街道手里。"))
        if not act.case.category.on_list:
            raise WrongState(
                _("“%(kind)s”不在社区协助事项清单上。清单以外的事不能派给社区，也不能让社区牵头（参照《北京市接诉即办工作条例》第十七条），"
                  "请街道自己办，或叫单位来办。") % {"kind": act.case.category.label})
        act.case.level = Level.COMMUNITY
        act.move(fields=["level"])
        act.event(reason, detail=act.case.level, public=False)
        tell.holder(act.case, f"down/{act.told}", noop("街道交下来一件"))


def whistle(
    actor: Actor, *, case: int, units: Sequence[int], leader: int | None, kind: str, occasion: str, reason: str
) -> list[Order]:
    """Whistle 吹哨: one order to each unit, one of them leading, each with its own clock."""
    if kind not in (Whistle.DAILY, Whistle.HARD, Whistle.EMERGENCY):
        raise Invalid(_("请选哪一种哨。"), "kind")
    _fits(kind, occasion)
    reason = steps.text(reason, "reason", limit=500)
    with step(actor, "whistle", case) as act:
        close_asks(act, reason)
        return ordering.place(act, units, leader, kind, occasion, reason)


def whistle_members(
    actor: Actor, *, case: int, units: Sequence[int], leader: int | None, kind: str, occasion: str, reason: str
) -> list[Order]:
    """The community whistles by itself, to members of its own joint committee 大党委, where its subdistrict allows it."""
    if kind not in (Whistle.DAILY, Whistle.HARD):
        raise Invalid(_("社区自己吹的是日常哨、攻坚哨。急事请街道吹，先打电话。"), "kind")
    _fits(kind, occasion)
    reason = steps.text(reason, "reason", limit=500)
    with step(actor, "whistle_members", case) as act:
        if not rules.of_community(act.case.community_id).may_whistle:
            raise Refused(_("社区自己吹哨要街道先准许。现在请街道来吹。"))
        members = set(CommunityRule.objects.filter(community=act.case.community_id).values_list("members", flat=True))
        if strangers := [unit.name for unit in ordering.units(units) if unit.pk not in members]:
            raise Invalid(_("%(units)s 不是本社区大党委的成员，请街道来吹哨。") % {"units": "、".join(strangers)}, "units")
        close_asks(act, reason)
        return ordering.place(act, units, leader, kind, occasion, reason)


def _fits(kind: str, occasion: str) -> None:
    """An emergency is the occasion of an emergency whistle and of no other (domain brief 1.2)."""
    if occasion not in Occasion.values:
        raise Invalid(_("请选吹哨的依据。"), "occasion")
    if (kind == Whistle.EMERGENCY) != (occasion == Occasion.EMERGENCY):
        raise Invalid(_("应急哨只为急事吹；急事要吹应急哨。"), "occasion")


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


def give_plan(actor: Actor, *, case: int, order: int, plan: str) -> None:
    """The unit says how it will do a hard task, step by step. The requester reads it."""
    plan = steps.text(plan, "plan")
    with step(actor, "give_plan", case, order_id=order) as act:
        if not act.running(LimitKind.PLAN).exists():
            raise WrongState(_("这一单不用再交办法。"))
        act.stay()
        act.meet_limits(LimitKind.ACK, LimitKind.PLAN)
        act.event(plan)
        act.refresh_due()
        tell.holder(act.case, f"plan/{act.told}", noop("单位交了办法"))


def stage_report(actor: Actor, *, case: int, order: int, words: str) -> None:
    """What has been done so far, why it is not finished, what comes next 阶段报告; the requester reads it."""
    words = steps.text(words, "words", limit=1000)
    with step(actor, "stage_report", case, order_id=order) as act:
        act.stay()
        act.event(words)
        tell.holder(act.case, f"stage/{act.told}", noop("单位报了进度"))
        tell.requester(act.case, f"stage/{act.told}", noop("您反映的事有新消息"), words)


def ask_partner(actor: Actor, *, case: int, order: int, units: Sequence[int], reason: str) -> None:
    """The leading unit keeps the matter, and asks the holder to call in others 首接负责: it does not pass it on."""
    reason = steps.text(reason, "reason", limit=500)
    with step(actor, "ask_partner", case, order_id=order) as act:
        if not act.its_order.leads:
            raise WrongState(_("由牵头的单位来请别家。"))
        names = "、".join(unit.name for unit in ordering.units(units))
        act.stay()
        act.event(reason, detail=names, public=False)
        tell.holder(act.case, f"partner/{act.told}", noop("牵头单位请再叫几家一起办"), mail=True)


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
        act.meet_limits(LimitKind.ACK, LimitKind.PLAN, LimitKind.FINISH)
        add_photos(act.event(result), pictures)
        act.refresh_due()
        if lead := act.case.orders.exclude(state__in=ORDER_DONE).exclude(pk=order).filter(leads=True).first():
            tell.unit(lead, f"co/{act.told}", noop("一起办的单位交了结果"))
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
        if act.its_order.leads and act.case.orders.exclude(pk=order).exclude(state__in=ORDER_DONE).filter(leads=True).exists():
            act.its_order.leads = False  # another one leads meanwhile
        act.move(fields=["leads"])
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


def rate_whistle(actor: Actor, *, case: int, order: int, grade: int, words: str = "") -> None:
    """The unit rates the whistle 双考核: was it right to call us, was it said what was wanted? 1 to 5, once."""
    if grade not in range(1, 6):
        raise Invalid(_("请打 1 到 5 分。"), "grade")
    words = steps.text(words, "words", required=False, limit=500)
    with step(actor, "rate_whistle", case, order_id=order) as act:
        if not act.its_order.whistle or act.its_order.state not in ANSWERED:
            raise WrongState(_("吹哨叫来的，交了结果以后再评。"))
        if act.its_order.whistle_grade:
            raise WrongState(_("已经打过分了。"))
        act.its_order.whistle_grade = grade
        act.its_order.save(update_fields=["whistle_grade"])
        record(act.actor, "order.rate_whistle", act.its_order, post=act.post, fields=["whistle_grade"])
        act.event(words, detail=str(grade), public=False)


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
