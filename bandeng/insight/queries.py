"""What the public board shows: figures with numerator and denominator, and cases without persons.

Formula version 1 (domain brief 1.3): resolution rate = answers "solved" ÷ answers given; satisfaction rate =
answers of grade 3 (fairly pleased) or better ÷ answers given; response rate = cases whose first response came
within its limit ÷ cases whose response limit has ended or was met. Per case the latest answer counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery

from bandeng.cases.limits import LimitKind
from bandeng.cases.machine import CaseState
from bandeng.cases.models import Case, Limit, Rating
from bandeng.foundation.clock import moment
from bandeng.territory.models import Place, PlaceKind

FORMULA = 1  # the version of the formulas above
SMALL = 5  # cells below this are not shown: too few to be anonymous
HIDDEN = (CaseState.NOT_FILED, CaseState.REDIRECTED, CaseState.WITHDRAWN, CaseState.MERGED)


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


def board_figures(days: int = 30) -> Figures:
    """Return the figures of the last *days* days. Four queries."""
    now = moment.now()
    since = now - timedelta(days=days)
    counts = Case.objects.aggregate(
        received=Count("pk", filter=Q(created_at__gte=since)),
        open_now=Count("pk", filter=Q(closed_at__isnull=True)),
        late=Count("pk", filter=Q(closed_at__isnull=True, due_at__lt=now)),
        ended=Count("pk", filter=Q(closed_at__gte=since, state__in=(CaseState.CLOSED, CaseState.RATED))),
        elsewhere=Count("pk", filter=Q(closed_at__gte=since, state__in=HIDDEN)),
        silent=Count("pk", filter=Q(closed_at__gte=since, state=CaseState.CLOSED)),
    )
    limits = Limit.objects.filter(
        kind=LimitKind.RESPONSE, order__isnull=True, started_at__gte=since
    ).filter(
        # met; or run out; or stopped only after it had run out: ending a case does not undo a missed limit
        Q(met_at__isnull=False) | Q(ended_at__isnull=True, due_at__lt=now) | Q(ended_at__gt=F("due_at"))
    )
    response = limits.aggregate(whole=Count("pk"), part=Count("pk", filter=Q(met_at__lte=F("due_at"))))
    latest = Rating.objects.filter(case=OuterRef("case")).order_by("-at").values("pk")[:1]
    ratings = Rating.objects.filter(at__gte=since, pk=Subquery(latest)).aggregate(
        whole=Count("pk"), solved=Count("pk", filter=Q(solved=True)), pleased=Count("pk", filter=Q(grade__gte=3))
    )
    return Figures(
        days=days, received=counts["received"], open_now=counts["open_now"], ended=counts["ended"],
        elsewhere=counts["elsewhere"],
        late=counts["late"], silent=counts["silent"], response=Rate(response["part"], response["whole"]),
        solved=Rate(ratings["solved"], ratings["whole"]), pleased=Rate(ratings["pleased"], ratings["whole"]),
    )


def public_cases() -> QuerySet[Case]:
    """Return the cases the board may show."""
    return Case.objects.exclude(state__in=HIDDEN)


PAGE = 30


def newest(*, state: str = "", community: int | None = None, page: int = 1) -> tuple[list[Case], int]:
    """Return one page of the public cases, newest first, and how many there are."""
    rows = public_cases()
    if state == "open":
        rows = rows.filter(closed_at__isnull=True)
    elif state == "ended":
        rows = rows.filter(closed_at__isnull=False)
    if community:
        rows = rows.filter(community_id=community)
    picked = rows.select_related("category", "compound", "grid", "community").order_by("-created_at")
    return list(picked[(page - 1) * PAGE : page * PAGE]), rows.count()


def by_category(days: int = 30) -> list[tuple[str, str, int]]:
    """Return (group, English name, count) of the period, most first; small cells summed as other."""
    since = moment.now() - timedelta(days=days)
    rows = (
        Case.objects.filter(created_at__gte=since)
        .values_list("category__group", "category__group_en").annotate(n=Count("pk")).order_by("-n")
    )
    return [(zh, en, n) for zh, en, n in rows if n >= SMALL]


def by_community(days: int = 30) -> list[tuple[Place, int, int | None]]:
    """Return (community, received, still open) of the period; small cells are left out, small open counts None."""
    since = moment.now() - timedelta(days=days)
    counted = {
        row["community"]: row
        for row in Case.objects.filter(created_at__gte=since, community__isnull=False)
        .values("community").annotate(n=Count("pk"), open=Count("pk", filter=Q(closed_at__isnull=True)))
    }
    places = Place.objects.filter(kind=PlaceKind.COMMUNITY, pk__in=counted).order_by("code")
    rows = [(place, counted[place.pk]["n"], counted[place.pk]["open"]) for place in places]
    return [(place, n, still if still >= SMALL else None) for place, n, still in rows if n >= SMALL]


def places_with_cases(days: int = 30) -> list[tuple[Place, int]]:
    """Return (compound or grid, open cases) for the public map: never the point of a single complaint."""
    since = moment.now() - timedelta(days=days)
    rows = public_cases().filter(Q(closed_at__isnull=True) | Q(closed_at__gte=since))
    found: dict[int, int] = {}
    for compound, grid, n in rows.values_list("compound", "grid").annotate(n=Count("pk")):
        if key := compound or grid:
            found[key] = found.get(key, 0) + n
    places = Place.objects.filter(pk__in=found, lon__isnull=False).order_by("pk")
    return [(place, found[place.pk]) for place in places]
