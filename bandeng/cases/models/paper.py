"""Slips on paper 民情单: printed with a number and a code, filled in by hand, entered afterwards."""

from __future__ import annotations

from django.db import models

from bandeng.cases.models.cases import Case
from bandeng.territory.models import Place


class PaperSlip(models.Model):
    """One printed sheet. Its stub stays with whoever wrote it and follows the case, once somebody has entered it."""

    community = models.ForeignKey(Place, models.PROTECT, related_name="+")
    printed_at = models.DateTimeField()
    code_hash = models.BinaryField(max_length=32)
    case = models.OneToOneField(Case, models.SET_NULL, null=True, related_name="paper")
    entered_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """What is printed on it: P and at least six digits."""
        return f"P{self.pk:06d}"
