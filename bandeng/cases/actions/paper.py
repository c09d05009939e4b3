"""Slips on paper: printing a pad of them, entering what was written on one."""

from __future__ import annotations

import secrets
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from bandeng.cases import claims, policies
from bandeng.cases.actions import filing, intake
from bandeng.cases.actions.intake import Reported
from bandeng.cases.models import PaperSlip, Source
from bandeng.foundation.access import Actor, Invalid, Refused
from bandeng.foundation.clock.moment import now
from bandeng.foundation.journal.writer import record
from bandeng.territory.models import Place

PAD = 40  # sheets at a time


def print_pad(actor: Actor, *, community: Place, count: int) -> list[tuple[PaperSlip, str]]:
    """Make *count* blank slips for a community; return each with its code, which is printed and kept nowhere else."""
    post = policies.paper_post(actor, community.pk)
    if not post:
        raise Refused(_("只能给自己的社区印。"))
    if not 1 <= count <= PAD:
        raise Invalid(_("一次印 1 到 %(n)s 张。") % {"n": PAD}, "count")
    codes = [f"{secrets.randbelow(10**claims.DIGITS):0{claims.DIGITS}d}" for _n in range(count)]
    with transaction.atomic():
        rows = PaperSlip.objects.bulk_create([
            PaperSlip(community=community, printed_at=now(), code_hash=claims.paper_hash(code)) for code in codes
        ])
        record(actor, "paper.print", rows[0], post=post, fields=["community"])
    return list(zip(rows, codes, strict=True))


def enter(actor: Actor, *, paper: str, slip: str, **given: Any) -> Reported:
    """Enter one slip as a case: *paper* is the printed number, or empty for a note on any paper; *slip* the colour that
    was ticked, or empty to let the rule decide. The rest is what a report takes.

    A sheet is entered once: raises Invalid (field paper) that names the case it became.
    """
    post = policies.entering_post(actor)
    if not post:
        raise Refused(_("代为登记要有网格、社区、街道或区级调度的岗位。"))
    with transaction.atomic():
        sheet = _sheet(actor, paper) if paper else None
        done = intake.report(actor, source=Source.PAPER, post=post, **given)
        if slip and slip != done.case.slip and not done.again and policies.may(actor, "set_slip", done.case):
            filing.set_slip(actor, case=done.case.pk, slip=slip)
        if sheet:
            sheet.case, sheet.entered_at = done.case, now()
            sheet.save(update_fields=["case", "entered_at"])
            record(actor, "paper.enter", sheet, post=post, fields=["case"])
    return done


def _sheet(actor: Actor, number: str) -> PaperSlip:
    pk = claims.paper_key(number)
    row = PaperSlip.objects.select_for_update(of=("self",)).select_related("case").filter(pk=pk).first() if pk else None
    if row is None or not policies.paper_post(actor, row.community_id):
        raise Invalid(_("没有印过这个编号的民情单，或不是您这里的。不是印好的单子就不用填。"), "paper")
    if row.entered_at:
        became = row.case.number if row.case else "–"
        raise Invalid(_("这张已经录过了，是 %(number)s。") % {"number": became}, "paper")
    return row
