"""Short ways to a case that stands somewhere in its life."""

from __future__ import annotations

from bandeng.cases.actions import ending, orders, work
from bandeng.cases.models import Case, Order
from tests.district import Town, requester


def whistled(town: Town, kind: str = "daily", case: Case | None = None, units=("water", "roads")) -> tuple[Case, list[Order]]:
    """A case for which the subdistrict has whistled; water leads."""
    case = case or town.case()
    rows = [town.units[name] for name in units]
    made = orders.whistle(
        town.actor("dispatcher_west"), case=case.pk, units=[row.pk for row in rows], leader=rows[0].pk, kind=kind,
        occasion="emergency" if kind == "emergency" else "hard", reason="请两家一起到场。",
    )
    case.refresh_from_db()
    return case, sorted(made, key=lambda order: order.unit_id != rows[0].pk)


def dispatched(town: Town, case: Case | None = None) -> tuple[Case, Order]:
    """A case with a plain order to the property firm."""
    case = case or town.case()
    order = orders.dispatch(
        town.actor("worker_a"), case=case.pk, units=[town.units["firm"].pk], leader=None, reason="请上门看看。"
    )[0]
    case.refresh_from_db()
    return case, order


def done(town: Town, name: str, order: Order, result: str = "办好了。") -> Order:
    """Let *name* of the unit come and give the result."""
    orders.report_in(town.actor(name), case=order.case_id, order=order.pk)
    orders.give_result(town.actor(name), case=order.case_id, order=order.pk, result=result)
    order.refresh_from_db()
    return order


def completed(town: Town, case: Case | None = None) -> Case:
    """A case with its answer, waiting for the requester."""
    case = case or town.case()
    work.take(town.actor("officer_a1"), case=case.pk)
    work.complete(town.actor("officer_a1"), case=case.pk, answer="疏通好了。")
    case.refresh_from_db()
    return case


def rated(town: Town, case: Case | None = None) -> Case:
    """A case that its requester called solved."""
    case = completed(town, case)
    ending.answer(requester(case), case=case.pk, solved=True, grade=5)
    case.refresh_from_db()
    return case
