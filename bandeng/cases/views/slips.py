"""Red and blue slips 红蓝民情单: the public rule of each community, and where it is set."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from bandeng.cases import labels, policies, queries, rules
from bandeng.cases.actions import settings
from bandeng.cases.models import CommunityRule
from bandeng.cases.setting_forms import SlipRuleForm, WhistleRightForm
from bandeng.foundation.access import Invalid, Refused
from bandeng.foundation.pages.door import logged_in
from bandeng.territory.locate import index as places
from bandeng.territory.models import Place, PlaceKind


def public(request: HttpRequest) -> HttpResponse:
    """The rule for all, and the communities that have their own."""
    known, spots = rules.known(), places().spots
    own = sorted((pk for pk in known.communities if pk in spots), key=lambda pk: spots[pk].name)
    members = {row.community_id: list(row.members.all()) for row in CommunityRule.objects.prefetch_related("members") if row.may_whistle}
    context = {
        "section": "board", "usual": _said(known.usual),
        "own": [(spots[pk], _said(known.communities[pk]), members.get(pk, [])) for pk in own],
        "may_usual": bool(policies.slip_rule_post(request.actor, None)), "mine": _settable(request),
    }
    return render(request, "cases/slip_rules.html", context)


def _settable(request: HttpRequest) -> list[Place]:
    """Return the communities whose rule this person may set."""
    if not request.actor.is_staff:
        return []
    ids = [post.place_id for post in request.actor.posts if post.place_id]
    near = Place.objects.filter(kind=PlaceKind.COMMUNITY, ended_on__isnull=True)
    found = [*near.filter(pk__in=ids), *near.filter(parent_id__in=ids)]
    return [place for place in found if policies.slip_rule_post(request.actor, place)]


def _said(rule: CommunityRule) -> dict[str, Any]:
    names = {row.code: row.label for row in queries.categories(staff=True)}
    return {
        "rule": rule, "classes": [labels.LIMIT_CLASSES[name] for name in rules.parts(rule.red_classes) if name in labels.LIMIT_CLASSES],
        "kinds": [names.get(code, code) for code in rules.parts(rule.red_codes)], "level": labels.LEVELS[rule.red_level],
    }


@never_cache
@logged_in
def edit(request: HttpRequest, pk: int = 0) -> HttpResponse:
    """Set the rule of one community, or, without a key, the one for all."""
    place = Place.objects.filter(pk=pk, kind=PlaceKind.COMMUNITY, ended_on__isnull=True).first() if pk else None
    if (pk and place is None) or not policies.slip_rule_post(request.actor, place):
        raise Http404
    rule = rules.of_community(pk)
    row = CommunityRule.objects.filter(community=place).prefetch_related("members").first()
    which = request.POST.get("which", "")
    start = {"classes": rules.parts(rule.red_classes), "codes": "，".join(rules.parts(rule.red_codes)), "level": rule.red_level,
             "days": rule.red_days, "words": rule.words}
    form = SlipRuleForm(request.POST if which == "slip" else None, initial=start)
    right = None
    if place and policies.whistle_right_post(request.actor, place):
        begin = {"may": row.may_whistle if row else False, "members": list(row.members.all()) if row else []}
        right = WhistleRightForm(request.POST if which == "whistle" else None, initial=begin, auto_id="right_%s")
    sent: Any = {"slip": form, "whistle": right}.get(which)
    if request.method == "POST" and sent is not None and sent.is_valid():
        try:
            _set(request, place, which, sent.cleaned_data)
        except Invalid as error:
            sent.add_error(error.field if error.field in sent.fields else None, str(error))
        except Refused:
            raise Http404 from None
        else:
            messages.success(request, _("改好了，大家在公示板上看得到。已经有的件不变。"))
            return redirect("cases:slip_rules")
    context = {"here": "catalogue", "place": place, "form": form, "right": right}
    return render(request, "cases/slip_rule.html", context, status=422 if sent is not None and sent.errors else 200)


def _set(request: HttpRequest, place: Place | None, which: str, given: dict[str, Any]) -> None:
    if which == "slip":
        settings.set_slip_rule(request.actor, community=place, **given)
    elif place:
        settings.set_whistle_right(request.actor, community=place, may=given["may"], members=list(given["members"]))
