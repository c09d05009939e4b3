"""What is set for a community: when a slip is red, and whether the community may whistle to its own joint committee."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from bandeng.cases import policies, rules
from bandeng.cases.actions import step as steps
from bandeng.cases.limits import CLASSES
from bandeng.cases.machine import Level
from bandeng.cases.models import Category, CommunityRule
from bandeng.foundation.access import Actor, Invalid, Refused
from bandeng.foundation.clock.moment import now
from bandeng.foundation.journal.writer import record
from bandeng.people.models import Unit
from bandeng.territory.models import Place

DAYS_MOST = 15


def set_slip_rule(
    actor: Actor, *, community: Place | None, classes: Sequence[str], codes: Sequence[str], level: str, days: int, words: str = "",
) -> CommunityRule:
    """Set which matters are red slips, where they go and how long they may take; for all communities when none is named.

    Cases that are there keep their colour. Raises Invalid with the field, Refused.
    """
    post = policies.slip_rule_post(actor, community)
    if not post:
        raise Refused(_("红蓝单的规矩由本社区书记、街道来定；全区的由区里定。"))
    if wrong := [name for name in classes if name not in CLASSES]:
        raise Invalid(_("没有这一级时限：%(name)s。") % {"name": wrong[0]}, "classes")
    known = set(Category.objects.filter(in_use=True, code__in=list(codes)).values_list("code", flat=True))
    if unknown := [code for code in codes if code not in known]:
        raise Invalid(_("没有这个类别：%(code)s。") % {"code": unknown[0]}, "codes")
    if level not in (Level.COMMUNITY, Level.SUBDISTRICT):
        raise Invalid(_("红单交到社区，或交到街道。"), "level")
    if not 1 <= days <= DAYS_MOST:
        raise Invalid(_("1 到 %(n)s 天。") % {"n": DAYS_MOST}, "days")
    words = steps.text(words, "words", required=False, limit=300)
    with transaction.atomic():
        row = _row(community)
        row.red_classes, row.red_codes, row.red_level = ",".join(classes), ",".join(codes), level
        row.red_days, row.words, row.changed_at = days, words, now()
        row.save()
        record(actor, "rule.slip", row, post=post, fields=["red_classes", "red_codes", "red_level", "red_days", "words"])
    transaction.on_commit(rules.forget)
    return row


def set_whistle_right(actor: Actor, *, community: Place, may: bool, members: Sequence[Unit]) -> CommunityRule:
    """Say whether a community may whistle by itself, and to which units: the members of its joint committee 大党委."""
    post = policies.whistle_right_post(actor, community)
    if not post:
        raise Refused(_("社区能不能自己吹哨，由街道来定。"))
    if may and not members:
        raise Invalid(_("先选大党委的成员单位，社区只能叫它们。"), "members")
    with transaction.atomic():
        row = _row(community)
        row.may_whistle, row.changed_at = may, now()
        row.save()
        row.members.set(members)
        record(actor, "rule.whistle", row, post=post, fields=["may_whistle", "members"])
    transaction.on_commit(rules.forget)
    return row


def _row(community: Place | None) -> CommunityRule:
    """Return the rule of a community, locked; made the first time, as a copy of the one for all."""
    usual = rules.known().usual
    start = {"red_classes": usual.red_classes, "red_codes": usual.red_codes, "red_level": usual.red_level, "red_days": usual.red_days}
    CommunityRule.objects.get_or_create(community=community, defaults=start)  # two at once make one
    return CommunityRule.objects.select_for_update().get(community=community)
