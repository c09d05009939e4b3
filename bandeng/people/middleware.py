"""Puts the Actor on the request: `request.actor`, built at first use; and leads to the second factor where one is due."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import SimpleLazyObject

from bandeng.foundation.access import Actor
from bandeng.people.policies import needs_second
from bandeng.people.queries import actor_of
from bandeng.people.sessions import touch

CLAIMS = "claims"  # session key: ids of the cases whose claim code this browser has shown
SECOND = "second"  # session key: a second factor was shown in this session
DESK, OWN = "/desk/", "/desk/security/"


def _actor(request: HttpRequest) -> Actor:
    claims = frozenset(request.session.get(CLAIMS, ()))
    if not request.user.is_authenticated:
        return Actor(claims=claims)
    touch(request)
    actor = actor_of(request.user.pk, claims)
    if not request.session.get(SECOND) and needs_second(request.user, has_posts=bool(actor.posts)):
        # Rights come from posts alone: without the second factor there are none, on whatever page.
        request.lacks_second = True  # type: ignore[attr-defined]
        return replace(actor, posts=())
    return actor


class ActorMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = SimpleLazyObject(lambda: _actor(request))  # type: ignore[attr-defined]
        if request.path.startswith(DESK) and not request.path.startswith(OWN) and _lacks_second(request):
            return redirect("people:setup")
        return self.get_response(request)


def _lacks_second(request: HttpRequest) -> bool:
    return request.actor.person_id is not None and getattr(request, "lacks_second", False)  # type: ignore[attr-defined]
