"""Changing posts."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bandeng.foundation.access import Actor, Invalid, Refused
from bandeng.foundation.journal.writer import record
from bandeng.people.models import Account, Post, Unit
from bandeng.people.policies import may
from bandeng.people.roles import SEATS
from bandeng.territory.models import Place


def assign_post(
    actor: Actor, *, person: Account, role: str, place: Place | None = None, unit: Unit | None = None,
    duty_phone: str = "", called: str = "", shows_name: bool = False, starts_on: date | None = None,
) -> Post:
    """Give *person* the *role* on a place or in a unit.

    Raises Invalid when the role does not belong there, or the grid has an officer already.
    """
    post = Post(
        person=person, role=role, place=place, unit=unit, duty_phone=duty_phone, called=called,
        shows_name=shows_name, starts_on=starts_on or timezone.localdate(),
    )
    if not may(actor, "assign", post):
        raise Refused(_("只有系统管理员能安排岗位。"))
    seat = place.kind if place else "unit"
    if SEATS.get(role) != seat:
        raise Invalid(_("这个岗位不设在这里。"), "role")
    try:
        with transaction.atomic():
            post.save(force_insert=True)
            record(actor, "post.assign", post, fields=["person", "role", "place", "unit"])
    except IntegrityError as error:
        raise Invalid(_("这个网格已经有网格员。请先办交接，或安排代班。"), "place") from error
    return post


def end_post(actor: Actor, *, post: Post, on: date | None = None) -> None:
    """Close a post as of *on* (today)."""
    if not may(actor, "end", post):
        raise Refused(_("只有系统管理员能安排岗位。"))
    with transaction.atomic():
        locked = Post.objects.select_for_update().get(pk=post.pk)
        locked.ends_on = on or timezone.localdate()
        locked.save(update_fields=["ends_on"])
        record(actor, "post.end", locked, fields=["ends_on"])
