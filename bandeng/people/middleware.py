"""Puts the Actor on the request: `request.actor`, built at first use."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from bandeng.foundation.access import Actor
from bandeng.people.queries import actor_of

CLAIMS = "claims"  # session key: ids of the cases whose claim code this browser has shown


def _actor(request: HttpRequest) -> Actor:
    claims = frozenset(request.session.get(CLAIMS, ()))
    if request.user.is_authenticated:
        return actor_of(request.user.pk, claims)
    return Actor(claims=claims)


class ActorMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = SimpleLazyObject(lambda: _actor(request))  # type: ignore[attr-defined]
        return self.get_response(request)
