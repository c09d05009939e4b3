"""What people keep to work faster: lists they look at again, and words they write again."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from bandeng.people.models import Unit
from bandeng.territory.models import Place

VIEWS_MOST = 20  # saved views of one person
PHRASES_MOST = 100  # phrases of one place or unit


class SavedView(models.Model):
    """A list somebody looks at again: a view with its filters, under a name. Nobody else sees it."""

    person_id = models.BigIntegerField()
    name = models.CharField(max_length=30)
    query = models.CharField(max_length=600)  # of known parameters only, and never where somebody stood
    turn = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["turn", "pk"]
        constraints = [models.UniqueConstraint(fields=["person_id", "name"], name="saved_view_name")]

    def __str__(self) -> str:
        return self.name


class Phrase(models.Model):
    """A phrase 常用语 that a place or a unit keeps for what it writes again and again."""

    place = models.ForeignKey(Place, models.CASCADE, null=True, related_name="+")
    unit = models.ForeignKey(Unit, models.CASCADE, null=True, related_name="+")
    verb = models.CharField(max_length=24)  # what it is offered for, see `cases.phrases`
    group = models.CharField(max_length=30, blank=True)  # of categories; empty: for all
    title = models.CharField(max_length=30)
    text = models.CharField(max_length=500)

    class Meta:
        ordering = ["verb", "group", "title", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(place__isnull=True) ^ Q(unit__isnull=True), name="phrase_one_keeper"),
        ]

    def __str__(self) -> str:
        return self.title
