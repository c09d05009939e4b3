"""What whistles, dispatches and rules share: sending orders, and who leads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from bandeng.cases import machine, rules, tell
from bandeng.cases.actions.step import Step
from bandeng.cases.limits import LimitKind, order_limits
from bandeng.cases.machine import ORDER_DONE, Level
from bandeng.cases.models import Order
from bandeng.foundation.access import Invalid
from bandeng.foundation.journal.writer import record
from bandeng.people.models import Unit
from bandeng.people.roles import COMMUNITY_ROLES


def units(ids: Iterable[int]) -> list[Unit]:
    """Return the units of these keys that there are today. Raises Invalid when there is none."""
    found = list(Unit.objects.filter(pk__in=list(ids), ended_on__isnull=True).order_by("name"))
    if not found:
        raise Invalid(_("请至少选一个单位。"), "units")
    return found


def place(
    act: Step, ids: Sequence[int], leader: int | None, kind: str, occasion: str, reason: str
) -> list[Order]:
    """Send one order to each unit, one of them leading, as part of an act on the case.

    An order that a rule sends is no response of anybody: only people meet that limit.
    """
    wanted = units(ids)
    open_now = {o.unit_id: o for o in act.case.orders.exclude(state__in=ORDER_DONE)}
    if twice := [unit.name for unit in wanted if unit.pk in open_now]:
        raise Invalid(_("%(units)s 已经在办这件事。") % {"units": "、".join(twice)}, "units")
    led = any(order.leads for order in open_now.values())
    if leader is not None and leader not in {unit.pk for unit in wanted}:
        raise Invalid(_("牵头的单位要在叫的单位里面。"), "leader")
    leader = leader or wanted[0].pk
    if kind:  # whoever whistles holds the matter until it is answered
        own = act.post and act.post.role in COMMUNITY_ROLES
        act.case.level = Level.COMMUNITY if own else Level.SUBDISTRICT
    act.move(fields=["level"])
    if not act.actor.system:
        act.meet_limits(LimitKind.RESPONSE)
    verb = "whistle" if kind else "dispatch"
    spans = order_limits(kind, rules.spans_of(act.case.category, act.case.slip, rules.of_community(act.case.community_id), act.now))
    made = []
    for unit in wanted:
        order = Order.objects.create(
            case=act.case, unit=unit, whistle=kind, occasion=occasion, ask=reason, asked_at=act.now,
            leads=not led and unit.pk == leader, state=machine.target("order", verb, ""),
        )
        part = Step(act.actor, act.case, order, verb, act.post, now=act.now)
        for limit_kind, span in spans.items():
            part.start_limit(limit_kind, span)
        part.refresh_due()
        record(act.actor, f"order.{verb}", order, post=act.post, fields=["unit", "ask"])
        tell.unit(order, verb, noop("吹哨") if kind else noop("派单"), mail=True)
        made.append(order)
    act.event(reason, detail="、".join(unit.name for unit in wanted))
    act.refresh_due()
    return made


def hand_lead_on(act: Step) -> None:
    """When the leading order falls away, the oldest open one leads: somebody always answers for the whole."""
    if not act.its_order.leads:
        return
    act.its_order.leads = False
    act.its_order.save(update_fields=["leads"])
    heir = act.case.orders.exclude(state__in=ORDER_DONE).order_by("asked_at", "pk").first()
    if heir:
        heir.leads = True
        heir.save(update_fields=["leads"])
        record(act.actor, "order.lead", heir, post=act.post, fields=["leads"])
        tell.unit(heir, f"lead/{act.told}", noop("这一件改由您单位牵头"))
