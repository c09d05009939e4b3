"""What the public board shows: figures with numerator and denominator, and cases without persons.

The three rates are those of `formulas`, counted live over the last days: resolution rate = answers "solved" ÷ answers
given; satisfaction rate = answers of grade 3 (fairly pleased) or better ÷ answers given; response rate = cases whose
first response came within its limit ÷ cases whose response limit came to its end. Per case the latest answer counts,
unless it was left out 剔除.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from bandeng.cases import queries as cases
from bandeng.cases.limits import LimitKind
from bandeng.cases.machine import CaseState
from bandeng.cases.models import EXCLUDED, Case, Category, Limit, Pause, PauseKind, Rating, RatingExclusion
from bandeng.foundation.clock import moment
from bandeng.foundation.pages.paging import counted, lines_of
from bandeng.insight.formulas import FORMULAS, SMALL
from bandeng.language import mask
from bandeng.territory.locate import Spot
from bandeng.territory.models import Place

HIDDEN = (CaseState.NOT_FILED, CaseState.REDIRECTED, CaseState.WITHDRAWN, CaseState.MERGED)
FORMULA = max(formula.version for formula in FORMULAS)
DAYS = 30
LONGEST_RESPONSE = timedelta(days=31)  # one working day, and the longest holidays
PAGE = 30
KEPT = 200  # answers that a process keeps for a few seconds


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate with what it is made of."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        """The rate, or None where too few cases stand behind it."""
        return self.part / self.whole if self.whole >= SMALL else None


@dataclass(frozen=True, slots=True)
class Figures:
    """The board's figures of a period (days)."""

    days: int
    received: int
    open_now: int
    ended: int
    elsewhere: int
    late: int
    response: Rate
    solved: Rate
    pleased: Rate
    silent: int


def board_figures(days: int = DAYS) -> Figures:
    """Return the figures of the last *days* days. Five queries, each answered from an index alone."""
    now = moment.now()
    since = now - timedelta(days=days)
    received = Case.objects.filter(created_at__gte=since).count()
    still = Case.objects.filter(closed_at__isnull=True).aggregate(open=Count("*"), late=Count("pk", filter=Q(due_at__lt=now)))
    over = Case.objects.filter(closed_at__gte=since).aggregate(
        rated=Count("state", filter=Q(state=CaseState.RATED)), silent=Count("state", filter=Q(state=CaseState.CLOSED)),
        elsewhere=Count("state", filter=Q(state__in=HIDDEN)),
    )  # not grouped by state: SQLite would walk through all cases there are, in the order of an index by state
    response = _response(now, since)
    ratings = _latest_ratings(since).aggregate(
        whole=Count("*"), solved=Count("case", filter=Q(solved=True)), pleased=Count("case", filter=Q(grade__gte=3))
    )
    return Figures(
        days=days, received=received, open_now=still["open"], late=still["late"],
        ended=over["silent"] + over["rated"], elsewhere=over["elsewhere"], silent=over["silent"],
        response=response, solved=Rate(ratings["solved"], ratings["whole"]), pleased=Rate(ratings["pleased"], ratings["whole"]),
    )


def _response(now: datetime, since: datetime) -> Rate:
    in_time = Q(met_at__lte=F("due_at"))
    # run out, whatever was done later: ending a case does not undo a missed limit
    missed = Q(met_at__gt=F("due_at")) | Q(ended_at__gt=F("due_at")) | Q(met_at__isnull=True, ended_at__isnull=True, due_at__lt=now)
    limits = Limit.objects.filter(
        in_time & Q(met_at__gte=since) | missed & Q(due_at__gte=since),
        kind=LimitKind.RESPONSE, order__isnull=True, started_at__gte=since - LONGEST_RESPONSE,
    )
    found = limits.aggregate(whole=Count("*"), part=Count("due_at", filter=in_time))
    return Rate(found["part"], found["whole"])


def _latest_ratings(since: datetime) -> QuerySet[Rating]:
    """Return the ratings of the period that no later one of the same case has replaced, and that were not left out."""
    later = Rating.objects.filter(
        Q(at__gt=OuterRef("at")) | Q(at=OuterRef("at"), pk__gt=OuterRef("pk")), case=OuterRef("case"), at__gte=since
    )
    out = RatingExclusion.objects.filter(rating=OuterRef("pk"), state__in=EXCLUDED)
    return Rating.objects.filter(~Exists(later), ~Exists(out), at__gte=since)


def public_cases() -> QuerySet[Case]:
    """Return the cases the board may show."""
    return Case.objects.exclude(state__in=HIDDEN)


@dataclass(slots=True)
class Line:
    """One case in the board's list: what, where, how it stands, the answer; never a point, never the words."""

    number: str
    state: str
    category_id: int
    compound_id: int | None
    grid_id: int | None
    community_id: int | None
    answer: str
    created_at: datetime
    closed_at: datetime | None
    community: Spot | None = None
    where: Spot | None = None

    @property
    def category(self) -> Category:
        return cases.category(self.category_id)


_LINE = tuple(Line.__dataclass_fields__)[:9]


@lru_cache(maxsize=2000)
def _masked(answer: str) -> str:
    """Return an answer as the public may read it; the newest ones are asked for over and over."""
    return mask(answer).text if answer else ""


def newest(*, state: str = "", community: int | None = None, page: int = 1) -> tuple[list[Line], int]:
    """Return one page of the public cases, newest first, and how many there are (more than are counted: one more)."""
    rows = public_cases()
    if state == "open":
        rows = rows.filter(closed_at__isnull=True)
    elif state == "ended":
        rows = rows.filter(closed_at__isnull=False)
    if community:
        rows = rows.filter(community_id=community)
    lines = [Line(*values) for values in rows.order_by("-created_at").values_list(*_LINE)[lines_of(page, PAGE)]]
    spots = cases.spots({pk for line in lines for pk in (line.compound_id, line.grid_id, line.community_id) if pk})
    for line in lines:
        line.answer = _masked(line.answer)
        line.community = spots.get(line.community_id or 0)
        line.where = spots.get(line.compound_id or line.grid_id or 0)
    return lines, counted(rows)


@dataclass(frozen=True, slots=True)
class Deferred:
    """One deferred matter as everybody may see it: never a point, never the words."""

    number: str
    category: Category
    where: Spot | None
    community: Spot | None
    ground: str
    plan: str
    since: datetime
    review_on: date


def deferred(page: int = 1) -> tuple[list[Deferred], int]:
    """Return one page of what is deferred now, the next to be looked at first, and how many there are."""
    rows = Pause.objects.filter(kind=PauseKind.DEFERRAL, began_at__isnull=False, ended_at__isnull=True)
    shown = rows.select_related("case").order_by("review_on", "pk")[lines_of(page, PAGE)]
    keys = {pk for row in shown for pk in (row.case.compound_id, row.case.grid_id, row.case.community_id) if pk}
    spots = cases.spots(keys)
    return [
        Deferred(
            row.case.number, cases.category(row.case.category_id), spots.get(row.case.compound_id or row.case.grid_id or 0),
            spots.get(row.case.community_id or 0), row.ground, row.plan, row.began_at, row.review_on,
        )
        for row in shown if row.began_at
    ], counted(rows)


def by_category(days: int = DAYS) -> list[tuple[str, str, int]]:
    """Return (group, English name, count) of the period, most first; small cells are left out."""
    since = moment.now() - timedelta(days=days)
    groups: Counter[tuple[str, str]] = Counter()
    for pk, n in Case.objects.filter(created_at__gte=since).values_list("category").annotate(n=Count("*")):
        row = cases.category(pk)
        groups[row.group, row.group_en] += n
    return [(zh, en, n) for (zh, en), n in groups.most_common() if n >= SMALL]


def by_community(days: int = DAYS) -> list[tuple[Spot, int, int | None]]:
    """Return (community, received, still open) of the period; small cells are left out, small open counts None."""
    since = moment.now() - timedelta(days=days)
    rows = Case.objects.filter(created_at__gte=since, community__isnull=False)
    received = dict(rows.values_list("community").annotate(n=Count("*")))
    still = Counter(dict(rows.filter(closed_at__isnull=True).values_list("community").annotate(n=Count("*"))))
    spots = cases.spots(set(received))
    shown = sorted(pk for pk, n in received.items() if n >= SMALL)
    return [(spots[pk], received[pk], still[pk] if still[pk] >= SMALL else None) for pk in shown]


def places_with_cases(days: int = DAYS) -> list[tuple[Place, int]]:
    """Return (compound or grid, cases) for the public map: open ones and those that ended in the period.

    Never the point of a single complaint.
    """
    since = moment.now() - timedelta(days=days)
    still = Case.objects.filter(closed_at__isnull=True)  # none of them is in a hidden state: those are ends
    ended = public_cases().filter(closed_at__gte=since)
    found: Counter[int] = Counter()
    for rows in (still, ended):
        # an expression, so that SQLite does not group along an index of all cases
        for key, n in rows.annotate(where=Coalesce("compound_id", "grid_id")).values_list("where").annotate(n=Count("*")):
            if key:
                found[key] += n
    places = Place.objects.filter(pk__in=found, lon__isnull=False).order_by("pk")
    return [(place, found[place.pk]) for place in places]


# Everybody sees the same board: it is counted at most every few seconds, and says when it was.


@dataclass(frozen=True, slots=True)
class Board:
    """Everything counted on the board, at one moment."""

    as_of: datetime
    figures: Figures
    groups: list[tuple[str, str, int]]
    communities: list[tuple[Spot, int, int | None]]


@dataclass(frozen=True, slots=True)
class PlacesMap:
    """The counts of the public map, at one moment."""

    as_of: datetime
    places: list[tuple[Place, int]]


_kept: dict[str, tuple[float, Any]] = {}
_lock = threading.Lock()


def board() -> Board:
    """Return the board, not older than BOARD_SECONDS."""
    return _lately("board", lambda: Board(moment.now(), board_figures(), by_category(), by_community()))


def places_map() -> PlacesMap:
    """Return the map's counts, not older than BOARD_SECONDS."""
    return _lately("map", lambda: PlacesMap(moment.now(), places_with_cases()))


def newest_lately(state: str, community: int | None, page: int) -> tuple[list[Line], int]:
    """Return a page of the list, not older than BOARD_SECONDS."""
    return _lately(f"list {state} {community} {page}", lambda: newest(state=state, community=community, page=page))


def _lately(what: str, make: Callable[[], Any]) -> Any:
    known = _kept.get(what)
    if known and time.monotonic() - known[0] < settings.BOARD_SECONDS:
        return known[1]
    with _lock:  # one counts, the others wait for it
        known = _kept.get(what)
        if known is None or time.monotonic() - known[0] >= settings.BOARD_SECONDS:
            made = make()
            if len(_kept) > KEPT:
                _kept.clear()
            known = _kept[what] = time.monotonic(), made
        return known[1]


def forget() -> None:
    """Drop what this process has counted (between tests)."""
    _kept.clear()
