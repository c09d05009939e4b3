"""Who may see and manage posts. The rest of people management comes with the next issue."""

from __future__ import annotations

from django.db.models import Q

from bandeng.foundation.access import Actor
from bandeng.people.models import Post
from bandeng.people.roles import Role


def may(actor: Actor, action: str, post: Post) -> bool:
    """Return whether *actor* may do *action* ("see", "assign", "end") with *post*."""
    if action == "see":
        return post.person_id == actor.person_id or bool(actor.posts_as(Role.SYSADMIN, Role.AUDITOR))
    if action in {"assign", "end"}:
        return actor.system or bool(actor.posts_as(Role.SYSADMIN))
    return False


def visible(actor: Actor) -> Q:
    """Return the filter of posts that *actor* may see."""
    if actor.posts_as(Role.SYSADMIN, Role.AUDITOR):
        return Q()
    return Q(person_id=actor.person_id) if actor.person_id else Q(pk__in=[])
