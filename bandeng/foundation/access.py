"""Who is asking: the Actor, built once per request and passed down to policies and actions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class PostRef:
    """A post 岗位 that a person holds today: a role on a place, or in a unit."""

    id: int
    role: str
    place_id: int | None = None
    place_kind: str = ""
    unit_id: int | None = None
    title: str = ""


@dataclass(frozen=True, slots=True)
class Actor:
    """The person behind a request, or nobody (`person_id` None), with posts and claims.

    `claims` are the ids of cases whose claim code this browser has shown; they give the rights of the
    requester without an account. `system` marks the worker's own acts (closing after silence, erasure).
    """

    person_id: int | None = None
    posts: tuple[PostRef, ...] = ()
    claims: frozenset[int] = field(default_factory=frozenset)
    system: bool = False

    def posts_as(self, *roles: str) -> tuple[PostRef, ...]:
        """Return the posts held in any of *roles*."""
        return tuple(post for post in self.posts if post.role in roles)

    @property
    def is_staff(self) -> bool:
        return bool(self.posts)


NOBODY = Actor()
SYSTEM = Actor(system=True)


class Refused(Exception):
    """The actor may not do this. The text is for the person who tried."""


class Invalid(Exception):
    """What was given cannot be used: `field` names the input, the text says what to do."""

    def __init__(self, message: Any, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class WrongState(Exception):
    """The thing has moved on since the page was opened. The text says how it stands now."""


def acting_post(actor: Actor, allows: Callable[[PostRef], bool]) -> PostRef | None:
    """Return the first post that *allows* accepts: the post in which the act is done."""
    return next((post for post in actor.posts if allows(post)), None)
