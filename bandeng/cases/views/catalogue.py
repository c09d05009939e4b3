"""The catalogue: what everybody may read of each kind, and where the district changes it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from bandeng.cases import policies, queries
from bandeng.cases.actions import catalogue
from bandeng.cases.models import Category, DefaultUnit, Question, Table
from bandeng.cases.setting_forms import CategoryForm, DefaultUnitForm, NewCategoryForm, QuestionsSet
from bandeng.foundation.access import Invalid, Refused, WrongState
from bandeng.foundation.pages.door import logged_in


def public(request: HttpRequest) -> HttpResponse:
    """Every kind in use: when it is filed, who is responsible, until when, when it is closed; one table at a time."""
    table = request.GET.get("table", Table.MATTER)
    table = table if table in Table.values else Table.MATTER
    rows = [row for row in queries.categories(staff=True) if row.table == table]
    context = {
        "section": "board", "groups": queries.groups(rows), "table": table, "tables": Table.choices,
        "may_change": bool(policies.catalogue_post(request.actor)),
    }
    return render(request, "cases/catalogue.html", context)


@never_cache
@logged_in
def edit(request: HttpRequest, code: str = "") -> HttpResponse:
    """Change a kind, which makes its next version; or, without a code, put a new one in."""
    if not policies.catalogue_post(request.actor):
        raise Http404
    row = Category.objects.filter(code=code, in_use=True).prefetch_related("questions").first() if code else None
    if code and row is None:
        raise Http404
    form_class = CategoryForm if row else NewCategoryForm
    form = form_class(request.POST or None, initial=_start(row) if row else None)
    asked = QuestionsSet(request.POST or None, initial=[_question(one) for one in row.questions.all()] if row else None, prefix="q")
    if request.method == "POST" and form.is_valid() and asked.is_valid():
        try:
            made = _save(request, row, form.cleaned_data, asked.asked())
        except Invalid as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        except (WrongState, Refused) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("改好了，是第 %(n)s 版。以前的件照旧按以前的版本。") % {"n": made.version})
            return redirect("cases:category", made.code)
    context = {
        "here": "catalogue", "form": form, "asked": asked, "row": row,
        "past": Category.objects.filter(code=code).order_by("-version") if row else [],
        "units": DefaultUnit.objects.filter(code=code).select_related("place__parent", "unit").order_by("place__kind", "place__code"),
        "unit_form": DefaultUnitForm(auto_id="unit_%s"), "version": request.POST.get("version") or (row.version if row else 0),
    }
    return render(request, "cases/category.html", context, status=422 if request.method == "POST" else 200)


def _save(request: HttpRequest, row: Category | None, values: dict[str, Any], asked: list[catalogue.Asked]) -> Category:
    if row is None:
        return catalogue.add(request.actor, questions=asked, **values)
    version = request.POST.get("version", "")
    seen = int(version) if version.isascii() and version.isdigit() and len(version) < 6 else 0
    return catalogue.change(request.actor, code=row.code, version=seen, questions=asked, **values)


def _start(row: Category) -> dict[str, Any]:
    start = {name: getattr(row, name) for name in CategoryForm.base_fields}
    return {name: value or None if name.endswith("_amount") else value for name, value in start.items()}


def _question(row: Question) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("code", "kind", "words", "words_en", "required", "options", "options_en")}


@require_POST
@logged_in
def retire(request: HttpRequest, code: str) -> HttpResponse:
    """Take a kind out of use."""
    return _act(request, lambda: catalogue.retire(request.actor, code=code), _("停用了。以前的件不变。"), "cases:catalogue")


@require_POST
@logged_in
def default_unit(request: HttpRequest, code: str) -> HttpResponse:
    """Say which unit answers for a kind at a place."""
    if not policies.catalogue_post(request.actor):
        raise Http404
    form = DefaultUnitForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("请选地方和单位。"))
        return redirect("cases:category", code)
    if not Category.objects.filter(code=code).exists():
        raise Http404
    given = form.cleaned_data
    run = lambda: catalogue.set_default_unit(request.actor, code=code, place=given["place"], unit=given["unit"])  # noqa: E731
    return _act(request, run, _("记下了。"), "cases:category", code)


def _act(request: HttpRequest, run: Any, said: str, back: str, *args: str) -> HttpResponse:
    try:
        run()
    except Refused:
        raise Http404 from None
    except WrongState as error:
        messages.error(request, str(error))
    else:
        messages.success(request, said)
    return redirect(back, *args)
