"""Helping somebody who cannot get in, and shutting out whoever should not be in."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from bandeng.foundation.access import Actor, Invalid, PostRef, Refused, WrongState, acting_post
from bandeng.foundation.clock.moment import now
from bandeng.foundation.journal.writer import record
from bandeng.people import forgotten, tell
from bandeng.people.actions.accounts import close_others, forgive_passwords
from bandeng.people.actions.second import forget_all
from bandeng.people.models import Account, Guard, Help, HelpKind, Post
from bandeng.people.policies import appointing_post, may_help
from bandeng.people.queries import kept_posts
from bandeng.people.roles import Role

REASON_MIN, REASON_MAX = 4, 200
BOTH_WITHIN = timedelta(days=7)
UNLOCKS_A_DAY = 3


def reset_factors(actor: Actor, *, account: int, reason: str) -> None:
    """Take away all second factors of somebody who lost them, and end all log-ins.

    The reason is kept where the owner reads it; the owner is told. Raises Invalid, Refused, WrongState.
    """
    reason = _reason(reason)
    with transaction.atomic():
        row, post = _allowed(actor, "reset", account)
        _not_both(actor, row, HelpKind.PASSWORD)
        guard = Guard.objects.select_for_update().filter(pk=row.pk).first()
        if guard is None or not row.factors.exists():
            raise WrongState(_("这个账号现在没有两步登录，用不着重置。"))
        forget_all(guard)
        _unlock(row)
        close_others(row)
        _note(row, HelpKind.FACTORS, post, reason)
        record(actor, "account.reset_factors", row, post=post, fields=["factors", "recovery_codes", "sessions"])
        tell.secured(
            row, "reset", noop("您的两步登录被重置了"),
            body=tell.said(noop("原因：%(reason)s。没请人重置过的话，请马上改密码，并告诉系统管理员。"), reason=reason),
        )


def password_link(actor: Actor, *, account: int, reason: str) -> None:
    """Allow a link by which somebody who forgot the password sets a new one; the caller shows it once.

    For those whom no letter reaches. The reason is kept where the owner reads it; the owner is told. Raises Invalid,
    Refused, WrongState.
    """
    reason = _reason(reason)
    with transaction.atomic():
        row, post = _allowed(actor, "password", account)
        _not_both(actor, row, HelpKind.FACTORS)
        if not forgotten.can_forget(row):
            raise WrongState(_("这个账号还没有设过密码，或者停用了。还没有来过的人，请再发一次邀请。"))
        _note(row, HelpKind.PASSWORD, post, reason)
        record(actor, "account.password_link", row, post=post)
        tell.secured(
            row, "password_link", noop("有人给您开了设新密码的链接"),
            body=tell.said(noop("原因：%(reason)s。没请人办过的话，请马上改密码，并告诉系统管理员。"), reason=reason),
        )


def unlock(actor: Actor, *, account: int) -> None:
    """Let somebody try again who mistyped password or code too often; they are told.

    A few times a day only, and not by whoever opened a link to a new password: who has the password and can undo the
    lock could try codes for ever. Raises Refused, WrongState.
    """
    with transaction.atomic():
        row, post = _allowed(actor, "unlock", account)
        _not_both(actor, row, HelpKind.PASSWORD)
        lately = row.helps.filter(kind=HelpKind.UNLOCK, at__gt=now() - timedelta(days=1)).count()
        if lately >= UNLOCKS_A_DAY and not actor.system:
            raise WrongState(_("一天里已经解锁 %(n)s 次。是不是有人在猜密码？请本人明天再来，或请管服务器的人看看。") % {"n": lately})
        _unlock(row)
        _note(row, HelpKind.UNLOCK, post, "")
        record(actor, "account.unlock", row, post=post, fields=["locked_until"])
        tell.secured(row, "unlock", noop("您的账号被解锁了"), body=tell.said(noop(
            "密码或验证码连续错了，锁住的账号现在解开了。不是您自己输错的话，请马上改密码，并告诉系统管理员。")))


def end_sessions(actor: Actor, *, account: int) -> None:
    """End all log-ins of somebody, whose telephone was stolen, say; they are told. Raises Refused."""
    with transaction.atomic():
        row, post = _allowed(actor, "end_sessions", account)
        close_others(row)
        record(actor, "account.end_sessions", row, post=post, fields=["sessions"])
        tell.secured(row, "sessions", noop("系统管理员退出了您所有的登录"), body=tell.said(noop("再登录一次就行。")))


def _reason(given: str) -> str:
    reason = " ".join(given.split())
    if not REASON_MIN <= len(reason) <= REASON_MAX:
        raise Invalid(_("请写明原因，四到两百个字；本人会看到。"), "reason")
    return reason


def _note(account: Account, kind: HelpKind, post: PostRef | None, reason: str) -> None:
    Help.objects.create(account=account, kind=kind, by_post_id=post.id if post else None, at=now(), reason=reason)


def _not_both(actor: Actor, account: Account, other: HelpKind) -> None:
    """Refuse to whoever did the *other* thing lately: both in one hand would be a way into the account."""
    lately = account.helps.filter(kind=other, at__gt=now() - BOTH_WITHIN)
    if not actor.system and lately.filter(by_post__person_id=actor.person_id).exists():
        raise Refused(_("密码和两步登录不能由一个人都替他重新来过：另一样请别人办，或者等七天。"))


def _allowed(actor: Actor, action: str, account: int) -> tuple[Account, PostRef | None]:
    """Return the account and the post in which it is helped (the command line has none). Raises Refused."""
    row = Account.objects.select_for_update().filter(pk=account).first()
    posts = list(kept_posts().filter(person=row).select_related("place__parent__parent__parent")) if row else []
    if row is None or not may_help(actor, action, row, posts):
        raise Refused(_("您的岗位不能替这个人办这件事；自己的也要请别人办。"))
    return row, _helping_post(actor, posts)


def _helping_post(actor: Actor, posts: list[Post]) -> PostRef | None:
    for post in posts:
        if found := appointing_post(actor, post.role, post.place, post.unit_id):
            return found
    return acting_post(actor, lambda held: held.role == Role.SYSADMIN)


def _unlock(account: Account) -> None:
    Guard.objects.filter(pk=account.pk).update(wrong=0, locked_until=None)
    forgive_passwords(account)
