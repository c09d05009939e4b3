"""Words at hand: phrases 常用语 kept for a verb, and what others answered in like cases."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from bandeng.cases.machine import CaseState
from bandeng.cases.models import Case, Phrase, Rating
from bandeng.cases.policies import phrase_posts
from bandeng.cases.queries import category_keys
from bandeng.foundation.access import Actor
from bandeng.language import mask
from bandeng.people.roles import UNIT_ROLES
from bandeng.territory.locate import index
from bandeng.territory.models import PlaceKind

# The verbs that phrases are kept for: the field they are written into, and what the verb is called there.
VERBS: dict[str, tuple[str, Any]] = {
    "complete": ("answer", _("答复：办好了")), "give_result": ("result", _("单位交结果")), "tell": ("words", _("给反映的人回个话")),
    "not_file": ("reason", _("没有立案")), "redirect": ("reason", _("请居民走别的渠道")), "object": ("ground", _("不归我们办")),
}
LIKE = {"complete", "give_result"}  # where earlier answers help
LIKE_MOST = 3


@dataclass(frozen=True, slots=True)
class Ready:
    """One text to be put into a field; `key` is what its button sends."""

    key: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Hand:
    """What lies at hand for one case: its phrases by verb, and the answers of like cases."""

    phrases: dict[str, list[Ready]] = field(default_factory=dict)
    like: list[Ready] = field(default_factory=list)

    def of(self, verb: str) -> list[Ready]:
        return self.phrases.get(verb, [])

    def like_of(self, verb: str) -> list[Ready]:
        return self.like if verb in LIKE else []

    def text(self, verb: str, key: str) -> str:
        """Return the text that a button of this verb stands for, or ""."""
        return next((one.text for one in [*self.of(verb), *self.like_of(verb)] if one.key == key), "")


def at_hand(actor: Actor, case: Case, verbs: Iterable[str]) -> Hand:
    """Return what lies at hand for these verbs on this case: at most three queries, none where no verb wants words."""
    wanted = set(verbs) & VERBS.keys()
    if not wanted:
        return Hand()
    found: dict[str, list[Ready]] = {}
    for row in _phrases(actor, case).filter(verb__in=wanted):
        found.setdefault(row.verb, []).append(Ready(f"phrase-{row.pk}", row.title, row.text))
    return Hand(found, like_answers(case) if wanted & LIKE else [])


def _phrases(actor: Actor, case: Case) -> QuerySet[Phrase]:
    """The phrases of the places the case lies in, and of the own units; of its group of categories, and of none."""
    district = [pk for pk, spot in index().spots.items() if spot.kind == PlaceKind.DISTRICT]
    places = [pk for pk in (case.community_id, case.subdistrict_id, *district) if pk]
    units = [post.unit_id for post in actor.posts_as(*UNIT_ROLES) if post.unit_id]
    kept = Q(unit_id__in=units) if units and len(units) == len(actor.posts) else Q(place_id__in=places) | Q(unit_id__in=units)
    return Phrase.objects.filter(kept, group__in=["", case.category.group])


def like_answers(case: Case) -> list[Ready]:
    """Return the last public answers to like matters that their requesters called solved: in the community, then around it.

    The same category code (whichever version); masked as on the public board; no case, place or person is named.
    """
    solved = Rating.objects.filter(case_id=OuterRef("pk"), solved=True)
    alike = Case.objects.filter(Exists(solved), state=CaseState.RATED, category_id__in=category_keys(case.category.code))
    alike = alike.filter(subdistrict_id=case.subdistrict_id).exclude(answer="").exclude(pk=case.pk).order_by("-closed_at")
    texts = _texts(alike.filter(community_id=case.community_id)) if case.community_id else []
    if len(texts) < LIKE_MOST and case.subdistrict_id:
        texts += [text for text in _texts(alike.exclude(community_id=case.community_id)) if text not in texts]
    return [Ready(f"like-{number}", "", text) for number, text in enumerate(texts[:LIKE_MOST], 1)]


def _texts(cases: QuerySet[Case]) -> list[str]:
    answers = cases.values_list("answer", flat=True)[: LIKE_MOST * 3]  # the same words are said more than once
    return list(dict.fromkeys(mask(answer).text for answer in answers))[:LIKE_MOST]


@dataclass(frozen=True, slots=True)
class Keeper:
    """A place or unit whose phrases somebody keeps."""

    key: str
    place: int | None
    unit: int | None


def keepers(actor: Actor) -> list[Keeper]:
    """Return the places and units whose phrases *actor* keeps, each once."""
    found = {(post.place_id, post.unit_id) for post in phrase_posts(actor)}
    return [Keeper(f"p{place}" if place else f"u{unit}", place, unit) for place, unit in sorted(found, key=str)]


def kept(actor: Actor) -> QuerySet[Phrase]:
    """Return the phrases that *actor* keeps: what the page shows and no other's."""
    mine = keepers(actor)
    places, units = [one.place for one in mine if one.place], [one.unit for one in mine if one.unit]
    return Phrase.objects.filter(Q(place_id__in=places) | Q(unit_id__in=units)).select_related("place", "unit")
