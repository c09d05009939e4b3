"""Leaving a rating out of the rates 剔除: asked for with ground and evidence, decided elsewhere, open to appeal.

The rating and the case stay as they are; only whether the rating counts is decided here. Silence never works against
the requester: what nobody decides in time counts.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from bandeng.cases import tell
from bandeng.cases.actions import step as steps
from bandeng.cases.actions.step import Step, step
from bandeng.cases.actions.work import HANDLED
from bandeng.cases.limits import EXCLUSION_WITHIN
from bandeng.cases.models import ExclusionGround, ExclusionState, RatingExclusion
from bandeng.foundation.access import SYSTEM, Actor, Invalid, Refused, WrongState
from bandeng.foundation.clock.moment import now
from bandeng.language import mask
from bandeng.people.roles import UNIT_ROLES, Role

WITHIN = timedelta(days=EXCLUSION_WITHIN)
# What makes somebody a party to the case, besides having asked or decided before.
PARTY = (*HANDLED, "close_by_exception")


def ask_exclusion(actor: Actor, *, case: int, ground: str, evidence: str) -> None:
    """Ask that the requester's latest rating be left out of the rates: once for a rating, within 15 days of it.

    Raises Invalid (ground, evidence), Refused for a supervisor, who decides, and WrongState where nothing may be asked.
    """
    if ground not in ExclusionGround.values:
        raise Invalid(_("请选一条依据。"), "ground")
    evidence = _written(evidence, "evidence")
    with step(actor, "ask_exclusion", case) as act:
        if act.post and act.post.role == Role.DISTRICT_SUPERVISOR:
            raise Refused(_("督办员是裁定的人，不能自己申请。"))
        rating = act.case.ratings.first()
        if rating is None:
            raise WrongState(_("反映的人还没有评价。"))
        if RatingExclusion.objects.filter(rating=rating).exists():
            raise WrongState(_("这个评价已经申请过一次，不能再申请。"))
        if act.now - rating.at > WITHIN:
            raise WrongState(_("评价已超过 %(n)s 天，不能再申请。") % {"n": EXCLUSION_WITHIN})
        unit = act.post.unit_id if act.post and act.post.role in UNIT_ROLES else None
        RatingExclusion.objects.create(
            rating=rating, case=act.case, unit_id=unit, ground=ground, evidence=evidence, asked_at=act.now
        )
        act.log("exclusion")
        act.event(evidence, detail=ground, public=False)
        tell.supervisors(act.case, f"exclusion/{act.told}", noop("有人申请评价不计入统计"))


def grant_exclusion(actor: Actor, *, case: int, reason: str) -> None:
    """Leave the rating out of the rates. The requester is told ground and reason, and may appeal once."""
    reason = _written(reason, "reason")
    with step(actor, "grant_exclusion", case) as act:
        found = _to_decide(act, ExclusionState.ASKED, "ask_exclusion")
        _decide(act, found, ExclusionState.GRANTED, reason)
        act.event(reason, detail=found.ground)
        _tell_asker(act, found, noop("评价不计入统计，同意了"))
        ground = tell.said(ExclusionGround(found.ground).label)
        tell.requester(act.case, f"excluded/{act.told}", noop("您的评价没有计入统计，不同意可以申诉"), f"{ground}\n{reason}")


def refuse_exclusion(actor: Actor, *, case: int, reason: str) -> None:
    """Let the rating count, with the reason."""
    reason = _written(reason, "reason")
    with step(actor, "refuse_exclusion", case) as act:
        found = _to_decide(act, ExclusionState.ASKED, "ask_exclusion")
        _decide(act, found, ExclusionState.REFUSED, reason)
        act.event(reason, public=False)
        _tell_asker(act, found, noop("没有同意剔除，评价照样计入统计"))


def appeal_exclusion(actor: Actor, *, case: int, words: str) -> None:
    """The requester objects: once, within 15 days of the decision. It goes to somebody else."""
    words = _written(words, "words")
    with step(actor, "appeal_exclusion", case) as act:
        found = RatingExclusion.objects.filter(case=act.case, state=ExclusionState.GRANTED).order_by("-decided_at").first()
        if found is None:
            raise WrongState(_("没有可以申诉的决定，或者已经申诉过一次。"))
        if not found.decided_at or act.now - found.decided_at > WITHIN:
            raise WrongState(_("决定已超过 %(n)s 天，不能再申诉。") % {"n": EXCLUSION_WITHIN})
        found.state, found.appeal, found.appealed_at = ExclusionState.APPEALED, words, act.now
        found.save(update_fields=["state", "appeal", "appealed_at"])
        act.log("exclusion")
        act.event(words)
        tell.dispatchers(act.case, f"appeal/{act.told}", noop("反映的人不同意评价不计入统计"))


def uphold_appeal(actor: Actor, *, case: int, reason: str) -> None:
    """The appeal is right: the rating counts again. Final."""
    _answer(actor, "uphold_appeal", case, ExclusionState.UPHELD, reason, noop("申诉成立，您的评价重新计入统计"))


def reject_appeal(actor: Actor, *, case: int, reason: str) -> None:
    """The appeal is not right: the rating stays out. Final."""
    _answer(actor, "reject_appeal", case, ExclusionState.REJECTED, reason, noop("申诉不成立，您的评价不计入统计"))


def _answer(actor: Actor, action: str, case: int, state: str, reason: str, said: str) -> None:
    reason = _written(reason, "reason")
    with step(actor, action, case) as act:
        found = _to_decide(act, ExclusionState.APPEALED, "ask_exclusion", "grant_exclusion")
        found.state, found.answer, found.answered_at = state, reason, act.now
        found.save(update_fields=["state", "answer", "answered_at"])
        act.log("exclusion")
        act.event(reason)
        _tell_asker(act, found, noop("申诉有结果了"))
        tell.requester(act.case, f"appealed/{act.told}", said, reason)


def lapse_due(most: int = 500) -> int:
    """Let count what nobody has decided within 15 days; return how many. So nothing open holds the erasure for ever."""
    before = now() - WITHIN
    asked = RatingExclusion.objects.filter(state=ExclusionState.ASKED, asked_at__lte=before)
    appealed = RatingExclusion.objects.filter(state=ExclusionState.APPEALED, appealed_at__lte=before)
    reason = tell.said(noop("到期没有人裁定，按规定计入统计。"))
    done = _lapse(refuse_exclusion, list(asked.order_by("pk").values_list("case_id", flat=True)[:most]), reason)
    return done + _lapse(uphold_appeal, list(appealed.order_by("pk").values_list("case_id", flat=True)[:most]), reason)


def _lapse(run: Callable[..., None], cases: list[int], reason: str) -> int:
    done = 0
    for case in cases:
        try:
            run(SYSTEM, case=case, reason=reason)
        except WrongState:
            continue  # decided in this very moment
        done += 1
    return done


def _written(value: str, name: str) -> str:
    return mask(steps.text(value, name, limit=500)).text[:500]


def _to_decide(act: Step, state: str, *by_others: str) -> RatingExclusion:
    """Return the oldest one in *state*, for somebody who is no party to the case and did none of *by_others*."""
    found = RatingExclusion.objects.filter(case=act.case, state=state).order_by("pk").first()
    if found is None:
        raise WrongState(_("没有在等裁定的申请。"))
    party = act.case.events.filter(person_id=act.actor.person_id, action__in=(*PARTY, *by_others))
    if act.actor.person_id and party.exists():
        raise Refused(_("经办、申请或裁定过这件事的人，不能再裁定，请另一位来。"))
    return found


def _decide(act: Step, found: RatingExclusion, state: str, reason: str) -> None:
    found.state, found.reason, found.decided_at = state, reason, act.now
    found.save(update_fields=["state", "reason", "decided_at"])
    act.log("exclusion")


def _tell_asker(act: Step, found: RatingExclusion, what: str) -> None:
    if found.unit_id:
        tell.units(act.case, found.unit_id, f"exclusion/{act.told}", what)
    else:
        tell.holder(act.case, f"exclusion/{act.told}", what)
