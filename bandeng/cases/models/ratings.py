"""The requester's word."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bandeng.cases.models.cases import Case


class Grade(models.IntegerChoices):
    """The five grades 好差评."""

    VERY_GOOD = 5, _("非常满意")
    GOOD = 4, _("满意")
    FAIR = 3, _("基本满意")
    BAD = 2, _("不满意")
    VERY_BAD = 1, _("非常不满意")


class Rating(models.Model):
    """The requester's word: solved or not, and how pleased; two questions, never one."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="ratings", db_index=False)
    solved = models.BooleanField()
    grade = models.PositiveSmallIntegerField(choices=Grade)
    words = models.TextField(blank=True)  # masked
    heard = models.BooleanField(default=False)  # heard over the telephone and noted by somebody else than the handler
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at"]
        constraints = [models.CheckConstraint(condition=Q(grade__range=(1, 5)), name="rating_grade")]
        indexes = [
            models.Index(fields=["case", "at"], name="rating_of"),
            models.Index(fields=["at", "case", "solved", "grade"], name="rating_at"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.solved} {self.grade}"
