"""Who looks after a building: the officer, the community, the building and stairwell leaders, as neighbours may see them.

Leaders are volunteers. A name and a duty telephone stand here only with consent; everybody else is reached by a relay:
the page passes a few words on, and neither side learns the other's number.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from bandeng.foundation.access import Actor, Invalid, Refused
from bandeng.foundation.journal.writer import record
from bandeng.foundation.notify.models import Channel
from bandeng.foundation.notify.outbox import post as post_letter
from bandeng.foundation.text import clean
from bandeng.language import danger, mask
from bandeng.people import tell
from bandeng.people.queries import Contactable, community_desk, grid_officer, open_posts
from bandeng.people.roles import LEADER_ROLES, Role
from bandeng.territory.models import Place, PlaceKind

WORDS = 200


@dataclass(frozen=True, slots=True)
class Leader:
    """A leader as neighbours may see them: `post` to relay to; name and telephone only with consent."""

    post: int
    role: str
    seat: Place
    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Everybody who looks after a building or one of its stairwells."""

    place: Place
    building: Place
    officer: Contactable | None
    desk: Contactable | None
    leaders: list[Leader]


def neighbourhood(place: Place) -> Neighbourhood:
    """Return who looks after a building or stairwell. Raises Invalid for another kind of place."""
    if place.kind not in (PlaceKind.BUILDING, PlaceKind.STAIRWELL):
        raise Invalid(_("这里不是楼栋。"), "place")
    building = place.parent if place.kind == PlaceKind.STAIRWELL and place.parent else place
    grid = building.parent
    seats = [building.pk, place.pk] if place.kind == PlaceKind.STAIRWELL else [building.pk, *building.children.values_list("pk", flat=True)]
    posts = open_posts().filter(role__in=LEADER_ROLES, place_id__in=seats).select_related("place").order_by("role", "place__name", "pk")
    leaders = [
        Leader(post.pk, str(Role(post.role).label), post.place, *((post.called, post.duty_phone) if post.shows_name else ("", "")))
        for post in posts if post.place
    ]
    community = grid.parent_id if grid else None
    return Neighbourhood(place, building, grid_officer(grid.pk if grid else None), community_desk(community), leaders)


def relay(actor: Actor, *, post: int, words: str) -> None:
    """Pass a few words on to a leader. Who wrote them is not kept, and numbers in them are masked.

    Raises Refused for a post that is none of a leader, Invalid for words that are missing or too long.
    """
    held = open_posts().filter(pk=post, role__in=LEADER_ROLES).select_related("place", "person").first()
    if held is None or held.place is None:
        raise Refused(_("这位楼栋长已经不在任了。"))
    if danger.to_person(words):
        raise Invalid(_("有人正有危险的，请马上打电话：报警 110，着火 119，急救 120。这里的话要过一阵才有人看到。"), "words")
    if "://" in words or "www." in words.lower():
        raise Invalid(_("这里不转网址。请用几个字说清楚。"), "words")
    words = mask(clean(words)).text
    if not words:
        raise Invalid(_("请写几个字，让看的人明白。"), "words")
    if len(words) > WORDS:
        raise Invalid(_("最多 %(limit)s 个字，现在有 %(n)s 个。") % {"limit": WORDS, "n": len(words)}, "words")
    with transaction.atomic():
        entry = record(actor, "post.relay", held, fields=["words"])
        post_letter(
            event=f"relay:{entry.pk}", kind="account", recipient=held.person_id, topic="relay", body=words,
            subject=tell.said(noop("有邻居托网页转句话 · %(place)s"), place=held.place.name), channels=(Channel.IN_APP, Channel.EMAIL),
        )
