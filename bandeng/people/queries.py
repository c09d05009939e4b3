"""Reading people: the actor of a request, who serves a place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from bandeng.foundation.access import Actor, PostRef
from bandeng.foundation.clock import moment
from bandeng.people.models import Absence, Account, Post, UnitServes, by_login, login_name
from bandeng.people.roles import COMMUNITY_ROLES, GRID_ROLES, Role


def open_posts(today: date | None = None) -> QuerySet[Post]:
    """Return the posts held on *today*; `ends_on` is the first day without the post."""
    today = today or moment.today()
    return Post.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=today), starts_on__lte=today)


def kept_posts() -> QuerySet[Post]:
    """Return the posts that have not ended: those held today and those that begin later."""
    return Post.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=moment.today()))


def serving(today: date | None = None) -> QuerySet[UnitServes]:
    """Return which unit serves which compound on *today*; `ends_on` is the first day without."""
    today = today or moment.today()
    return UnitServes.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=today), starts_on__lte=today)


def actor_of(person_id: int, claims: frozenset[int] = frozenset()) -> Actor:
    """Build the Actor of a person: one query."""
    rows = open_posts().filter(person_id=person_id).order_by("id")
    posts = tuple(
        PostRef(id=pk, role=role, place_id=place, unit_id=unit, place_kind=kind or "", title=str(Role(role).label))
        for pk, role, place, unit, kind in rows.values_list("id", "role", "place_id", "unit_id", "place__kind")
    )
    return Actor(person_id=person_id, posts=posts, claims=claims)


def find_account(login: str) -> Account | None:
    """Return the account of an e-mail address or telephone number, however it is spelled."""
    return Account.objects.filter(by_login(login)).first() if login_name(login) else None


@dataclass(frozen=True, slots=True)
class Contactable:
    """Who serves a place, as the public may see it: a name only with the holder's recorded consent."""

    role: str
    name: str
    duty_phone: str


def who_serves(place_id: int | None, *roles: str) -> Contactable | None:
    """Return the public face of whoever holds one of *roles* on a place today."""
    if not place_id:
        return None
    post = open_posts().filter(place_id=place_id, role__in=roles).order_by("id").first()
    if not post:
        return None
    return Contactable(post.role, post.called if post.shows_name else "", post.duty_phone)


def away(today: date | None = None) -> QuerySet[Absence]:
    """Return the absences of *today*."""
    today = today or moment.today()
    return Absence.objects.filter(starts_on__lte=today, ends_on__gt=today)


def manned_grids() -> QuerySet:
    """Return the ids of the grids that somebody looks after today: an officer who is not away, or a deputy."""
    there = open_posts().filter(role__in=GRID_ROLES).exclude(pk__in=away().values("post_id"))
    return there.values("place_id")


def grid_officer(grid_id: int | None) -> Contactable | None:
    """Return whoever looks after a grid today: the officer, or the deputy while there is none or the officer is away."""
    if not grid_id:
        return None
    rows = open_posts().filter(place_id=grid_id, role__in=GRID_ROLES).exclude(pk__in=away().values("post_id"))
    found = sorted(rows, key=lambda post: (post.role != Role.GRID_OFFICER, post.pk))
    return Contactable(found[0].role, found[0].called if found[0].shows_name else "", found[0].duty_phone) if found else None


def community_desk(community_id: int | None) -> Contactable | None:
    """Return whom to call at a community."""
    return who_serves(community_id, *COMMUNITY_ROLES)


def holders(*, role: tuple[str, ...], place_id: int | None = None, unit_id: int | None = None) -> list[int]:
    """Return the person ids holding any of the roles on a place or in a unit today."""
    rows = open_posts().filter(role__in=role)
    rows = rows.filter(unit_id=unit_id) if unit_id else rows.filter(place_id=place_id)
    return list(rows.values_list("person_id", flat=True).distinct())
