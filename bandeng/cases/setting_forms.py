"""Forms of what is set: kinds and their questions, default units, routing rules, what a community decides."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bandeng.cases.actions.catalogue import Asked
from bandeng.cases.actions.settings import DAYS_MOST
from bandeng.cases.labels import LIMIT_CLASSES, SPAN_UNITS
from bandeng.cases.machine import Level
from bandeng.cases.models import Category, QuestionKind, RoutingRule, RuleTime, RuleTo, Table
from bandeng.cases.queries import categories
from bandeng.people.models import Unit, UnitKind
from bandeng.territory.models import Place, PlaceKind

ICONS = ("property", "street", "heat", "car", "noise", "water", "danger", "tree", "fire", "care", "dots")


def _area(rows: int = 2) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def _span_fields(label: Any) -> tuple[forms.IntegerField, forms.ChoiceField]:
    number = forms.IntegerField(label=label, min_value=1, max_value=999, required=False, help_text=_("不写就按这一级"))
    return number, forms.ChoiceField(label=_("单位"), choices=[("", "–"), *SPAN_UNITS.items()], required=False)


class CategoryForm(forms.ModelForm):
    """A kind of matter, as its next version."""

    response_amount, response_unit = _span_fields(_("先回话：不同于这一级的时限"))
    finish_amount, finish_unit = _span_fields(_("办结：不同于这一级的时限"))
    limit_class = forms.ChoiceField(label=_("时限级别"), choices=lambda: list(LIMIT_CLASSES.items()))
    icon = forms.ChoiceField(label=_("图标"), choices=[(name, name) for name in ICONS])
    unit_kind = forms.ChoiceField(label=_("责任单位是哪一种"), choices=[("", "–"), *UnitKind.choices], required=False)

    class Meta:
        model = Category
        fields = (
            "group", "group_en", "name", "name_en", "icon", "filing", "filing_en", "closing", "closing_en", "limit_class",
            "response_amount", "response_unit", "finish_amount", "finish_unit", "unit_kind", "on_list", "danger", "standard", "rank",
        )
        labels = {
            "group": _("大类"), "group_en": _("大类（英文）"), "name": _("名称"), "name_en": _("名称（英文）"),
            "filing": _("立案条件"), "filing_en": _("立案条件（英文）"), "closing": _("结案条件"), "closing_en": _("结案条件（英文）"),
            "on_list": _("在社区协助事项清单上，可以交给社区"), "danger": _("地方有危险，先给人看 110、119、120"),
            "standard": _("对应的城市管理代码"), "rank": _("排在第几"),
        }
        widgets = {name: _area() for name in ("filing", "filing_en", "closing", "closing_en")}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in ("response_amount", "finish_amount"):
            data[name] = data.get(name) or 0
        return data

    def _get_validation_exclusions(self) -> set[str]:
        return {*super()._get_validation_exclusions(), "code"}


class NewCategoryForm(CategoryForm):
    code = forms.RegexField(label=_("编码"), regex=r"^[A-Za-z0-9]{1,8}$", error_messages={"invalid": _("编码只用字母和数字，最多 8 个。")})
    table = forms.ChoiceField(label=_("在哪张表里"), choices=Table.choices)
    field_order = ["code", "table"]


class AskedForm(forms.Form):
    """One question; a line without words is left out."""

    code = forms.RegexField(label=_("代号"), regex=r"^[a-z0-9_]{1,16}$", required=False, error_messages={
        "invalid": _("代号只用小写字母、数字和下划线。")})
    kind = forms.ChoiceField(label=_("怎么答"), choices=QuestionKind.choices)
    words = forms.CharField(label=_("问什么"), max_length=200, required=False, widget=_area())
    words_en = forms.CharField(label=_("问什么（英文）"), max_length=300, required=False, widget=_area())
    required = forms.BooleanField(label=_("一定要答"), required=False)
    options = forms.CharField(
        label=_("选项，一行一个；行尾写 ! 的，选了就不收，看提示走别的路"), required=False, widget=_area(3), max_length=2000,
    )
    options_en = forms.CharField(label=_("选项（英文）"), required=False, widget=_area(3), max_length=2000)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("words") and not data.get("code"):
            self.add_error("code", _("给这个问题起个代号。"))
        return data


class AskedFormSet(forms.BaseFormSet):
    def asked(self) -> list[Asked]:
        """Return the questions that have words."""
        rows = [form.cleaned_data for form in self.forms if form.cleaned_data.get("words")]
        return [Asked(**row) for row in rows]


QuestionsSet = forms.formset_factory(AskedForm, formset=AskedFormSet, extra=2, max_num=12, validate_max=True)


class PlaceChoice(forms.ModelChoiceField):
    """A place, by its name and what it lies in."""

    def label_from_instance(self, place: Place) -> str:
        return f"{place.parent.name} · {place.name}" if place.parent else place.name


def _places() -> Any:
    wide = (PlaceKind.DISTRICT, PlaceKind.SUBDISTRICT, PlaceKind.COMMUNITY, PlaceKind.COMPOUND)
    return Place.objects.filter(kind__in=wide, ended_on__isnull=True).select_related("parent").order_by("kind", "code", "name")


def _units() -> Any:
    return Unit.objects.filter(ended_on__isnull=True).order_by("kind", "name")


class DefaultUnitForm(forms.Form):
    place = PlaceChoice(label=_("在哪里（和它下面）"), queryset=Place.objects.none())
    unit = forms.ModelChoiceField(label=_("由哪个单位负责"), queryset=Unit.objects.none(), required=False, empty_label=_("不写了，去掉"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].queryset = _places()  # type: ignore[attr-defined]
        self.fields["unit"].queryset = _units()  # type: ignore[attr-defined]


class CodesField(forms.CharField):
    """Codes of kinds, by commas or blanks; its value is a list."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 600)
        super().__init__(required=False, **kwargs)

    def clean(self, value: Any) -> list[str]:
        wanted = [part for part in re.split(r"[\s,，、;；]+", super().clean(value)) if part]
        known = {row.code for row in categories(staff=True)}
        if unknown := [code for code in wanted if code not in known]:
            raise forms.ValidationError(_("没有这个类别：%(code)s。"), params={"code": unknown[0]})
        return list(dict.fromkeys(wanted))


class RuleForm(forms.ModelForm):
    """A routing rule."""

    codes = CodesField(label=_("哪些类别（编码，用逗号隔开）"), help_text=_("不写就是所有类别"))
    place = PlaceChoice(label=_("在哪里（和它下面）"), queryset=Place.objects.none(), required=False, empty_label=_("全区"))
    unit = forms.ModelChoiceField(label=_("哪个单位"), queryset=Unit.objects.none(), required=False, empty_label="–")
    time = forms.ChoiceField(label=_("什么时候"), choices=RuleTime.choices, required=False)
    level = forms.ChoiceField(label=_("交给哪一级"), choices=[("", _("照平常")), *Level.choices], required=False)
    to = forms.ChoiceField(label=_("派给谁"), choices=RuleTo.choices, required=False)

    class Meta:
        model = RoutingRule
        fields = ("title", "codes", "place", "question", "answer", "time", "level", "to", "unit", "at_once")
        labels = {
            "title": _("规则怎么念"), "question": _("问题代号（可不写）"), "answer": _("答了什么（可不写）"),
            "at_once": _("不等人看，直接派给单位"),
        }
        help_texts = {"title": _("像“路灯归市政中心”，件上会写：按这条规则")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].queryset = _places()  # type: ignore[attr-defined]
        self.fields["unit"].queryset = _units()  # type: ignore[attr-defined]

    def clean_codes(self) -> str:
        return ",".join(self.cleaned_data["codes"])

    def _post_clean(self) -> None:
        """The rules of a rule live in its action."""


class SlipRuleForm(forms.Form):
    classes = forms.MultipleChoiceField(
        label=_("哪几级时限的算红单"), choices=lambda: list(LIMIT_CLASSES.items()), required=False, widget=forms.CheckboxSelectMultiple,
    )
    codes = CodesField(label=_("还有哪些类别算红单（编码，用逗号隔开）"))
    level = forms.ChoiceField(label=_("红单交到"), choices=[(Level.COMMUNITY, _("社区")), (Level.SUBDISTRICT, _("街道"))])
    days = forms.IntegerField(label=_("红单最多几天办结"), min_value=1, max_value=DAYS_MOST)
    words = forms.CharField(label=_("想对居民说的话"), max_length=300, required=False, widget=_area())


class WhistleRightForm(forms.Form):
    may = forms.BooleanField(label=_("社区可以自己吹哨，叫大党委的成员单位"), required=False)
    members = forms.ModelMultipleChoiceField(
        label=_("大党委的成员单位"), queryset=Unit.objects.none(), required=False, widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["members"].queryset = _units()  # type: ignore[attr-defined]
