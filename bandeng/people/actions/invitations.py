"""Inviting somebody to a post: make, send again, withdraw, accept.

A link is valid for a week and opens one thing once. It goes by letter where there is an address and a mail server;
else it is handed to the caller, to be shown once. When an invitation ends, however it ends, the key of its name and
address is destroyed.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from bandeng.foundation.access import Actor, Invalid, PostRef, Refused, WrongState
from bandeng.foundation.clock.moment import now, today
from bandeng.foundation.journal.writer import record
from bandeng.foundation.notify.models import Channel
from bandeng.foundation.notify.outbox import post as post_letter
from bandeng.foundation.pages.speech import day
from bandeng.foundation.sealed import vault
from bandeng.people import tell
from bandeng.people.actions.accounts import change_password, create_account
from bandeng.people.actions.posts import assign_post, officer_there
from bandeng.people.guests import Guest, account_of, opened, sealed, token_hash
from bandeng.people.models import Account, Invitation, Post, Unit, is_phone, login_name
from bandeng.people.policies import appointing_post, may_invite, may_open
from bandeng.people.queries import actor_of, find_account, kept_posts
from bandeng.people.roles import SEATS, Role
from bandeng.territory.models import Place

VALID = timedelta(days=7)
KEPT = timedelta(days=7)  # how long an expired one stays in the list, to be sent again, before it is erased
NAME_MAX = 40
TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation on its way: `token` is set where nobody writes a letter, for the page that shows the link once."""

    invitation: Invitation
    token: str = ""


@dataclass(frozen=True, slots=True)
class Duty:
    """What a holder adds to the own post: how neighbours call them, whether that may be shown, the duty telephone."""

    called: str = ""
    shows_name: bool = False
    duty_phone: str = ""


def invite(
    actor: Actor, *, role: str, place: Place | None = None, unit: Unit | None = None, name: str, email: str = "",
    phone: str = "",
) -> Invited:
    """Invite somebody to a post. Raises Invalid, Refused."""
    guest = _guest(name, email, phone)
    if SEATS.get(role) != (place.kind if place else "unit"):
        raise Invalid(_("这个岗位不设在这里。"), "seat")
    held = appointing_post(actor, role, place, unit.pk if unit else None)
    if held is None:
        raise Refused(_("您的岗位不能安排这个岗位。"))
    known = account_of(guest)
    there = kept_posts().filter(role=role, place=place) if role == Role.GRID_OFFICER else Post.objects.none()
    if there.exists() and not there.filter(person=known).exists():
        raise Invalid(officer_there(), "seat")
    reach = vault.fingerprint("invited", guest.email or guest.phone)
    try:
        with transaction.atomic():
            key = vault.new_key()
            row = Invitation(
                role=role, place=place, unit=unit, in_post_id=held.id, data_key=key, reach_hash=reach, created_at=now(),
                expires_at=now() + VALID, **sealed(guest, key),
            )
            token = _renew(row, guest)
            row.save(force_insert=True)
            record(actor, "invitation.make", row, post=held, fields=["role", "place", "unit"])
            _write(row, guest)
    except IntegrityError as error:
        raise Invalid(_("已经邀请过了，在下面的名单里；没收到可以再发一次。"), "reach") from error
    return Invited(row, token if not _by_letter(guest) else "")


def invite_again(actor: Actor, *, invitation: int) -> Invited:
    """Send a fresh link, valid for another week; the old one is void. Raises Refused, WrongState."""
    with _step(actor, "again", invitation) as (row, held):
        guest = opened(row)
        token = _renew(row, guest)
        row.expires_at, row.sent_times = now() + VALID, row.sent_times + 1
        row.save(update_fields=["token", "token_hash", "expires_at", "sent_times"])
        record(actor, "invitation.again", row, post=held, fields=["expires_at"])
        _write(row, guest)
    return Invited(row, token if not _by_letter(guest) else "")


def withdraw_invitation(actor: Actor, *, invitation: int) -> None:
    """Take an invitation back. Raises Refused, WrongState."""
    with _step(actor, "withdraw", invitation) as (row, held):
        record(actor, "invitation.withdraw", row, post=held, fields=["ended_at"])
        _end_unclaimed(actor, row, held)
        _end(row)


def accept_as_new(*, invitation: int, hashed: bytes, name: str, password: str, duty: Duty = Duty()) -> Account:
    """Accept with a new account: account and post come together or not at all.

    The caller has validated the password. Raises WrongState, Invalid (the grid has an officer), Refused.
    """
    try:
        with transaction.atomic():
            row = _open(invitation, hashed)
            guest = opened(row)
            known = account_of(guest)
            if known and known.has_usable_password():
                raise WrongState(_("这个邮箱或手机号已经有账号，请登录后再接受。"))
            if known and not may_open(_inviter(row), _posts_of(known)):
                raise WrongState(_("这个登录名还登记着别的岗位，先从那个岗位的邀请进来，再接受这一份。"))
            if known:  # written down by the office, in a sheet or at a hand-over: now the person comes
                person = known
                change_password(Actor(person_id=person.pk), account=person, password=password)
            else:
                person = create_account(
                    _inviter(row), email=guest.email, phone=guest.phone, password=password, name=name.strip() or guest.name
                )
            _take(row, person, duty, fresh=True)
    except IntegrityError as error:  # another invitation of the same person was accepted at the same moment
        raise WrongState(_("这个邮箱或手机号已经有账号，请登录后再接受。")) from error
    return person


def _posts_of(account: Account) -> list[Post]:
    return list(kept_posts().filter(person=account).select_related("place__parent__parent__parent", "unit"))


def accept_as(actor: Actor, *, invitation: int, hashed: bytes, duty: Duty = Duty()) -> Post:
    """Accept with the account one is logged in with, which must be the one invited.

    Raises WrongState, Invalid (the grid has an officer), Refused.
    """
    with transaction.atomic():
        row = _open(invitation, hashed)
        person = account_of(opened(row))
        if person is None or person.pk != actor.person_id:
            raise Refused(_("这份邀请不是给这个账号的。"))
        return _take(row, person, duty)


def end_expired() -> int:
    """Erase invitations that nobody accepted in time; return how many."""
    due = Invitation.objects.filter(ended_at__isnull=True, expires_at__lt=now() - KEPT)
    return sum(_end_one(pk) for pk in due.values_list("pk", flat=True))


def _end_one(pk: int) -> bool:
    with transaction.atomic():
        due = Invitation.objects.select_for_update(of=("self",)).select_related("data_key")
        row = due.filter(pk=pk, ended_at__isnull=True, expires_at__lt=now() - KEPT).first()
        if row is None:
            return False
        record(Actor(system=True), "invitation.expire", row, fields=["ended_at"])
        _end(row)
    return True


# Steps


@contextmanager
def _step(actor: Actor, action: str, pk: int) -> Iterator[tuple[Invitation, PostRef | None]]:
    """Lock an invitation that has not ended and ask whether *actor* may. Raises Refused, WrongState."""
    with transaction.atomic():
        rows = Invitation.objects.select_for_update(of=("self",)).select_related("data_key", "place", "unit")
        row = rows.filter(pk=pk).first()
        if row is None or not may_invite(actor, action, row):
            raise Refused(_("您的岗位不能安排这个岗位。"))
        if row.ended_at:
            raise WrongState(_("这份邀请已经接受、撤回或过期了。"))
        yield row, appointing_post(actor, row.role, row.place, row.unit_id)


def _open(pk: int, hashed: bytes) -> Invitation:
    """Return the invitation, locked, if its link still opens it. Raises WrongState."""
    rows = Invitation.objects.select_for_update(of=("self",)).select_related("data_key", "place", "unit", "in_post")
    row = rows.filter(pk=pk, token_hash=hashed, ended_at__isnull=True, expires_at__gt=now()).first()
    if row is None:
        raise WrongState(_("这个链接不能用了：过期、用过或撤回了。请邀请您的人再发一次。"))
    return row


def _inviter(row: Invitation) -> Actor:
    """Return whoever invited, with the posts of today: who no longer may appoint cannot have meant it for now."""
    return actor_of(row.in_post.person_id)


def _take(row: Invitation, person: Account, duty: Duty, *, fresh: bool = False) -> Post:
    """Give the post, or, to somebody who holds it but could not log in before (*fresh*), only close the invitation."""
    there = kept_posts().filter(person=person, role=row.role, place=row.place, unit=row.unit).first()
    if there and not fresh:
        raise WrongState(_("您已经在这个岗位上了。"))
    if there:
        _own_word(there, duty)
    try:
        post = there or assign_post(
            _inviter(row), person=person, role=row.role, place=row.place, unit=row.unit, duty_phone=duty.duty_phone,
            called=duty.called, shows_name=duty.shows_name and bool(duty.called),
        )
    except Refused as error:
        raise WrongState(_("邀请您的人已经不能安排这个岗位。请找社区或系统管理员重新邀请。")) from error
    row.post = post
    record(
        Actor(person_id=person.pk), "invitation.accept", row, post=PostRef(post.pk, post.role), fields=["post", "ended_at"]
    )
    _end(row)
    return post


def _end_unclaimed(actor: Actor, row: Invitation, held: PostRef | None) -> None:
    """A post given to somebody who never came is nobody's once the invitation is taken back: end it, so that it is seen."""
    known = account_of(opened(row))
    if known is None or known.has_usable_password():
        return
    for post in kept_posts().filter(person=known, role=row.role, place=row.place, unit=row.unit):
        post.ends_on = max(today(), post.starts_on)
        post.save(update_fields=["ends_on"])
        record(actor, "post.end", post, post=held, fields=["ends_on"])


def _own_word(post: Post, duty: Duty) -> None:
    """What the holder says of name and telephone takes the place of what the office wrote down before."""
    post.called, post.shows_name = duty.called, duty.shows_name and bool(duty.called)
    post.consent_on = today() if post.shows_name else None
    post.duty_phone = duty.duty_phone or post.duty_phone
    post.save(update_fields=["called", "shows_name", "consent_on", "duty_phone"])
    record(Actor(person_id=post.person_id), "post.consent" if post.shows_name else "post.no_consent", post,
           post=PostRef(post.pk, post.role), fields=["shows_name", "called"])


def _end(row: Invitation) -> None:
    """Close the invitation and destroy the key of what it held."""
    key, row.data_key = row.data_key, None
    row.name = row.email = row.phone = row.token = b""
    row.reach_hash = row.token_hash = None
    row.ended_at = now()
    row.save()
    if key is not None:
        key.delete()


def _renew(row: Invitation, guest: Guest) -> str:
    """Give the row a fresh token. It stays in the row, sealed, only for a letter that is still to be written."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row.token_hash = token_hash(token)
    row.token = vault.seal(row.data_key, token, "invitation.token") if _by_letter(guest) and row.data_key else b""
    return token


def _by_letter(guest: Guest) -> bool:
    return bool(guest.email and settings.EMAIL_HOST)


def _write(row: Invitation, guest: Guest) -> None:
    """Queue the letter: it names who invites to what, never who is invited; the link is put in when it is sent."""
    if not _by_letter(guest):
        return
    seat = row.place or row.unit
    what = f"{seat.name if seat else ''}{tell.title(row.role)}"
    post_letter(
        event=f"invitation:{row.pk}:{row.sent_times}", kind="invitation", recipient=row.pk, topic="invitation",
        subject=tell.said(noop("请您担任%(what)s"), what=what),
        body=tell.said(
            noop("%(who)s 请您在“板凳”上担任%(what)s。打开下面的链接接受；%(until)s前有效，只能用一次。不认识的话不用理会。"),
            who=row.in_post.person.name, what=what, until=day(row.expires_at),
        ),
        channels=(Channel.EMAIL,), urgent=True,
    )


def _guest(name: str, email: str, phone: str) -> Guest:
    """Return what was typed, as it is kept. Raises Invalid at its field."""
    name = " ".join(name.split())
    if not name or len(name) > NAME_MAX:
        raise Invalid(_("请写上名字，不超过 %(n)s 个字。") % {"n": NAME_MAX}, "name")
    email, phone = login_name(email), login_name(phone)
    if not email and not phone:
        raise Invalid(_("邮箱和手机号至少写一样，以后用它登录。"), "reach")
    if email:
        try:
            validate_email(email)
        except ValidationError as error:
            raise Invalid(_("邮箱没写对。"), "email") from error
    if phone and not is_phone(phone):
        raise Invalid(_("手机号没写对。"), "phone")
    by_email, by_phone = find_account(email), find_account(phone)
    if by_email and by_phone and by_email.pk != by_phone.pk:
        raise Invalid(_("手机和邮箱是两个不同的人的。"), "phone")
    return Guest(name, email, phone)
