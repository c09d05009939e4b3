"""A forgotten password: ask for a letter, set a new one by the link in it."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from bandeng.foundation.access import Actor, WrongState
from bandeng.foundation.clock.moment import now
from bandeng.foundation.notify.models import Channel
from bandeng.foundation.notify.outbox import post
from bandeng.people import forgotten, tell
from bandeng.people.actions.accounts import change_password, forgive_passwords
from bandeng.people.models import Account

EVERY = 15 * 60  # seconds: one letter to an account in such a span, however often it is asked for


def ask_for_letter(login: str) -> None:
    """Queue a letter with a link to the account of *login*, if there is one with an e-mail address.

    Says nothing either way: whether somebody has an account here is nobody else's business.
    """
    account = forgotten.find(login)
    if account is None or not account.email:
        return
    post(
        event=f"password:{account.pk}:{int(now().timestamp()) // EVERY}", kind="password", recipient=account.pk, topic="security",
        subject=tell.said(noop("设一个新密码")),
        body=tell.said(noop("有人说忘了这个账号的密码。是您的话，请在一小时内打开下面的链接设一个新的，只能用一次。"
                            "不是您就不用理会，密码没有变。")),
        channels=(Channel.EMAIL,), urgent=True,
    )


def set_new_password(*, account: int, token: str, password: str) -> None:
    """Set a password by a link; all log-ins end, the owner is told. The caller has validated the password.

    Second factors stay: whoever has only the letter is not in yet. Raises WrongState when the link is void.
    """
    with transaction.atomic():
        row = Account.objects.select_for_update().filter(pk=account).first()
        if row is None or not forgotten.fits(row, token):
            raise WrongState(_("这个链接不能用了：过了一小时，或者用过了。"))
        change_password(Actor(person_id=row.pk), account=row, password=password)
        forgive_passwords(row)
