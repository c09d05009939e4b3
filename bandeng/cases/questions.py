"""What is asked for a kind of matter, beside the words; and the notices that stop a report and say where to go instead."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from bandeng.cases import queries
from bandeng.cases.models import Case, Category, Question, QuestionKind
from bandeng.cases.story import Point
from bandeng.foundation.text import clean
from bandeng.language import mask

TEXT_MOST = 200
MARK = "q_"  # before the code of a question: the name of its field


class QuestionsForm(forms.Form):
    """The questions of one kind of matter. `asked` tells that they were before the person's eyes."""

    asked = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, category: Category, data: Any = None) -> None:
        super().__init__(data, auto_id=f"k{category.pk}_%s")
        self.category = category
        self.rows = queries.questions_of(category)
        for row in self.rows:
            if row.kind != QuestionKind.NOTICE:
                self.fields[MARK + row.code] = _field(row)
        self.initial["asked"] = str(category.pk)

    @property
    def unseen(self) -> bool:
        """Whether something must be answered that the page did not show: it was sent without scripts, the kind just chosen."""
        return any(row.required for row in self.rows) and self.data.get("asked") != str(self.category.pk)

    @property
    def parts(self) -> list[tuple[Question, Any]]:
        """The questions in order, each with its bound field, or None for a notice that everybody reads."""
        return [(row, self[MARK + row.code] if MARK + row.code in self.fields else None) for row in self.rows if not self._hidden(row)]

    def _hidden(self, row: Question) -> bool:
        """A notice that stops whoever chose an option is read by those only."""
        return row.stops_all and any(other.stopping for other in self.rows)

    def stop(self) -> str:
        """Return where to go instead, when what was answered (or the kind itself) stops the report; else ""."""
        chosen = [row for row in self.rows if row.stopping and row.stopping & self._values(row)]
        if not chosen and any(row.stopping for row in self.rows):
            return ""
        notices = [row.text for row in self.rows if row.stops_all]
        if not chosen and not notices:
            return ""
        return "\n".join(notices) or _("这样的事请走别的渠道，这里不收。")

    def _values(self, row: Question) -> set[str]:
        given = self.cleaned_data.get(MARK + row.code) if hasattr(self, "cleaned_data") else None
        return set(given) if isinstance(given, list) else {str(given)} if given else set()

    def answers(self) -> list[tuple[Question, str]]:
        """Return what was answered, as it is kept: masked, one choice to a line. The form must be valid."""
        said = [(row, _kept(self.cleaned_data.get(MARK + row.code))) for row in self.rows if MARK + row.code in self.fields]
        return [(row, value) for row, value in said if value]


def _field(row: Question) -> forms.Field:
    common: dict[str, Any] = {"label": row.text, "required": row.required}
    missing = {"required": _("请答一下：%(question)s。") % {"question": row.text}}
    if row.kind == QuestionKind.NUMBER:
        return forms.FloatField(**common, error_messages=missing | {"invalid": _("请写一个数。")}, min_value=-1e9, max_value=1e9)
    if row.kind == QuestionKind.DATE:
        return forms.DateField(**common, error_messages=missing, widget=forms.DateInput(attrs={"type": "date"}))
    if row.kind == QuestionKind.SINGLE:
        return forms.ChoiceField(**common, choices=row.choices, widget=forms.RadioSelect, error_messages=missing)
    if row.kind == QuestionKind.MULTIPLE:
        return forms.MultipleChoiceField(**common, choices=row.choices, widget=forms.CheckboxSelectMultiple, error_messages=missing)
    return forms.CharField(**common, max_length=TEXT_MOST, error_messages=missing)


def _kept(value: Any) -> str:
    if value in (None, "", []):
        return ""
    if isinstance(value, list):
        return "\n".join(value)
    if isinstance(value, float):
        return f"{value:g}"
    return value.isoformat() if isinstance(value, date) else mask(clean(value)).text[:500]


def blocks(rows: list[Category], chosen: QuestionsForm | None) -> list[QuestionsForm]:
    """Return one form for each kind that asks something; *chosen* in place of its own, the others not to be sent."""
    return [
        chosen if chosen and chosen.category.pk == row.pk else _waiting(row)
        for row in rows if queries.questions_of(row)
    ]


def _waiting(category: Category) -> QuestionsForm:
    form = QuestionsForm(category)
    for field in form.fields.values():
        field.disabled = True  # else an empty field of the same name would be sent beside the one that was filled in
    return form


def answers_of(case: Case, points: Iterable[Point] = ()) -> list[tuple[str, str]]:
    """Return (question, answer) in the reader's language, in order.

    *points*, the story of the case where a page has it: no query for a kind that asks nothing and was always this one.
    """
    moved = any(point.action == "recategorise" for point in points)
    if not (moved or queries.questions_of(case.category)):
        return []
    given = case.answers.select_related("question").order_by("question__nth", "pk")
    return [(row.question.text, _read(row.question, row.value)) for row in given]


def _read(question: Question, value: str) -> str:
    called = dict(question.choices)
    return "、".join(called.get(line, line) for line in value.splitlines())
