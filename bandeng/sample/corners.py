"""Cases that stand in the rarer states today, so that every state of both tables can be looked at."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from bandeng.cases.actions import ending, family, orders, work
from bandeng.cases.machine import CaseState, OrderState
from bandeng.cases.models import Case, Order
from bandeng.sample.lives import Life, Stage

UNITS = ["区市政养护中心", "区城市管理局"]


def _filed(stage: Stage, life: Life) -> None:
    life.then(1, 2, lambda: work.file(stage.community(life), case=life.case.pk))


def _reopened(stage: Stage, life: Life) -> None:
    ident = life.case.pk
    life.then(0.5, 1, lambda: work.take(life.holder(), case=ident))
    life.then(0.5, 1, lambda: work.complete(life.holder(), case=ident, answer="换了灯头，当晚看过。"))
    if life.case.state == CaseState.CALLBACK:
        life.then(0.5, 1, lambda: ending.answer(life.me, case=ident, solved=True, grade=4))
        life.then(0.5, 1, lambda: ending.reopen(life.me, case=ident, reason="昨晚又灭了两盏。"))
    else:
        life.then(0.5, 1, lambda: work.check(
            stage.checkers[life.case.community_id or 0], case=ident, passed=False, finding="还有两盏不亮。"))


def _merged(stage: Stage, life: Life) -> None:
    other = Case.objects.filter(community_id=life.case.community_id, closed_at__isnull=True).exclude(pk=life.case.pk)
    if into := other.first():
        life.then(1, 2, lambda: family.merge(stage.community(life), case=life.case.pk, into=into.number))


def _whistle(stage: Stage, life: Life, kind: str = "daily") -> Order:
    made: list[Order] = []
    units = [stage.units[name].pk for name in UNITS]
    life.then(0.5, 1, lambda: made.extend(orders.whistle(
        stage.sub(life), case=life.case.pk, units=units, leader=units[0], kind=kind, occasion="hard",
        reason="两家一起到现场看，定下谁先动手。")))
    return made[0]


def _objected(stage: Stage, life: Life) -> None:
    order = _whistle(stage, life)
    life.then(0.05, 0.1, lambda: orders.object_to(
        stage.by_unit[order.unit_id], case=life.case.pk, order=order.pk, ground="按派单目录，这一段归市里养护。"))


def _cancelled(stage: Stage, life: Life) -> None:
    order = _whistle(stage, life)
    life.then(0.1, 0.2, lambda: orders.cancel(
        stage.sub(life), case=life.case.pk, order=order.pk, reason="看过了，一家就够。"))


def _dispatched(stage: Stage, life: Life) -> None:
    firm = next(iter(stage.firms.values()))
    life.then(0.5, 1, lambda: orders.dispatch(
        stage.community(life), case=life.case.pk, units=[firm.pk], leader=None, reason="请上门看看。"))


def _unit_at(state: str) -> Callable[[Stage, Life], None]:
    def go(stage: Stage, life: Life) -> None:
        order = _whistle(stage, life, "hard")
        liaison, given = stage.by_unit[order.unit_id], {"case": life.case.pk, "order": order.pk}
        steps = [(OrderState.ACCEPTED, orders.acknowledge), (OrderState.CONTACTED, orders.contact),
                 (OrderState.ARRIVED, orders.report_in), (OrderState.HANDLING, orders.start_work)]
        for reached, act in steps:
            life.then(0.05, 0.1, lambda act=act: act(liaison, **given))  # type: ignore[misc]
            if reached == state:
                return

    return go


CASES: dict[str, Callable[[Stage, Life], None]] = {
    CaseState.FILED: _filed, CaseState.REOPENED: _reopened, CaseState.MERGED: _merged,
}
ORDERS: dict[str, Callable[[Stage, Life], None]] = {
    OrderState.OBJECTED: _objected, OrderState.CANCELLED: _cancelled, OrderState.DISPATCHED: _dispatched,
    OrderState.WHISTLED: lambda stage, life: _whistle(stage, life) and None,
    **{state: _unit_at(state) for state in (  # type: ignore[misc]
        OrderState.ACCEPTED, OrderState.CONTACTED, OrderState.ARRIVED,
                                            OrderState.HANDLING)},
}


def fill(stage: Stage, present: datetime) -> None:
    """Make one case for every state of both tables in which none stands."""
    there = set(Case.objects.values_list("state", flat=True)), set(Order.objects.values_list("state", flat=True))
    for wanted, recipes in zip(there, (CASES, ORDERS), strict=True):
        for state, recipe in recipes.items():
            if state not in wanted:
                life = stage.begin(present - timedelta(hours=6), "6005")
                recipe(stage, life)
