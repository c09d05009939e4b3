"""Making units, giving and ending posts."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from bandeng.foundation.access import Actor, Invalid, Refused, acting_post
from bandeng.foundation.clock import moment
from bandeng.foundation.journal.writer import record
from bandeng.people.models import Account, Post, Unit
from bandeng.people.policies import appointing_post, may
from bandeng.people.roles import SEATS, Role
from bandeng.territory.models import Place


@transaction.atomic
def create_unit(actor: Actor, *, name: str, kind: str, seat: Place) -> Unit:
    """Make a unit. The caller has asked whether *actor* may."""
    unit = Unit.objects.create(name=name, kind=kind, seat=seat)
    record(actor, "unit.create", unit, fields=["name", "kind", "seat"])
    return unit


def assign_post(
    actor: Actor, *, person: Account, role: str, place: Place | None = None, unit: Unit | None = None,
    duty_phone: str = "", called: str = "", shows_name: bool = False, starts_on: date | None = None,
) -> Post:
    """Give *person* the *role* on a place or in a unit.

    Raises Invalid when the role does not belong there, or the grid has an officer already.
    """
    post = Post(
        person=person, role=role, place=place, unit=unit, duty_phone=duty_phone, called=called,
        shows_name=shows_name, consent_on=moment.today() if shows_name else None, starts_on=starts_on or moment.today(),
    )
    if not may(actor, "assign", post):
        raise Refused(_("您的岗位不能安排这个岗位。"))
    seat = place.kind if place else "unit"
    if SEATS.get(role) != seat:
        raise Invalid(_("这个岗位不设在这里。"), "role")
    try:
        with transaction.atomic():
            post.save(force_insert=True)
            in_post = appointing_post(actor, role, place, post.unit_id)
            record(actor, "post.assign", post, post=in_post, fields=["person", "role", "place", "unit"])
    except IntegrityError as error:
        raise Invalid(officer_there(), "place") from error
    return post


def officer_there() -> str:
    """Return what is said when a grid has an officer already."""
    return _("这个网格已经有网格员。请先办交接，或安排代班。")


def end_post(actor: Actor, *, post: Post, on: date | None = None) -> None:
    """Close a post; its rights end with the beginning of the day *on* (default: today, so at once)."""
    if not may(actor, "end", post):
        raise Refused(_("只有系统管理员能结束岗位。"))
    with transaction.atomic():
        locked = Post.objects.select_for_update().get(pk=post.pk)
        locked.ends_on = on or moment.today()
        locked.save(update_fields=["ends_on"])
        in_post = acting_post(actor, lambda held: held.role == Role.SYSADMIN)
        record(actor, "post.end", locked, post=in_post, fields=["ends_on"])
