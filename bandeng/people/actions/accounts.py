"""Making accounts, changing what one logs in with, ending log-ins."""

from __future__ import annotations

from axes.utils import reset
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from bandeng.foundation.access import Actor, Refused
from bandeng.foundation.journal.writer import record
from bandeng.people import tell
from bandeng.people.models import Account, Session
from bandeng.people.policies import may_secure
from bandeng.people.sessions import mark_of


@transaction.atomic
def create_account(actor: Actor, *, email: str | None, phone: str | None, password: str, name: str) -> Account:
    """Make an account. The caller has asked whether *actor* may."""
    account = Account.objects.create_user(email=email, phone=phone, password=password, name=name)
    given = [field for field in ("email", "phone") if getattr(account, field)]
    record(actor, "account.create", account, fields=[*given, "name"])
    return account


@transaction.atomic
def change_password(actor: Actor, *, account: Account, password: str, keep: str = "") -> None:
    """Give *account* another password; every other session of it ends. *keep*: the session key of who does it."""
    _refuse_others(actor, account)
    account.set_password(password)
    account.save(update_fields=["password"])
    close_others(account, keep=keep)
    record(actor, "account.password", account, fields=["password"])
    tell.secured(account, "password", noop("密码改了"))


def close_others(account: Account, *, keep: str = "") -> None:
    """Let no log-in that began before go on, except the one of key *keep*, which must take the new hash.

    The rows go, and the generation rises: a log-in under way at this moment is over with its next request.
    """
    Account.objects.filter(pk=account.pk).update(generation=F("generation") + 1)
    account.refresh_from_db(fields=["generation"])
    Session.objects.filter(account=account).exclude(session_key=keep or None).delete()


def end_session(actor: Actor, *, account: Account, mark: str) -> bool:
    """End one of the own log-ins by its mark; return whether it was there. Like logging out, it is noted nowhere."""
    _refuse_others(actor, account)
    keys = Session.objects.filter(account=account).values_list("session_key", flat=True)
    found = [key for key in keys if mark_of(key) == mark]
    return bool(found) and bool(Session.objects.filter(account=account, session_key__in=found).delete()[0])


def end_other_sessions(actor: Actor, *, account: Account, keep: str) -> int:
    """End all own log-ins but the one of key *keep*; return how many there were."""
    _refuse_others(actor, account)
    return Session.objects.filter(account=account).exclude(session_key=keep).delete()[0]


def forgive_passwords(account: Account) -> None:
    """Forget the wrong passwords that were tried, under either log-in name."""
    for login in filter(None, (account.email, account.phone)):
        reset(username=login)


def _refuse_others(actor: Actor, account: Account) -> None:
    if not actor.system and not may_secure(actor, account):
        raise Refused(_("只有本人能改自己的登录方式。"))
