"""Keeping what makes the work faster: a person's own lists, and the phrases of a place or unit."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.utils.translation import gettext as _

from bandeng.cases import policies
from bandeng.cases.actions.step import text as checked
from bandeng.cases.models import Phrase, SavedView
from bandeng.cases.models.workbench import PHRASES_MOST, VIEWS_MOST
from bandeng.foundation.access import Actor, Invalid, PostRef, Refused
from bandeng.foundation.journal.writer import record
from bandeng.people.models import Account

NAME_MOST = 30


def save_view(actor: Actor, *, name: str, query: str) -> SavedView:
    """Keep a list under a name, for this person alone. *query* holds known parameters only: the page made it."""
    name = checked(name, "name", limit=NAME_MOST)
    if len(query) > 600:
        raise Invalid(_("条件太多了，存不下。"), "name")
    with transaction.atomic():
        kept = _views(actor)
        if len(kept) >= VIEWS_MOST:
            raise Invalid(_("最多存 %(n)s 个，先删一个不用的。") % {"n": VIEWS_MOST}, "name")
        _no_twin(kept, name)
        turn = max((view.turn for view in kept), default=0) + 1
        made = SavedView.objects.create(person_id=actor.person_id, name=name, query=query, turn=turn)
        record(actor, "saved_view.add", made, fields=["name", "query"])
        return made


def rename_view(actor: Actor, *, view: int, name: str) -> None:
    """Call a kept list something else."""
    name = checked(name, "name", limit=NAME_MOST)
    with transaction.atomic():
        kept = _views(actor)
        mine = _own(kept, view)
        _no_twin([other for other in kept if other is not mine], name)
        mine.name = name
        mine.save(update_fields=["name"])
        record(actor, "saved_view.rename", mine, fields=["name"])


def drop_view(actor: Actor, *, view: int) -> None:
    """Forget a kept list."""
    with transaction.atomic():
        mine = _own(_views(actor), view)
        record(actor, "saved_view.drop", mine)
        mine.delete()


def _views(actor: Actor) -> list[SavedView]:
    """Return a person's lists, and let nobody else change them meanwhile: the account's row is the lock."""
    if not actor.person_id:
        raise Refused(_("先登录。"))
    Account.objects.select_for_update().filter(pk=actor.person_id).first()
    return list(SavedView.objects.filter(person_id=actor.person_id))


def _own(kept: list[SavedView], pk: int) -> SavedView:
    found = next((view for view in kept if view.pk == pk), None)
    if found is None:
        raise Refused(_("没有这个，或不是您存的。"))
    return found


def _no_twin(kept: list[SavedView], name: str) -> None:
    if any(view.name == name for view in kept):
        raise Invalid(_("已经有一个叫这个名字的。"), "name")


def add_phrase(
    actor: Actor, *, place: int | None, unit: int | None, verb: str, group: str, title: str, text: str,
) -> Phrase:
    """Keep a phrase for a place or a unit."""
    given = _phrase_texts(title, text)
    with transaction.atomic():
        post = _keeper(actor, place, unit)
        if Phrase.objects.filter(place_id=place, unit_id=unit).count() >= PHRASES_MOST:
            raise Invalid(_("最多留 %(n)s 条，先删几条不用的。") % {"n": PHRASES_MOST}, "title")
        made = Phrase.objects.create(place_id=place, unit_id=unit, verb=verb, group=group, **given)
        record(actor, "phrase.add", made, post=post, fields=["verb", "group", "title", "text"])
        return made


def change_phrase(actor: Actor, *, phrase: int, verb: str, group: str, title: str, text: str) -> None:
    """Write a phrase anew. What was written with it before stays as it was."""
    given = _phrase_texts(title, text)

    def change(row: Phrase, post: PostRef) -> None:
        row.verb, row.group, row.title, row.text = verb, group, given["title"], given["text"]
        row.save(update_fields=["verb", "group", "title", "text"])
        record(actor, "phrase.change", row, post=post, fields=["verb", "group", "title", "text"])

    _with_phrase(actor, phrase, change)


def drop_phrase(actor: Actor, *, phrase: int) -> None:
    """Keep a phrase no more."""

    def drop(row: Phrase, post: PostRef) -> None:
        record(actor, "phrase.drop", row, post=post)
        row.delete()

    _with_phrase(actor, phrase, drop)


def _phrase_texts(title: str, text: str) -> dict[str, str]:
    return {"title": checked(title, "title", limit=NAME_MOST), "text": checked(text, "text", limit=500)}


def _with_phrase(actor: Actor, pk: int, act: Callable[[Phrase, PostRef], None]) -> None:
    with transaction.atomic():
        row = Phrase.objects.select_for_update().filter(pk=pk).first()
        if row is None:
            raise Refused(_("这一条已经没有了。"))
        act(row, _keeper(actor, row.place_id, row.unit_id))


def _keeper(actor: Actor, place: int | None, unit: int | None) -> PostRef:
    post = policies.keeps_phrase(actor, place, unit)
    if post is None:
        raise Refused(_("您的岗位不能改这里的常用语。"))
    return post
