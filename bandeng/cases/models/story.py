"""What happened, and what it looked like."""

from __future__ import annotations

from django.db import models

from bandeng.cases.models.cases import Case
from bandeng.cases.models.categories import Question
from bandeng.cases.models.orders import Order
from bandeng.foundation.files.models import StoredPhoto


class Event(models.Model):
    """One point of a case's story: who (as a role, never by name), what, in which words."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="events", db_index=False)
    order = models.ForeignKey(Order, models.CASCADE, null=True, related_name="events")
    at = models.DateTimeField()
    action = models.CharField(max_length=24)
    by = models.CharField(max_length=24)  # requester, system, or the role of the post
    by_place = models.CharField(max_length=80, blank=True)  # the place or unit of the post
    post_id = models.BigIntegerField(null=True)
    person_id = models.BigIntegerField(null=True)  # a staff member; never a resident
    text = models.TextField(blank=True)
    detail = models.CharField(max_length=120, blank=True)
    public = models.BooleanField(default=True)  # for the requester; the board shows less

    class Meta:
        indexes = [models.Index(fields=["case", "at"], name="event_story")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.action}"


class Support(models.Model):
    """Somebody said "me too" to a case: who, is a keyed hash of the browser's own key, which nobody else has."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="supports", db_index=False)
    visitor = models.BinaryField(max_length=32)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "visitor"], name="support_once")]

    def __str__(self) -> str:
        return f"support of {self.case_id}"


class CasePhoto(models.Model):
    """A photograph of the matter or of its result. Public only once somebody has looked at it and said so."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="photos")
    event = models.ForeignKey(Event, models.CASCADE, related_name="photos")
    photo = models.OneToOneField(StoredPhoto, models.CASCADE)
    released = models.BooleanField(default=False)

    def __str__(self) -> str:
        return str(self.photo_id)


class Answer(models.Model):
    """What was answered to a question of the kind, masked as the words are; several choices stand one to a line."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="answers")
    question = models.ForeignKey(Question, models.PROTECT, related_name="+", db_index=False)
    value = models.CharField(max_length=500)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "question"], name="answer_once")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.question_id}"
