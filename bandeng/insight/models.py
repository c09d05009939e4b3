"""What the rates are counted from, and what was counted. All of it can be made again from the cases (`rebuild_rates`)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from bandeng.cases.models import Case
from bandeng.insight.formulas import MEASURES, TIMES


class CaseFact(models.Model):
    """What the formulas need of one case: on which day what came about, and how. No words, no person, no point.

    Days are those of the district's clock. Places, firm and units are keys (0 or empty: none), as of the day of the report.
    """

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="fact")
    subdistrict = models.BigIntegerField(default=0)
    community = models.BigIntegerField(default=0)
    grid = models.BigIntegerField(default=0)
    compound = models.BigIntegerField(default=0)
    firm = models.BigIntegerField(default=0)  # the property firm that served the compound on the day of the report
    group = models.BigIntegerField(default=0)  # of categories, by the key of its first one
    units = models.CharField(max_length=200, blank=True)  # ",3,17,": whose orders were not cancelled

    created_on = models.DateField()
    whistles = models.PositiveSmallIntegerField(default=0)
    hops = models.PositiveSmallIntegerField(default=0)

    response_due = models.DateTimeField(null=True)  # while the limit runs: when it comes to its end by itself
    response_on = models.DateField(null=True)  # when it was met in time, or when it ran out
    response_ok = models.BooleanField(default=False)
    responded_on = models.DateField(null=True)
    response_minutes = models.PositiveIntegerField(null=True)

    finish_due = models.DateTimeField(null=True)
    finish_on = models.DateField(null=True)
    finish_ok = models.BooleanField(default=False)
    moved = models.CharField(max_length=10, blank=True)  # "extended" or "deferred" (which goes first): the limit had been moved
    finished_on = models.DateField(null=True)
    finish_minutes = models.PositiveIntegerField(null=True)  # without the time in which the clock stood still

    answered_on = models.DateField(null=True)  # the latest answer counts
    solved = models.BooleanField(default=False)
    pleased = models.BooleanField(default=False)
    excluded = models.CharField(max_length=10, blank=True)  # the ground on which this answer does not count

    closed_on = models.DateField(null=True)
    silent = models.BooleanField(default=False)  # closed without any answer
    elsewhere = models.BooleanField(default=False)  # not filed, redirected, merged, withdrawn: no end of work
    reopened = models.BooleanField(default=False)

    class Meta:
        indexes = [
            *(models.Index(fields=[name], name=f"fact_{name}") for name in (
                "created_on", "response_on", "responded_on", "finish_on", "finished_on", "answered_on", "closed_on",
                "community", "grid", "compound", "firm")),
            models.Index(fields=["answered_on"], name="fact_excluded", condition=~Q(excluded="")),
            models.Index(fields=["response_due"], name="fact_response_due", condition=Q(response_due__isnull=False)),
            models.Index(fields=["finish_due"], name="fact_finish_due", condition=Q(finish_due__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"facts of {self.case_id}"


class Period(models.Model):
    """A stretch of days that is counted as a whole: from `first` to `last`, both included."""

    kind = models.CharField(max_length=10)  # see `periods`
    first = models.DateField()
    last = models.DateField()
    changed = models.BooleanField(default=True)  # facts of these days changed since they were counted
    as_of = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "first"], name="period_once")]
        ordering = ["-first"]

    def __str__(self) -> str:
        return f"{self.kind} {self.first}"


class Cell(models.Model):
    """What was counted for one period, within one scope, of one place, unit or group. Counts are of cases."""

    period = models.ForeignKey(Period, models.CASCADE, related_name="cells", db_index=False)
    scope = models.CharField(max_length=12, blank=True)  # "" the district, or subdistrict, community, unit
    scope_key = models.BigIntegerField(default=0)
    by = models.CharField(max_length=12, blank=True)  # "" the whole scope, or what it is told apart by
    key = models.BigIntegerField(default=0)
    # One for each of `formulas.MEASURES`, by its name.
    received = models.PositiveIntegerField(default=0)
    whistles = models.PositiveIntegerField(default=0)
    response = models.PositiveIntegerField(default=0)
    response_ok = models.PositiveIntegerField(default=0)
    finish = models.PositiveIntegerField(default=0)
    finish_plain = models.PositiveIntegerField(default=0)
    finish_extended = models.PositiveIntegerField(default=0)
    finish_deferred = models.PositiveIntegerField(default=0)
    finish_late = models.PositiveIntegerField(default=0)
    answers = models.PositiveIntegerField(default=0)
    solved = models.PositiveIntegerField(default=0)
    pleased = models.PositiveIntegerField(default=0)
    excluded_unlawful = models.PositiveIntegerField(default=0)
    excluded_beyond = models.PositiveIntegerField(default=0)
    excluded_other = models.PositiveIntegerField(default=0)
    excluded_mistake = models.PositiveIntegerField(default=0)
    excluded_no_fact = models.PositiveIntegerField(default=0)
    ended = models.PositiveIntegerField(default=0)
    elsewhere = models.PositiveIntegerField(default=0)
    silent = models.PositiveIntegerField(default=0)
    reopened = models.PositiveIntegerField(default=0)
    hops = models.PositiveIntegerField(default=0)
    responded = models.PositiveIntegerField(default=0)
    finished = models.PositiveIntegerField(default=0)
    # Minutes, where there is any: see `formulas.TIMES`.
    response_median = models.PositiveIntegerField(null=True)
    response_p90 = models.PositiveIntegerField(null=True)
    finish_median = models.PositiveIntegerField(null=True)
    finish_p90 = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["period", "scope", "scope_key", "by", "key"], name="cell_once")]

    def __str__(self) -> str:
        return f"{self.period_id} {self.scope}{self.scope_key} {self.by}{self.key}"

    @property
    def counts(self) -> dict[str, int]:
        """What was counted, by name; what is nothing is left out."""
        return {name: value for name in COUNTED if (value := getattr(self, name))}


COUNTED = (*MEASURES, *(f"{name}_{what}" for name in TIMES for what in ("median", "p90")))


class Progress(models.Model):
    """How far the job has read the cases' story. One row, id 1."""

    event = models.BigIntegerField(default=0)
    next_case = models.BigIntegerField(null=True)  # where making everything anew goes on; None: it is not under way

    def __str__(self) -> str:
        return str(self.event)
