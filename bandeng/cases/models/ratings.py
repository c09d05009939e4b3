"""The requester's word, and what is left out of the rates."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bandeng.cases.models.cases import Case
from bandeng.people.models import Unit


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


class NotFiledGround(models.TextChoices):
    """Why a matter is not filed 不予立案: a closed list, said to the requester with the words."""

    NO_FACT = "no_fact", _("去看过，没有这个情况")
    DONE = "done", _("已经办过，没有新的情况")
    PRIVATE = "private", _("私人之间的事，可以调解或走法律途径")
    MARKET = "market", _("市场上的事，不归政府和社区办")
    UNLAWFUL = "unlawful", _("要求的事违反法律法规")
    UNCLEAR = "unclear", _("说不清在哪里、是什么事，也联系不上")


class Objection(models.Model):
    """Its requester objects that a matter was not filed: once; decided by the supervisor."""

    case = models.OneToOneField(Case, models.CASCADE, related_name="objection")
    words = models.CharField(max_length=500)  # masked
    asked_at = models.DateTimeField()
    upheld = models.BooleanField(null=True)
    answer = models.CharField(max_length=500, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(
            condition=Q(answered_at__isnull=True, upheld__isnull=True) | Q(answered_at__isnull=False, upheld__isnull=False),
            name="objection_answered")]
        indexes = [models.Index(fields=["asked_at"], name="objection_open", condition=Q(answered_at__isnull=True))]

    def __str__(self) -> str:
        return f"objection to {self.case_id}"


class ExclusionGround(models.TextChoices):
    """Why a rating may be left out of the rates 剔除: a closed list, published. Nothing about the requester's person is in it."""

    UNLAWFUL = "unlawful", _("要求的事违反法律法规")
    BEYOND = "beyond", _("要求的事谁也没有权力答应")
    OTHER_MATTER = "other", _("评的不是这件事")
    MISTAKE = "mistake", _("反映的人说点错了")
    NO_FACT = "no_fact", _("反映的情况查不到")


class ExclusionState(models.TextChoices):
    ASKED = "asked", _("等答复")
    REFUSED = "refused", _("没有同意，照样计入")
    GRANTED = "granted", _("不计入")
    APPEALED = "appealed", _("反映的人申诉了")
    UPHELD = "upheld", _("申诉成立，重新计入")
    REJECTED = "rejected", _("申诉不成立，不计入")


EXCLUSION_OPEN = (ExclusionState.ASKED, ExclusionState.APPEALED)
EXCLUDED = (ExclusionState.GRANTED, ExclusionState.APPEALED, ExclusionState.REJECTED)  # in these the rating does not count


class RatingExclusion(models.Model):
    """That a rating be left out of the rates: asked for once, decided by another unit, appealed against once.

    It changes neither the rating nor the case: both stay as they are and are shown as they are.
    """

    rating = models.OneToOneField(Rating, models.CASCADE, related_name="exclusion")  # once for a rating, ever
    case = models.ForeignKey(Case, models.CASCADE, related_name="exclusions")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", db_index=False)  # that asked; None: the holder did
    state = models.CharField(max_length=10, choices=ExclusionState, default=ExclusionState.ASKED)
    ground = models.CharField(max_length=10, choices=ExclusionGround)
    evidence = models.CharField(max_length=500)  # masked, between offices
    asked_at = models.DateTimeField()
    reason = models.CharField(max_length=500, blank=True)  # masked; the requester reads it
    decided_at = models.DateTimeField(null=True)
    appeal = models.CharField(max_length=500, blank=True)  # masked
    appealed_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=500, blank=True)  # masked; the requester reads it
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ExclusionState.values), name="exclusion_state"),
            models.CheckConstraint(condition=Q(ground__in=ExclusionGround.values), name="exclusion_ground"),
            models.CheckConstraint(
                condition=Q(state="asked", decided_at__isnull=True) | ~Q(state="asked") & Q(decided_at__isnull=False),
                name="exclusion_decided",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["asked", "refused", "granted"], appealed_at__isnull=True)
                | Q(state__in=["appealed", "upheld", "rejected"], appealed_at__isnull=False),
                name="exclusion_appealed",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["upheld", "rejected"], answered_at__isnull=False)
                | ~Q(state__in=["upheld", "rejected"]) & Q(answered_at__isnull=True),
                name="exclusion_answered",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "case"], name="exclusion_open", condition=Q(state__in=["asked", "appealed"])),
            models.Index(fields=["asked_at", "ground", "state"], name="exclusion_asked"),
        ]

    def __str__(self) -> str:
        return f"{self.rating_id} {self.state}"
