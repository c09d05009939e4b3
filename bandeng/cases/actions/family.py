"""Many in one: duplicates merged and taken apart again, one report that holds several matters, neighbours who say "me too"."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from bandeng.cases import limits, tell
from bandeng.cases.actions import route, work
from bandeng.cases.actions import step as steps
from bandeng.cases.actions.step import Step, keep_limits, new_limits, step
from bandeng.cases.claims import number_of
from bandeng.cases.machine import CASE_ENDS
from bandeng.cases.models import Case, Category, DayCounter, Limit, Support
from bandeng.foundation.access import Actor, Invalid, WrongState
from bandeng.foundation.clock.moment import now, today
from bandeng.foundation.counter import bump
from bandeng.foundation.journal.writer import record
from bandeng.foundation.sealed.vault import fingerprint
from bandeng.language import mask
from bandeng.people.queries import holders
from bandeng.people.roles import GRID_ROLES
from bandeng.territory.locate import locate

PARTS_MOST = 9


def merge(actor: Actor, *, case: int, into: str) -> None:
    """Join this case to another one about the same matter; its requester follows that one, its words stay its own."""
    wanted = Case.objects.filter(number=number_of(into)).exclude(pk=case).values_list("pk", flat=True).first()
    with transaction.atomic():
        # Both rows in one order: two people merging A into B and B into A must not wait for each other for ever.
        locked = {row.pk: row for row in Case.objects.select_for_update().filter(pk__in=[case, wanted or 0]).order_by("pk")}
        with step(actor, "merge", case) as act:
            other = locked.get(wanted or 0)
            if other is None or other.state in CASE_ENDS or other.community_id != act.case.community_id:
                raise Invalid(_("请填同一社区里另一件还在办的编号。"), "into")
            work.no_open_parts(act.case)
            if other.pk == act.case.parent_id or other.parent_id == act.case.pk:
                raise Invalid(_("分出来的和原来的是两件事，不能合并。"), "into")
            if act.case.events.filter(action="unmerge", by="requester", detail=other.number).exists():
                raise Invalid(_("反映的人说过和那一件不是一回事。"), "into")
            act.case.merged_into = other
            Case.objects.filter(merged_into=act.case).update(merged_into=other)  # always to the root
            work.end(act, "merged_into")
            act.event(detail=other.number)
            tell.requester(act.case, f"merged/{act.told}", noop("您反映的事和另一件合在一起办"))
            work.part_done(act)


def unmerge(actor: Actor, *, case: int, reason: str) -> None:
    """Take a merged case out again: it was another matter, or is not solved here. It goes on as if it had never been merged.

    By staff as long as its requester can still be told; by its requester once, until 15 days after the other one ended.
    Its clocks run from where they began: whoever waited has waited all the while. Orders cancelled then stay cancelled.
    """
    reason = mask(steps.text(reason, "reason", limit=500)).text
    with step(actor, "unmerge", case) as act:
        other = act.case.merged_into
        if other is None or act.case.erased_at:
            raise WrongState(_("这件事已经了结太久，不能再拆开。请另报一件，写上这个编号。"))
        if act.post is None:
            _may_part(act.case, other)
        merged_at, act.case.merged_into, act.case.closed_at = act.case.closed_at, None, None
        act.move(fields=["merged_into", "closed_at"])
        _run_again(act, merged_at)
        act.event(reason, detail=other.number)
        act.refresh_due()
        tell.holder(act.case, f"unmerged/{act.told}", noop("合并的一件拆出来了，要单独办"), mail=True)
        tell.requester(act.case, f"unmerged/{act.told}", noop("您反映的事单独接着办"))


def _run_again(act: Step, merged_at: datetime | None) -> None:
    """Let the clocks that the merger stopped run on; a pause of then has ended with it, and is reckoned in."""
    pauses = limits.pauses_of(act.case)
    for limit in Limit.objects.filter(case=act.case, order__isnull=True, met_at__isnull=True, ended_at=merged_at):
        limit.ended_at, was_stopped, limit.stopped = None, limit.stopped, False
        if was_stopped:
            limits.reckon(limit, pauses)
        limit.save(update_fields=["ended_at", "stopped", "due_at", "calendar"])


def _may_part(case: Case, other: Case) -> None:
    if case.events.filter(action="unmerge", by="requester").exists():
        raise WrongState(_("已经拆开过一次。还有问题请另报一件，写上这个编号。"))
    if other.closed_at and now() - other.closed_at > timedelta(days=settings.REOPEN_WITHIN_DAYS):
        raise WrongState(_("那一件结案已超过 %(n)s 天。还有问题请另报一件。") % {"n": settings.REOPEN_WITHIN_DAYS})


# Parts: one report that holds several matters


def split(actor: Actor, *, case: int, category: Category, words: str) -> Case:
    """Take one more matter out of a report as a case of its own 分出一件; return it. Its requester follows both.

    Two levels, no more: a part has no parts. The first case is answered only when all its parts have a result.
    """
    words = mask(steps.text(words, "words")).text
    with step(actor, "split", case) as act:
        parent = act.case
        if parent.parent_id:
            raise WrongState(_("这一件是分出来的，不能再分。请从原来那一件分。"))
        if parent.parts.count() >= PARTS_MOST:
            raise WrongState(_("一件最多分出 %(n)s 件。") % {"n": PARTS_MOST})
        part = _part(act, category, words)
        act.log("parts")
        act.event(detail=f"{part.number} {category.name}"[:120])
        tell.requester(parent, f"split/{act.told}", noop("您反映的事分成几件来办"))
    return part


def _part(act: Step, category: Category, words: str) -> Case:
    parent, chain = act.case, locate(act.case.lon, act.case.lat)
    officers = holders(role=GRID_ROLES, place_id=parent.grid_id) if parent.grid_id else []
    way = route.course(category, chain, act.now, (), manned=bool(officers))
    clocks = new_limits(way.spans, act.now)
    part = Case.objects.create(
        number=f"{today():%y%m%d}-{bump(DayCounter, 'last', day=today()):04d}", parent=parent, category=category, source=parent.source,
        lon=parent.lon, lat=parent.lat, place_text=parent.place_text, subdistrict_id=parent.subdistrict_id,
        community_id=parent.community_id, grid_id=parent.grid_id, compound_id=parent.compound_id,
        boundary_version=parent.boundary_version, words=words, created_at=act.now, due_at=min(clock.due_at for clock in clocks),
        level=way.level, slip=way.slip,
    )
    keep_limits(part, clocks)
    made = Step(act.actor, part, None, "split_off", act.post, now=act.now)
    made.event(detail=parent.number)
    record(act.actor, "case.split_off", part, post=act.post, fields=["place", "category", "words", "parent"])
    tell.reported(part, officers)
    route.follow(made, way)
    return part


# Me too


def support(case: int, visitor: str) -> bool:
    """A neighbour says "me too" to a case on the board; return whether this *visitor* had not said so before.

    Only that somebody did is kept, as a keyed hash that goes when the case is erased; the number stays.
    """
    key = fingerprint("support", f"{case}/{visitor}")
    with transaction.atomic():
        row = Case.objects.select_for_update().get(pk=case)
        if row.closed_at:
            raise WrongState(_("这件事已经结束。您那里还有的话，请报一件。"))
        try:
            with transaction.atomic():
                Support.objects.create(case=row, visitor=key, at=now())
        except IntegrityError:
            return False
        Case.objects.filter(pk=case).update(supporters=F("supporters") + 1)
        record(Actor(), "case.support", row, fields=["supporters"])
    return True
