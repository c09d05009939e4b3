"""Who may appoint whom, and who may see and manage posts, invitations and other people's log-ins.

The table APPOINTS is the one place that says who may give which post; `may` and `visible` read it, and tests hold
the two together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q

from bandeng.foundation.access import Actor, PostRef
from bandeng.people.models import Account, Invitation, Post
from bandeng.people.roles import COMMUNITY_ROLES, GRID_ROLES, LEADER_ROLES, SEATS, Role
from bandeng.territory.models import PARENT_KINDS, Place


@dataclass(frozen=True, slots=True)
class Appoints:
    """Which roles somebody may give: `everywhere`, or on the own post's place and under it, or in its unit."""

    roles: tuple[str, ...]
    everywhere: bool = False


_IN_A_COMMUNITY = Appoints((*GRID_ROLES, *LEADER_ROLES))
_IN_A_SUBDISTRICT = Appoints(COMMUNITY_ROLES)

APPOINTS: dict[str, Appoints] = {
    Role.SYSADMIN: Appoints(tuple(Role.values), everywhere=True),
    Role.SUBDISTRICT_HEAD: _IN_A_SUBDISTRICT,
    Role.SUBDISTRICT_DISPATCHER: _IN_A_SUBDISTRICT,
    Role.COMMUNITY_HEAD: _IN_A_COMMUNITY,
    Role.COMMUNITY_WORKER: _IN_A_COMMUNITY,
    Role.UNIT_HEAD: Appoints((Role.UNIT_LIAISON,)),
}


def appointable(actor: Actor) -> tuple[str, ...]:
    """Return the roles that *actor* may give somewhere, in the order of the role table."""
    given = {role for _held, rule in _rules(actor) for role in rule.roles}
    return tuple(role for role in Role.values if role in given)


def appointing_post(actor: Actor, role: str, place: Place | None, unit_id: int | None) -> PostRef | None:
    """Return the post in which *actor* may give *role* on a place or in a unit; None when there is none."""
    for held, rule in _rules(actor):
        if role in rule.roles and (rule.everywhere or _covers(held, place, unit_id)):
            return held
    return None


def _rules(actor: Actor) -> Iterator[tuple[PostRef, Appoints]]:
    return ((held, APPOINTS[held.role]) for held in actor.posts if held.role in APPOINTS)


def _covers(held: PostRef, place: Place | None, unit_id: int | None) -> bool:
    if held.unit_id is not None:
        return unit_id == held.unit_id
    while place is not None and held.place_id is not None:
        if place.pk == held.place_id:
            return True
        place = place.parent
    return False


def within(actor: Actor) -> Q:
    """Return the same rule as a filter of rows that have a role and a place or unit (posts, invitations)."""
    found = Q(pk__in=[])
    for held, rule in _rules(actor):
        if rule.everywhere:
            return Q()
        for role in rule.roles:
            found |= Q(role=role, **_seat_under(held, role))
    return found


def _seat_under(held: PostRef, role: str) -> dict[str, int | None]:
    if held.unit_id is not None:
        return {"unit_id": held.unit_id}
    return {"__".join(["place", *["parent"] * _levels(SEATS[role], held.place_kind)]): held.place_id}


def _levels(kind: str, above: str) -> int:
    """Return how many steps up the tree lead from a place of *kind* to the one of kind *above*."""
    return 0 if kind == above else 1 + _levels(PARENT_KINDS[kind] or above, above)


def places_for(actor: Actor, role: str) -> Q:
    """Return the same rule as a filter of places on which *actor* may give *role*."""
    found = Q(pk__in=[])
    for held, rule in _rules(actor):
        if role in rule.roles and rule.everywhere:
            return Q()
        if role in rule.roles and held.place_id is not None:
            found |= Q(**{"__".join(["parent"] * _levels(SEATS[role], held.place_kind)) or "pk": held.place_id})
    return found


def units_for(actor: Actor, role: str) -> Q:
    """Return the same rule as a filter of units in which *actor* may give *role*."""
    found = Q(pk__in=[])
    for held, rule in _rules(actor):
        if role in rule.roles and rule.everywhere:
            return Q()
        if role in rule.roles and held.unit_id is not None:
            found |= Q(pk=held.unit_id)
    return found


def may(actor: Actor, action: str, post: Post) -> bool:
    """Return whether *actor* may do *action* with *post*: "see", "assign" (give it to somebody) or "end"."""
    if action == "see":
        own = actor.person_id is not None and post.person_id == actor.person_id
        return own or bool(actor.posts_as(Role.SYSADMIN, Role.AUDITOR)) or _may_appoint(actor, post)
    if action == "assign":
        return actor.system or _may_appoint(actor, post)
    if action == "hand_over":  # closing one post and opening the next are one act of whoever may give it
        return actor.system or _may_appoint(actor, post)
    if action in {"be_away", "show_name"}:  # the holder, or whoever may give the post on the holder's word
        return actor.system or post.person_id == actor.person_id or _may_appoint(actor, post)
    if action == "end":
        return actor.system or bool(actor.posts_as(Role.SYSADMIN))
    return False


def _may_appoint(actor: Actor, row: Post | Invitation) -> bool:
    return appointing_post(actor, row.role, row.place, row.unit_id) is not None


def visible(actor: Actor) -> Q:
    """Return the filter of posts that *actor* may see."""
    if actor.posts_as(Role.SYSADMIN, Role.AUDITOR):
        return Q()
    return Q(person_id=actor.person_id) | within(actor) if actor.person_id else Q(pk__in=[])


def may_invite(actor: Actor, action: str, invitation: Invitation) -> bool:
    """Return whether *actor* may do *action* with an invitation: "see", "make", "again", "withdraw".

    All of them belong to whoever may give that post: a colleague may withdraw what somebody else began.
    """
    return action in {"see", "make", "again", "withdraw"} and _may_appoint(actor, invitation)


def visible_invitations(actor: Actor) -> Q:
    """Return the filter of invitations that *actor* may see."""
    return within(actor)


def needs_second(account: Account, *, has_posts: bool) -> bool:
    """Return whether *account* must have a second factor: who holds a post, where the setting requires it.

    Demo accounts never: the server answers only this machine while there are any.
    """
    return settings.SECOND_FACTOR == "required" and has_posts and not account.is_sample


def may_secure(actor: Actor, account: Account) -> bool:
    """Return whether *actor* may change what *account* logs in with: nobody but its owner."""
    return actor.person_id is not None and actor.person_id == account.pk


def may_open(actor: Actor, posts: Iterable[Post]) -> bool:
    """Return whether an invitation of *actor* may give its first password to an account that was only written down.

    Who may give every one of its *posts*, also those that begin later: a small post opens no way to a great one.
    """
    return bool(actor.posts_as(Role.SYSADMIN)) or all(_may_appoint(actor, post) for post in posts)


def may_help(actor: Actor, action: str, account: Account, posts: Iterable[Post]) -> bool:
    """Return whether *actor* may do *action* for somebody who cannot get in, or should not.

    "reset" (take away the second factors), "password" (a link by which to set a new one) and "unlock": who may appoint
    to every one of the account's open *posts*, so that a small post beside a great one opens no way to it.
    "end_sessions": system administrators. Never oneself.
    """
    if actor.system:
        return True
    if actor.person_id is None or actor.person_id == account.pk:
        return False
    if actor.posts_as(Role.SYSADMIN):
        return action in {"reset", "password", "unlock", "end_sessions"}
    held = list(posts)
    return action in {"reset", "password", "unlock"} and bool(held) and all(_may_appoint(actor, post) for post in held)
