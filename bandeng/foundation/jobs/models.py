"""Jobs: rows that the worker claims at their time; each row shows when it last ran and what it did."""

from django.db import models


class Job(models.Model):
    """One recurring job. The code of the same name is in the registry."""

    name = models.CharField(max_length=60, primary_key=True)
    next_run_at = models.DateTimeField(db_index=True)
    claimed_until = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    ok = models.BooleanField(default=True)
    said = models.CharField(max_length=500, blank=True)
    runs = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
