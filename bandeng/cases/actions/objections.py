"""When a matter was not filed 不予立案: its requester may object, and somebody else decides.

As with ratings, silence never works against the requester: what nobody decides in time is filed.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from bandeng.cases import limits, rules, tell
from bandeng.cases.actions import step as steps
from bandeng.cases.actions.step import Step, step
from bandeng.cases.limits import LimitKind
from bandeng.cases.machine import Level
from bandeng.cases.models import Objection
from bandeng.foundation.access import SYSTEM, Actor, Refused, WrongState
from bandeng.foundation.clock.moment import now
from bandeng.language import mask

REFUSERS = ("not_file", "take", "dispatch", "whistle")  # who did one of these to the case does not decide


def object_not_filed(actor: Actor, *, case: int, words: str) -> None:
    """The requester says why the matter should be filed after all: once, within 15 days."""
    words = mask(steps.text(words, "words", limit=500)).text[:500]
    with step(actor, "object_not_filed", case) as act:
        if Objection.objects.filter(case=act.case).exists():
            raise WrongState(_("已经提过一次。还有新情况请另报一件，写上这个编号。"))
        if not act.case.closed_at or act.now - act.case.closed_at > timedelta(days=settings.REOPEN_WITHIN_DAYS):
            raise WrongState(_("已超过 %(n)s 天。有新情况请另报一件。") % {"n": settings.REOPEN_WITHIN_DAYS})
        Objection.objects.create(case=act.case, words=words, asked_at=act.now)
        act.log("objection")
        act.event(words)
        tell.supervisors(act.case, f"objection/{act.told}", noop("有人不同意没有立案"), mail=True)


def uphold_not_filed(actor: Actor, *, case: int, reason: str) -> None:
    """The requester is right: the matter is filed, the subdistrict has it, and its clocks start anew."""
    reason = steps.text(reason, "reason", limit=500)
    with step(actor, "uphold_not_filed", case) as act:
        _decide(act, reason, upheld=True)
        row = act.case
        row.closed_at, row.level = None, Level.SUBDISTRICT
        act.move(fields=["closed_at", "level"])
        spans = rules.spans_of(row.category, row.slip, rules.of_community(row.community_id), act.now)
        act.start_limit(LimitKind.RESPONSE, spans.response)
        act.start_limit(LimitKind.FINISH, spans.finish)
        act.event(reason)
        act.refresh_due()
        tell.holder(row, f"objection/{act.told}", noop("没有立案的一件，改为立案"), mail=True)
        tell.requester(row, f"objection/{act.told}", noop("您的意见成立，已经立案"), reason)


def reject_not_filed(actor: Actor, *, case: int, reason: str) -> None:
    """It stays not filed, with the reason; the page names the ways that are left."""
    reason = steps.text(reason, "reason", limit=500)
    with step(actor, "reject_not_filed", case) as act:
        _decide(act, reason, upheld=False)
        act.stay()
        act.event(reason)
        tell.requester(act.case, f"objection/{act.told}", noop("没有立案，维持原来的决定"), reason)


def _decide(act: Step, reason: str, *, upheld: bool) -> None:
    found = Objection.objects.filter(case=act.case, answered_at__isnull=True).first()
    if found is None:
        raise WrongState(_("没有在等裁定的意见。"))
    if act.actor.person_id and act.case.events.filter(person_id=act.actor.person_id, action__in=REFUSERS).exists():
        raise Refused(_("经办过这件事的人，不能再裁定，请另一位来。"))
    found.upheld, found.answer, found.answered_at = upheld, reason, act.now
    found.save(update_fields=["upheld", "answer", "answered_at"])


def lapse_due(most: int = 500) -> int:
    """File what nobody has decided within its working days; return how many."""
    waiting = Objection.objects.filter(answered_at__isnull=True).order_by("pk").values_list("case_id", "asked_at")
    done = 0
    for case, asked_at in list(waiting[:most]):
        if limits.due(asked_at, limits.OBJECTION_RULING) <= now():
            try:
                uphold_not_filed(SYSTEM, case=case, reason=tell.said(noop("到期没有人裁定，按规定立案。")))
            except WrongState:
                continue  # decided in this very moment
            done += 1
    return done
