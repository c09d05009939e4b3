"""Reading the rates: for the public, joined; for the desk, within what somebody may see, down to the cases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from bandeng.cases import queries as cases
from bandeng.cases.models import Case, ExclusionGround, ExclusionState, Pause, PauseKind, RatingExclusion
from bandeng.cases.policies import visible
from bandeng.foundation.access import Actor
from bandeng.foundation.clock.calendar import SHANGHAI
from bandeng.foundation.clock.moment import now
from bandeng.foundation.pages.speech import named
from bandeng.insight import periods
from bandeng.insight.formulas import FORMULAS, GROUNDS, MEASURES, SMALL, Formula, Rate, quantile, rate
from bandeng.insight.joining import Line, join
from bandeng.insight.models import CaseFact, Cell, Period
from bandeng.people.models import Unit
from bandeng.people.roles import COMMUNITY_ROLES, DISTRICT_ROLES, SUBDISTRICT_ROLES, UNIT_ROLES, Role

PAGE = 50  # cases on a page
LINES = 60  # lines of a table on a page
PUBLIC_BY = ("community", "group", "unit", "firm", "compound", "season")
PLACES = ("subdistrict", "community", "grid", "compound")
DESK_BY = {
    "": ("subdistrict", "community", "group", "unit", "firm", "compound", "grid", "season"),
    "subdistrict": ("community", "group", "unit", "firm", "compound", "season"),
    "community": ("grid", "group", "unit", "firm", "compound", "season"), "unit": ("community", "group", "season"),
}


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose cases: of the whole district (kind ""), of a subdistrict, a community, or those a unit worked on."""

    kind: str = ""
    key: int = 0

    @property
    def code(self) -> str:
        """How it stands in an address."""
        return f"{self.kind}-{self.key}" if self.kind else "all"


@dataclass(frozen=True, slots=True)
class Told:
    """One formula with what it gives."""

    formula: Formula
    rate: Rate


def scopes(actor: Actor) -> list[Scope]:
    """Return the scopes whose rates *actor* may read in full, widest first: those whose cases the posts let them see. No query."""
    found = [Scope()] if actor.posts_as(*DISTRICT_ROLES, Role.AUDITOR) else []
    found += [Scope("subdistrict", post.place_id) for post in actor.posts_as(*SUBDISTRICT_ROLES) if post.place_id]
    found += [Scope("community", post.place_id) for post in actor.posts_as(*COMMUNITY_ROLES) if post.place_id]
    found += [Scope("unit", post.unit_id) for post in actor.posts_as(*UNIT_ROLES) if post.unit_id]
    return list(dict.fromkeys(found))


def scope_name(scope: Scope) -> str:
    """Return what people call a scope."""
    if not scope.kind:
        return _("全区")
    if scope.kind == "unit":
        return named(Unit.objects.filter(pk=scope.key).first())
    return named(cases.spots({scope.key}).get(scope.key))


def all_periods() -> list[Period]:
    """Return the periods that have been counted, newest first within each kind, the last thirty days before all."""
    found = [row for row in Period.objects.all() if row.as_of]
    return sorted(found, key=lambda row: (periods.KINDS.index(row.kind), -row.first.toordinal()))


def period_of(known: list[Period], code: str) -> Period | None:
    """Return the period of a code in an address; the last thirty days where there is none of that code."""
    return next((row for row in known if periods.code(row.kind, row.first) == code), known[0] if known else None)


def whole(period: Period, scope: Scope) -> dict[str, int]:
    """Return the counts of everything within a scope."""
    cell = Cell.objects.filter(period=period, scope=scope.kind, scope_key=scope.key, by="").first()
    return cell.counts if cell else {}


def told(counts: dict[str, int]) -> list[Told]:
    """Return what each formula gives for these counts."""
    return [Told(formula, rate(formula, counts)) for formula in FORMULAS]


def lines(period: Period, scope: Scope, by: str, known: list[Period]) -> list[Line]:
    """Return the scope told apart by *by*, in the fixed order of places and groups, or by name; never by result."""
    if by == "season":
        return _seasons(scope, known)
    return _once((period.pk, period.as_of, scope, by, get_language()), lambda: _lines(period, scope, by))


# What was counted at a moment stays as it is, so a process reads it once.
KEPT = 60
_kept: dict[Hashable, list[Line]] = {}


def _once(what: Hashable, make: Callable[[], list[Line]]) -> list[Line]:
    found = _kept.get(what)
    if found is None:
        found = make()
        if len(_kept) >= KEPT:
            _kept.clear()
        _kept[what] = found
    return found


def forget() -> None:
    """Drop what this process has read (between tests)."""
    _kept.clear()


def _lines(period: Period, scope: Scope, by: str) -> list[Line]:
    rows = list(Cell.objects.filter(period=period, scope=scope.kind, scope_key=scope.key, by=by).order_by("key"))
    names = _names(by, {row.key for row in rows})
    found = [Line(row.key, names.get(row.key) or _none(by), row.counts, _parent(by, row.key)) for row in rows]
    if by in ("unit", "firm"):
        found.sort(key=lambda line: (not line.key, line.name))
    else:
        found.sort(key=lambda line: (not line.key, line.key))
    return found


def joined(period: Period, by: str, known: list[Period]) -> list[Line]:
    """Return the same for the public: of the district, what is small joined."""
    others = _("其余（合并）")
    if by == "season":
        return join(_seasons(Scope(), known), others)
    # made anew, not from what the desk reads: joining marks the lines
    return _once((period.pk, period.as_of, "joined", by, get_language()), lambda: join(_lines(period, Scope(), by), others))


def _seasons(scope: Scope, known: list[Period]) -> list[Line]:
    wanted = [row for row in known if row.kind in ("month", "heating")][:40]
    rows = {cell.period_id: cell.counts for cell in Cell.objects.filter(
        period__in=wanted, scope=scope.kind, scope_key=scope.key, by="")}
    return [Line(row.pk, periods.label(row.kind, row.first), rows[row.pk], row.kind) for row in wanted if row.pk in rows]


def _names(by: str, keys: set[int]) -> dict[int, str]:
    if by in PLACES:
        known = cases.spots(keys - {0})
        return {key: named(known[key]) for key in keys if key in known}
    if by in ("unit", "firm"):
        return {unit.pk: named(unit) for unit in Unit.objects.filter(pk__in=keys)}
    known_categories = cases.all_categories()
    return {key: known_categories[key].group_label for key in keys if key in known_categories}


def _none(by: str) -> str:
    return {
        "compound": _("不在小区里的"), "firm": _("没有物业的"), "grid": _("不在网格里的"), "unit": _("没有派单的"),
    }.get(by, _("别处的"))


def _parent(by: str, key: int) -> int | None:
    """Return the place whose total is shown too, so that nothing comes back by subtraction."""
    if by not in PLACES or not key:
        return None
    spot = cases.spots({key}).get(key)
    return spot.parent_id if spot and by != "community" else None


@dataclass(frozen=True, slots=True)
class Stock:
    """What stands deferred 挂账 now: how many, and for how many days the middle one and the longest nine of ten."""

    number: int
    median: int
    p90: int


def deferred_stock(scope: Scope | None = None) -> Stock:
    """Return what is deferred now within a scope. A deferral lasts 90 days at most, so these are few."""
    rows = Pause.objects.filter(kind=PauseKind.DEFERRAL, began_at__isnull=False, ended_at__isnull=True)
    if scope and scope.kind == "unit":
        rows = rows.filter(case__orders__unit_id=scope.key).distinct()
    elif scope and scope.kind:
        rows = rows.filter(**{f"case__{scope.kind}_id": scope.key})
    ages = sorted((now() - began).days for began in rows.values_list("began_at", flat=True) if began)
    return Stock(len(ages), int(quantile(ages, 0.5)), int(quantile(ages, 0.9))) if ages else Stock(0, 0, 0)


# Exclusions, in aggregate


@dataclass(frozen=True, slots=True)
class Exclusions:
    """What became of the requests of a period to leave a rating out; None: fewer than SMALL, and not none."""

    asked: int | None
    states: list[tuple[str, int | None]]
    grounds: list[tuple[str, int | None]]


def exclusions(period: Period) -> Exclusions:
    """Return the requests of a period by what became of them and by ground, for the public."""
    start = datetime.combine(period.first, time.min, SHANGHAI)
    end = datetime.combine(period.last, time.max, SHANGHAI)
    rows = RatingExclusion.objects.filter(asked_at__range=(start, end)).values_list("ground", "state").annotate(n=Count("*"))
    by_state: dict[str, int] = defaultdict(int)
    by_ground: dict[str, int] = defaultdict(int)
    for ground, state, n in rows:
        by_state[state] += n
        by_ground[ground] += n
    total = sum(by_state.values())
    granted = (ExclusionState.GRANTED, ExclusionState.APPEALED, ExclusionState.UPHELD, ExclusionState.REJECTED)
    states = [
        (_("还在等裁定"), _sum(by_state, ExclusionState.ASKED)), (_("没有同意"), _sum(by_state, ExclusionState.REFUSED)),
        (_("同意了"), _sum(by_state, *granted)), (_("其中反映的人申诉"), _sum(by_state, *granted[1:])),
        (_("其中申诉成立，重新计入"), _sum(by_state, ExclusionState.UPHELD)),
    ]
    grounds = join(
        [Line(at, str(ExclusionGround(ground).label), {"received": by_ground[ground]}) for at, ground in enumerate(GROUNDS, 1)],
        _("其余依据（合并）"))
    return Exclusions(
        _shown(total), [(name, _shown(n)) for name, n in states],
        [(line.name, _shown(line.counts.get("received", 0))) for line in grounds if "received" not in line.hidden or not line.key],
    )


def _sum(counts: dict[str, int], *keys: str) -> int:
    return sum(counts.get(key, 0) for key in keys)


def _shown(n: int) -> int | None:
    return n if n == 0 or n >= SMALL else None


# The cases behind a number


@dataclass(frozen=True, slots=True)
class Behind:
    """One case behind a number."""

    number: str
    on: date
    category: Any
    community: Any


def behind(
    actor: Actor, period: Period, scope: Scope, what: str, *, by: str = "", key: int = 0, page: int = 1
) -> tuple[list[Behind], bool]:
    """Return a page of the cases that a number counts, newest first, as far as *actor* may see them, and whether more follow.

    *what* is one of `formulas.MEASURES`; raises KeyError for another one.
    """
    measure = MEASURES[what]
    rows = CaseFact.objects.filter(**{f"{measure.on}__range": (period.first, period.last)}, **dict(measure.where))
    if measure.total:
        rows = rows.filter(**{f"{measure.total}__gt": 0})
    rows = _part(_part(rows, scope.kind, scope.key), by, key)
    seen = visible(actor)
    if seen != Q():
        rows = rows.filter(case__in=Case.objects.filter(seen).values("pk"))
    start = (page - 1) * PAGE
    wanted = rows.order_by(f"-{measure.on}", "-pk").values_list("case__number", measure.on, "case__category_id", "community")
    found = list(wanted[start : start + PAGE + 1])
    spots = cases.spots({community for *_rest, community in found if community})
    return [
        Behind(number, on, cases.category(category), spots.get(community)) for number, on, category, community in found[:PAGE]
    ], len(found) > PAGE


def _part(rows: QuerySet[CaseFact], name: str, key: int) -> QuerySet[CaseFact]:
    if not name or name == "season":
        return rows
    if name == "unit":
        return rows.filter(units__contains=f",{key},") if key else rows.filter(units="")
    return rows.filter(**{name: key})


def excluded(counts: dict[str, int]) -> list[tuple[str, str, int]]:
    """Return (measure, ground, how many) of the answers that do not count."""
    return [(f"excluded_{ground}", str(ExclusionGround(ground).label), counts.get(f"excluded_{ground}", 0)) for ground in GROUNDS]
