"""What a walk through the loop needs: every verb with an actor and made-up arguments, and what must hold after each step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Model

from bandeng.cases import climbing, machine
from bandeng.cases.actions import (
    calling,
    clocks,
    ending,
    exclusions,
    family,
    filing,
    intake,
    objections,
    orders,
    privacy,
    work,
)
from bandeng.cases.limits import LimitKind
from bandeng.cases.machine import CASE_ENDS, ORDER_DONE, WORK, CaseState, OrderState
from bandeng.cases.models import (
    Case,
    ContactOpening,
    Event,
    Limit,
    Objection,
    Order,
    Pause,
    Rating,
    RatingExclusion,
    WhistleAsk,
)
from bandeng.foundation.access import Actor, Invalid, Refused, WrongState
from bandeng.foundation.clock import moment
from bandeng.foundation.journal.models import Entry
from bandeng.foundation.notify.models import Message
from tests.district import Town, requester

REFUSALS = (Refused, WrongState, Invalid)
STAFF = (
    "officer_a1", "worker_a", "head_a", "dispatcher_west", "chief_west", "dispatcher", "supervisor", "water", "roads", "firm",
    "worker_b", "dispatcher_east", "auditor",  # these have no business here
)
UNITS = ("water", "roads", "firm")
COMPANY: list[int] = []  # the cases of the walk that goes on
KEPT: tuple[type[Model], ...] = (
    Case, ContactOpening, Order, Limit, Objection, Pause, Rating, RatingExclusion, WhistleAsk, Event, Entry, Message)


@dataclass(frozen=True)
class Step:
    """One act that may be tried: its name in the tables, on an order or not, and how to do it."""

    action: str
    on_order: bool
    run: Callable[[Town, Actor, Case, Any], Any]


def _case(action: str, act: Callable[..., Any], **given: Any) -> Step:
    return Step(action, False, lambda town, actor, case, part: act(actor, case=case.pk, **{
        name: value(town, case) if callable(value) else value for name, value in given.items()}))


def _order(action: str, act: Callable[..., Any], **given: Any) -> Step:
    return Step(action, True, lambda town, actor, case, part: act(actor, case=case.pk, order=part, **given))


def _either(action: str, act: Callable[..., Any], **given: Any) -> tuple[Step, Step]:
    return _case(action, act, **given), _order(action, act, **given)


def _other(town: Town, case: Case) -> str:
    """Return the number of the walk's other case, to be merged into."""
    return Case.objects.filter(pk__in=COMPANY).exclude(pk=case.pk).order_by("-pk").values_list("number", flat=True).first() or "none"


def _units(town: Town, case: Case) -> list[int]:
    return [town.units[name].pk for name in UNITS[:2]]


STEPS: tuple[Step, ...] = (
    _case("take", work.take), _case("pass_up", work.pass_up, reason="办不了"), _case("file", work.file),
    _case("ask_whistle", orders.ask_whistle, units=_units, reason="请吹哨"),
    _case("decline_whistle", orders.decline_whistle, reason="先不吹"),
    _case("whistle", orders.whistle, units=_units, leader=None, kind="daily", occasion="hard", reason="来"),
    _case("whistle", orders.whistle, units=_units, leader=None, kind="hard", occasion="law", reason="来"),
    _case("whistle_members", orders.whistle_members, units=_units, leader=None, kind="daily", occasion="hard", reason="来"),
    _case("dispatch", orders.dispatch, units=_units, leader=None, reason="来"),
    _case("hand_down", orders.hand_down, reason="社区办"), _case("redirect", work.redirect, channel="12345", reason="市里的事"),
    _case("not_file", work.not_file, reason="查无此事", ground="done"),
    _case("object_not_filed", objections.object_not_filed, words="有新情况"),
    _case("uphold_not_filed", objections.uphold_not_filed, reason="该办"),
    _case("reject_not_filed", objections.reject_not_filed, reason="维持"), _case("merge", family.merge, into=_other),
    _case("unmerge", family.unmerge, reason="不是一回事"),
    _case("split", family.split, category=lambda town, case: town.categories["6005"], words="还有一件"),
    _case("complete", work.complete, answer="办好了"), _case("check_passed", work.check, passed=True, finding="好了"),
    _case("check_failed", work.check, passed=False, finding="没好"),
    _case("answer_yes", ending.answer, solved=True, grade=5), _case("answer_no", ending.answer, solved=False, grade=1),
    _case("open_contact", privacy.open_contact, reason="电话回访一下"), _case("call_tried", calling.call_tried),
    _case("heard_yes", calling.heard, solved=True, grade=4), _case("heard_no", calling.heard, solved=False, grade=2),
    _case("rate", ending.rate, solved=True, grade=4), _case("reopen", ending.reopen, reason="又坏了"),
    _case("withdraw", intake.withdraw), _case("add_words", intake.add_words, words="还有"),
    _case("close_by_exception", ending.close_by_exception, reason="反复核实过"),
    _case("note", work.note, words="记一笔"), _case("tell", work.tell_requester, words="明天来"),
    _case("set_slip", filing.set_slip, slip="red"), _case("set_slip", filing.set_slip, slip="blue"),
    _case("recategorise", filing.recategorise, category=lambda town, case: town.categories["1004"]),
    *_either("ask_extension", clocks.ask_extension, days=3, reason="等配件"),
    *_either("grant_extension", clocks.grant_extension, reason="可以"),
    *_either("refuse_extension", clocks.refuse_extension, reason="不行"),
    _case("ask_deferral", clocks.ask_deferral, ground="要换线", plan="开春换",
          review_on=lambda town, case: moment.today() + timedelta(days=20)),
    _case("defer", clocks.defer, reason="属实"), _case("refuse_deferral", clocks.refuse_deferral, reason="不行"),
    _case("wait", clocks.wait, question="几号楼"), _case("resume", clocks.resume, reason="接着办"),
    _case("ask_exclusion", exclusions.ask_exclusion, ground="beyond", evidence="谁也办不了"),
    _case("grant_exclusion", exclusions.grant_exclusion, reason="属实"),
    _case("refuse_exclusion", exclusions.refuse_exclusion, reason="不属实"),
    _case("appeal_exclusion", exclusions.appeal_exclusion, words="不同意"),
    _case("uphold_appeal", exclusions.uphold_appeal, reason="对"), _case("reject_appeal", exclusions.reject_appeal, reason="不对"),
    _order("acknowledge", orders.acknowledge), _order("contact", orders.contact), _order("report_in", orders.report_in),
    _order("start_work", orders.start_work), _order("give_plan", orders.give_plan, plan="先查后修"),
    _order("stage_report", orders.stage_report, words="办到一半"), _order("ask_partner", orders.ask_partner, units=[1], reason="要帮手"),
    _order("give_result", orders.give_result, result="修好了"), _order("object", orders.object_to, ground="不归我们"),
    _order("uphold_objection", orders.rule_objection, upheld=True, reason="对"),
    _order("reject_objection", orders.rule_objection, upheld=False, reason="不对"),
    _order("send_back", orders.send_back, reason="没修好"), _order("rate_order", orders.rate_order, grade=4),
    _order("rate_whistle", orders.rate_whistle, grade=4), _order("cancel", orders.cancel, reason="不用了"),
)
NOT_WALKED = {"report", "route", "split_off", "close_by_silence"}  # begun, or by time


def who(town: Town, name: str, case: Case) -> Actor:
    """Return an actor by name; "requester" is that of the case, or of the whole that it was part of."""
    if name == "requester":
        return requester(case.parent or case)
    return town.actor(name)


def night() -> None:
    """Let the jobs run once."""
    for job in (ending.close_silent, calling.remind_silent, clocks.resume_due, climbing.climb, exclusions.lapse_due, objections.lapse_due):
        job()


def picture() -> dict[str, list[tuple[Any, ...]]]:
    """Return every row that an act could change."""
    return {model.__name__: sorted(map(repr, model.objects.values_list())) for model in KEPT}


def states() -> dict[tuple[str, int], str]:
    """Return the state of every case and order."""
    return {
        **{("case", pk): state for pk, state in Case.objects.values_list("pk", "state")},
        **{("order", pk): state for pk, state in Order.objects.values_list("pk", "state")},
    }


# What follows from an act on something else: the end of a case ends its orders and frees what followed it.
FOLLOWS = {
    ("order", state, OrderState.CANCELLED) for state in OrderState.values if state not in ORDER_DONE
} | {("case", CaseState.MERGED, CaseState.FILED)} | {("case", state, CaseState.WITHDRAWN) for state in machine.OPEN}


def check_moves(before: dict[tuple[str, int], str], step: Step, on: tuple[str, int]) -> None:
    """What changed its state did so by a row of the tables, and nothing else did."""
    for key, state in states().items():
        old = before.get(key)
        if old is None or old == state:
            continue
        if key == on:
            rows = machine.moves(key[0], step.action, old)
            assert state in {row.to or old for row in rows}, f"{key} by {step.action}: {old} → {state}"
        else:
            assert (key[0], old, state) in FOLLOWS or step.action in ("dispatch", "whistle", "whistle_members"), (
                f"{key} changed with {step.action} on {on}: {old} → {state}")


def check_all() -> None:
    """What must hold at any moment of any walk."""
    for case in Case.objects.prefetch_related("orders", "limits", "pauses", "asks", "events"):
        _check_case(case)
    keys = list(Message.objects.values_list("key", flat=True))
    assert len(keys) == len(set(keys))


def _check_case(case: Case) -> None:
    orders_, limits = list(case.orders.all()), list(case.limits.all())
    open_orders = [order for order in orders_ if order.state not in ORDER_DONE]
    over = case.state in CASE_ENDS
    assert bool(case.closed_at) == over, f"{case.number}: {case.state}, closed at {case.closed_at}"
    if over or case.state == CaseState.CALLBACK:
        assert not open_orders, f"{case.number} is {case.state} with open orders"
    assert sum(order.leads for order in open_orders) <= 1, f"{case.number}: two lead"  # none, when the leading one has its result
    assert (case.state == CaseState.MERGED) == (case.merged_into_id is not None)
    if case.merged_into_id:
        assert case.merged_into.state != CaseState.MERGED, f"{case.number} follows a follower"
    _check_limits(case, orders_, limits)
    pauses = [pause for pause in case.pauses.all() if pause.ended_at is None]
    assert len(pauses) <= 1 and bool(pauses) == bool(case.pause), f"{case.number}: pause {case.pause!r}"
    assert not pauses or case.state in WORK, f"{case.number}: {case.state} with a pause {case.pause!r}"
    assert sum(ask.answered_at is None for ask in case.asks.all()) <= 1


def _check_limits(case: Case, orders_: list[Order], limits: list[Limit]) -> None:
    for limit in limits:
        assert not (limit.met_at and limit.ended_at), f"{case.number}: {limit.kind} both met and ended"
        if limit.stopped and not (limit.met_at or limit.ended_at):
            what = f"{case.number}: {limit.kind} stands still without a pause: {[event.action for event in case.events.all()]}"
            assert case.pause not in ("", clocks.ASKED) and limit.kind == LimitKind.FINISH, what
    running = [limit for limit in limits if not limit.met_at and not limit.ended_at]
    if case.state in CASE_ENDS:
        assert not [limit for limit in running if limit.order_id is None], f"{case.number} has ended and a clock runs"
    for key, cache in [(None, case.due_at), *((order.pk, order.due_at) for order in orders_)]:
        mine = [limit.due_at for limit in running if limit.order_id == key and not limit.stopped]
        assert cache == min(mine, default=None), f"{case.number}, order {key}: due {cache}, limits {mine}"
    for order in orders_:
        if order.state in ORDER_DONE:
            left = [limit.kind for limit in running if limit.order_id == order.pk]
            assert not left, f"order {order.pk} is {order.state} and {left} run"
    kinds = [(limit.order_id, limit.kind) for limit in running]
    assert len(kinds) == len(set(kinds)), f"{case.number}: two clocks of one kind run"


def erase_all() -> None:
    """Erase what is due, as the job does."""
    assert privacy.erase_due()[1] == 0
