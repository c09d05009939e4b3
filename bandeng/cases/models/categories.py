"""Kinds of matters: each row is one version of one code, and is never changed once it is there."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from bandeng.cases.limits import CLASSES, LimitClass
from bandeng.foundation.clock.calendar import Span, Unit
from bandeng.people.models import UnitKind


class Table(models.TextChoices):
    """Whose list a kind stands in: what residents write about, or the two tables of digital city management."""

    MATTER = "matter", _("居民的事")
    EVENT = "event", _("城市管理事件")
    COMPONENT = "component", _("城市管理部件")


def in_language(zh: str, en: str) -> str:
    """Return the text in the reader's language; Chinese where there is no English one."""
    return en if en and get_language() == "en" else zh


class Category(models.Model):
    """One version of a kind of matter: two levels, `group` and this one (two taps).

    Four things make a class of city management 立案条件、责任单位、时限、结案条件 (domain brief 2.1): when it is filed,
    who is responsible, until when, and what must be so before it is closed. A case points to the version of its day.
    """

    code = models.CharField(max_length=8)
    version = models.PositiveSmallIntegerField(default=1)
    since = models.DateTimeField(null=True)  # when this version was put in force; empty: it came with the product
    table = models.CharField(max_length=10, choices=Table, default=Table.MATTER)
    group = models.CharField(max_length=30)
    group_en = models.CharField(max_length=40)
    name = models.CharField(max_length=30)
    name_en = models.CharField(max_length=60)
    icon = models.CharField(max_length=20)
    limit_class = models.CharField(max_length=12, choices=[(key, key) for key in CLASSES])
    response_amount = models.PositiveSmallIntegerField(default=0)
    response_unit = models.CharField(max_length=10, blank=True)
    finish_amount = models.PositiveSmallIntegerField(default=0)
    finish_unit = models.CharField(max_length=10, blank=True)
    danger = models.BooleanField(default=False)  # danger of a place: the emergency numbers are shown first
    on_list = models.BooleanField(default=True)  # stands on the communities' list of duties: may be handed down to one
    unit_kind = models.CharField(max_length=12, choices=UnitKind, blank=True)  # what kind of unit is responsible
    standard = models.CharField(max_length=8, blank=True)  # the event or component that it counts as elsewhere
    filing = models.CharField(max_length=300, blank=True)
    filing_en = models.CharField(max_length=400, blank=True)
    closing = models.CharField(max_length=300, blank=True)
    closing_en = models.CharField(max_length=400, blank=True)
    rank = models.PositiveSmallIntegerField(default=0)
    in_use = models.BooleanField(default=True)

    class Meta:
        ordering = ["rank", "code", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="category_version"),
            models.UniqueConstraint(fields=["code"], name="category_one_in_use", condition=Q(in_use=True)),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return in_language(self.name, self.name_en)

    @property
    def group_label(self) -> str:
        return in_language(self.group, self.group_en)

    @property
    def filing_label(self) -> str:
        return in_language(self.filing, self.filing_en)

    @property
    def closing_label(self) -> str:
        return in_language(self.closing, self.closing_en)

    @property
    def spans(self) -> LimitClass:
        """The limits of this version: its own where it names any, else those of its class."""
        usual = CLASSES[self.limit_class]
        return LimitClass(
            Span(self.response_amount, Unit(self.response_unit)) if self.response_amount else usual.response,
            Span(self.finish_amount, Unit(self.finish_unit)) if self.finish_amount else usual.finish,
        )


class QuestionKind(models.TextChoices):
    TEXT = "text", _("写字")
    NUMBER = "number", _("数字")
    DATE = "date", _("日期")
    SINGLE = "single", _("单选")
    MULTIPLE = "multiple", _("多选")
    NOTICE = "notice", _("提示，不用答")


STOP = "!"  # behind an option: whoever chooses it is stopped; alone, on a notice: everybody is


class Question(models.Model):
    """Something asked of whoever reports this kind of matter, or a notice that is only read.

    `options`: one to a line. A notice whose options are "!" stops every report; an option that ends in "!" stops
    whoever chooses it, and the notices of the kind that stop say where to go instead.
    """

    category = models.ForeignKey(Category, models.CASCADE, related_name="questions")
    nth = models.PositiveSmallIntegerField(default=0)
    code = models.CharField(max_length=16)
    kind = models.CharField(max_length=10, choices=QuestionKind)
    words = models.CharField(max_length=200)
    words_en = models.CharField(max_length=300, blank=True)
    required = models.BooleanField(default=False)
    options = models.TextField(blank=True)
    options_en = models.TextField(blank=True)

    class Meta:
        ordering = ["nth", "pk"]
        constraints = [models.UniqueConstraint(fields=["category", "code"], name="question_code")]

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        return in_language(self.words, self.words_en)

    @property
    def stops_all(self) -> bool:
        """Whether this is a notice that stops every report unless options decide (`stopping`)."""
        return self.kind == QuestionKind.NOTICE and self.options.strip() == STOP

    @property
    def choices(self) -> list[tuple[str, str]]:
        """The options as (what is kept, what is read); what is kept is the Chinese text."""
        if self.kind == QuestionKind.NOTICE:
            return []
        zh = [line.strip().removesuffix(STOP).strip() for line in self.options.splitlines() if line.strip()]
        en = [line.strip().removesuffix(STOP).strip() for line in self.options_en.splitlines() if line.strip()]
        return [(text, in_language(text, en[n] if n < len(en) else "")) for n, text in enumerate(zh)]

    @property
    def stopping(self) -> set[str]:
        """The options that stop whoever chooses one."""
        lines = [line.strip() for line in self.options.splitlines()]
        return {line.removesuffix(STOP).strip() for line in lines if line.endswith(STOP) and line != STOP}


class DefaultUnit(models.Model):
    """Which unit answers for a kind of matter at a place and everywhere below it; the nearest place wins."""

    code = models.CharField(max_length=8)
    place = models.ForeignKey("territory.Place", models.CASCADE, related_name="+")
    unit = models.ForeignKey("people.Unit", models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "place"], name="default_unit_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.place_id} → {self.unit_id}"
