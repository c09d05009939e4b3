"""What somebody has typed is never thrown away: it goes back to the page, or stands there to be copied."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class Typed:
    """One text as it was sent."""

    label: str
    text: str


def texts(form: forms.Form) -> list[Typed]:
    """Return the texts of a sent form, in the order of its fields."""
    rows = []
    for name, field in form.fields.items():
        written = str(form.data.get(name, "")).strip()
        if written and isinstance(field.widget, forms.Textarea | forms.TextInput) and not field.widget.is_hidden:
            rows.append(Typed(str(field.label), written))
    return rows


def photos_again(request: HttpRequest, form: forms.Form) -> None:
    """Say beside the photographs that they must be chosen again, when some were sent: a browser keeps none."""
    if request.FILES and "photos" in form.fields:
        form["photos"].help_text = _("照片要重新选一次，浏览器不会替您留着。")
