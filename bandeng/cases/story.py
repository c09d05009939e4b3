"""A case in plain words: its story, and the one sentence about what comes next and who owes it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from bandeng.cases.limits import LimitKind, Whistle
from bandeng.cases.machine import ASKED, ORDER_DONE, CaseState, Level, OrderState
from bandeng.cases.models import (
    Case,
    CasePhoto,
    Channel,
    Event,
    ExclusionGround,
    Grade,
    NotFiledGround,
    Order,
    PauseKind,
    Slip,
)
from bandeng.foundation.pages import speech
from bandeng.people.roles import UNIT_ROLES, Role


@dataclass
class Point:
    """One point of the story, ready to be shown."""

    at: datetime
    who: str
    did: str
    text: str = ""
    kind: str = "staff"  # requester, unit, staff, system
    public: bool = True
    photos: list[CasePhoto] = field(default_factory=list)
    action: str = ""
    detail: str = ""


def who(event: Event) -> str:
    """Return who did it, as a role at a place; never a name."""
    if event.by == "requester":
        return _("反映的人")
    if event.by == "system":
        return _("系统")
    if event.by in UNIT_ROLES:
        return event.by_place
    role = str(_ROLES.get(event.by, event.by))
    return f"{event.by_place} {role}".strip()


_ROLES, _GRADES = dict(Role.choices), dict(Grade.choices)
# What a detail that is a code is called, in the reader's language.
_LABELS: dict[str, dict[str, Any]] = {
    **dict.fromkeys(("pass_up", "decline_whistle", "route_level"), dict(Level.choices)),
    "redirect": dict(Channel.choices), "set_slip": dict(Slip.choices), "overdue": dict(LimitKind.choices),
    "not_file": dict(NotFiledGround.choices), "ask_exclusion": dict(ExclusionGround.choices),
    "grant_exclusion": dict(ExclusionGround.choices),
}


# What was done, as a neighbour would say it. %(to)s is the detail.
_DID = {
    "report": noop("反映了这件事"), "add_words": noop("补充说"), "withdraw": noop("撤回了这件事"),
    "take": noop("接手了，正在办"), "pass_up": noop("往上交到%(to)s"), "file": noop("立了案"),
    "ask_whistle": noop("请街道吹哨，叫来：%(to)s"), "decline_whistle": noop("没有吹哨，这件事由%(to)s办"), "hand_down": noop("交给社区办"),
    "whistle_members": noop("社区吹哨，叫来大党委成员：%(to)s"), "give_plan": noop("交了办法"), "stage_report": noop("报了进度"),
    "ask_partner": noop("请再叫来一起办：%(to)s"), "rate_whistle": noop("给这次吹哨打 %(to)s 分"),
    "whistle": noop("吹哨，叫来：%(to)s"),
    "dispatch": noop("派给：%(to)s"), "route": noop("按规则派给：%(to)s"), "route_level": noop("按规则交给%(to)s"),
    "redirect": noop("这件事要走另外的渠道：%(to)s"),
    "not_file": noop("没有立案：%(to)s。15 天内可以提一次意见，由区里另外的人裁定；也可以打 12345。"),
    "object_not_filed": noop("不同意没有立案"), "uphold_not_filed": noop("裁定：应当立案，接着办"),
    "reject_not_filed": noop("裁定：维持没有立案。还不同意，可以打 12345，或申请行政复议"), "merge": noop("和 %(to)s 合在一起办"),
    "unmerge": noop("和 %(to)s 拆开，单独办"), "split": noop("分出一件：%(to)s"), "split_off": noop("从 %(to)s 分出来"),
    "note": noop("内部记一笔"),
    "tell": noop("说"), "set_slip": noop("改成%(to)s"), "complete": noop("答复"), "check_passed": noop("到现场看过：办好了"),
    "check_failed": noop("到现场看过：还没办好，要重办"), "call_tried": noop("打过电话，没人接（第 %(to)s 次）"),
    "close_by_silence": noop("七天没有收到评价，自动结案"),
    "close_by_exception": noop("结案，理由"), "reopen": noop("要求重办"), "acknowledge": noop("收到了"),
    "contact": noop("和反映的人联系过了"), "report_in": noop("已经到场"), "start_work": noop("开始办了"),
    "give_result": noop("办完了"), "object": noop("认为不归自己办"), "uphold_objection": noop("裁定：异议成立"),
    "reject_objection": noop("裁定：异议不成立，请继续办"), "send_back": noop("把结果退回再办"),
    "rate_order": noop("给这次报到打 %(to)s 分"), "cancel": noop("取消了这一单"),
    "recategorise": noop("改了类别：%(to)s"), "relocate": noop("改了地点，归 %(to)s"), "hand_on": noop("单独接着办"),
    "ask_extension": noop("申请延期 %(to)s 天"), "grant_extension": noop("办结时限延了 %(to)s 天"),
    "refuse_extension": noop("没有同意延期"), "ask_deferral": noop("申请挂账，%(to)s 再看"),
    "defer": noop("一时办不了，先挂账，%(to)s 再看"), "refuse_deferral": noop("没有同意挂账"),
    "wait": noop("要请反映的人补充，最晚等到 %(to)s"), "resume": noop("接着办，时限又开始走了"),
    "overdue": noop("“%(to)s”的时限到了，还没有做到，已经告诉上一级"),
    "ask_exclusion": noop("申请评价不计入统计，依据：%(to)s"), "grant_exclusion": noop("同意评价不计入统计，依据：%(to)s"),
    "refuse_exclusion": noop("没有同意剔除，评价照样计入统计"), "appeal_exclusion": noop("不同意评价不计入统计，申诉说"),
    "uphold_appeal": noop("申诉成立，评价重新计入统计"), "reject_appeal": noop("申诉不成立，评价不计入统计"),
    "redrawn": noop("网格线重新划了：%(to)s"), "open_contact": noop("看了联系方式，理由"), "release": noop("改了公示的范围"),
}


def did(event: Event) -> str:
    """Return what was done, as a neighbour would say it."""
    detail = event.detail
    if event.action in {"answer_yes", "answer_no", "rate", "heard_yes", "heard_no"}:
        said, _slash, number = detail.partition("/")
        grade = _GRADES.get(int(number or 0), "")
        solved = _("没解决") if said == "no" else _("解决了")
        if event.action.startswith("heard"):
            return _("打电话问过，反映的人说：%(solved)s，%(grade)s") % {"solved": solved, "grade": grade}
        return _("说：%(solved)s，%(grade)s") % {"solved": solved, "grade": grade}
    if event.action == "complete" and detail:
        day, _space, doer = detail.partition(" ")
        return _("答复，%(who)s %(day)s做的") % {"who": doer, "day": speech.day_of(date.fromisoformat(day))}
    words = _(_DID[event.action]) if event.action in _DID else event.action
    label = _LABELS.get(event.action, {}).get(detail, detail)
    return words % {"to": label}


def story(case: Case, *, notes: bool, only_of: Collection[int] | None = None) -> list[Point]:
    """Return the points of a case in order; with internal notes only for those who may read them. Two queries.

    *only_of*: the units of the reader, who see of the internal notes only those on their own orders.
    """
    rows = case.events.order_by("at", "pk")
    if not notes:
        rows = rows.filter(public=True)
    elif only_of is not None:
        rows = rows.filter(Q(public=True) | Q(order__unit_id__in=only_of))
    photos: dict[int, list[CasePhoto]] = {}
    for photo in CasePhoto.objects.filter(case=case).select_related("photo").order_by("pk"):
        photos.setdefault(photo.event_id, []).append(photo)
    points = []
    for row in rows:
        kind = row.by if row.by in {"requester", "system"} else ("unit" if row.by in UNIT_ROLES else "staff")
        points.append(
            Point(row.at, who(row), did(row), row.text, kind, row.public, photos.get(row.pk, []), row.action, row.detail)
        )
    return points


def to_requester(text: str) -> str:
    """Return a Chinese sentence about the requester as one says it to them."""
    return text.replace("反映的人", "您") if get_language() != "en" else text  # untranslated: what is replaced


def own_story(case: Case) -> list[Point]:
    """Return the public story as its requester reads it."""
    points = story(case, notes=False)
    for point in points:
        point.who, point.did = to_requester(point.who), to_requester(point.did)
    return points


_HOLDER = {Level.GRID: "grid", Level.COMMUNITY: "community", Level.SUBDISTRICT: "subdistrict"}


def holder_name(case: Case) -> str:
    """Return who holds the matter, as people say it."""
    place = getattr(case, _HOLDER[Level(case.level)])
    name = speech.named(place)
    if case.level == Level.GRID:
        return _("%(place)s的网格员") % {"place": name}
    return name or _("区里")


_NEXT = {
    CaseState.RECEIVED: noop("%(who)s该先回应，%(by)s。"),
    CaseState.FILED: noop("%(who)s该动手了，%(by)s。"),
    CaseState.HANDLING: noop("%(who)s在办，%(by)s。"),
    CaseState.REOPENED: noop("%(who)s要重办，%(by)s。"),
    CaseState.FIELD_CHECK: noop("会有另一位工作人员到现场看一眼，%(by)s。"),
    CaseState.CALLBACK: noop("等反映的人说一声：解决了没有。"),
    CaseState.CLOSED: noop("已结案。"),
    CaseState.RATED: noop("反映的人评过了，到此结束。"),
    CaseState.MERGED: noop("和另一件合在一起办。"),
    CaseState.REDIRECTED: noop("要走另外的渠道，这里结束。"),
    CaseState.NOT_FILED: noop("没有立案，这里结束。"),
    CaseState.WITHDRAWN: noop("反映的人撤回了，结束。"),
}


def next_step(case: Case, orders: list[Order], *, public: bool = True) -> str:
    """Return one sentence: who owes what, by when. *public* leaves out what is between offices (objections)."""
    state = case.state
    by = speech.due(case.due_at) or _("尽快")
    if case.pause == PauseKind.DEFERRAL:
        return _("一时办不了，先挂账；到说好的日子再看。")
    if case.pause == PauseKind.REQUESTER:
        return _("等反映的人补充，补充了就接着办。")
    if state in (CaseState.HANDLING, CaseState.REOPENED):
        pending = sorted((o for o in orders if o.state not in ORDER_DONE), key=lambda o: o.due_at or o.asked_at)
        if pending:
            return _order_next(pending[0], len(pending), public)
        if orders and all(order.state in ORDER_DONE for order in orders) and state == CaseState.HANDLING:
            return _("各单位的结果到齐了，%(who)s该答复反映的人了，%(by)s。") % {"who": holder_name(case), "by": by}
    who_holds = holder_name(case)
    sentence = _(_NEXT[CaseState(state)])
    return sentence % {"who": who_holds, "by": by}


def _order_next(order: Order, pending: int, public: bool) -> str:
    if order.state == OrderState.OBJECTED and not public:
        what = _("%(unit)s认为不归自己，等区里裁定，%(by)s。")
    elif order.state in ASKED and order.whistle == Whistle.EMERGENCY:
        what = _("%(unit)s该马上到场，%(by)s。")
    elif order.state in (*ASKED, OrderState.OBJECTED):
        what = _("%(unit)s该先接单，%(by)s。")
    elif order.state in (OrderState.ACCEPTED, OrderState.CONTACTED) and order.whistle:
        what = _("%(unit)s该到场，%(by)s。")
    else:
        what = _("%(unit)s在办，该给结果，%(by)s。")
    sentence = what % {"unit": speech.named(order.unit), "by": speech.due(order.due_at) or _("尽快")}
    if pending > 1:
        sentence += _("还有 %(n)s 个单位也在办。") % {"n": pending - 1}
    return sentence
