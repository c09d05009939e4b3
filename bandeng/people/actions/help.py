"""Helping somebody who cannot get in, and shutting out whoever should not be in."""

from __future__ import annotations

from axes.utils import reset
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from bandeng.foundation.access import Actor, Invalid, PostRef, Refused, WrongState, acting_post
from bandeng.foundation.clock.moment import now
from bandeng.foundation.journal.writer import record
from bandeng.people import tell
from bandeng.people.actions.accounts import close_others
from bandeng.people.actions.second import forget_all
from bandeng.people.models import Account, FactorReset, Guard, Post
from bandeng.people.policies import appointing_post, may_help
from bandeng.people.queries import open_posts
from bandeng.people.roles import Role

REASON_MIN, REASON_MAX = 4, 200


def reset_factors(actor: Actor, *, account: int, reason: str) -> None:
    """Take away all second factors of somebody who lost them, and end all log-ins.

    The reason is kept where the owner reads it; the owner is told. Raises Invalid, Refused, WrongState.
    """
    reason = " ".join(reason.split())
    if not REASON_MIN <= len(reason) <= REASON_MAX:
        raise Invalid(_("请写明原因，四到两百个字；本人会看到。"), "reason")
    with transaction.atomic():
        row, post = _allowed(actor, "reset", account)
        guard = Guard.objects.select_for_update().filter(pk=row.pk).first()
        if guard is None or not row.factors.exists():
            raise WrongState(_("这个账号现在没有两步登录，用不着重置。"))
        forget_all(guard)
        _unlock(row)
        close_others(row)
        FactorReset.objects.create(account=row, by_post_id=post.id if post else None, at=now(), reason=reason)
        record(actor, "account.reset_factors", row, post=post, fields=["factors", "recovery_codes", "sessions"])
        tell.secured(
            row, "reset", noop("您的两步登录被重置了"),
            body=tell.said(noop("原因：%(reason)s。没请人重置过的话，请马上改密码，并告诉系统管理员。"), reason=reason),
        )


def unlock(actor: Actor, *, account: int) -> None:
    """Let somebody try again who mistyped password or code too often. Raises Refused."""
    with transaction.atomic():
        row, post = _allowed(actor, "unlock", account)
        _unlock(row)
        record(actor, "account.unlock", row, post=post, fields=["locked_until"])


def end_sessions(actor: Actor, *, account: int) -> None:
    """End all log-ins of somebody, whose telephone was stolen, say; they are told. Raises Refused."""
    with transaction.atomic():
        row, post = _allowed(actor, "end_sessions", account)
        close_others(row)
        record(actor, "account.end_sessions", row, post=post, fields=["sessions"])
        tell.secured(row, "sessions", noop("系统管理员退出了您所有的登录"), body=tell.said(noop("再登录一次就行。")))


def _allowed(actor: Actor, action: str, account: int) -> tuple[Account, PostRef | None]:
    """Return the account and the post in which it is helped (the command line has none). Raises Refused."""
    row = Account.objects.filter(pk=account).first()
    posts = list(open_posts().filter(person=row).select_related("place__parent__parent__parent")) if row else []
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
    for login in filter(None, (account.email, account.phone)):
        reset(username=login)
