"""Where a new case goes, and why: the colour of its slip, the first routing rule that fits, the unit that answers.

Readable rules, decided in one place, explained in one line (domain brief, section 7, rule 11). What a process knows
of them is at most 5 s old.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from bandeng.cases.limits import LimitClass
from bandeng.cases.machine import Level
from bandeng.cases.models import Case, Category, CommunityRule, DefaultUnit, RoutingRule, RuleTime, RuleTo, Slip
from bandeng.foundation.clock.calendar import Span
from bandeng.foundation.clock.calendar import Unit as Units
from bandeng.foundation.clock.current import calendar
from bandeng.foundation.clock.moment import today
from bandeng.foundation.pages.speech import named
from bandeng.people.models import Post, Unit, UnitKind, UnitServes
from bandeng.people.queries import open_posts
from bandeng.people.roles import Role
from bandeng.territory.locate import Chain, index

_ORDER = (Level.GRID, Level.COMMUNITY, Level.SUBDISTRICT)
SECONDS = 5
RED_CLASSES = "emergency"  # the colour rule of a district that has said nothing


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules, as they stood when this process read them."""

    at: float
    usual: CommunityRule
    communities: dict[int, CommunityRule]
    routes: list[RoutingRule]
    defaults: dict[str, dict[int, int]]  # code → place → unit


_kept: Rules | None = None


def known() -> Rules:
    """Return all rules, at most 5 s old."""
    global _kept
    if _kept is None or time.monotonic() - _kept.at > SECONDS:
        rows = {row.community_id: row for row in CommunityRule.objects.all()}
        usual = rows.pop(None, None) or CommunityRule(red_classes=RED_CLASSES)
        defaults: dict[str, dict[int, int]] = {}
        for code, place, unit in DefaultUnit.objects.values_list("code", "place_id", "unit_id"):
            defaults.setdefault(code, {})[place] = unit
        routes = list(RoutingRule.objects.filter(is_on=True).select_related("unit", "place"))
        _kept = Rules(time.monotonic(), usual, {pk: row for pk, row in rows.items() if pk}, routes, defaults)
    return _kept


def forget() -> None:
    """Drop what this process remembers (after a change, and between tests)."""
    global _kept
    _kept = None


# Slips


def of_community(community_id: int | None) -> CommunityRule:
    """Return the rule of a community: its own, or the one for all."""
    rules = known()
    return rules.communities.get(community_id or 0, rules.usual)


def parts(text: str) -> list[str]:
    """Return the words of a list by commas, as it is kept."""
    return [part for part in text.split(",") if part]


def colour(category: Category, rule: CommunityRule) -> str:
    """Return whether a matter of this kind is a red or a blue slip by *rule*."""
    red = category.limit_class in parts(rule.red_classes) or category.code in parts(rule.red_codes)
    return str(Slip.RED if red else Slip.BLUE)


def higher(one: str, other: str) -> str:
    """Return the higher of two levels."""
    return max(one, other, key=lambda level: _ORDER.index(Level(level)))


def spans_of(category: Category, slip: str, rule: CommunityRule, start: datetime) -> LimitClass:
    """Return the limits of a case that runs from *start*: those of its kind; a red slip is finished within the days of
    the rule at most."""
    spans = category.spans
    if slip != Slip.RED:
        return spans
    most = Span(rule.red_days, Units.DAY)
    return LimitClass(spans.response, min(spans.finish, most, key=lambda span: calendar().add(start, span)))


def owner_of(case: Case) -> Post | None:
    """Return who answers for a red slip by name: the head of the place that holds it, today; whoever comes after answers then.

    None for a blue slip, for one that has ended, and where nobody is in post.
    """
    if case.slip != Slip.RED or case.closed_at:
        return None
    at, roles = (case.subdistrict_id, _SUBDISTRICT) if case.level == Level.SUBDISTRICT else (case.community_id, _COMMUNITY)
    rows = open_posts().filter(place_id=at, role__in=roles).select_related("person", "place")
    return min(rows, key=lambda post: (roles.index(Role(post.role)), post.pk), default=None)


_COMMUNITY = (Role.COMMUNITY_HEAD, Role.COMMUNITY_WORKER)
_SUBDISTRICT = (Role.SUBDISTRICT_HEAD, Role.SUBDISTRICT_DISPATCHER)


# Routing


@dataclass(frozen=True, slots=True)
class Facts:
    """What rules are asked about: the kind, the places that hold the spot, the answers, the time."""

    code: str
    places: frozenset[int]
    at: datetime
    answers: dict[str, frozenset[str]] = field(default_factory=dict)


def places_of(chain: Chain) -> frozenset[int]:
    """Return the places that hold a spot, the district among them."""
    spots = (chain.district, chain.subdistrict, chain.community, chain.grid, chain.compound)
    return frozenset(spot.id for spot in spots if spot)


def district_ids() -> frozenset[int]:
    """Return the district as a place (one, or none before places are loaded)."""
    return frozenset(pk for pk, spot in index().spots.items() if spot.kind == "district")


def facts_of(case: Case, answers: Iterable[tuple[str, str]] = ()) -> Facts:
    """Return the facts of a case that is there; *answers* as (question code, value)."""
    places = frozenset(pk for pk in (case.subdistrict_id, case.community_id, case.grid_id, case.compound_id) if pk)
    return Facts(case.category.code, places | district_ids(), case.created_at, said(answers))


def said(answers: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    """Return answers as rules look at them: for each question the set of what was chosen."""
    return {code: frozenset(value.splitlines()) for code, value in answers}


def fits(rule: RoutingRule, facts: Facts) -> bool:
    """Return whether all conditions of a rule hold."""
    if rule.codes and facts.code not in parts(rule.codes):
        return False
    if rule.place_id and rule.place_id not in facts.places:
        return False
    if rule.question and rule.answer not in facts.answers.get(rule.question, ()):
        return False
    if rule.time:
        return _is_working(facts.at) == (rule.time == RuleTime.WORK)
    return True


def _is_working(at: datetime) -> bool:
    return calendar().next_work_moment(at) == at


def decide(facts: Facts, rules: list[RoutingRule] | None = None) -> RoutingRule | None:
    """Return the first rule that fits, of those that are on (or of *rules*, to try them)."""
    return next((rule for rule in (known().routes if rules is None else rules) if fits(rule, facts)), None)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A unit, and in one line why it is the one."""

    unit: Unit
    why: str


def default_unit(category: Category, facts_places: frozenset[int]) -> Suggestion | None:
    """Return the unit that answers for a kind at a place: the one named for the nearest place; else the property firm
    of the compound, where property firms are responsible."""
    spots = index().spots
    named_for = known().defaults.get(category.code, {})
    near = sorted((pk for pk in facts_places if pk in named_for and pk in spots), key=lambda pk: _NEAR.get(spots[pk].kind, 9))
    for place in near:
        if unit := Unit.objects.filter(pk=named_for[place], ended_on__isnull=True).first():
            why = _("“%(kind)s”在%(place)s由%(unit)s负责") % {
                "kind": category.label, "place": named(spots[place]), "unit": named(unit)}
            return Suggestion(unit, why)
    if category.unit_kind == UnitKind.PROPERTY:
        return _firm(facts_places)
    return None


_NEAR = {"compound": 0, "grid": 1, "community": 2, "subdistrict": 3, "district": 4}


def _firm(places: frozenset[int]) -> Suggestion | None:
    serves = UnitServes.objects.filter(
        compound_id__in=places, starts_on__lte=today(), unit__kind=UnitKind.PROPERTY, unit__ended_on__isnull=True
    ).select_related("unit", "compound").order_by("-starts_on", "pk")
    for row in serves:
        if row.ends_on is None or row.ends_on > today():
            return Suggestion(row.unit, _("%(place)s由%(unit)s服务") % {"place": named(row.compound), "unit": named(row.unit)})
    return None


def unit_of(rule: RoutingRule | None, category: Category, places: frozenset[int]) -> Suggestion | None:
    """Return the unit that a rule names, with the reason; without a rule that names one, the default unit."""
    if rule and rule.to == RuleTo.UNIT and rule.unit and rule.unit.ended_on is None:
        return Suggestion(rule.unit, _("按派单规则“%(rule)s”") % {"rule": rule.title})
    found = default_unit(category, places)
    if found and rule and rule.to == RuleTo.DEFAULT:
        return Suggestion(found.unit, _("按派单规则“%(rule)s”：%(why)s") % {"rule": rule.title, "why": found.why})
    return found


def suggested(case: Case) -> Suggestion | None:
    """Return which unit a case would be sent to by the rules and lists of today, and why; a person decides."""
    given = case.answers.values_list("question__code", "value") if any(rule.question for rule in known().routes) else ()
    facts = facts_of(case, given)
    return unit_of(decide(facts), case.category, facts.places)

