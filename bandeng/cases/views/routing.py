"""Routing rules in the workbench: the list in its order, one rule, its trial on past cases."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from bandeng.cases import policies, queries
from bandeng.cases.actions import routing
from bandeng.cases.models import RoutingRule
from bandeng.cases.rules import parts
from bandeng.cases.setting_forms import RuleForm
from bandeng.foundation.access import Actor, Invalid, Refused, WrongState
from bandeng.foundation.pages.door import logged_in


def index(request: HttpRequest) -> HttpResponse:
    """The rules that are on, for everybody to read; all of them for whoever may change them."""
    may = bool(policies.catalogue_post(request.actor))
    rows = RoutingRule.objects.select_related("place", "unit")
    names = {row.code: row.label for row in queries.categories(staff=True)}
    shown = [
        {"rule": row, "kinds": [names.get(code, code) for code in parts(row.codes)]}
        for row in (rows if may else rows.filter(is_on=True))
    ]
    return render(request, "cases/rules.html", {"section": "board", "here": "catalogue", "rows": shown, "may_change": may})


@never_cache
@logged_in
def edit(request: HttpRequest, pk: int = 0) -> HttpResponse:
    """Write a rule, or change one."""
    if not policies.catalogue_post(request.actor):
        raise Http404
    row = RoutingRule.objects.filter(pk=pk).first() if pk else None
    if pk and row is None:
        raise Http404
    form = RuleForm(request.POST or None, instance=row, initial={"codes": row.codes} if row else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = routing.save(request.actor, rule=pk or None, **form.cleaned_data)
        except Invalid as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        except (WrongState, Refused) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("写好了，还没有打开。先拿过去的件试一遍。"))
            return redirect("cases:rule", made.pk)
    context = {"here": "catalogue", "form": form, "row": row, "codes": queries.groups(queries.categories(staff=True))}
    return render(request, "cases/rule.html", context, status=422 if form.errors else 200)


ACTS: dict[str, tuple[Callable[[Actor, int], None], str]] = {
    "on": (lambda actor, rule: routing.switch(actor, rule=rule, on=True), noop("打开了，新来的件照它走。")),
    "off": (lambda actor, rule: routing.switch(actor, rule=rule, on=False), noop("关上了。")),
    "up": (lambda actor, rule: routing.move(actor, rule=rule, up=True), noop("往前挪了一位。")),
    "down": (lambda actor, rule: routing.move(actor, rule=rule, up=False), noop("往后挪了一位。")),
    "remove": (lambda actor, rule: routing.remove(actor, rule=rule), noop("删掉了。")),
}


@require_POST
@logged_in
def act(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """Try a rule, switch it, move it, delete it."""
    try:
        if what == "try":
            trial = routing.try_out(request.actor, rule=pk)
            row = RoutingRule.objects.select_related("place", "unit").get(pk=pk)
            return render(request, "cases/rule_trial.html", {"here": "catalogue", "row": row, "trial": trial})
        if what not in ACTS:
            raise Http404
        ACTS[what][0](request.actor, pk)
    except Refused:
        raise Http404 from None
    except WrongState as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _(ACTS[what][1]))
    return redirect("cases:rules")
