"""Who and where, for stories that are written in bulk: read once, kept in memory.

Whoever acts is a `Hand`: a person in a post, as the actions write it into story and journal. The sample's people
hold one post each, so that the post an act is done in is never in doubt.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from django.conf import settings
from django.core.management.base import CommandError
from django.utils.translation import override

from bandeng.cases.models import Category
from bandeng.people.models import Post, Unit
from bandeng.people.queries import open_posts
from bandeng.people.roles import GRID_ROLES, Role
from bandeng.territory.locate import Chain, index
from bandeng.territory.models import Place, PlaceKind

JITTER = 1e-4  # degrees: a matter lies beside a house, not in its middle
POINTS = 6  # different points beside one house


@dataclass(frozen=True, slots=True)
class Hand:
    """A person in a post: what story and journal say of whoever acts."""

    person_id: int
    post_id: int
    role: str
    where: str


@dataclass(frozen=True, slots=True)
class Point:
    """A point beside a house, with the chain of places that holds it."""

    lon: float
    lat: float
    text: str
    chain: Chain


class Cast:
    """The people and places of a district."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.categories = {row.code: row for row in Category.objects.filter(in_use=True)}
        with override(settings.LANGUAGE_CODE):
            self.titles = {role: str(title) for role, title in Role.choices}
        self.units = {row.name: row for row in Unit.objects.filter(ended_on__isnull=True)}
        self.by_place: dict[int, Hand] = {}  # whoever does the work there
        self.heads: dict[int, Hand] = {}  # whoever looks again
        self.liaisons: dict[int, Hand] = {}
        self.manned: set[int] = set()  # grids that have an officer or a deputy
        self._posts()
        self.firms = {
            compound: self.units[name]
            for name, compound in Unit.objects.filter(kind="property", serves__ends_on__isnull=True)
            .order_by("pk").values_list("name", "serves__compound_id")
            if name in self.units
        }
        self._houses = list(
            Place.objects.filter(kind=PlaceKind.BUILDING, compound__isnull=False, ended_on__isnull=True)
            .order_by("pk").values_list("lon", "lat", "compound__name", "name")
        )
        self._points: dict[tuple[int, int], Point] = {}
        if not (self._houses and self.by_place and self.supervisor):
            raise CommandError("There are no houses or no posts yet: load a district and its people first.")

    def _posts(self) -> None:
        worker = {
            Role.GRID_OFFICER, Role.COMMUNITY_WORKER, Role.SUBDISTRICT_DISPATCHER, Role.DISTRICT_DISPATCHER,
        }
        self.supervisor: Hand | None = None
        for post in open_posts().select_related("place", "unit").order_by("pk"):
            hand = hand_of(post)
            if post.role in GRID_ROLES:
                self.manned.add(post.place_id)
            if post.unit_id:
                self.liaisons.setdefault(post.unit_id, hand)
            elif post.role in worker:
                self.by_place.setdefault(post.place_id, hand)
            elif post.role == Role.COMMUNITY_HEAD:
                self.heads.setdefault(post.place_id, hand)
            elif post.role == Role.DISTRICT_SUPERVISOR:
                self.supervisor = self.supervisor or hand

    def point(self) -> Point:
        """Return a point beside some house of a compound, in a community that has people."""
        while True:
            which = self.rng.randrange(len(self._houses)), self.rng.randrange(POINTS)
            found = self._points.get(which) or self._locate(which)
            if found.chain.community and found.chain.community.id in self.by_place:
                return found

    def _locate(self, which: tuple[int, int]) -> Point:
        lon, lat, compound, name = self._houses[which[0]]
        lon += self.rng.uniform(-JITTER, JITTER)
        lat += self.rng.uniform(-JITTER, JITTER)
        found = self._points[which] = Point(lon, lat, f"{compound}{name}", index().chain(lon, lat))
        return found


def hand_of(post: Post) -> Hand:
    """Return the holder of a post, as an act writes it down."""
    seat = post.place or post.unit
    return Hand(post.person_id, post.pk, post.role, seat.name if seat else "")
