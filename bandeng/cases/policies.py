"""Who may do what with a case or an order, and which cases somebody may see.

`grant` answers with the post in which the act is done; `may` is its yes or no; `visible` is the same rule as a
database filter, and a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import timedelta

from django.db.models import Q

from bandeng.cases.machine import MOVES, ORDER_DONE, Level, OrderState
from bandeng.cases.models import Case, Order
from bandeng.foundation.access import Actor, PostRef, acting_post
from bandeng.foundation.clock.moment import now
from bandeng.people.roles import (
    COMMUNITY_ROLES,
    DISTRICT_ROLES,
    GRID_ROLES,
    SUBDISTRICT_ROLES,
    UNIT_ROLES,
    Role,
)
from bandeng.territory.locate import index
from bandeng.territory.models import Place, PlaceKind

UNIT_SEES = timedelta(days=30)  # how long after its end a unit still sees a case it worked on

Rule = Callable[[Actor, Case, Order | None], PostRef | bool | None]


def _on(actor: Actor, roles: tuple[str, ...], place_id: int | None) -> PostRef | None:
    return acting_post(actor, lambda post: post.role in roles and post.place_id == place_id and bool(place_id))


def _community(actor: Actor, case: Case, order: Order | None) -> PostRef | None:
    return _on(actor, COMMUNITY_ROLES, case.community_id)


def _subdistrict(actor: Actor, case: Case, order: Order | None) -> PostRef | None:
    return _on(actor, SUBDISTRICT_ROLES, case.subdistrict_id)


def _district(actor: Actor, case: Case, order: Order | None) -> PostRef | None:
    return acting_post(actor, lambda post: post.role in DISTRICT_ROLES)


def _grid(actor: Actor, case: Case, order: Order | None) -> PostRef | None:
    return _on(actor, GRID_ROLES, case.grid_id)


def _holder(actor: Actor, case: Case, order: Order | None) -> PostRef | None:
    """Whoever holds the matter at its level. A community may act for its grids: no grid is left alone."""
    if case.level == Level.GRID:
        return _grid(actor, case, order) or _community(actor, case, order)
    if case.level == Level.COMMUNITY:
        return _community(actor, case, order)
    if case.subdistrict_id is None:  # a place that no subdistrict covers is the district's
        return _district(actor, case, order)
    return _subdistrict(actor, case, order)


def _above(actor: Actor, case: Case, order: Order | None) -> PostRef | None:
    """The next level above whoever holds the matter; where there is none, the district."""
    if case.level == Level.GRID and case.community_id:
        return _community(actor, case, order)
    if case.level != Level.SUBDISTRICT and case.subdistrict_id:
        return _subdistrict(actor, case, order)
    return _district(actor, case, order)


def _supervisor(actor: Actor, case: Case, order: Order | None) -> PostRef | None:
    return acting_post(actor, lambda post: post.role == Role.DISTRICT_SUPERVISOR)


def _dispatcher(actor: Actor, case: Case, order: Order | None) -> PostRef | None:
    return acting_post(actor, lambda post: post.role == Role.DISTRICT_DISPATCHER)


def _unit(actor: Actor, case: Case, order: Order | None) -> PostRef | None:
    if order is None:
        return None
    return acting_post(actor, lambda post: post.role in UNIT_ROLES and post.unit_id == order.unit_id)


def _checker(actor: Actor, case: Case, order: Order | None) -> PostRef | None:
    """Staff of the place or the district; that it is another person than the handler is the action's guard."""
    return (
        _community(actor, case, order) or _subdistrict(actor, case, order)
        or acting_post(actor, lambda post: post.role == Role.DISTRICT_SUPERVISOR)
    )


def _any_staff(actor: Actor, case: Case, order: Order | None) -> PostRef | None:
    return (
        _grid(actor, case, order) or _community(actor, case, order) or _subdistrict(actor, case, order)
        or _district(actor, case, order) or _any_unit(actor, case)
    )


def _unit_of(actor: Actor, case: Case, over: Collection[str]) -> PostRef | None:
    """Return a post in a unit that has an order of this case in a state other than *over*."""
    if not actor.posts_as(*UNIT_ROLES):
        return None
    asked = {order.unit_id for order in case.orders.all() if order.state not in over}  # a page has them fetched
    return acting_post(actor, lambda post: post.role in UNIT_ROLES and post.unit_id in asked)


def _any_unit(actor: Actor, case: Case) -> PostRef | None:
    # A cancelled order gives no right any more, and a finished matter is out of a unit's sight in time.
    over = case.closed_at and case.closed_at < now() - UNIT_SEES
    return None if over else _unit_of(actor, case, {OrderState.CANCELLED})


def is_requester(actor: Actor, case: Case) -> bool:
    """Whether *actor* has shown the claim code of a case, or of the case whose part it is."""
    return case.pk in actor.claims or (case.parent_id is not None and case.parent_id in actor.claims)


def _rater(actor: Actor, case: Case, order: Order | None) -> bool:
    """The requester, unless also of the staff of this very case: nobody rates what they handle themselves."""
    return is_requester(actor, case) and not _any_staff(actor, case, order)


def _reaching(actor: Actor, case: Case, order: Order | None) -> PostRef | None:
    """Who may need to get in touch: whoever holds the case, its community and subdistrict, units at work on it."""
    return (
        _holder(actor, case, order) or _community(actor, case, order) or _subdistrict(actor, case, order)
        or _unit_of(actor, case, ORDER_DONE)
    )


WHO: dict[str, Rule] = {
    "anyone": lambda actor, case, order: True,
    "requester": lambda actor, case, order: is_requester(actor, case),
    "rater": _rater,
    "reaching": _reaching,
    "system": lambda actor, case, order: actor.system,
    "grid": _grid,
    "holder": _holder,
    "community": _community,
    "subdistrict": _subdistrict,
    "district": _district,
    "above": _above,
    "supervisor": _supervisor,
    "dispatcher": _dispatcher,
    "worked": lambda actor, case, order: _any_unit(actor, case),
    "unit": _unit,
    "arbiter": _district,
    "checker": _checker,
    "staff": _any_staff,
    "auditor": lambda actor, case, order: acting_post(actor, lambda post: post.role == Role.AUDITOR),
}

# What the tables do not list because it moves no state.
OTHER: dict[str, tuple[str, ...]] = {
    "see": ("requester", "staff", "auditor"),
    "see_notes": ("staff", "auditor"),
    "add_words": ("requester",),
    "want_messages": ("requester",),
    "note": ("staff",),
    "tell": ("staff",),
    "recategorise": ("holder", "community", "subdistrict"),
    "relocate": ("holder", "community", "subdistrict", "district"),
    "open_contact": ("reaching",),
    "release": ("community", "subdistrict"),
    "set_slip": ("community", "subdistrict"),
    "erase": ("system",),
}

# The same for orders: marks that may follow when everything is over.
ORDER_OTHER: dict[str, tuple[str, ...]] = {"rate_whistle": ("unit",)}


def unlisted(action: str) -> bool:
    """Return whether *action* moves no state and so stands in no table: whether it fits, it says itself."""
    return action in OTHER or action in ORDER_OTHER


def _who(action: str, machine: str) -> tuple[str, ...]:
    if unlisted(action):
        return OTHER.get(action) or ORDER_OTHER[action]
    return tuple({who: None for m in MOVES if m.machine == machine and m.action == action for who in m.who})


def grant(actor: Actor, action: str, case: Case, order: Order | None = None) -> PostRef | bool | None:
    """Return the post in which *actor* may do *action*, True where no post is needed, or None."""
    for who in _who(action, "order" if order is not None else "case"):
        if given := WHO[who](actor, case, order):
            return given
    return None


def may(actor: Actor, action: str, case: Case, order: Order | None = None) -> bool:
    """Return whether *actor* may do *action* with a case (or with one of its orders)."""
    return bool(grant(actor, action, case, order))


def claimed(actor: Actor) -> Q:
    """Return the filter of cases whose requester *actor* is: the rule of `is_requester`."""
    mine = list(actor.claims)
    return Q(pk__in=mine) | Q(parent_id__in=mine) if mine else Q(pk__in=[])


def visible(actor: Actor) -> Q:
    """Return the filter of cases that *actor* may see: the same rule as may(actor, "see", case)."""
    if actor.posts_as(*DISTRICT_ROLES, Role.AUDITOR):
        return Q()
    seen = claimed(actor)
    seen |= Q(grid_id__in=_places(actor, GRID_ROLES))
    seen |= Q(community_id__in=_places(actor, COMMUNITY_ROLES))
    seen |= Q(subdistrict_id__in=_places(actor, SUBDISTRICT_ROLES))
    if units := [post.unit_id for post in actor.posts_as(*UNIT_ROLES)]:
        asked = Order.objects.filter(unit_id__in=units).exclude(state=OrderState.CANCELLED)
        seen |= Q(pk__in=asked.values("case_id")) & (Q(closed_at__isnull=True) | Q(closed_at__gte=now() - UNIT_SEES))
    return seen


def notes_of(actor: Actor, case: Case) -> set[int] | None:
    """Return whose orders' internal notes *actor* may read: None = all (the places' staff), else the own units'."""
    if any(WHO[who](actor, case, None) for who in ("grid", "community", "subdistrict", "district", "auditor")):
        return None
    return {post.unit_id for post in actor.posts_as(*UNIT_ROLES) if post.unit_id}


def entering_post(actor: Actor) -> PostRef | None:
    """Return the post in which *actor* may enter a report on behalf of somebody: those who work in the places."""
    roles = (*GRID_ROLES, *COMMUNITY_ROLES, *SUBDISTRICT_ROLES, Role.DISTRICT_DISPATCHER)
    return acting_post(actor, lambda post: post.role in roles)


def paper_post(actor: Actor, community_id: int) -> PostRef | None:
    """Return the post in which *actor* may print and enter paper slips of a community: those who work in it, and above."""
    spots = index().spots
    parent = spots[community_id].parent_id if community_id in spots else None
    grids = {pk for pk, spot in spots.items() if spot.kind == PlaceKind.GRID and spot.parent_id == community_id}
    return acting_post(actor, lambda post: bool(post.place_id) and (
        (post.role in GRID_ROLES and post.place_id in grids) or (post.role in COMMUNITY_ROLES and post.place_id == community_id)
        or (post.role in SUBDISTRICT_ROLES and post.place_id == parent) or post.role == Role.DISTRICT_DISPATCHER))


def phrase_posts(actor: Actor) -> list[PostRef]:
    """Return the posts in which *actor* keeps phrases: each for its own community, subdistrict, district or unit."""
    roles = (*COMMUNITY_ROLES, *SUBDISTRICT_ROLES, *DISTRICT_ROLES, *UNIT_ROLES)
    return [post for post in actor.posts if post.role in roles and (post.place_id or post.unit_id)]


def keeps_phrase(actor: Actor, place_id: int | None, unit_id: int | None) -> PostRef | None:
    """Return the post in which *actor* may write, change and drop a phrase of this place or unit."""
    return next((post for post in phrase_posts(actor) if (post.place_id, post.unit_id) == (place_id, unit_id)), None)


def _places(actor: Actor, roles: tuple[str, ...]) -> list[int]:
    return [post.place_id for post in actor.posts_as(*roles) if post.place_id]


# Settings


def catalogue_post(actor: Actor) -> PostRef | None:
    """Return the post in which *actor* may change the catalogue, default units and routing rules: the district's."""
    return acting_post(actor, lambda post: post.role in DISTRICT_ROLES)


def slip_rule_post(actor: Actor, community: Place | None) -> PostRef | None:
    """Return the post in which *actor* may set the slip rule of a community (its head, its subdistrict), or of all."""
    if community is None:
        return catalogue_post(actor)
    return _on(actor, (Role.COMMUNITY_HEAD,), community.pk) or whistle_right_post(actor, community)


def whistle_right_post(actor: Actor, community: Place) -> PostRef | None:
    """Return the post in which *actor* may let a community whistle by itself: its subdistrict's."""
    return _on(actor, SUBDISTRICT_ROLES, community.parent_id)
