"""Limits, and what moves them or stops them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bandeng.cases.limits import LimitKind
from bandeng.cases.models.cases import Case
from bandeng.cases.models.orders import Order


class Limit(models.Model):
    """One time limit of a case or of an order. `due_at` is a cache of start, span and calendar version."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="limits", db_index=False)
    order = models.ForeignKey(Order, models.CASCADE, null=True, related_name="limits", db_index=False)
    kind = models.CharField(max_length=10, choices=LimitKind)
    started_at = models.DateTimeField()
    amount = models.PositiveIntegerField()
    unit = models.CharField(max_length=10)
    calendar = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField()
    met_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)  # stopped without being met; missed all the same when later than due_at
    # More time 延期 that is asked for, in days; 0: it was refused; None: nobody asked. Why, the story says.
    asked_days = models.PositiveSmallIntegerField(null=True)
    extended = models.BooleanField(default=False)  # the limit of before was moved by an extension 延期: it began where that ended
    stopped = models.BooleanField(default=False)  # it stands still: a pause runs, and `due_at` is where it stood
    climbed = models.PositiveSmallIntegerField(default=0)  # how far its lateness has been told: see `climbing`

    class Meta:
        indexes = [
            models.Index(fields=["case", "order", "kind"], name="limit_of"),
            models.Index(fields=["order"], name="limit_of_order", condition=Q(order__isnull=False)),
            models.Index(
                fields=["kind", "started_at", "due_at", "met_at", "ended_at"], name="limit_of_cases",
                condition=Q(order__isnull=True),
            ),
            models.Index(fields=["case"], name="limit_wished", condition=Q(asked_days__gt=0)),
            models.Index(fields=["due_at"], name="limit_running", condition=Q(met_at__isnull=True, ended_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.case_id}"


class PauseKind(models.TextChoices):
    DEFERRAL = "deferral", _("挂账")
    REQUESTER = "requester", _("等反映的人")


class Pause(models.Model):
    """The time in which a case's finish limits stand still: deferred 挂账 by the supervisor, or waiting for the requester.

    A deferral is asked for first: `began_at` is empty until it is granted. On `review_on` the clock runs again by itself.
    """

    case = models.ForeignKey(Case, models.CASCADE, related_name="pauses")
    kind = models.CharField(max_length=10, choices=PauseKind)
    ground = models.CharField(max_length=500)  # public
    plan = models.CharField(max_length=500, blank=True)  # what will be done, public
    review_on = models.DateField()
    asked_at = models.DateTimeField()
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case"], name="pause_one_open", condition=Q(ended_at__isnull=True))]
        indexes = [models.Index(fields=["review_on"], name="pause_running", condition=Q(ended_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.kind} of {self.case_id} until {self.review_on}"
