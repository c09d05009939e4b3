"""Changing the catalogue: a change is a new version, so that no case that is there changes with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from bandeng.cases import policies, queries, rules
from bandeng.cases.actions import step as steps
from bandeng.cases.models import Category, DefaultUnit, Question, QuestionKind
from bandeng.foundation.access import Actor, Invalid, PostRef, Refused, WrongState
from bandeng.foundation.clock.moment import now
from bandeng.foundation.journal.writer import record
from bandeng.people.models import Unit
from bandeng.territory.models import Place

VALUES = (
    "group", "group_en", "name", "name_en", "icon", "limit_class", "response_amount", "response_unit", "finish_amount",
    "finish_unit", "danger", "on_list", "unit_kind", "standard", "filing", "filing_en", "closing", "closing_en", "rank",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it was typed."""

    code: str
    kind: str
    words: str
    words_en: str = ""
    required: bool = False
    options: str = ""
    options_en: str = ""


def editor(actor: Actor) -> PostRef:
    """Return the post in which the catalogue is changed. Raises Refused."""
    post = policies.catalogue_post(actor)
    if not post:
        raise Refused(_("类别、规则由区级调度员、督办员来改。"))
    return post


def change(actor: Actor, *, code: str, version: int, questions: Sequence[Asked], **values: Any) -> Category:
    """Put a new version of a kind in force, made from version *version*; return it.

    Raises WrongState when somebody changed it meanwhile or it is no longer in use, Invalid for the field that is wrong.
    """
    post = editor(actor)
    _check(values, questions)
    with transaction.atomic():
        old = Category.objects.select_for_update().filter(code=code, in_use=True).first()
        if old is None or old.version != version:
            raise WrongState(_("这一类刚刚被别人改过，请看一下现在的样子再改。"))
        last = Category.objects.filter(code=code).aggregate(last=Max("version"))["last"]
        old.in_use = False
        old.save(update_fields=["in_use"])
        row = Category(code=code, version=last + 1, since=now(), table=old.table, **values)
        _put(row, questions)
        changed = [name for name in VALUES if getattr(row, name) != getattr(old, name)]
        record(actor, "category.change", row, post=post, fields=changed or ["questions"])
    _forget()
    return row


def add(actor: Actor, *, code: str, table: str, questions: Sequence[Asked], **values: Any) -> Category:
    """Put a kind with a new code into the catalogue; return it."""
    post = editor(actor)
    _check(values, questions)
    code = steps.text(code, "code", limit=8)
    if not code.isascii() or not code.isalnum():
        raise Invalid(_("编码只用字母和数字，最多 8 个。"), "code")
    taken = Invalid(_("这个编码已经用过了。"), "code")
    if Category.objects.filter(code=code).exists():
        raise taken
    try:
        with transaction.atomic():
            row = Category(code=code, table=table, since=now(), **values)
            _put(row, questions)
            record(actor, "category.add", row, post=post, fields=VALUES)
    except IntegrityError:  # somebody else was quicker by a moment
        raise taken from None
    _forget()
    return row


def retire(actor: Actor, *, code: str) -> None:
    """Take a kind out of use; cases of it stay as they are."""
    post = editor(actor)
    with transaction.atomic():
        row = Category.objects.select_for_update().filter(code=code, in_use=True).first()
        if row is None:
            raise WrongState(_("这一类已经停用。"))
        row.in_use = False
        row.save(update_fields=["in_use"])
        record(actor, "category.retire", row, post=post, fields=["in_use"])
    _forget()


def _put(row: Category, questions: Sequence[Asked]) -> None:
    row.save(force_insert=True)
    Question.objects.bulk_create([
        Question(category=row, nth=nth, code=one.code, kind=one.kind, words=one.words, words_en=one.words_en, required=one.required,
                 options=one.options, options_en=one.options_en)
        for nth, one in enumerate(questions, 1)
    ])


def _check(values: dict[str, Any], questions: Sequence[Asked]) -> None:
    for name in ("response", "finish"):
        if bool(values.get(f"{name}_amount")) != bool(values.get(f"{name}_unit")):
            raise Invalid(_("时限要写数字，也要选单位；都不写，就按这一级的时限。"), f"{name}_amount")
    codes = [one.code for one in questions]
    if len(set(codes)) != len(codes):
        raise Invalid(_("两个问题不能用同一个代号。"))
    for one in questions:
        given = [line for line in one.options.splitlines() if line.strip()]
        if one.kind in (QuestionKind.SINGLE, QuestionKind.MULTIPLE) and len(given) < 2:
            raise Invalid(_("“%(question)s”要至少两个选项，一行一个。") % {"question": one.words})


def set_default_unit(actor: Actor, *, code: str, place: Place, unit: Unit | None) -> None:
    """Say which unit answers for a kind at a place and below; None takes that back."""
    post = editor(actor)
    with transaction.atomic():
        row = DefaultUnit.objects.select_for_update().filter(code=code, place=place).first()
        if unit is None:
            if row is None:
                raise WrongState(_("那里没有写过默认单位。"))
            record(actor, "default_unit.remove", row, post=post, fields=["unit"])
            row.delete()
        else:
            row, _made = DefaultUnit.objects.update_or_create(code=code, place=place, defaults={"unit": unit})
            record(actor, "default_unit.set", row, post=post, fields=["unit"])
    _forget()


def _forget() -> None:
    """What this process knows is old now; other processes read it anew within seconds."""
    transaction.on_commit(queries.forget)
    transaction.on_commit(rules.forget)
