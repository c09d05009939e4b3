"""The outbox: messages to people, each at most once per event, recipient and channel."""

import uuid

from django.db import models


class Channel(models.TextChoices):
    IN_APP = "in_app"
    EMAIL = "email"


class MessageState(models.TextChoices):
    WAITING = "waiting"
    SENT = "sent"
    DROPPED = "dropped"  # the recipient is gone, or wants none
    FAILED = "failed"  # given up after the last try


class Message(models.Model):
    """One message. Addresses are not kept here: they are asked for at the moment of sending.

    `recipient_kind` names a resolver ("account", or one that a room registered), `recipient_id` its row.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.CharField(max_length=160, unique=True)
    channel = models.CharField(max_length=10, choices=Channel)
    recipient_kind = models.CharField(max_length=20)
    recipient_id = models.BigIntegerField()
    topic = models.CharField(max_length=30)
    subject = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    url = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=MessageState, default=MessageState.WAITING)
    created_at = models.DateTimeField(auto_now_add=True)
    send_after = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(
                fields=["send_after"], name="message_waiting", condition=models.Q(state="waiting")
            ),
            models.Index(fields=["recipient_kind", "recipient_id", "-created_at"], name="message_mine"),
            models.Index(
                fields=["recipient_kind", "recipient_id", "channel"], name="message_unread",
                condition=models.Q(read_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.key}"


class OptOut(models.Model):
    """A recipient wants no messages of a topic ("" = of any) over a channel."""

    recipient_kind = models.CharField(max_length=20)
    recipient_id = models.BigIntegerField()
    channel = models.CharField(max_length=10, choices=Channel)
    topic = models.CharField(max_length=30, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["recipient_kind", "recipient_id", "channel", "topic"], name="optout_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.recipient_kind} {self.recipient_id} {self.channel} {self.topic}"
