"""Following a case with its number and claim code: see, add, rate, reopen, withdraw."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from bandeng.cases import bars, channels, claims, machine, policies, queries, questions, rules, story
from bandeng.cases.actions import ending, exclusions, family, intake, objections, privacy
from bandeng.cases.actions.clocks import ASKED
from bandeng.cases.forms import (
    AnswerForm,
    AppealForm,
    ClaimForm,
    ObjectForm,
    OptionalReasonForm,
    ReasonForm,
    WantForm,
    WordsForm,
)
from bandeng.cases.models import EXCLUDED, Case, ExclusionState, RatingExclusion
from bandeng.cases.views import once, typed
from bandeng.cases.views.report import LAST, remember
from bandeng.foundation.access import Invalid, Refused, WrongState
from bandeng.foundation.clock.moment import now
from bandeng.foundation.pages.visitor import address_of
from bandeng.people.middleware import CLAIMS


def claim_page(request: HttpRequest) -> HttpResponse:
    """Enter number and code; also lists the cases that this browser follows already."""
    form = ClaimForm(request.POST or None, initial={"number": request.GET.get("number", "")[:20]})
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        if claims.paper_key(typed["number"]):
            return redirect("cases:stub", typed["number"].strip(), claims.digits(typed["code"]) or "0")
        case = _claim(request, claims.number_of(typed["number"]), claims.digits(typed["code"]))
        if case:
            return redirect("cases:follow_one", case.number)
        form.add_error(None, _wrong(request))
    known = Case.objects.filter(policies.claimed(request.actor)).select_related("category", "merged_into").order_by("-created_at")
    context = {"form": form, "known": known, "section": "mine"}
    return render(request, "cases/follow.html", context, status=422 if form.errors else 200)


def claim_link(request: HttpRequest, number: str, code: str) -> HttpResponse:
    """The link of the QR code."""
    case = _claim(request, number, claims.digits(code))
    if case:
        return redirect("cases:follow_one", case.number)
    messages.error(request, _wrong(request))
    return redirect("cases:follow")


def forget(request: HttpRequest) -> HttpResponse:
    """Drop every case that this browser follows: the telephone may be somebody else's."""
    if request.method == "POST":
        for key in (CLAIMS, LAST):
            request.session.pop(key, None)
        messages.success(request, _("忘掉了，这部手机上看不到那些事了。事情照样在办；凭编号和查询码随时能再查。"))
    return redirect("cases:follow")


def _claim(request: HttpRequest, number: str, code: str) -> Case | None:
    address = address_of(request)
    if claims.too_many("claim", address, settings.CLAIM_TRIES_PER_HOUR):
        request.too_many = True  # type: ignore[attr-defined]
        return None
    case = claims.check(number, code)
    if case:
        claims.forgive("claim", address)
        remember(request, case.pk)
    return case


def _wrong(request: HttpRequest) -> str:
    if getattr(request, "too_many", False):
        return _("试得太多了，请一小时后再试，或打电话给社区，报编号查进度。")
    return _("编号和查询码对不上。请照回执再看一遍：编号像 261122-0042，查询码 16 位数字。")


def _own(request: HttpRequest, number: str) -> Case:
    case = queries.find_for(request.actor, number)
    if case is None or not policies.is_requester(request.actor, case):
        raise Http404
    return case


Run = Callable[..., Any]
VERBS: dict[str, tuple[type[forms.Form], Run, Any]] = {
    "add": (WordsForm, lambda a, case, words, photos: intake.add_words(a, case=case, words=words, uploads=photos),
            gettext_lazy("补充收到了，办的人会看到。")),
    "answer": (AnswerForm, ending.answer, gettext_lazy("记下了，谢谢您说一声。")),
    "rate": (AnswerForm, ending.rate, gettext_lazy("记下了，谢谢您说一声。")),
    "reopen": (ReasonForm, ending.reopen, gettext_lazy("已经退回重办，两天内给您结果。")),
    "appeal": (AppealForm, exclusions.appeal_exclusion, gettext_lazy("申诉交上去了，由区里另一个人裁定。")),
    "letters": (WantForm, privacy.want_messages, gettext_lazy("记下了，照您说的办。")),
    "object": (ObjectForm, objections.object_not_filed, gettext_lazy("收到了，由区里另外的人裁定，结果会告诉您。")),
    "unmerge": (ReasonForm, family.unmerge, gettext_lazy("拆开了，您这一件单独接着办。")),
    "withdraw": (OptionalReasonForm, intake.withdraw, gettext_lazy("撤回了，不再办。")),
}
NAMES = {"add": ("add_words",), "answer": ("answer_yes",), "rate": ("rate",), "reopen": ("reopen",), "appeal": ("appeal_exclusion",),
         "letters": ("want_messages",), "withdraw": ("withdraw",), "unmerge": ("unmerge",), "object": ("object_not_filed",)}


def _open_forms(case: Case, bound: dict[str, forms.Form]) -> dict[str, forms.Form]:
    """Return the forms of what the requester can do now."""
    found = {}
    until = ending.open_until(case)
    for name, (form, _run, _said) in VERBS.items():
        action = NAMES[name][0]
        fits = action in policies.OTHER or machine.allowed("case", action, case.state)
        if name == "add" and case.closed_at:
            fits = False
        if name == "letters":
            fits = hasattr(case, "contact") and bool(case.contact.email)
        if name == "reopen" and case.reopened_times:
            fits = False
        if name in {"rate", "reopen", "object"} and until and now() > until:
            fits = False
        if name == "object" and fits:
            fits = not hasattr(case, "objection")
        if name == "appeal":
            fits = fits and any(_appealable(row) for row in queries.exclusions_of(case))
        if fits:
            found[name] = bound.get(name) or form(auto_id=f"{name}_%s")
            found[name].once = once.token()  # type: ignore[attr-defined]
    return found


def _appealable(row: RatingExclusion) -> bool:
    return row.state == ExclusionState.GRANTED and bool(row.decided_at) and now() - row.decided_at <= exclusions.WITHIN


def follow_page(request: HttpRequest, number: str) -> HttpResponse:
    """The requester's page of a case; who has not shown the code yet is asked for it."""
    if not _follows(request, number):
        return _to_claim(number)
    return _page(request, _own(request, number), {})


def _follows(request: HttpRequest, number: str) -> bool:
    return Case.objects.filter(policies.claimed(request.actor), number=number).exists()


def _to_claim(number: str) -> HttpResponse:
    return redirect(f"{reverse('cases:follow')}?number={claims.number_of(number)}")


@never_cache
def follow_verb(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """One act of the requester. Who only looks at the address is led to the case."""
    if not _follows(request, number):
        if request.method == "POST":
            messages.warning(request, _("这部手机不记得这件事了，刚才写的没有送出去。请再输一次查询码，写的字还在。"))
        return _to_claim(number)
    if request.method != "POST":
        return redirect("cases:follow_one", number)
    case = _own(request, number)
    if verb not in VERBS:
        raise Http404
    if once.seen(request):
        messages.info(request, _("已经收到过，没有重复记。"))
        return redirect("cases:follow_one", number)
    form_class, run, said = VERBS[verb]
    form = form_class(request.POST, request.FILES, auto_id=f"{verb}_%s")
    problem = ""
    if form.is_valid():
        try:
            with once.given_back_on_failure(request):
                run(request.actor, case=case.pk, **form.cleaned_data)
        except Invalid as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        except (Refused, WrongState) as error:
            problem = str(error)
            case = _own(request, number)
        else:
            messages.success(request, said, extra_tags=f"follow-{number}-{verb}")
            return redirect("cases:follow_one", number)
    once.forget(request)
    typed.photos_again(request, form)
    return _page(request, case, {verb: form}, status=409 if problem else 422, problem=problem)


def _way(case: Case, points: list[story.Point]) -> channels.Way | None:
    """Return where the requester of a case that belongs elsewhere was sent."""
    if case.state != machine.CaseState.REDIRECTED:
        return None
    return next((channels.WAYS.get(point.detail) for point in reversed(points) if point.action == "redirect"), None)


def _page(
    request: HttpRequest, case: Case, bound: dict[str, forms.Form], *, status: int = 200, problem: str = ""
) -> HttpResponse:
    orders = list(case.orders.select_related("unit").order_by("-leads", "pk"))
    limits = list(case.limits.order_by("pk"))
    points = story.own_story(case)
    offered = _open_forms(case, bound)
    owner = rules.owner_of(case)
    pause = queries.open_pause(case) if case.pause != ASKED else None  # what is only asked for is between offices
    shown = [bar for bar in bars.clocks(limits, None, timezone.now(), public=True) if not case.closed_at]
    context = {
        "case": case, "next": story.to_requester(story.next_step(case, orders)), "points": points,
        "pause": pause, "bar": None if case.closed_at else bars.bar(limits, timezone.now(), pause.began_at if pause else None),
        "clocks": shown[-1:], "openings": list(case.whole.openings.all()), "forms": offered,
        "until": ending.open_until(case), "way": _way(case, points),
        "bound": set(bound), "rating": next(iter(queries.ratings_of(case)), None), "section": "mine",
        "exclusions": [row for row in queries.exclusions_of(case) if row.state in (*EXCLUDED, ExclusionState.UPHELD)],
        "problem": problem,
        "unsent": [row for name, form in bound.items() if name not in offered for row in typed.texts(form)],
        "keeps_contact": hasattr(case.whole, "contact"), "answers": questions.answers_of(case, points),
        "family": queries.family_of(case, reverse("cases:follow"), merged=False),
        "owner": owner, "owner_name": owner.called if owner and owner.shows_name else "",
    }
    return render(request, "cases/follow_one.html", context, status=status)
