"""What units are asked to do."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from bandeng.cases.limits import Whistle
from bandeng.cases.machine import OrderState
from bandeng.cases.models.cases import Case
from bandeng.people.models import Unit


class Order(models.Model):
    """One unit's part in a case 派单: by whistle or by plain dispatch, with its own clock and result."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="orders")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="orders", db_index=False)
    whistle = models.CharField(max_length=10, choices=Whistle, default=Whistle.NONE, blank=True)
    occasion = models.CharField(max_length=12, blank=True)  # the legal occasion of a whistle
    leads = models.BooleanField(default=False)
    state = models.CharField(max_length=16, choices=OrderState)
    ask = models.CharField(max_length=500)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    objected = models.BooleanField(default=False)
    ground = models.CharField(max_length=500, blank=True)
    result = models.TextField(blank=True)
    result_at = models.DateTimeField(null=True)
    grade = models.PositiveSmallIntegerField(
        null=True, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    # Two-way appraisal 双考核: the unit's word about the whistle itself, once.
    whistle_grade = models.PositiveSmallIntegerField(null=True, validators=[MinValueValidator(1), MaxValueValidator(5)])

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=OrderState.values), name="order_state"),
            models.CheckConstraint(condition=Q(whistle_grade__isnull=True) | ~Q(whistle=""), name="order_whistle_rated"),
            models.UniqueConstraint(
                fields=["case"], name="order_one_leads",
                condition=Q(leads=True) & ~Q(state__in=["cancelled", "rated", "resolved_claimed"]),
            ),
            models.UniqueConstraint(
                fields=["case", "unit"], name="order_one_open_per_unit",
                condition=~Q(state__in=["cancelled", "rated", "resolved_claimed"]),
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "state", "due_at"], name="order_unit_due"),
            models.Index(fields=["unit", "result_at"], name="order_unit_done", condition=Q(result_at__isnull=False)),
            models.Index(fields=["state", "due_at"], name="order_state_due"),
            models.Index(fields=["case", "state"], name="order_objected", condition=Q(objected=True)),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} → {self.unit_id}"


class WhistleAsk(models.Model):
    """The community asks the subdistrict to whistle: which units it wants, and why."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="asks")
    units = models.ManyToManyField(Unit, related_name="+")
    reason = models.CharField(max_length=500)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case"], name="ask_one_open", condition=Q(answered_at__isnull=True))
        ]

    def __str__(self) -> str:
        return f"ask of {self.case_id}"
