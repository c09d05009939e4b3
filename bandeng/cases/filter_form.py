"""The form that narrows a list, and the same in an address: what is on, in words, each to be taken off by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bandeng.cases import labels, queries
from bandeng.cases.lines.filters import AREAS, Filters, compounds_named
from bandeng.cases.models import Slip, Source
from bandeng.foundation.access import Actor
from bandeng.foundation.pages.speech import named
from bandeng.foundation.text import clean
from bandeng.people.models import Unit
from bandeng.people.roles import COMMUNITY_ROLES, DISTRICT_ROLES, GRID_ROLES, SUBDISTRICT_ROLES, UNIT_ROLES, Role
from bandeng.territory.locate import Spot, index
from bandeng.territory.models import PlaceKind

ANY = ("", _("不限"))
UNITS_MOST = 200  # so many units share a part of their name at most
NAMES = [field.name for field in fields(Filters) if field.name != "units"]


class AreaField(forms.TypedChoiceField):
    """Offers the places under one's own posts, and understands every other: a colleague's link may name it."""

    def valid_value(self, value: str) -> bool:
        spot = index().spots.get(int(value)) if value.isascii() and value.isdigit() and len(value) < 19 else None
        return spot is not None and spot.kind in AREAS


class CategoryChoice(forms.ChoiceField):
    """Offers the categories in use, and understands those that are no more."""

    def valid_value(self, value: str) -> bool:
        return bool(queries.category_keys(value))


class FilterForm(forms.Form):
    """What a list may be narrowed by. `filters` holds what was good; `ignored` says in words what was not."""

    category = CategoryChoice(label=_("类别"), required=False)
    area = AreaField(label=_("社区、网格"), required=False, coerce=int, empty_value=None)
    compound = forms.CharField(label=_("小区"), required=False, max_length=40)
    state = forms.ChoiceField(label=_("办到哪一步"), required=False)
    slip = forms.ChoiceField(label=_("红单、蓝单"), required=False, choices=[ANY, *Slip.choices])
    source = forms.ChoiceField(label=_("从哪里来"), required=False, choices=[ANY, *Source.choices])
    whistle = forms.ChoiceField(label=_("哪一种哨"), required=False)
    unit = forms.CharField(label=_("单位"), required=False, max_length=40)
    since = forms.DateField(label=_("收到：从"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("到"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    by = forms.ChoiceField(label=_("分组"), required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="by_%s", **kwargs)
        self.fields["category"].choices = _categories  # type: ignore[attr-defined]
        self.fields["area"].choices = lambda: _areas(actor)  # type: ignore[attr-defined]
        orders = not queries.may_oversee(actor)
        states = labels.ORDER_STATES if orders else labels.STATES
        self.fields["state"].choices = [ANY, *states.items()]  # type: ignore[attr-defined]
        self.fields["whistle"].choices = [ANY, *((key, text) for key, text in labels.WHISTLES.items() if key)]  # type: ignore[attr-defined]
        groups = [("state", _("按办到哪一步")), ("community", _("按社区")), ("category", _("按类别"))]
        self.fields["by"].choices = [("", _("不分，按到期先后")), *([("whistle", _("按哪一种哨"))] if orders else []), *groups]  # type: ignore[attr-defined]
        self.kept_units: tuple[int, ...] = ()

    def clean_compound(self) -> str:
        name = clean(self.cleaned_data["compound"])
        if name and not compounds_named(name):
            raise forms.ValidationError(_("没有叫这个的小区"))
        return name

    def clean_unit(self) -> str:
        name = clean(self.cleaned_data["unit"])
        if name:
            self.kept_units = tuple(Unit.objects.filter(name__icontains=name).values_list("pk", flat=True)[:UNITS_MOST])
            if not self.kept_units:
                raise forms.ValidationError(_("没有叫这个的单位"))
        return name

    @property
    def filters(self) -> Filters:
        self.is_valid()
        return Filters(**{name: self.cleaned_data[name] for name in NAMES if self.cleaned_data.get(name)}, units=self.kept_units)

    @property
    def ignored(self) -> list[str]:
        """What was asked for and means nothing here, each in words."""
        return [
            gettext("“%(label)s”写的是“%(given)s”，这里没有，没有用上。")
            % {"label": self.fields[name].label, "given": str(self.data.get(name, ""))[:40]}
            for name in self.errors if name in self.fields
        ]


def _categories() -> list[Any]:
    groups: list[Any] = [("", ANY[1])]
    for label, _icon, rows in queries.groups(queries.categories()):
        whole = (rows[0].group, gettext("%(group)s，整类") % {"group": label})
        groups.append((label, [whole, *((row.code, row.label) for row in rows)]))
    return groups


def _areas(actor: Actor) -> list[Any]:
    """Return the places that somebody may choose among: what lies under the own posts. No query."""
    spots = index().spots
    below: dict[int | None, list[Spot]] = {}
    for spot in spots.values():
        if spot.kind in (PlaceKind.COMMUNITY, PlaceKind.GRID):
            below.setdefault(spot.parent_id, []).append(spot)
    if actor.posts_as(*DISTRICT_ROLES, Role.AUDITOR) or not queries.may_oversee(actor) and actor.posts_as(*UNIT_ROLES):
        tops = [pk for pk, spot in spots.items() if spot.kind == PlaceKind.SUBDISTRICT]
    else:
        tops = [post.place_id for post in actor.posts_as(*SUBDISTRICT_ROLES, *COMMUNITY_ROLES) if post.place_id in spots]
    choices: list[Any] = [("", ANY[1])]
    for top in sorted(tops):
        choices.append((named(spots[top]), [_choice(spots[top]), *map(_choice, below.get(top, []))]))
        if len(tops) == 1 and spots[top].kind == PlaceKind.SUBDISTRICT:
            choices += [(named(spot), [*map(_choice, below.get(spot.id, []))]) for spot in below.get(top, [])]
    own = [spots[post.place_id] for post in actor.posts_as(*GRID_ROLES) if post.place_id in spots]
    return [*choices, *map(_choice, own)]


def _choice(spot: Spot) -> tuple[int, str]:
    return spot.id, named(spot)


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter that is on: what it is called, what it says, and the address without it."""

    label: str
    text: str
    without: str


def chips(form: FilterForm, view: str, more: Mapping[str, str] | None = None) -> list[Chip]:
    """Return what is on, in the order of the form. `by` is no filter and stands in the form only."""
    given = values(form.filters)
    found = []
    for name in given:
        if name != "by":
            rest = {key: value for key, value in given.items() if key != name}
            found.append(Chip(str(form.fields[name].label), _said(form, name, given[name]), address(view, rest, more)))
    return found


def values(filters: Filters) -> dict[str, str]:
    """Return the filters as they stand in an address: only those that are on."""
    given = {name: getattr(filters, name) for name in NAMES}
    return {name: str(value) for name, value in given.items() if value}


def address(view: str, given: Mapping[str, str], more: Mapping[str, str] | None = None) -> str:
    """Return the query of a list: always in the same order, so that equal lists have equal addresses."""
    return urlencode({"view": view, **given, **(more or {})})


def _said(form: FilterForm, name: str, value: str) -> str:
    choices = getattr(form.fields[name], "choices", None)
    if choices is None:
        return value
    for key, text in choices:
        if isinstance(text, list | tuple):
            found = next((str(inner) for one, inner in text if str(one) == value), "")
            if found:
                return found
        elif str(key) == value:
            return str(text)
    return named(index().spots.get(int(value))) if name == "area" else value
