"""Reading for whoever appoints: seats to give, open invitations, the people already there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from bandeng.foundation.access import Actor
from bandeng.foundation.clock.moment import now
from bandeng.foundation.pages.speech import named
from bandeng.people.guests import Guest, opened
from bandeng.people.models import Invitation, Post, Unit
from bandeng.people.policies import places_for, units_for, visible_invitations, within
from bandeng.people.queries import open_posts
from bandeng.people.roles import SEATS, Role
from bandeng.territory.models import Place, PlaceKind

SEATS_SHOWN = 300  # in one list of choices; beyond that one narrows by name
_UP = ("parent__parent__parent", "compound")  # what the name of a place is made of


@dataclass(frozen=True, slots=True)
class Seat:
    """Where a role can be held: its key in forms ("place:12", "unit:3"), its name, whether its one holder is there."""

    key: str
    name: str
    taken: bool


def seats(actor: Actor, role: str, sought: str = "") -> list[Seat]:
    """Return where *actor* may give *role*, at most SEATS_SHOWN; *sought* narrows by names or code."""
    if SEATS.get(role) == "unit":
        units = Unit.objects.filter(units_for(actor, role), ended_on__isnull=True, name__icontains=sought)
        return [Seat(f"unit:{unit.pk}", named(unit), False) for unit in units.order_by("name")[:SEATS_SHOWN]]
    places = _open_places(actor, role)
    for word in sought.split()[:4]:
        fields = ["name", "compound__name", *[f"{'parent__' * up}name" for up in (1, 2)]]
        places = places.filter(reduce(or_, [Q(**{f"{field}__icontains": word}) for field in fields], Q(code=word)))
    rows = list(places.select_related(*_UP).order_by("code", "parent__code", "compound__name", "name", "pk")[:SEATS_SHOWN])
    taken = _with_officer(rows) if role == Role.GRID_OFFICER else set()
    found = [Seat(f"place:{row.pk}", seat_name(row), row.pk in taken) for row in rows]
    return sorted(found, key=lambda seat: seat.taken)  # free ones first


def find_seat(actor: Actor, role: str, key: str) -> tuple[Place | None, Unit | None]:
    """Return the place or unit of a seat's key, if *actor* may give *role* there; (None, None) otherwise."""
    kind, _colon, pk = key.partition(":")
    if role not in SEATS or not (pk.isascii() and pk.isdigit() and len(pk) < 19):
        return None, None
    if kind == "unit" and SEATS[role] == "unit":
        return None, Unit.objects.filter(units_for(actor, role), pk=pk, ended_on__isnull=True).first()
    return _open_places(actor, role).filter(pk=pk).select_related(*_UP).first(), None


def _open_places(actor: Actor, role: str) -> QuerySet[Place]:
    return Place.objects.filter(places_for(actor, role), kind=SEATS.get(role, ""), ended_on__isnull=True)


def _with_officer(places: Iterable[Place]) -> set[int]:
    posts = open_posts().filter(role=Role.GRID_OFFICER, place__in=[place.pk for place in places])
    return {pk for pk in posts.values_list("place_id", flat=True) if pk}


def seat_name(seat: Place | Unit | None) -> str:
    """Return a place or unit with enough around it to tell it from others of its name: "榆钱小区 1号楼"."""
    if not isinstance(seat, Place):
        return named(seat)
    if seat.kind == PlaceKind.BUILDING:
        return f"{named(seat.compound or seat.parent)} {named(seat)}"
    if seat.kind == PlaceKind.STAIRWELL and seat.parent:
        return f"{seat_name(seat.parent)} {named(seat)}"
    above = named(seat.parent) if seat.kind == PlaceKind.GRID else ""
    return named(seat) if named(seat).startswith(above) else f"{above} {named(seat)}"


@dataclass(frozen=True, slots=True)
class Offer:
    """An invitation that has not ended, as its list shows it."""

    row: Invitation
    guest: Guest
    seat: str
    expired: bool


def offers(actor: Actor) -> list[Offer]:
    """Return the invitations that *actor* may see and that nobody has accepted or withdrawn, newest first."""
    rows = Invitation.objects.filter(visible_invitations(actor), ended_at__isnull=True)
    rows = rows.select_related(
        "data_key", "unit", "place__compound", "place__parent__parent__parent", "place__parent__compound", "in_post__person"
    )
    present = now()
    return [
        Offer(row, opened(row), seat_name(row.place or row.unit), row.expires_at <= present)
        for row in rows.order_by("-created_at", "-pk")[:SEATS_SHOWN]
    ]


def staff(actor: Actor, sought: str = "") -> QuerySet[Post]:
    """Return the open posts that *actor* may give, with who holds them; *sought* narrows by name or log-in."""
    rows = open_posts().filter(within(actor)).select_related("person", "unit", "place__parent", "place__compound")
    for word in sought.split()[:4]:
        fields = ("person__name", "person__email", "person__phone", "place__name", "place__parent__name", "unit__name")
        rows = rows.filter(reduce(or_, [Q(**{f"{field}__icontains": word}) for field in fields]))
    return rows.order_by("place__code", "unit__name", "role", "pk")
