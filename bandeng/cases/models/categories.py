"""Kinds of matters."""

from __future__ import annotations

from django.db import models
from django.utils.translation import get_language

from bandeng.cases.limits import CLASSES


class Category(models.Model):
    """A kind of matter: two levels, `group` and this one (two taps)."""

    code = models.CharField(max_length=8, unique=True)
    group = models.CharField(max_length=30)
    group_en = models.CharField(max_length=40)
    name = models.CharField(max_length=30)
    name_en = models.CharField(max_length=60)
    icon = models.CharField(max_length=20)
    limit_class = models.CharField(max_length=12, choices=[(key, key) for key in CLASSES])
    danger = models.BooleanField(default=False)  # danger of a place: the emergency numbers are shown first
    rank = models.PositiveSmallIntegerField(default=0)
    in_use = models.BooleanField(default=True)

    class Meta:
        ordering = ["rank", "code"]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return self.name_en if get_language() == "en" else self.name

    @property
    def group_label(self) -> str:
        return self.group_en if get_language() == "en" else self.group
