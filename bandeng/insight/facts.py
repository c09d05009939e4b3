"""Reading the facts of cases that the formulas need. The same for the job and for making everything anew."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from bandeng.cases import queries as cases
from bandeng.cases.limits import LimitKind
from bandeng.cases.machine import CaseState, OrderState
from bandeng.cases.models import EXCLUDED, Case, Event, Limit, Order, Pause, PauseKind, Rating
from bandeng.foundation.clock.calendar import SHANGHAI
from bandeng.foundation.clock.moment import now
from bandeng.insight.formulas import PLEASED
from bandeng.insight.models import CaseFact
from bandeng.people.models import UnitKind, UnitServes

# Not an end of work: the matter went elsewhere, or there was none.
ELSEWHERE = (CaseState.NOT_FILED, CaseState.REDIRECTED, CaseState.WITHDRAWN, CaseState.MERGED)
DAYS = ("created_on", "response_on", "responded_on", "finish_on", "finished_on", "answered_on", "closed_on")
HOPS = ("pass_up", "decline_whistle", "dispatch", "whistle", "relocate")  # the case goes to another level, place or unit
Gone = list[tuple[datetime, datetime | None]]


def read(first: int, last: int, only: Iterable[int] | None = None) -> list[CaseFact]:
    """Return the facts of the cases with keys from *first* to *last* (of them *only* these). Six queries."""
    rows = _within(Case.objects.all(), "pk", first, last, only).values(
        "pk", "created_at", "closed_at", "state", "reopened_times", "category_id", "subdistrict_id", "community_id", "grid_id",
        "compound_id",
    )
    limits, pauses = _limits(first, last, only), _pauses(first, last, only)
    answers, orders, hops = _answers(first, last, only), _orders(first, last, only), _hops(first, last, only)
    firms, present = _firms(), now()
    groups = group_keys()
    found = []
    for row in rows:
        pk = row["pk"]
        fact = CaseFact(
            case_id=pk, created_on=_day(row["created_at"]), subdistrict=row["subdistrict_id"] or 0,
            community=row["community_id"] or 0, grid=row["grid_id"] or 0, compound=row["compound_id"] or 0,
            group=groups.get(row["category_id"], 0), hops=hops[pk],
        )
        fact.firm = _firm(firms, fact.compound, fact.created_on)
        units, fact.whistles = orders.get(pk, ((), 0))
        fact.units = f",{','.join(str(unit) for unit in units)}," if units else ""
        _response(fact, limits.get((pk, LimitKind.RESPONSE), []), row["created_at"], present)
        _finish(fact, limits.get((pk, LimitKind.FINISH), []), pauses.get(pk, []), row["created_at"], present)
        _end(fact, row, answers.get(pk))
        found.append(fact)
    return found


def group_keys() -> dict[int, int]:
    """Return for every category the key of its group: that of the group's first category."""
    rows = sorted(cases.all_categories().values(), key=lambda row: row.pk)
    first: dict[str, int] = {}
    for row in rows:
        first.setdefault(row.group, row.pk)
    return {row.pk: first[row.group] for row in rows}


def _within(rows: QuerySet, column: str, first: int, last: int, only: Iterable[int] | None) -> QuerySet:
    if only is not None:
        return rows.filter(**{f"{column}__in": list(only)})
    return rows.filter(**{f"{column}__gte": first, f"{column}__lte": last})


def _day(moment: datetime) -> date:
    return moment.astimezone(SHANGHAI).date()


def _limits(first: int, last: int, only: Iterable[int] | None) -> dict[tuple[int, str], list[dict[str, Any]]]:
    rows = Limit.objects.filter(order__isnull=True, kind__in=[LimitKind.RESPONSE, LimitKind.FINISH])
    found = defaultdict(list)
    for row in _within(rows, "case_id", first, last, only).order_by("pk").values(
        "case_id", "kind", "started_at", "due_at", "met_at", "ended_at", "extended", "stopped"
    ):
        found[row["case_id"], row["kind"]].append(row)
    return found


def _pauses(first: int, last: int, only: Iterable[int] | None) -> dict[int, list[Pause]]:
    found = defaultdict(list)
    for row in _within(Pause.objects.filter(began_at__isnull=False), "case_id", first, last, only):
        found[row.case_id].append(row)
    return found


def _answers(first: int, last: int, only: Iterable[int] | None) -> dict[int, tuple[datetime, bool, int, str]]:
    """Return when, solved, grade and the ground on which it does not count of the latest answer of each case."""
    rows = _within(Rating.objects.all(), "case_id", first, last, only).order_by("at", "pk")
    return {
        pk: (at, solved, grade, ground if state in EXCLUDED else "")
        for pk, at, solved, grade, ground, state in rows.values_list(
            "case_id", "at", "solved", "grade", "exclusion__ground", "exclusion__state")
    }


def _orders(first: int, last: int, only: Iterable[int] | None) -> dict[int, tuple[list[int], int]]:
    """Return the units that were asked (not cancelled), and how many were whistled for, by case."""
    units, whistles = defaultdict(set), Counter[int]()
    for case, unit, whistle, state in _within(Order.objects.all(), "case_id", first, last, only).values_list(
        "case_id", "unit_id", "whistle", "state"
    ):
        if state != OrderState.CANCELLED:
            units[case].add(unit)
        whistles[case] += bool(whistle)
    return {pk: (sorted(units.get(pk, ())), whistles[pk]) for pk in units.keys() | whistles.keys()}


def _hops(first: int, last: int, only: Iterable[int] | None) -> Counter[int]:
    rows = _within(Event.objects.filter(action__in=HOPS), "case_id", first, last, only)
    return Counter(rows.values_list("case_id", flat=True))


def _firms() -> dict[int, list[tuple[date, date | None, int]]]:
    found = defaultdict(list)
    for row in UnitServes.objects.filter(unit__kind=UnitKind.PROPERTY).order_by("starts_on", "pk"):
        found[row.compound_id].append((row.starts_on, row.ends_on, row.unit_id))
    return found


def _firm(firms: dict[int, list[tuple[date, date | None, int]]], compound: int, day: date) -> int:
    for starts, ends, unit in reversed(firms.get(compound, [])):
        if starts <= day and (ends is None or day < ends):
            return unit
    return 0


def _response(fact: CaseFact, rows: list[dict[str, Any]], start: datetime, present: datetime) -> None:
    if not rows:
        return
    limit = rows[0]
    fact.response_due, on, ok = outcome(limit, present)
    fact.response_on, fact.response_ok = (_day(on) if on else None), ok
    if limit["met_at"]:
        fact.responded_on, fact.response_minutes = _day(limit["met_at"]), _minutes(start, limit["met_at"], [])


def _finish(fact: CaseFact, rows: list[dict[str, Any]], pauses: list[Pause], start: datetime, present: datetime) -> None:
    if not rows:
        return
    limit = rows[0]
    for later in rows[1:]:  # an extension begins where the limit before it ended; what a reopening starts does not
        if not later["extended"] or not limit["ended_at"] or limit["ended_at"] > limit["due_at"]:
            break
        limit = later
    fact.finish_due, on, ok = outcome(limit, present)
    fact.finish_on, fact.finish_ok = (_day(on) if on else None), ok
    deferred = any(row.kind == PauseKind.DEFERRAL and (on is None or row.began_at <= on) for row in pauses)
    fact.moved = "extended" if limit["extended"] else "deferred" if deferred else ""
    met = next((row["met_at"] for row in rows if row["met_at"]), None)
    if met:
        gone = [(row.began_at, row.ended_at) for row in pauses if row.began_at]
        fact.finished_on, fact.finish_minutes = _day(met), _minutes(start, met, gone)


def outcome(limit: dict[str, Any], present: datetime) -> tuple[datetime | None, datetime | None, bool]:
    """Return when a limit will run out by itself, when it came to its end, and whether it was met in time.

    Met in time: it ended then. Not met in time: it ended when it ran out, whatever was done later. Stopped before it ran
    out, or standing still: it has not come to an end and counts nowhere.
    """
    due, met, ended = limit["due_at"], limit["met_at"], limit["ended_at"]
    if met and met <= due:
        return None, met, True
    if met or (ended and ended > due):
        return None, due, False
    if ended or limit["stopped"]:
        return None, None, False
    return (None, due, False) if due < present else (due, None, False)


def _minutes(start: datetime, end: datetime, gone: Gone) -> int:
    """Return the whole minutes from *start* to *end* without those in which the clock stood still."""
    still = timedelta()
    for began, ended in gone:
        still += max(timedelta(), min(ended or end, end) - max(began, start))
    return max(0, int((end - start - still).total_seconds() // 60))


def _end(fact: CaseFact, row: dict[str, Any], answer: tuple[datetime, bool, int, str] | None) -> None:
    if answer:
        at, fact.solved, grade, fact.excluded = answer
        fact.answered_on, fact.pleased = _day(at), grade >= PLEASED
    if row["closed_at"]:
        fact.closed_on, fact.elsewhere = _day(row["closed_at"]), row["state"] in ELSEWHERE
        fact.silent = answer is None and not fact.elsewhere
    fact.reopened = row["reopened_times"] > 0


def days_of(fact: CaseFact) -> set[date]:
    """Return every day on which a fact counts somewhere."""
    return {day for name in DAYS if (day := getattr(fact, name))}
