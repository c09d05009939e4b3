"""The rarer ways of the loop, one of each, so that whoever opens the sample district finds them; and what is set there."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from bandeng.cases.actions import (
    clocks,
    ending,
    exclusions,
    family,
    intake,
    objections,
    orders,
    routing,
    settings,
    work,
)
from bandeng.cases.machine import CaseState
from bandeng.foundation.clock.moment import at
from bandeng.people.models import Post
from bandeng.people.queries import actor_of
from bandeng.people.roles import Role
from bandeng.sample.lives import Ended, Life, Stage
from bandeng.territory.models import Place, PlaceKind

LAMPS, PARKING, LIFT, NOISE = "6005", "4001", "1003", "5001"


def _taken(stage: Stage, life: Life) -> dict[str, int]:
    life.then(0.5, 2, lambda: work.take(life.holder(), case=life.case.pk))
    return {"case": life.case.pk}


def _extension_asked(stage: Stage, life: Life) -> None:
    case = _taken(stage, life)
    life.then(2, 4, lambda: clocks.ask_extension(life.holder(), **case, days=3, reason="灯头缺货，厂家说后天到。"))


def _extended(stage: Stage, life: Life) -> None:
    _extension_asked(stage, life)
    life.then(1, 2, lambda: clocks.grant_extension(
        stage.community(life), case=life.case.pk, reason="配件缺货，晚三天换好，这几天楼门口先装了临时灯。"))


def _deferral(stage: Stage, life: Life, *, granted: bool) -> None:
    case = _taken(stage, life)
    review = stage.present.date() + timedelta(days=45)
    life.then(2, 6, lambda: clocks.ask_deferral(
        life.holder(), **case, ground="要把绿地改成车位，先得业主大会表决。", plan="下月初开小板凳议事会，月底前表决。", review_on=review))
    if granted:
        life.then(2, 6, lambda: clocks.defer(stage.supervisor, **case, reason="情况属实，到日子再看。"))


def _waiting(stage: Stage, life: Life) -> None:
    case = _taken(stage, life)
    life.then(1, 3, lambda: clocks.wait(life.holder(), **case, question="是白天吵还是夜里吵，哪一面窗听得见？"))


def _parts(stage: Stage, life: Life) -> None:
    case = _taken(stage, life)
    life.then(1, 2, lambda: family.split(life.holder(), **case, category=stage.categories[PARKING], words="楼前的车位也划歪了，一车占两位。"))


def _objected_to(stage: Stage, life: Life) -> None:
    life.then(2, 4, lambda: work.not_file(stage.sub(life), case=life.case.pk, reason="去看过两次，灯都亮着。", ground="no_fact"))
    life.then(5, 8, lambda: objections.object_not_filed(life.me, case=life.case.pk, words="是后半夜灭，白天来看当然亮。"))


def _scolded(stage: Stage, life: Life) -> None:
    case = _taken(stage, life)
    life.then(4, 8, lambda: work.complete(life.holder(), **case, answer="和工地说好了，夜里十点后不干活，周末不打桩。"))
    if life.case.state == CaseState.FIELD_CHECK:
        life.then(2, 4, lambda: work.check(stage.checkers[life.case.community_id or 0], **case, passed=True, finding="夜里十点半去听了，工地没有干活。"))
    life.then(3, 6, lambda: ending.answer(life.me, **case, solved=False, grade=2, words="要他们停工搬走才行。"))


def _exclusion(stage: Stage, life: Life, *, granted: bool) -> None:
    _scolded(stage, life)
    life.then(2, 4, lambda: exclusions.ask_exclusion(
        life.holder(), case=life.case.pk, ground="unlawful", evidence="要求有许可证的工地停工搬走，社区没有这个权，法律也不许。"))
    if granted:
        life.then(4, 8, lambda: exclusions.grant_exclusion(stage.supervisor, case=life.case.pk, reason="手续齐全的工地，谁也不能叫它搬走。"))


def _supported(stage: Stage, life: Life) -> None:
    _taken(stage, life)
    for n in range(4):
        life.then(0.5, 1, lambda n=n: family.support(life.case.pk, f"sample-{life.case.pk}-{n}"))  # type: ignore[misc]


def _added_to(stage: Stage, life: Life) -> None:
    _waiting(stage, life)
    life.then(2, 4, lambda: intake.add_words(life.me, case=life.case.pk, words="夜里吵，北面窗听得最清。"))


def _partner(stage: Stage, life: Life) -> None:
    units, made = [stage.units[name].pk for name in ("区市政养护中心", "区城市管理局")], list[int]()
    life.then(1, 2, lambda: made.extend(order.pk for order in orders.whistle(
        stage.sub(life), case=life.case.pk, units=units[:1], leader=units[0], kind="hard", occasion="hard", reason="灯杆要整排换，先出个办法。")))
    given, liaison = {"case": life.case.pk, "order": made[0]}, stage.by_unit[units[0]]
    life.then(0.5, 1, lambda: orders.report_in(liaison, **given))
    life.then(2, 4, lambda: orders.give_plan(liaison, **given, plan="先测线，再分两段换，一段一天，夜里不断电。"))
    life.then(1, 2, lambda: orders.ask_partner(liaison, **given, units=units[1:], reason="占道施工要城管局来围挡。"))


LIVES: tuple[tuple[str, Callable[[Stage, Life], None]], ...] = (
    (LAMPS, _extension_asked), (LAMPS, _extended), (PARKING, lambda stage, life: _deferral(stage, life, granted=False)),
    (PARKING, lambda stage, life: _deferral(stage, life, granted=True)), (NOISE, _waiting), (NOISE, _added_to), (LIFT, _parts),
    (LAMPS, _objected_to), (NOISE, lambda stage, life: _exclusion(stage, life, granted=False)),
    (NOISE, lambda stage, life: _exclusion(stage, life, granted=True)), (LAMPS, _supported), (LAMPS, _partner),
)


def happen(stage: Stage, present: datetime) -> None:
    """Set the rules of the district, and let one case go each of the rarer ways, within the last two days."""
    _settle(stage, present - timedelta(days=60))
    for code, live in LIVES:
        with suppress(Ended):
            live(stage, stage.begin(present - timedelta(hours=47), code))


def _settle(stage: Stage, then: datetime) -> None:
    """Let one community whistle by itself, make its slips redder, and switch on one rule that was tried."""
    community = Place.objects.filter(kind=PlaceKind.COMMUNITY).order_by("-pk")[0]
    above = stage.by_place[community.parent_id or 0]
    dispatcher = actor_of(Post.objects.filter(role=Role.DISTRICT_DISPATCHER).order_by("pk").values_list("person_id", flat=True)[0])
    with at(then):
        settings.set_whistle_right(above, community=community, may=True, members=[stage.units["区市政养护中心"], stage.units["区城市管理局"]])
        settings.set_slip_rule(
            stage.checkers[community.pk], community=community, classes=["emergency", "hazard"], codes=["1001"], level="community", days=3,
            words="电梯困人、水电气断了、有危险的，都填红单；社区书记负责到底。")
        rule = routing.save(dispatcher, rule=None, title="路灯不亮，建议派市政", codes=LAMPS, to="unit", unit=stage.units["区市政养护中心"])
        routing.try_out(dispatcher, rule=rule.pk)
        routing.switch(dispatcher, rule=rule.pk, on=True)
