"""Words at hand: phrases 常用语 kept for a verb, and what others answered in like cases."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.utils.translation import gettext_lazy as _

from bandeng.cases.machine import CaseState
from bandeng.cases.models import Case, Phrase, Rating
from bandeng.cases.policies import phrase_posts
from bandeng.cases.queries import category_keys
from bandeng.foundation.access import Actor
from bandeng.foundation.statements import rows_together
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
ANSWERED = "answered"  # stands for the verb where a row is an answer, not a phrase


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
    """Return what lies at hand for these verbs on this case: one query, none where no verb wants words."""
    wanted = set(verbs) & VERBS.keys()
    if not wanted:
        return Hand()
    parts = [_phrases(actor, case).filter(verb__in=wanted).values_list("pk", "verb", "title", "text")]
    found: dict[str, list[Ready]] = {}
    answers: list[str] = []
    for pk, verb, title, text in rows_together([*parts, *(_like(case) if wanted & LIKE else [])]):
        if verb == ANSWERED:
            answers.append(mask(text).text)
        else:
            found.setdefault(verb, []).append(Ready(f"phrase-{pk}", title, text))
    return Hand(found, _ready(answers))


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
    return _ready([mask(text).text for _pk, _verb, _title, text in rows_together(_like(case))])


def _like(case: Case) -> list[QuerySet[Case]]:
    solved = Rating.objects.filter(case_id=OuterRef("pk"), solved=True)
    alike = Case.objects.filter(Exists(solved), state=CaseState.RATED, category_id__in=category_keys(case.category.code))
    alike = alike.filter(subdistrict_id=case.subdistrict_id).exclude(answer="").exclude(pk=case.pk).order_by("-closed_at")
    rows = alike.annotate(verb=Value(ANSWERED), title=Value("")).values_list("pk", "verb", "title", "answer")
    around = rows.exclude(community_id=case.community_id) if case.subdistrict_id else rows.none()
    # The same words are said more than once, so more are read than shown.
    return [rows.filter(community_id=case.community_id)[: LIKE_MOST * 3], around[: LIKE_MOST * 3]]


def _ready(answers: list[str]) -> list[Ready]:
    return [Ready(f"like-{number}", "", text) for number, text in enumerate(list(dict.fromkeys(answers))[:LIKE_MOST], 1)]


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
