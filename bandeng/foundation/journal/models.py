"""The journal: one row for every change; never values, words or personal data."""

from django.db import models


class Entry(models.Model):
    """One change: when, who in which post, which action, on which object, which fields.

    `seq` and `mac` are empty until the sealer has chained the row (see `sealer.py`).
    """

    at = models.DateTimeField()
    person_id = models.BigIntegerField(null=True)
    post_id = models.BigIntegerField(null=True)
    action = models.CharField(max_length=60)
    object_kind = models.CharField(max_length=40)
    object_id = models.CharField(max_length=40)
    fields = models.CharField(max_length=300, blank=True)
    seq = models.BigIntegerField(null=True, unique=True)
    mac = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], name="journal_unsealed", condition=models.Q(seq__isnull=True)),
            models.Index(fields=["object_kind", "object_id"], name="journal_object"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action} {self.object_kind} {self.object_id}"


class Chain(models.Model):
    """The end of the chain: how many rows are sealed, and the last one's code. One row, id 1."""

    seq = models.BigIntegerField(default=0)
    mac = models.CharField(max_length=64, default="")

    def __str__(self) -> str:
        return f"{self.seq} {self.mac[:12]}"


class Head(models.Model):
    """The chain's end at the last sealing of a day; published, so that nobody can cut the end unseen."""

    day = models.DateField(primary_key=True)
    seq = models.BigIntegerField()
    mac = models.CharField(max_length=64)

    class Meta:
        ordering = ["-day"]

    def __str__(self) -> str:
        return f"{self.day} {self.seq} {self.mac[:12]}"
