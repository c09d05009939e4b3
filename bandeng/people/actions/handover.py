"""Handing a post over, standing in, and whether a holder's name is shown.

Work lies with a post's place or unit, never with a person: whoever holds the post next has it, in the moment the
post changes hands.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from bandeng.foundation.access import Actor, Invalid, PostRef, Refused, WrongState, acting_post
from bandeng.foundation.clock.moment import today
from bandeng.foundation.journal.writer import record
from bandeng.foundation.notify.outbox import post as post_letter
from bandeng.people import tell
from bandeng.people.models import Absence, Account, Post, is_phone, login_name
from bandeng.people.open_work import open_work
from bandeng.people.policies import appointing_post, may
from bandeng.people.queries import find_account
from bandeng.people.roles import LEADER_ROLES, Role

LONGEST = 366  # days somebody may be away with the post kept


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody by name and log-in (e-mail or telephone); who has no account yet gets one that cannot log in."""

    name: str
    login: str


@dataclass(frozen=True, slots=True)
class HandedOver:
    """The next post, and how much open work went with it."""

    post: Post
    work: int


def hand_over(
    actor: Actor, *, post: int, to: Who, on: date | None = None, called: str = "", shows_name: bool = False
) -> HandedOver:
    """Close a post and open the next in one act; open work passes on, *called* and consent do not.

    The telephone of an office passes on too; that of a leader, a volunteer, is the leader's own. Deputies go with
    whoever they stood in for. *shows_name*: the next holder's word, given to the office; the holder is told of it.

    *on* is the first day of the next holder (default: today, so at once). Raises Refused, WrongState when the post
    has ended, Invalid for who or when.
    """
    with transaction.atomic():
        old = _locked(actor, post, "hand_over")
        first = max(on or today(), old.starts_on)
        person = _account(actor, to)
        if person.pk == old.person_id:
            raise Invalid(_("接手的和现在的是同一个人。"), "to")
        if (first - today()).days > LONGEST:
            raise Invalid(_("交接日期太远了。"), "on")
        old.ends_on = first
        old.save(update_fields=["ends_on"])
        _end_absences(actor, old, first)
        called = called.strip()[:20]
        shown = shows_name and bool(called)
        new = Post(
            person=person, role=old.role, place=old.place, unit=old.unit, starts_on=first, duty_phone=_stays(old), called=called,
            shows_name=shown, consent_on=today() if shown else None,
        )
        try:
            with transaction.atomic():
                new.save(force_insert=True)
        except IntegrityError as error:
            raise Invalid(_("这个岗位刚刚有了别人，请重新打开看看。"), "to") from error
        held = _held(actor, old)
        record(actor, "post.end", old, post=held, fields=["ends_on"])
        record(actor, "post.hand_over", new, post=held, fields=["person", "role", "place", "unit", "starts_on"])
        work = open_work(new)
        if shown:
            _tell_shown(new)
        _tell(new, person, noop("您接手了岗位：%(what)s，没办完的 %(n)s 件一起交过来了"), work)
        _tell(old, old.person, noop("您的岗位交出去了：%(what)s，没办完的 %(n)s 件一起交了"), work)
    return HandedOver(new, work)


def be_absent(actor: Actor, *, post: int, starts_on: date, ends_on: date, deputy: Who | None = None) -> Absence:
    """Note that the holder is away until *ends_on*, the first day back; a *deputy* holds the post beside for that time.

    Without a deputy the community looks after a grid. Naming a deputy is giving a post: it takes who may do that.
    """
    with transaction.atomic():
        held = _locked(actor, post, "be_away")
        if ends_on <= starts_on or ends_on <= today():
            raise Invalid(_("回来的日子要在离开之后、今天以后。"), "ends_on")
        if (ends_on - starts_on).days > LONGEST:
            raise Invalid(_("最长一年。更久的请办交接。"), "ends_on")
        if held.absences.filter(starts_on__lt=ends_on, ends_on__gt=starts_on).exists():
            raise Invalid(_("这段时间已经登记过了。"), "starts_on")
        stands_in = None
        if deputy is not None:
            stands_in = _deputy(actor, held, deputy, starts_on, ends_on)
        row = Absence.objects.create(post=held, starts_on=starts_on, ends_on=ends_on, deputy=stands_in)
        record(actor, "absence.create", row, post=_held(actor, held), fields=["starts_on", "ends_on", "deputy"])
        if stands_in is not None:
            _tell(stands_in, stands_in.person, noop("请您代班：%(what)s，没办完的 %(n)s 件"), open_work(stands_in))
    return row


def _deputy(actor: Actor, held: Post, who: Who, starts_on: date, ends_on: date) -> Post:
    if not may(actor, "assign", held):
        raise Refused(_("您可以登记自己不在；请谁代班，要由社区或系统管理员定。"))
    deputy = _account(actor, who)
    if deputy.pk == held.person_id:
        raise Invalid(_("请选另一个人代班。"), "deputy")
    role = Role.GRID_DEPUTY if held.role == Role.GRID_OFFICER else held.role
    made = Post(
        person=deputy, role=role, place=held.place, unit=held.unit, starts_on=starts_on, ends_on=ends_on, duty_phone=_stays(held),
    )
    made.save(force_insert=True)
    record(actor, "post.assign", made, post=_held(actor, held), fields=["person", "role", "place", "unit", "starts_on", "ends_on"])
    return made


def come_back(actor: Actor, *, absence: int) -> None:
    """End an absence today; the deputy's post ends with it."""
    with transaction.atomic():
        row = Absence.objects.select_for_update(of=("self",)).filter(pk=absence, ends_on__gt=today()).select_related("deputy").first()
        if row is None:
            raise WrongState(_("这一段已经结束了。"))
        held = _locked(actor, row.post_id, "be_away")
        row.ends_on = max(today(), row.starts_on)
        row.save(update_fields=["ends_on"])
        record(actor, "absence.end", row, post=_held(actor, held), fields=["ends_on"])
        _end_deputy(actor, row, today())


def _end_absences(actor: Actor, post: Post, first: date) -> None:
    """Nobody is away from a post that they no longer hold: end what would last beyond the day *first*, with its deputy."""
    for row in Absence.objects.filter(post=post, ends_on__gt=first).select_related("deputy"):
        _end_deputy(actor, row, first)
        if row.starts_on >= first:
            row.delete()
        else:
            row.ends_on = first
            row.save(update_fields=["ends_on"])


def _end_deputy(actor: Actor, row: Absence, on: date) -> None:
    deputy = row.deputy
    if deputy is not None and (deputy.ends_on is None or deputy.ends_on > on):
        deputy.ends_on = max(on, deputy.starts_on)
        deputy.save(update_fields=["ends_on"])
        record(actor, "post.end", deputy, post=_held(actor, row.post), fields=["ends_on"])


def _stays(post: Post) -> str:
    """Return the duty telephone that stays with a post, whoever holds it."""
    return "" if post.role in LEADER_ROLES else post.duty_phone


def _tell_shown(post: Post) -> None:
    post_letter(
        event=f"shown:{post.pk}:{uuid4().hex[:12]}", kind="account", recipient=post.person_id, topic="post",
        url=f"/desk/people/posts/{post.pk}/",
        subject=tell.said(noop("您的称呼公开了：%(called)s"), called=post.called),
        body=tell.said(noop("登记的是您本人同意公开称呼和值班电话。没有同意过，或不想再公开，在这一页改掉就行。")),
    )


def show_name(actor: Actor, *, post: int, shows: bool, called: str = "") -> None:
    """Note that the holder agrees, or no longer agrees, that name and duty telephone stand on public pages."""
    with transaction.atomic():
        held = _locked(actor, post, "show_name")
        called = called.strip()[:20] or held.called
        if shows and not called:
            raise Invalid(_("请写大家怎么叫，如 张师傅。"), "called")
        held.shows_name, held.called, held.consent_on = shows, called, today() if shows else None
        held.save(update_fields=["shows_name", "called", "consent_on"])
        record(actor, "post.consent" if shows else "post.no_consent", held, post=_held(actor, held), fields=["shows_name", "called"])
        if shows and actor.person_id != held.person_id:
            _tell_shown(held)


def _locked(actor: Actor, pk: int, action: str) -> Post:
    rows = Post.objects.select_for_update(of=("self",)).select_related("person", "place", "unit")
    row = rows.filter(pk=pk).first()
    if row is None or not may(actor, action, row):
        raise Refused(_("您的岗位不能安排这个岗位。"))
    if row.ends_on is not None and row.ends_on <= today():
        raise WrongState(_("这个岗位已经结束了。"))
    return row


def _account(actor: Actor, who: Who) -> Account:
    """Return the account of a log-in, or write one down that cannot log in yet. Raises Invalid (field "to")."""
    login = login_name(who.login)
    known = find_account(login)
    if known is not None and not known.is_active:
        raise Invalid(_("这个账号已经停用。"), "to")
    if known is not None and known.name != " ".join(who.name.split()):  # somebody else's account gets no post by mistake
        raise Invalid(_("这个登录名已经有账号，登记的姓名不是这个。请和本人核对，写对姓名再交。"), "to")
    if known is not None:
        return known
    is_mail = "@" in login
    try:
        if is_mail:
            validate_email(login)
    except ValidationError as error:
        raise Invalid(_("邮箱没写对。"), "to") from error
    if not is_mail and not is_phone(login):
        raise Invalid(_("手机号没写对。"), "to")
    made = Account(name=" ".join(who.name.split())[:40], email=login if is_mail else None, phone=None if is_mail else login)
    if not made.name:
        raise Invalid(_("没有姓名。"), "name")
    made.set_unusable_password()
    made.save(force_insert=True)
    record(actor, "account.create", made, fields=["name"])
    return made


def _held(actor: Actor, post: Post) -> PostRef | None:
    """Return the post in which the act is done: the one that may appoint, or the holder's own."""
    return appointing_post(actor, post.role, post.place, post.unit_id) or acting_post(actor, lambda own: own.id == post.pk)


def _tell(post: Post, person: Account, what: str, work: int) -> None:
    seat = post.place or post.unit
    name = f"{seat.name if seat else ''}{tell.title(post.role)}"
    post_letter(event=f"post:{post.pk}:{post.starts_on}:{post.ends_on}", kind="account", recipient=person.pk, topic="post",
                subject=tell.said(what, what=name, n=work), url="/desk/")
