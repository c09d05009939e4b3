"""Several lines at once: what is to be done, what came of each, and the sheets for the officer's round."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from bandeng.cases import bars, bulk, story
from bandeng.cases.bulk import Act, Pick
from bandeng.cases.models import Case
from bandeng.cases.views import once
from bandeng.foundation.clock import moment
from bandeng.foundation.pages.door import with_post


@with_post
def bulk_page(request: HttpRequest) -> HttpResponse:
    """Take the ticked lines and the act: ask what else is needed, do it line by line, say what came of it."""
    picks = _picks(request.POST.getlist("pick"))
    name = request.POST.get("act", "")
    act = bulk.act_of(request.actor, name)
    if len(picks) > bulk.MOST:
        return _back(request, _("一次最多 %(n)s 件。") % {"n": bulk.MOST})
    if not picks:
        return _back(request, _("先勾上要办的几件。"))
    if name == "print":
        return redirect(f"{reverse('cases:sheet')}?{urlencode([('pick', str(pick)) for pick in picks], doseq=True)}")
    if act is None:
        return _back(request, _("您的岗位不能这样一起办。"))
    sent = act.plain or "filled" in request.POST
    cases = [] if act.plain else bulk.find_all(request.actor, picks)
    form = bulk.form_of(act, cases, request.POST if sent else None)
    if not sent or not form.is_valid():
        return _ask(request, act, picks, cases, form)
    if once.seen(request):
        return _back(request, _("已经收到过，没有重复记。"))
    with once.given_back_on_failure(request):
        outcomes = bulk.run_all(request.actor, act, picks, form.cleaned_data)
    many = sum(outcome.done for outcome in outcomes)
    context = {"act": act, "outcomes": outcomes, "many": many, "failed": len(outcomes) - many, "back": _list(request), "here": "inbox"}
    return render(request, "cases/bulk_done.html", context)


def _picks(given: Sequence[str]) -> list[Pick]:
    """Return the ticked lines, each once, in the order of the list."""
    return list(dict.fromkeys(Pick.read(text) for text in given[: bulk.MOST + 1] if text))


def _ask(request: HttpRequest, act: Act, picks: list[Pick], cases: list[Case], form: forms.Form) -> HttpResponse:
    context = {
        "act": act, "picks": picks, "cases": cases, "form": form, "once": once.token(), "back": _list(request),
        "query": request.POST.get("back", "")[:900], "here": "inbox",
    }
    return render(request, "cases/bulk_ask.html", context, status=422 if form.is_bound else 200)


def _list(request: HttpRequest) -> str:
    """Return the address of the list that the lines were ticked in."""
    query = "".join(request.POST.get("back", "")[:900].split())
    return f"{reverse('cases:inbox')}?{query}" if query else reverse("cases:inbox")


def _back(request: HttpRequest, words: str) -> HttpResponse:
    if request.method == "POST":
        messages.warning(request, words)
    return redirect(_list(request))


@with_post
def sheet(request: HttpRequest) -> HttpResponse:
    """Cases on paper, one A4 page each, for the officer's round: what, where, until when; nobody's contact or own words."""
    picks = _picks(request.GET.getlist("pick"))[: bulk.MOST]
    cases = bulk.find_all(request.actor, picks)
    context = {"sheets": [_sheet(case) for case in cases], "here": "inbox", "left_out": len({pick.number for pick in picks}) - len(cases)}
    return render(request, "cases/sheet.html", context)


def _sheet(case: Case) -> dict:
    orders, now = list(case.orders.all()), moment.now()
    return {
        "case": case, "next": story.next_step(case, orders, public=False), "orders": orders,
        "clocks": [clock for clock in bars.clocks(list(case.limits.all()), None, now) if not clock.met],
    }
