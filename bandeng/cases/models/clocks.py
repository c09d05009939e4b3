"""Limits, and what moves or stops them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

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

    class Meta:
        indexes = [
            models.Index(fields=["case", "order", "kind"], name="limit_of"),
            models.Index(fields=["order"], name="limit_of_order", condition=Q(order__isnull=False)),
            models.Index(
                fields=["kind", "started_at", "due_at", "met_at", "ended_at"], name="limit_of_cases",
                condition=Q(order__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.case_id}"
