"""Putting messages into the outbox, and sending what is due.

In-app messages are their own row: there from the moment of commit, and never double. What leaves the house
is claimed row by row; a worker killed between sending and noting sends one message twice at most, with the
same Message-ID, so that mail programs can fold the two.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable, Iterable
from datetime import datetime, time, timedelta
from email.utils import parseaddr
from smtplib import (
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPException,
    SMTPHeloError,
    SMTPServerDisconnected,
)
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F, Q, QuerySet

from bandeng.foundation.access import NOBODY
from bandeng.foundation.clock.moment import now
from bandeng.foundation.journal.writer import record
from bandeng.foundation.notify.models import Channel, Message, MessageState, OptOut

log = logging.getLogger(__name__)
ZONE = ZoneInfo("Asia/Shanghai")
QUIET_FROM, QUIET_TO = time(21, 0), time(8, 0)
PAUSES = (2, 4, 8, 16, 32)  # minutes after the first tries; then an hour each
MAX_TRIES = 1 + len(PAUSES) + 7 * 24 - 1  # the pauses between them make seven days
PAUSE_WHEN_AWAY = timedelta(minutes=1)
LEASE = timedelta(minutes=5)
# What says that the mail server is away, not that something is wrong with one message.
AWAY = (SMTPServerDisconnected, SMTPConnectError, SMTPHeloError, SMTPAuthenticationError)

Resolver = Callable[[int], str | None]
_resolvers: dict[str, Resolver] = {}


def resolver(kind: str) -> Callable[[Resolver], Resolver]:
    """Register how to find the e-mail address of a recipient of *kind*; None = has none any more."""

    def register(function: Resolver) -> Resolver:
        _resolvers[kind] = function
        return function

    return register


Link = Callable[[int], str]
_links: dict[str, Link] = {}


def link(kind: str) -> Callable[[Link], Link]:
    """Register where a letter to a recipient of *kind* leads, when that is a secret which may stand in no message.

    Asked for at the moment of sending, like the address; "" = the letter has become void and is dropped.
    """

    def register(function: Link) -> Link:
        _links[kind] = function
        return function

    return register


def after_quiet_hours(moment: datetime) -> datetime:
    """Return *moment*, or 8:00 after it when it lies in the quiet hours 21–8 (domain rule for call-backs)."""
    local = moment.astimezone(ZONE)
    if local.time() >= QUIET_FROM:
        local = local + timedelta(days=1)
    elif local.time() >= QUIET_TO:
        return moment
    return local.replace(hour=QUIET_TO.hour, minute=QUIET_TO.minute, second=0, microsecond=0)


def post(*, recipient: int, **message: Any) -> None:
    """Queue a message to one recipient: see `post_all`."""
    post_all(recipients=[recipient], **message)


def post_all(
    *, event: str, kind: str, recipients: Iterable[int], topic: str, subject: str, body: str = "", url: str = "",
    channels: tuple[str, ...] = (Channel.IN_APP,), urgent: bool = False,
) -> None:
    """Queue one message about *event* to each recipient over each channel, unless opted out or queued already.

    Call it inside the transaction of the event. *urgent* ignores quiet hours (emergency whistles to duty
    posts); in-app messages are silent and need none.
    """
    people = list(recipients)
    if not people:
        return
    off = set() if urgent else set(
        OptOut.objects.filter(Q(topic="") | Q(topic=topic), recipient_kind=kind, recipient_id__in=people)
        .values_list("recipient_id", "channel")
    )
    present = now()
    rows = []
    for recipient, channel in itertools.product(people, channels):
        if (recipient, channel) in off:
            continue
        in_app = channel == Channel.IN_APP
        rows.append(
            Message(
                key=f"{event}/{kind}:{recipient}/{channel}"[:160], channel=channel, recipient_kind=kind,
                recipient_id=recipient, topic=topic, subject=" ".join(subject.split())[:200], body=body, url=url,
                state=MessageState.SENT if in_app else MessageState.WAITING,
                sent_at=present if in_app else None,
                send_after=present if in_app or urgent else after_quiet_hours(present),
            )
        )
    Message.objects.bulk_create(rows, ignore_conflicts=True)


def send_due(limit: int = 100) -> tuple[int, int]:
    """Send what is due; return how many were sent and how many failed for now.

    The first message that finds the mail server away ends the batch; the others wait a minute, so that the
    worker has time for its other jobs.
    """
    sent = failed = 0
    present = now()
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=present)
    due = Message.objects.filter(free, state=MessageState.WAITING, send_after__lte=present).order_by("send_after")
    for message in due[:limit]:
        claimed = Message.objects.filter(free, pk=message.pk, state=MessageState.WAITING)
        if not claimed.update(claimed_until=present + LEASE, tries=F("tries") + 1):
            continue
        try:
            state = _send(message)
        except Exception as error:  # a mail server that is away must not lose the message
            log.warning("message %s not sent: %s", message.pk, type(error).__name__)
            _put_off(message)
            failed += 1
            if _is_away(error):
                due.update(send_after=now() + PAUSE_WHEN_AWAY)
                break
        else:
            Message.objects.filter(pk=message.pk).update(
                state=state, sent_at=now(), claimed_until=None
            )
            sent += state == MessageState.SENT
    return sent, failed


def _is_away(error: Exception) -> bool:
    return isinstance(error, AWAY if isinstance(error, SMTPException) else OSError)


def given_up() -> int:
    """Return how many messages were given up in the last day."""
    return Message.objects.filter(state=MessageState.FAILED, send_after__gt=now() - timedelta(days=1)).count()


def _send(message: Message) -> str:
    if settings.EMAIL_BACKEND.endswith("dummy.EmailBackend"):  # there is no mail server
        return MessageState.DROPPED
    address = _resolvers[message.recipient_kind](message.recipient_id)
    if not address or "@" not in parseaddr(address)[1]:
        return MessageState.DROPPED
    url = message.url
    if kept_out := _links.get(message.recipient_kind):
        url = kept_out(message.recipient_id)
        if not url:
            return MessageState.DROPPED
    body = f"{message.body}\n\n{settings.SITE_URL}{url}\n" if url else message.body
    EmailMessage(
        message.subject, body, to=[address], headers={"Message-ID": f"<{message.pk}@bandeng>"}
    ).send()
    return MessageState.SENT


def _put_off(message: Message) -> None:
    tries = message.tries + 1
    over = tries >= MAX_TRIES
    pause = 0 if over else PAUSES[tries - 1] if tries <= len(PAUSES) else 60
    Message.objects.filter(pk=message.pk).update(
        state=MessageState.FAILED if over else MessageState.WAITING,
        send_after=now() + timedelta(minutes=pause), claimed_until=None,
    )


def inbox(kind: str, recipient: int) -> QuerySet[Message]:
    """Return the in-app messages of a recipient, newest first."""
    return Message.objects.filter(
        recipient_kind=kind, recipient_id=recipient, channel=Channel.IN_APP
    ).order_by("-created_at")


def unread(kind: str, recipient: int) -> int:
    """Return how many in-app messages have not been seen."""
    return inbox(kind, recipient).filter(read_at__isnull=True).count()


def mark_read(kind: str, recipient: int) -> None:
    """Note that the in-app messages have been seen; this is for the reader's own count and nobody else's."""
    inbox(kind, recipient).filter(read_at__isnull=True).update(read_at=now())


def wants_mail(kind: str, recipient: int) -> bool:
    """Return whether a recipient wants messages by e-mail at all."""
    return not OptOut.objects.filter(
        recipient_kind=kind, recipient_id=recipient, channel=Channel.EMAIL, topic=""
    ).exists()


@transaction.atomic
def want_mail(kind: str, recipient: int, wanted: bool) -> None:
    """Keep whether a recipient wants messages by e-mail. The journal says that it changed, by the row's number."""
    row = {"recipient_kind": kind, "recipient_id": recipient, "channel": Channel.EMAIL, "topic": ""}
    found = OptOut.objects.filter(**row).first()
    if wanted and found:
        record(NOBODY, "letters.on", found, fields=["channel"])
        found.delete()
    elif not wanted and not found:
        found, made = OptOut.objects.get_or_create(**row)
        if made:
            record(NOBODY, "letters.off", found, fields=["channel"])
