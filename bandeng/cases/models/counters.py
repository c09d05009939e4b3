"""What is counted by hour and day."""

from __future__ import annotations

from django.db import models


class ClaimTry(models.Model):
    """How often an address tried claim codes or reported in an hour: the rate limit, cleared by a job."""

    what = models.CharField(max_length=10)
    source = models.BinaryField(max_length=32)  # keyed hash of the visitor's address
    hour = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["what", "source", "hour"], name="claimtry_once")]

    def __str__(self) -> str:
        return f"{self.what} {self.count}"


class DayCounter(models.Model):
    """The last case number given out on a day."""

    day = models.DateField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.day} {self.last}"
