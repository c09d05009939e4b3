"""Whose work a case is, and which cases are late, refused, or with nobody: filters that follow today's posts and tree."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from bandeng.cases.actions.exclusions import PARTY
from bandeng.cases.actions.objections import REFUSERS
from bandeng.cases.machine import ORDER_DONE, WORK, CaseState, Level, OrderState
from bandeng.cases.models import Event, ExclusionState, Limit, Objection, Order, RatingExclusion
from bandeng.foundation.access import Actor
from bandeng.foundation.pages.paging import COUNTED
from bandeng.people.queries import manned_grids, open_posts
from bandeng.people.roles import COMMUNITY_ROLES, DISTRICT_ROLES, GRID_ROLES, SUBDISTRICT_ROLES, Role
from bandeng.territory.locate import index
from bandeng.territory.models import PlaceKind

DUE_SOON = timedelta(days=1)
OPEN_ORDERS = [state for state in OrderState.values if state not in ORDER_DONE]


def _ids(actor: Actor, roles: tuple[str, ...]) -> list[int]:
    return [post.place_id for post in actor.posts_as(*roles) if post.place_id]


def held_by(actor: Actor) -> Q:
    """Return the filter of cases whose next step is this person's, by level and place."""
    mine = Q(level=Level.GRID, grid_id__in=_ids(actor, GRID_ROLES))
    if communities := _ids(actor, COMMUNITY_ROLES):
        mine |= Q(level=Level.COMMUNITY, community_id__in=communities)
        # A grid whose officer has left is looked after by its community: nothing lies with nobody.
        mine |= Q(level=Level.GRID, grid_id__in=_left_alone(communities))
    mine |= Q(level=Level.SUBDISTRICT, subdistrict_id__in=_ids(actor, SUBDISTRICT_ROLES))
    if actor.posts_as(*DISTRICT_ROLES):
        mine |= Q(level=Level.SUBDISTRICT, subdistrict__isnull=True)
    return mine


def _left_alone(communities: list[int]) -> list[int]:
    """Return the grids of these communities that nobody is the officer of today."""
    grids = {pk for pk, spot in index().spots.items() if spot.kind == PlaceKind.GRID and spot.parent_id in communities}
    manned = manned_grids().filter(place_id__in=grids).values_list("place_id", flat=True)
    return sorted(grids.difference(manned))


def asked_of(actor: Actor, mine: Q | None = None) -> Q:
    """Return the filter of cases in which this person is asked for more time: the rule of `grant_extension` and `defer`.

    *mine*: what `held_by` says, where that is known.
    """
    wished = Limit.objects.filter(asked_days__gt=0, met_at__isnull=True, ended_at__isnull=True, stopped=False)
    above = Q(level=Level.GRID, community_id__in=_ids(actor, COMMUNITY_ROLES))
    no_community = Q(level=Level.COMMUNITY) | Q(level=Level.GRID, community__isnull=True)
    above |= no_community & Q(subdistrict_id__in=_ids(actor, SUBDISTRICT_ROLES))
    if actor.posts_as(*DISTRICT_ROLES):
        above |= Q(level=Level.SUBDISTRICT) | no_community & Q(subdistrict__isnull=True)
    found = above & Q(pk__in=wished.filter(order__isnull=True).values("case_id"))
    holds = (mine or held_by(actor)) | Q(level=Level.GRID, community_id__in=_ids(actor, COMMUNITY_ROLES))  # a community acts for its grids
    found |= holds & Q(pk__in=wished.filter(order__isnull=False).values("case_id"))
    if actor.posts_as(Role.DISTRICT_SUPERVISOR):
        found |= Q(pause="asked")
    return found


def late(now: datetime) -> Q:
    """Return the filter of what is past its due date: a question asked of the dates, never a flag. For cases and orders."""
    return Q(due_at__lt=now)


def soon(now: datetime) -> Q:
    """Return the filter of what is due within a day. For cases and orders."""
    return Q(due_at__gte=now, due_at__lt=now + DUE_SOON)


def refused() -> Q:
    """Return the filter of cases that a unit has refused: the objection waits for the arbiter, or it was upheld and nobody works."""
    said_no = Order.objects.filter(objected=True, state__in=[OrderState.OBJECTED, OrderState.CANCELLED])
    of_case = Order.objects.filter(case_id=OuterRef("pk"))
    waits, at_work = of_case.filter(state=OrderState.OBJECTED), of_case.filter(state__in=OPEN_ORDERS)
    return Q(state__in=WORK, pk__in=said_no.values("case_id")) & (Exists(waits) | ~Exists(at_work))


def reopened() -> Q:
    """Return the filter of cases that are done a second time: after a failed check, or because the requester asked."""
    return Q(state=CaseState.REOPENED) | Q(reopened_times__gt=0)


def unowned() -> Q:
    """Return the filter of cases that lie where nobody is in post today, or at a place that no subdistrict covers.

    A grid is looked after by its officer or a deputy who is not away; the levels above by anybody in post there.
    """

    def manned(roles: tuple[str, ...]):  # noqa: ANN202  a QuerySet of ids
        return open_posts().filter(role__in=roles).values("place_id")

    found = Q(level=Level.GRID) & ~Q(grid_id__in=manned_grids())
    found |= Q(level=Level.COMMUNITY) & ~Q(community_id__in=manned(COMMUNITY_ROLES))
    found |= Q(level=Level.SUBDISTRICT) & ~Q(subdistrict_id__in=manned(SUBDISTRICT_ROLES))
    return Q(state__in=WORK) & (found | Q(subdistrict__isnull=True))


def rulings_of(actor: Actor) -> list[int]:
    """Return the cases about whose rating this person must decide, most urgent first: the rule of `grant_exclusion` and
    `uphold_appeal`. Up to COUNTED of them, from the small index of what is open."""
    wanted = Q(pk__in=[])
    if actor.posts_as(Role.DISTRICT_SUPERVISOR):
        wanted |= Q(state=ExclusionState.ASKED) & ~_party(actor, *PARTY, "ask_exclusion")
    if actor.posts_as(Role.DISTRICT_DISPATCHER):
        wanted |= Q(state=ExclusionState.APPEALED) & ~_party(actor, *PARTY, "ask_exclusion", "grant_exclusion")
    rows = RatingExclusion.objects.filter(wanted, state__in=[ExclusionState.ASKED, ExclusionState.APPEALED])
    objected: list[int] = []
    if actor.posts_as(Role.DISTRICT_SUPERVISOR):
        open_ones = Objection.objects.filter(~_party(actor, *REFUSERS), answered_at__isnull=True)
        objected = list(open_ones.order_by("asked_at").values_list("case_id", flat=True)[:COUNTED])
    return objected + list(dict.fromkeys(rows.order_by("asked_at").values_list("case_id", flat=True)[:COUNTED]))


def _party(actor: Actor, *acts: str) -> Exists:
    return Exists(Event.objects.filter(case=OuterRef("case_id"), person_id=actor.person_id, action__in=acts))
