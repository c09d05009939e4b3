"""The case page of the workbench, with everything that can be done there."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from bandeng.cases import bars, policies, queries, questions, rules, story, verbs
from bandeng.cases.models import Case, CasePhoto
from bandeng.cases.views import once, phrases, typed
from bandeng.cases.views.offers import Offer, all_offers
from bandeng.foundation.access import Invalid, Refused, WrongState
from bandeng.foundation.files import photos
from bandeng.foundation.pages.door import logged_in
from bandeng.territory.queries import map_context


def _find(request: HttpRequest, number: str) -> Case:
    case = queries.find_for(request.actor, number) if request.actor.is_staff else None
    if case is None or not policies.may(request.actor, "see_notes", case):
        raise Http404
    return case


@never_cache
@logged_in
def case_page(request: HttpRequest, number: str) -> HttpResponse:
    """One case, for those who work on it."""
    return _page(request, _find(request, number))


def _page(
    request: HttpRequest, case: Case, *, bound: tuple[str, int, forms.Form] | None = None, contact: Any = None,
    status: int = 200, problem: str = "",
) -> HttpResponse:
    now, owner = timezone.now(), rules.owner_of(case)
    queries.fetch_parts(case)
    orders, pause = list(case.orders.all()), queries.open_pause(case)
    limits = list(case.limits.all())
    points = story.story(case, notes=True, only_of=policies.notes_of(request.actor, case))
    offered = all_offers(request.actor, case, bound)
    made = offered[0]
    parts = [{"order": o, "clocks": bars.clocks(limits, o.pk, now), "verbs": offered[o.pk]} for o in orders]
    back = any(item.open for item in [*made, *[item for part in parts for item in part["verbs"]]])
    context = {
        "case": case, "now": now, "next": story.next_step(case, orders, public=False),
        "points": points, "clocks": bars.clocks(limits, None, now),
        "main_verbs": [item for item in made if item.verb.main],
        "verbs": [item for item in made if not item.verb.main and not item.verb.fold], "folds": _folds(made),
        "orders": parts, "problem": problem,
        "unsent": typed.texts(bound[2]) if bound and not back else [],
        "ask": queries.open_ask(case), "exclusions": queries.exclusions_of(case),
        "pause": pause, "bar": bars.bar(limits, now, pause.began_at if pause else None),
        "contact": contact, "has_contact": hasattr(case, "contact"), "map": map_context(),
        "pins": [{"lon": case.lon, "lat": case.lat, "n": "", "kind": ""}], "here": "inbox",
        "case_point": f"{case.lon},{case.lat}", "answers": questions.answers_of(case, points),
        "owner": owner, "owner_name": owner.person.name if owner else "", "thumb": _first_main(offered),
        "family": queries.family_of(case, reverse("cases:inbox"), merged=True),
    }
    return render(request, "cases/case.html", context, status=status)


def _folds(made: list[Offer]) -> list[tuple[Any, list[Offer], bool]]:
    """Return the groups of rarer verbs: what each is called, its verbs, and whether one of them came back to be mended."""
    rare = [one for one in made if not one.verb.main]
    groups = [(label, [one for one in rare if one.verb.fold == name]) for name, (label, _actions) in verbs.FOLDS.items()]
    return [(label, some, any(one.open for one in some)) for label, some in groups if some]


def _first_main(offered: dict[int, list[Offer]]) -> tuple[int, Offer] | None:
    """Return what is most likely done next, and whose it is (0: the case, or an order): it stands within the thumb's reach."""
    return next(((order, one) for order, some in offered.items() for one in some if one.verb.main), None)


@never_cache
def case_verb(request: HttpRequest, number: str, verb: str, order: int = 0) -> HttpResponse:
    """One act on a case, or on one of its orders. Who only looks at the address is led to the case."""
    page = reverse("cases:case", args=[number])
    if not request.actor.person_id:
        if request.method == "POST":
            messages.warning(request, _("登录到时候了，刚才写的没有送出去。登录后回到这一页，再送一次。"))
        return redirect_to_login(page)
    if request.method != "POST":
        return redirect(page)
    case = _find(request, number)
    found = verbs.verb(verb, bool(order))
    if found is None or (order and not case.orders.filter(pk=order).exists()):
        raise Http404
    if "put" in request.POST and (filled := phrases.put(request.actor, case, found, request.POST)):
        typed.photos_again(request, filled)
        return _page(request, case, bound=(verb, order, filled))
    if once.seen(request):
        messages.info(request, _("已经收到过，没有重复记。"))
        return _after(request, number)
    form = verbs.bind(found, case, request.POST, request.FILES)
    if form.is_valid():
        ids = {"case": case.pk, **({"order": order} if order else {})}
        try:
            with once.given_back_on_failure(request):
                result = found.run(request.actor, **ids, **form.cleaned_data)
        except Invalid as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        except (Refused, WrongState) as error:
            once.forget(request)
            return _refused(request, number, (verb, order, form), str(error))
        else:
            messages.success(request, found.said, extra_tags=draft_of(number, verb, order))
            if verb == "open_contact":  # shown once, in the answer itself: never stored, never cached
                return _page(request, _find(request, number), contact=result)
            return _after(request, number)
    once.forget(request)
    typed.photos_again(request, form)
    return _page(request, case, bound=(verb, order, form), status=422)


def draft_of(number: str, verb: str, order: int = 0) -> str:
    """Return the name under which a browser keeps what is being written; page.js drops it after the act."""
    return f"case-{number}-{order}-{verb}" if order else f"case-{number}-{verb}"


def _refused(request: HttpRequest, number: str, bound: tuple[str, int, forms.Form], problem: str) -> HttpResponse:
    """The case has moved on, or is no longer this person's: say so, and give back what was written."""
    typed.photos_again(request, bound[2])
    case = queries.find_for(request.actor, number)
    if case and policies.may(request.actor, "see_notes", case):
        return _page(request, case, bound=bound, status=409, problem=problem)
    context = {"problem": problem, "unsent": typed.texts(bound[2]), "here": "inbox"}
    return render(request, "cases/unsent.html", context, status=409)


def _after(request: HttpRequest, number: str) -> HttpResponse:
    """Go back to the case, or to the inbox when it is no longer this person's to see."""
    if queries.find_for(request.actor, number):
        return redirect("cases:case", number)
    return redirect("cases:inbox")


def photo(request: HttpRequest, pk: int, size: str) -> HttpResponse:
    """A photograph, for those who may see it: released ones for all, others with the case."""
    found = CasePhoto.objects.select_related("case", "photo", "event").filter(pk=pk).first()
    if found is None:
        raise Http404
    if not found.released:
        allowed = policies.may(request.actor, "see_notes", found.case) or (
            found.event.public and policies.may(request.actor, "see", found.case)
        )
        if not allowed:
            raise Http404
    return photos.serve(found.photo, thumb=size == "small")
