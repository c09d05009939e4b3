"""The phrases 常用语 that a place or a unit keeps, and putting one into what is being written."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bandeng.cases import phrases, policies, queries, verbs
from bandeng.cases.actions import workbench
from bandeng.cases.models import Case, Phrase
from bandeng.cases.phrases import Keeper
from bandeng.foundation.access import Actor, Invalid, Refused
from bandeng.foundation.pages.door import logged_in
from bandeng.foundation.pages.speech import named
from bandeng.people.models import Unit
from bandeng.territory.locate import index


class PhraseForm(forms.Form):
    """One phrase. `keeper` is asked only of who keeps phrases of several places or units."""

    keeper = forms.ChoiceField(label=_("给谁用"))
    verb = forms.ChoiceField(label=_("写什么的时候用"), choices=[(name, words) for name, (_field, words) in phrases.VERBS.items()])
    group = forms.ChoiceField(label=_("哪一类事"), required=False)
    title = forms.CharField(label=_("叫什么"), max_length=30, help_text=_("几个字，一看就知道是哪一条"))
    text = forms.CharField(
        label=_("写的是"), max_length=500, widget=forms.Textarea(attrs={"rows": 4}), help_text=_("居民看得到。不要写人名、电话、门牌号。"),
    )

    def __init__(self, *args: Any, kept_by: list[Keeper], **kwargs: Any) -> None:
        super().__init__(*args, auto_id="phrase_%s", **kwargs)
        groups = [(rows[0].group, label) for label, _icon, rows in queries.groups(queries.categories())]
        self.fields["group"].choices = [("", _("都用得上")), *groups]  # type: ignore[attr-defined]
        if len(kept_by) > 1:
            self.fields["keeper"].choices = [(one.key, name) for one, name in _names(kept_by)]  # type: ignore[attr-defined]
        else:
            del self.fields["keeper"]


def _names(kept_by: list[Keeper]) -> list[tuple[Keeper, str]]:
    units = Unit.objects.in_bulk([one.unit for one in kept_by if one.unit])
    spots = index().spots
    return [(one, named(units.get(one.unit) if one.unit else spots.get(one.place or 0))) for one in kept_by]


@logged_in
def phrases_page(request: HttpRequest) -> HttpResponse:
    """Everything this person keeps, by what it is for, and a form for one more."""
    kept_by = phrases.keepers(request.actor)
    if not kept_by:
        raise Http404
    form = PhraseForm(request.POST if request.method == "POST" else None, kept_by=kept_by)
    if request.method == "POST" and form.is_valid() and _added(request, form, kept_by):
        messages.success(request, gettext("留下了，写的时候就在手边。"), extra_tags="phrase")
        return redirect("cases:phrases")
    rows = [(row, phrases.VERBS.get(row.verb, ("", row.verb))[1]) for row in phrases.kept(request.actor)]
    context = {"rows": rows, "form": form, "several": len(kept_by) > 1, "here": "phrases", "open": form.is_bound}
    return render(request, "cases/phrases.html", context, status=422 if form.is_bound else 200)


def _added(request: HttpRequest, form: PhraseForm, kept_by: list[Keeper]) -> bool:
    given = dict(form.cleaned_data)
    key = given.pop("keeper", kept_by[0].key)
    keeper = next(one for one in kept_by if one.key == key)
    return _tried(form, lambda: workbench.add_phrase(request.actor, place=keeper.place, unit=keeper.unit, **given))


@logged_in
def phrase_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One phrase: write it anew, or drop it."""
    row = Phrase.objects.filter(pk=min(pk, 2**63 - 1)).first()
    if row is None or not policies.keeps_phrase(request.actor, row.place_id, row.unit_id):
        raise Http404
    if request.POST.get("act") == "drop":
        workbench.drop_phrase(request.actor, phrase=pk)
        messages.success(request, gettext("删了。"))
        return redirect("cases:phrases")
    initial = {name: getattr(row, name) for name in ("verb", "group", "title", "text")}
    form = PhraseForm(request.POST if request.method == "POST" else None, initial=initial, kept_by=[])
    changed = form.is_valid() and _tried(form, lambda: workbench.change_phrase(request.actor, phrase=pk, **form.cleaned_data))
    if changed:
        messages.success(request, gettext("改好了。"))
        return redirect("cases:phrases")
    return render(request, "cases/phrase.html", {"row": row, "form": form, "here": "phrases"}, status=422 if form.is_bound else 200)


def _tried(form: forms.Form, act: Any) -> bool:
    try:
        act()
    except Invalid as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
    except Refused as error:
        form.add_error(None, str(error))
    else:
        return True
    return False


def put(actor: Actor, case: Case, verb: verbs.Verb, given: Any) -> forms.Form | None:
    """Return the verb's form as it was typed, with the chosen text behind it; None where the verb takes none.

    This is how a phrase gets into a field without scripts: the form comes back, nothing is done.
    """
    if verb.action not in phrases.VERBS:
        return None
    name = phrases.VERBS[verb.action][0]
    key = given.get("put", "")
    text = phrases.at_hand(actor, case, [verb.action]).text(verb.action, given.get("phrase", "") if key == "phrase" else key)
    form = verbs.bind(verb, case)
    form.initial = {field: given[field] for field in form.fields if field in given}
    form.initial[name] = "\n".join(part for part in (given.get(name, "").strip(), text) if part)
    return form
