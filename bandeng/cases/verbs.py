"""What can be done on a case page: for each verb its button, its form, and the action behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bandeng.cases import forms as f
from bandeng.cases import machine, policies, rules
from bandeng.cases.actions import calling, clocks, exclusions, family, filing, objections, orders, privacy, work
from bandeng.cases.actions.ending import close_by_exception
from bandeng.cases.limits import LimitKind
from bandeng.cases.models import Case, ExclusionState, Limit, Order
from bandeng.cases.queries import exclusions_of, finish_of, joint_members, open_ask, ratings_of, units_near
from bandeng.foundation.access import Actor
from bandeng.foundation.clock.moment import now, today
from bandeng.people.roles import Role


@dataclass(frozen=True)
class Verb:
    """`action` is its name in the state table; `run` gets the actor, the ids and the cleaned form."""

    action: str
    label: str | Promise
    form: type[forms.Form]
    run: Callable[..., Any]
    said: str | Promise
    main: bool = False
    hint: str | Promise = ""

    @property
    def fold(self) -> str:
        """The group of rarer verbs under which it lies folded on a case page, or "" for those always in sight."""
        return next((name for name, (_label, actions) in FOLDS.items() if self.action in actions), "")


# What is needed on one case in ten lies folded, so that the other nine show a short list.
FOLDS: dict[str, tuple[str | Promise, tuple[str, ...]]] = {
    "time": (_("时限：延期、等补充、挂账"), ("ask_extension", "wait", "ask_deferral")),
    "mend": (_("改：类别、地点、红蓝单、合并、分出"), (
        "set_slip", "recategorise", "relocate", "merge", "unmerge", "split", "release")),
    "end": (_("不在这里办"), ("redirect", "not_file", "close_by_exception")),
}

CASE_VERBS: tuple[Verb, ...] = (
    Verb("take", _("我来办"), f.PlainForm, work.take, _("接手了，反映的人能看到。"), main=True),
    Verb("complete", _("答复：办好了"), f.CompleteForm, lambda a, case, photos, **given: work.complete(
        a, case=case, uploads=photos, **given), _("答复已经给了，等反映的人说一声。"), main=True),
    Verb("check_passed", _("看过了，办好了"), f.FindingForm, lambda a, case, finding: work.check(
        a, case=case, passed=True, finding=finding), _("记下了：办好了。"), main=True),
    Verb("check_failed", _("看过了，没办好"), f.FindingForm, lambda a, case, finding: work.check(
        a, case=case, passed=False, finding=finding), _("记下了，已经退回重办。")),
    Verb("heard_yes", _("电话问过：解决了"), f.HeardForm, lambda a, case, **given: calling.heard(a, case=case, solved=True, **given),
         _("记下了，这件事结束。"), hint=_("没有邮箱、不会上网的人；先看联系方式、打过电话")),
    Verb("heard_no", _("电话问过：没解决"), f.HeardForm, lambda a, case, **given: calling.heard(a, case=case, solved=False, **given),
         _("记下了，会有人到现场看。")),
    Verb("call_tried", _("打过电话，没人接"), f.PlainForm, calling.call_tried, _("记下了。第二次还没人接，就到现场看。"),
         hint=_("最多打两次，隔两小时；21 点到 8 点不打")),
    Verb("whistle", _("吹哨"), f.WhistleForm, orders.whistle, _("哨吹了，已经告诉各单位。"), main=True,
         hint=_("叫来要一起办的单位，一个牵头")),
    Verb("ask_whistle", _("请街道吹哨"), f.UnitsForm, orders.ask_whistle, _("已经请街道吹哨。"),
         hint=_("社区叫不动、要几家一起办的事")),
    Verb("whistle_members", _("吹哨，叫大党委成员单位"), f.MembersForm, orders.whistle_members, _("哨吹了，已经告诉各单位。"),
         hint=_("街道准许的，社区自己吹")),
    Verb("decline_whistle", _("不吹哨"), f.ReasonForm, orders.decline_whistle, _("告诉社区了，理由也带上了。"),
         hint=_("清单上的事退回社区，其余街道自己办")),
    Verb("dispatch", _("派给单位"), f.DispatchForm, orders.dispatch, _("派出去了。"), hint=_("物业、水电气热这样的单位")),
    Verb("tell", _("给反映的人回个话"), f.TellForm, work.tell_requester, _("写上了，反映的人看得到。")),
    Verb("note", _("记一笔"), f.NoteForm, work.note, _("记下了，居民看不到。")),
    Verb("pass_up", _("往上交"), f.ReasonForm, work.pass_up, _("交上去了，已经告诉接手的人。")),
    Verb("hand_down", _("交给社区办"), f.ReasonForm, orders.hand_down, _("交下去了，已经告诉社区。"), hint=_("只有社区协助清单上的事")),
    Verb("ask_extension", _("申请延期"), f.ExtensionForm, clocks.ask_extension, _("申请了，等上一级答复；时限照走。"),
         hint=_("到期以前，要写理由")),
    Verb("grant_extension", _("同意延期"), f.ToRequesterForm, clocks.grant_extension, _("同意了，已经告诉申请的人和反映的人。"), main=True),
    Verb("refuse_extension", _("不同意延期"), f.ReasonForm, clocks.refuse_extension, _("没有同意，理由也带上了。")),
    Verb("defer", _("同意挂账"), f.ReasonForm, clocks.defer, _("挂账了，时限停下；原因和打算公示，也告诉了反映的人。"), main=True),
    Verb("refuse_deferral", _("不同意挂账"), f.ReasonForm, clocks.refuse_deferral, _("没有同意，理由也带上了。")),
    Verb("resume", _("接着办，时限接着走"), f.ReasonForm, clocks.resume, _("时限又开始走了。"), main=True),
    Verb("wait", _("等反映的人补充"), f.QuestionForm, clocks.wait, _("问了，时限先停下，最多七天。"), hint=_("缺了这个真办不下去")),
    Verb("ask_deferral", _("申请挂账"), f.DeferralForm, clocks.ask_deferral, _("申请了，等区里督办员答复。"),
         hint=_("一时真的办不了；原因、打算、日子都公示")),
    Verb("file", _("立案"), f.PlainForm, work.file, _("立案了。")),
    Verb("open_contact", _("看联系方式"), f.ReasonForm, privacy.open_contact, _("打开了，只显示这一次。反映的人会看到是谁、为什么看的。"),
         hint=_("要写理由，反映的人看得到")),
    Verb("release", _("选公示什么"), f.ReleaseForm, lambda a, case, words=False, photos=(): privacy.release(
        a, case=case, words=words, photos=list(photos)), _("公示范围改好了。")),
    Verb("set_slip", _("红单、蓝单"), f.SlipForm, filing.set_slip, _("改好了。"), hint=_("急的难的用红单，办完要到现场看")),
    Verb("recategorise", _("改类别"), f.CategoryForm, filing.recategorise, _("类别改好了，时限也重算了。")),
    Verb("relocate", _("改地点"), f.PlaceForm, filing.relocate, _("地点改好了，已经转给那里的人。")),
    Verb("merge", _("和另一件合并"), f.MergeForm, family.merge, _("合并了。"), hint=_("说的是同一件事")),
    Verb("unmerge", _("拆开，单独办"), f.ReasonForm, family.unmerge, _("拆开了，时限照原来的走。"), hint=_("合错了的")),
    Verb("split", _("分出一件"), f.SplitForm, family.split, _("分出来了，各办各的；都有结果再一起答复。"), hint=_("一次说了几件事的")),
    Verb("redirect", _("请居民走别的渠道"), f.RedirectForm, work.redirect, _("已经告诉反映的人。")),
    Verb("not_file", _("不予立案"), f.NotFiledForm, work.not_file, _("已经告诉反映的人，理由也说了；他可以提一次意见。")),
    Verb("uphold_not_filed", _("意见成立，立案"), f.ReasonForm, objections.uphold_not_filed, _("立案了，交给街道，已经告诉反映的人。"), main=True),
    Verb("reject_not_filed", _("维持不立案"), f.ToObjectorForm, objections.reject_not_filed, _("告诉反映的人了。")),
    Verb("grant_exclusion", _("同意剔除，评价不计入"), f.RulingForm, exclusions.grant_exclusion,
         _("评价不计入统计了。理由告诉了反映的人，15 天里可以申诉。"), main=True),
    Verb("refuse_exclusion", _("不同意剔除"), f.ReasonForm, exclusions.refuse_exclusion, _("评价照样计入统计，理由告诉了申请的人。"), main=True),
    Verb("uphold_appeal", _("裁定：申诉成立"), f.RulingForm, exclusions.uphold_appeal, _("评价重新计入统计，已经告诉反映的人。"), main=True),
    Verb("reject_appeal", _("裁定：申诉不成立"), f.RulingForm, exclusions.reject_appeal, _("评价不计入统计，已经告诉反映的人。"), main=True),
    Verb("ask_exclusion", _("申请评价不计入统计"), f.ExclusionForm, exclusions.ask_exclusion,
         _("申请了，由区里督办员裁定；裁定以前评价照样计入。"), hint=_("评价后 15 天内，只能申请一次；评价本身谁也改不了")),
    Verb("close_by_exception", _("不等评价，结案"), f.ReasonForm, close_by_exception, _("结案了，反映的人会看到理由。")),
)

ORDER_VERBS: tuple[Verb, ...] = (
    Verb("acknowledge", _("收到，我们办"), f.PlainForm, orders.acknowledge, _("接单了。"), main=True),
    Verb("report_in", _("报到：已到场"), f.PlainForm, orders.report_in, _("报到了，街道和反映的人都能看到。"), main=True),
    Verb("give_result", _("办完了"), f.ResultForm, lambda a, case, order, result, photos: orders.give_result(
        a, case=case, order=order, result=result, uploads=photos), _("结果交了。"), main=True),
    Verb("contact", _("已和反映的人联系"), f.PlainForm, orders.contact, _("记下了。")),
    Verb("start_work", _("开始办"), f.PlainForm, orders.start_work, _("记下了。")),
    Verb("give_plan", _("交办法"), f.PlanForm, orders.give_plan, _("办法交了，街道和反映的人都看得到。"), main=True),
    Verb("stage_report", _("报进度"), f.StageForm, orders.stage_report, _("报了，反映的人看得到。")),
    Verb("ask_partner", _("请再叫几家一起办"), f.PartnerForm, orders.ask_partner, _("告诉吹哨的人了。这件事还是您单位牵头。"),
         hint=_("首接负责：不推走，可以请帮手")),
    Verb("ask_extension", _("申请延期"), f.ExtensionForm, clocks.ask_extension, _("申请了，等答复；时限照走。"),
         hint=_("到期以前，要写理由")),
    Verb("grant_extension", _("同意延期"), f.ToRequesterForm, clocks.grant_extension, _("同意了，已经告诉单位和反映的人。"), main=True),
    Verb("refuse_extension", _("不同意延期"), f.ReasonForm, clocks.refuse_extension, _("没有同意，理由也带上了。")),
    Verb("object", _("不归我们办"), f.GroundForm, orders.object_to, _("异议交给区里裁定，一个工作日内有结果。"),
         hint=_("派单后 4 个工作时内，只能提一次")),
    Verb("uphold_objection", _("异议成立"), f.ReasonForm, lambda a, case, order, reason: orders.rule_objection(
        a, case=case, order=order, upheld=True, reason=reason), _("裁定了，这一单取消。")),
    Verb("reject_objection", _("异议不成立"), f.ReasonForm, lambda a, case, order, reason: orders.rule_objection(
        a, case=case, order=order, upheld=False, reason=reason), _("裁定了，请单位接着办。")),
    Verb("rate_order", _("评这次报到"), f.GradeForm, orders.rate_order, _("评好了。")),
    Verb("rate_whistle", _("评这次吹哨"), f.WhistleGradeForm, orders.rate_whistle, _("评好了，吹哨的人看得到。")),
    Verb("send_back", _("结果不行，退回再办"), f.ReasonForm, orders.send_back, _("退回了，理由也带上了。")),
    Verb("cancel", _("取消这一单"), f.ReasonForm, orders.cancel, _("取消了。")),
)


def verb(action: str, order: bool) -> Verb | None:
    """Return the verb of an action name."""
    return next((v for v in (ORDER_VERBS if order else CASE_VERBS) if v.action == action), None)


def possible(actor: Actor, case: Case, order: Order | None = None) -> list[Verb]:
    """Return what this actor may do now, by the table and the policy."""
    name, obj = ("order", order) if order is not None else ("case", case)
    return [
        v
        for v in (ORDER_VERBS if order is not None else CASE_VERBS)
        if (policies.unlisted(v.action) or machine.allowed(name, v.action, obj.state))
        and policies.may(actor, v.action, case, order)
        and _fits(v, actor, case, order)
    ]


def _fits(v: Verb, actor: Actor, case: Case, order: Order | None) -> bool:
    """Leave out what the action's guard would refuse anyway."""
    if v.action in _EXTENSION:
        return _EXTENSION[v.action](finish_of(case, order))
    if order is not None:
        if v.action == "object":
            return not order.objected and order.whistle != "emergency" and now() <= orders.objection_ends(order)
        if v.action == "give_plan":
            return _runs(case, order, LimitKind.PLAN)
        if v.action == "ask_partner":
            return order.leads
        if v.action == "rate_whistle":
            return bool(order.whistle) and order.whistle_grade is None and order.state in orders.ANSWERED
        return True
    if case.closed_at and v.action in {"open_contact", "tell"}:
        return False
    guard = _GUARDS.get(v.action)
    return guard is None or guard(actor, case)


_EXTENSION: dict[str, Callable[[Limit | None], bool]] = {
    "ask_extension": lambda limit: bool(
        limit and not limit.stopped and not limit.extended and limit.asked_days is None and limit.due_at > now()),
    "grant_extension": lambda limit: bool(limit and limit.asked_days and not limit.stopped),
    "refuse_extension": lambda limit: bool(limit and limit.asked_days and not limit.stopped),
}
_GUARDS: dict[str, Callable[[Actor, Case], bool]] = {
    "open_contact": lambda actor, case: hasattr(case.whole, "contact"),
    "release": lambda actor, case: case.agreed_public or _has_photos(case),
    "pass_up": lambda actor, case: case.level != machine.Level.SUBDISTRICT,
    "complete": lambda actor, case: all(order.state in machine.ORDER_DONE for order in case.orders.all()),
    "ask_whistle": lambda actor, case: open_ask(case) is None,
    "decline_whistle": lambda actor, case: open_ask(case) is not None,
    "recategorise": lambda actor, case: case.state in machine.WORK,
    "relocate": lambda actor, case: case.state in machine.WORK,
    "whistle_members": lambda actor, case: rules.of_community(case.community_id).may_whistle,
    "hand_down": lambda actor, case: case.level == machine.Level.SUBDISTRICT and bool(case.community_id) and case.category.on_list,
    "uphold_not_filed": lambda actor, case: _objected(case),
    "reject_not_filed": lambda actor, case: _objected(case),
    "unmerge": lambda actor, case: case.erased_at is None,
    "split": lambda actor, case: case.parent_id is None,
    "ask_deferral": lambda actor, case: not case.pause,
    "wait": lambda actor, case: not case.pause,
    "defer": lambda actor, case: case.pause == clocks.ASKED,
    "refuse_deferral": lambda actor, case: case.pause == clocks.ASKED,
    "resume": lambda actor, case: case.pause not in ("", clocks.ASKED),
    "ask_exclusion": lambda actor, case: _may_ask(actor, case),
    "grant_exclusion": lambda actor, case: _stands(case, ExclusionState.ASKED) and not _party(actor, case, "ask_exclusion"),
    "refuse_exclusion": lambda actor, case: _stands(case, ExclusionState.ASKED) and not _party(actor, case, "ask_exclusion"),
    "uphold_appeal": lambda actor, case: _stands(case, ExclusionState.APPEALED) and not _party(
        actor, case, "ask_exclusion", "grant_exclusion"),
    "reject_appeal": lambda actor, case: _stands(case, ExclusionState.APPEALED) and not _party(
        actor, case, "ask_exclusion", "grant_exclusion"),
    "set_slip": lambda actor, case: case.state in machine.WORK,
    "heard_yes": lambda actor, case: _can_call(actor, case),
    "heard_no": lambda actor, case: _can_call(actor, case),
    "call_tried": lambda actor, case: _can_call(actor, case) and calling.may_try(case),
    "check_passed": lambda actor, case: not _handled(actor, case),
    "check_failed": lambda actor, case: not _handled(actor, case),
}


def _runs(case: Case, order: Order, kind: str) -> bool:
    return any(
        row.order_id == order.pk and row.kind == kind and row.met_at is None and row.ended_at is None for row in case.limits.all())


def _objected(case: Case) -> bool:
    found = getattr(case, "objection", None)
    return found is not None and found.answered_at is None


def _can_call(actor: Actor, case: Case) -> bool:
    return hasattr(case.whole, "contact") and not _handled(actor, case)


def _has_photos(case: Case) -> bool:
    known = case.__dict__.get("has_photos")  # asked with the case where a page has read it
    return case.photos.exists() if known is None else known


def _handled(actor: Actor, case: Case) -> bool:
    kept = case.__dict__  # several verbs ask, once for a case that a page has read
    if "_handled" not in kept:
        kept["_handled"] = case.events.filter(person_id=actor.person_id, action__in=work.HANDLED).exists()
    return bool(kept["_handled"])


def _suggested(case: Case) -> rules.Suggestion | None:
    """Return the unit that the rules suggest; asked once for a case that a page has read, however many forms it shows."""
    kept = case.__dict__
    if "_suggested" not in kept:
        kept["_suggested"] = rules.suggested(case)
    found: rules.Suggestion | None = kept["_suggested"]
    return found


def _party(actor: Actor, case: Case, *acts: str) -> bool:
    return case.events.filter(person_id=actor.person_id, action__in=(*exclusions.PARTY, *acts)).exists()


def _stands(case: Case, state: str) -> bool:
    return any(row.state == state for row in exclusions_of(case))


def _may_ask(actor: Actor, case: Case) -> bool:
    latest = next(iter(ratings_of(case)), None)
    if latest is None or hasattr(latest, "exclusion") or now() - latest.at > exclusions.WITHIN:
        return False
    given = policies.grant(actor, "ask_exclusion", case)
    return getattr(given, "role", "") != Role.DISTRICT_SUPERVISOR


def bind(v: Verb, case: Case, data: Any = None, files: Any = None) -> forms.Form:
    """Return the form of a verb, filled with what was sent, if anything was."""
    extra: dict[str, Any] = {}
    if issubclass(v.form, f.UnitsForm):
        wide = v.action in {"whistle", "ask_whistle", "ask_partner"}
        busy = {o.unit_id: o.leads for o in case.orders.all() if o.state not in machine.ORDER_DONE}
        near = joint_members(case) if v.action == "whistle_members" else units_near(case, whole_subdistrict=wide)
        extra["units"] = [unit for unit in near if unit.pk not in busy]
        extra["led"] = any(busy.values())
        ask = open_ask(case) if v.action == "whistle" else None
        extra["wanted"] = [unit.pk for unit in ask.units.all()] if ask else []
        if not ask and not busy and data is None and (found := _suggested(case)):
            extra["wanted"], extra["why"] = [found.unit.pk], found.why
    if issubclass(v.form, f.ReleaseForm):
        extra["photos"] = list(case.photos.order_by("pk"))
        extra["agreed"] = case.agreed_public
    made = v.form(data, files, auto_id=f"{v.action}_%s", **extra)
    if v.action == "complete" and data is None:
        results = [f"{o.unit.name}：{o.result}" for o in case.orders.all() if o.result]
        made.initial |= {"answer": "\n".join(results), "done_by": work.doer_of(case), "done_on": today()}
    if v.action == "whistle" and data is None and ask:
        made.initial["reason"] = ask.reason
    if v.action == "release":
        made.initial["words"] = case.released
    return made
