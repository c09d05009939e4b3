"""One act on several lines at once: each goes through its ordinary action by itself, and each says what came of it.

Only what is done alike and can be put right: never an ending, a merge, a redirection, or an opened contact.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bandeng.cases import forms as f
from bandeng.cases import policies, queries, verbs
from bandeng.cases.models import Case
from bandeng.foundation.access import Actor, Invalid, Refused, WrongState
from bandeng.people.models import Unit
from bandeng.people.roles import COMMUNITY_ROLES, DISTRICT_ROLES, GRID_ROLES, SUBDISTRICT_ROLES, UNIT_ROLES

MOST = 50

_PLACES = (*GRID_ROLES, *COMMUNITY_ROLES, *SUBDISTRICT_ROLES, *DISTRICT_ROLES)


class OneUnitForm(forms.Form):
    """One unit and one reason for all of them."""

    unit = forms.TypedChoiceField(label=_("派给哪个单位"), coerce=int, error_messages={"required": _("请选一个单位。")})
    reason = forms.CharField(label=_("要他们做什么"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, units: Sequence[Unit] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(unit.pk, f"{unit.name} · {unit.does}" if unit.does else unit.name) for unit in units]
        self.fields["unit"].choices = [("", "—"), *choices]  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Act:
    """Something that may be done to several lines: `roles` see its button, what they may do the action says."""

    name: str
    label: str | Promise
    form: type[forms.Form]
    roles: tuple[str, ...]
    orders: bool = False  # an act on the unit's order, not on the case

    @property
    def plain(self) -> bool:
        return self.form is f.PlainForm


ACTS = (
    Act("take", _("我来办"), f.PlainForm, _PLACES),
    Act("acknowledge", _("收到，我们办"), f.PlainForm, UNIT_ROLES, orders=True),
    Act("dispatch", _("派给一个单位"), OneUnitForm, (*COMMUNITY_ROLES, *SUBDISTRICT_ROLES)),
    Act("recategorise", _("改类别"), f.CategoryForm, _PLACES),
    Act("note", _("记一笔"), f.NoteForm, (*_PLACES, *UNIT_ROLES)),
)


@dataclass(frozen=True, slots=True)
class Pick:
    """A ticked line: a case, or one order on it."""

    number: str
    order: int | None = None

    @classmethod
    def read(cls, text: str) -> Pick:
        number, _slash, order = text[:60].replace("\0", "").partition("/")
        return cls(number, int(order) if order.isascii() and order.isdigit() and len(order) < 19 else None)

    def __str__(self) -> str:
        return self.number if self.order is None else f"{self.number}/{self.order}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one line."""

    number: str
    done: bool
    words: str
    case: Case | None = None


def acts_for(actor: Actor) -> list[Act]:
    """Return the acts whose buttons this person sees."""
    return [act for act in ACTS if actor.posts_as(*act.roles)]


def act_of(actor: Actor, name: str) -> Act | None:
    """Return the act of a name, if this person has it."""
    return next((act for act in acts_for(actor) if act.name == name), None)


def find(actor: Actor, pick: Pick) -> Case | None:
    """Return the case of a ticked line, if this person may work on it."""
    case = queries.find_for(actor, pick.number)
    return case if case and policies.may(actor, "see_notes", case) else None


def find_all(actor: Actor, picks: Sequence[Pick]) -> list[Case]:
    """Return the cases of the ticked lines that this person may work on, each once."""
    cases = queries.find_all_for(actor, [pick.number for pick in picks])
    return [case for case in cases if policies.may(actor, "see_notes", case)]


def form_of(act: Act, cases: Sequence[Case], data: Any = None) -> forms.Form:
    """Return the form of an act; a dispatch offers the units that all the cases have in common."""
    more = {"units": queries.units_near_all(cases) if cases else []} if act.form is OneUnitForm else {}
    return act.form(data, auto_id=f"{act.name}_%s", **more)


def run_all(actor: Actor, act: Act, picks: Sequence[Pick], given: dict[str, Any]) -> list[Outcome]:
    """Do the act to each line in turn, each in its own transaction; what one refuses stops none of the others."""
    if act.form is OneUnitForm:
        given = {"units": [given["unit"]], "leader": None, "reason": given["reason"]}
    outcomes, group = [], ""
    for pick in picks[:MOST]:
        case = find(actor, pick)
        if case is None:
            outcomes.append(Outcome(pick.number, False, gettext("没有这个编号，或不归您看。")))
            continue
        group = group or case.category.group
        if act.form is OneUnitForm and case.category.group != group:
            outcomes.append(Outcome(case.number, False, gettext("和第一件不是同一大类，请单独派。"), case))
            continue
        outcomes.append(_run(actor, act, pick, case, given))
    return outcomes


def _run(actor: Actor, act: Act, pick: Pick, case: Case, given: dict[str, Any]) -> Outcome:
    found = verbs.verb(act.name, act.orders)
    assert found is not None
    ids = {"case": case.pk}
    if act.orders:
        if pick.order is None or not case.orders.filter(pk=pick.order).exists():
            return Outcome(case.number, False, gettext("这一行不是派给您单位的。"), case)
        ids["order"] = pick.order
    run: Callable[..., Any] = found.run
    try:
        run(actor, **ids, **given)
    except (Refused, WrongState, Invalid) as error:
        return Outcome(case.number, False, str(error), case)
    return Outcome(case.number, True, str(found.said), case)
