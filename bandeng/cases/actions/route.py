"""How a new case is put on its way by the rules: its slip, its level, and perhaps an order to a unit at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from bandeng.cases import rules
from bandeng.cases.actions import ordering
from bandeng.cases.actions.step import Step
from bandeng.cases.limits import LimitClass, Whistle
from bandeng.cases.machine import Level
from bandeng.cases.models import Category, Question, RoutingRule, Slip
from bandeng.foundation.access import SYSTEM
from bandeng.territory.locate import Chain


@dataclass(frozen=True, slots=True)
class Course:
    """What the rules say of a case before it is there."""

    slip: str
    level: str
    spans: LimitClass
    facts: rules.Facts
    rule: RoutingRule | None


def course(
    category: Category, chain: Chain, present: datetime, answers: Iterable[tuple[Question, str]], *, manned: bool
) -> Course:
    """Return the course of a new case: *manned*, whether its grid has an officer."""
    community = chain.community.id if chain.community else None
    own = rules.of_community(community)
    slip = rules.colour(category, own)
    facts = rules.Facts(category.code, rules.places_of(chain), present, rules.said((row.code, value) for row, value in answers))
    rule = rules.decide(facts)
    level: str = Level.GRID if manned else Level.COMMUNITY
    if rule and rule.level and (rule.level != Level.GRID or manned):
        level = rule.level
    if slip == Slip.RED:
        level = rules.higher(level, own.red_level)
    return Course(slip, level if community else Level.SUBDISTRICT, rules.spans_of(category, slip, own, present), facts, rule)


def follow(act: Step, chosen: Course) -> None:
    """Write into the story of a new case what a rule decided, and send the order that it says to send."""
    rule = chosen.rule
    if rule is None:
        return
    found = rules.unit_of(rule, act.case.category, chosen.facts.places) if rule.to else None
    part = Step(SYSTEM, act.case, None, "route", None, now=act.now)
    if found and rule.at_once:
        ordering.place(part, [found.unit.pk], None, Whistle.NONE, "", found.why)
    elif rule.level:
        part.event(_("派单规则“%(rule)s”") % {"rule": rule.title}, detail=act.case.level, action="route_level")
        part.log("level")
