"""What a case page offers to do, each verb with its form.

A page holds up to twenty forms, nearly all of them empty and the same on every page: their insides are drawn once for
each language and kept by this process. What was sent and comes back, and what already says something of the case, is
drawn anew.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from bandeng.cases import queries, verbs
from bandeng.cases.forms import CompleteForm, ReleaseForm, UnitsForm
from bandeng.cases.models import Case, Order
from bandeng.cases.phrases import VERBS, Hand, Ready, at_hand
from bandeng.cases.verbs import Verb
from bandeng.cases.views import once
from bandeng.foundation.access import Actor

Bound = tuple[str, int, forms.Form]  # the verb that was sent, its order (0: the case), and what was sent
ORDER = "@order@"  # stands in kept forms for the number of the order
KEPT = 500
NOTHING = Hand()
_kept: dict[Hashable, str] = {}


@dataclass(frozen=True, slots=True)
class Offer:
    """One verb on a page: `fields` is the inside of its form; `form` is there when it was sent and comes back."""

    verb: Verb
    fields: SafeString
    once: str
    form: forms.Form | None = None
    hand: Hand = NOTHING
    into: str = ""  # the id of the field that a ready text is put into

    @property
    def open(self) -> bool:
        return self.form is not None

    @property
    def phrases(self) -> list[Ready]:
        return self.hand.of(self.verb.action)

    @property
    def like(self) -> list[Ready]:
        return self.hand.like_of(self.verb.action)

    @property
    def plain(self) -> bool:
        """Whether there is nothing to fill in: a button."""
        return not self.fields


def all_offers(actor: Actor, case: Case, bound: Bound | None) -> dict[int, list[Offer]]:
    """Return what *actor* may do now with the case (0) and with each of its orders, and what lies at hand to be written."""
    made = {order.pk if order else 0: offers(actor, case, order, bound) for order in (None, *case.orders.all())}
    hand = at_hand(actor, case, {one.verb.action for some in made.values() for one in some})
    return {key: [replace(one, hand=hand) for one in some] for key, some in made.items()}


def offers(actor: Actor, case: Case, order: Order | None, bound: Bound | None) -> list[Offer]:
    """Return what *actor* may do now with the case, or with one of its orders."""
    found = []
    for verb in verbs.possible(actor, case, order):
        mine = bound and bound[0] == verb.action and bound[1] == (order.pk if order else 0)
        form = bound[2] if bound and mine else None
        fields = _drawn(form) if form else _fields(verb, case, order)
        found.append(Offer(verb, mark_safe(fields), once.token(), form, into=_into(verb, order, form)))  # noqa: S308  drawn by a template
    return found


def _into(verb: Verb, order: Order | None, form: forms.Form | None) -> str:
    name = VERBS.get(verb.action, ("",))[0]
    if form is not None or order is None:
        return f"{verb.action}_{name}"
    return f"{verb.action}_{order.pk}_{name}"


def _fields(verb: Verb, case: Case, order: Order | None) -> str:
    """Return the inside of an empty form."""
    key: tuple[Hashable, ...] = (verb.action, order is not None, get_language(), queries.categories_as_of())
    auto_id = f"{verb.action}_{ORDER}_%s" if order is not None else f"{verb.action}_%s"
    if not issubclass(verb.form, (UnitsForm, ReleaseForm, CompleteForm)):
        drawn = _kept_or_drawn(key, lambda: verb.form(auto_id=auto_id))
    else:
        form = verbs.bind(verb, case)
        form.auto_id = auto_id
        drawn = _drawn(form) if any(form.initial.values()) or isinstance(form, ReleaseForm) else _with_units(key, form)
    return drawn.replace(ORDER, str(order.pk)) if order is not None else drawn


def _with_units(key: tuple[Hashable, ...], form: forms.Form) -> str:
    """The same for forms whose choices are the units near by: kept for each set of them."""
    units = form.fields.get("units")
    if units is not None:
        key = (*key, tuple(units.choices), tuple(units.initial), str(units.help_text))  # type: ignore[attr-defined]
    return _kept_or_drawn(key, lambda: form)


def _kept_or_drawn(key: Hashable, make: Callable[[], forms.Form]) -> str:
    """Read once: another thread may empty what is kept at any moment."""
    drawn = _kept.get(key)
    if drawn is None:
        drawn = _drawn(make())
        if len(_kept) >= KEPT:
            _kept.clear()
        _kept[key] = drawn
    return drawn


def _drawn(form: forms.Form) -> str:
    return render_to_string("cases/verb_fields.html", {"form": form}).strip()


def forget() -> None:
    """Drop what this process has drawn (between tests)."""
    _kept.clear()
