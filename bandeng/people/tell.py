"""What people are told about their own accounts: at once, and whatever letters they have put off."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext, override
from django.utils.translation import gettext_noop as noop

from bandeng.foundation.notify.models import Channel
from bandeng.foundation.notify.outbox import post
from bandeng.people.models import Account
from bandeng.people.roles import Role

NOT_YOU = noop("如果不是您本人做的，请马上改密码，并告诉系统管理员。")


def said(msgid: str, **values: object) -> str:
    """Return a text in the district's language: the recipient's, not that of whoever happens to act."""
    with override(settings.LANGUAGE_CODE):
        return gettext(msgid) % values if values else gettext(msgid)


def title(role: str) -> str:
    """Return the name of a role in the district's language."""
    with override(settings.LANGUAGE_CODE):
        return str(Role(role).label)


def secured(account: Account, event: str, what: str, *, body: str = "") -> None:
    """Tell the owner that something about logging in was changed (*what*: a msgid). In the change's transaction."""
    post(
        event=f"account:{account.pk}:{event}:{uuid4().hex[:12]}", kind="account", recipient=account.pk, topic="security",
        subject=said(what), body=body or said(NOT_YOU), url=reverse("people:security"),
        channels=(Channel.IN_APP, Channel.EMAIL), urgent=True,
    )
