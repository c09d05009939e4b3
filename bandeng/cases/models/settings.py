"""What a community decides for itself, and the rules by which new cases find their way."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from bandeng.cases.machine import Level
from bandeng.people.models import Unit
from bandeng.territory.models import Place


class CommunityRule(models.Model):
    """The rule of one community, or of all that have none of their own (`community` empty); public.

    Which matters are red slips 红单: by limit class and by code; where a red slip goes and how long it may take; and
    whether the community may whistle to the units of its own joint committee 大党委.
    """

    community = models.OneToOneField(Place, models.CASCADE, null=True, related_name="case_rule")
    red_classes = models.CharField(max_length=120, blank=True)  # limit classes, by commas
    red_codes = models.CharField(max_length=600, blank=True)  # codes of kinds, by commas
    red_level = models.CharField(max_length=12, choices=[(Level.COMMUNITY, _("社区")), (Level.SUBDISTRICT, _("街道"))],
                                 default=Level.COMMUNITY)
    red_days = models.PositiveSmallIntegerField(default=2)  # at most so many natural days until the finish
    words = models.CharField(max_length=300, blank=True)  # said to everybody, beside the rule
    may_whistle = models.BooleanField(default=False)
    members = models.ManyToManyField(Unit, related_name="+", blank=True)  # of the joint committee
    changed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(Coalesce("community", 0), name="rule_one_for_all")]  # also for none

    def __str__(self) -> str:
        return f"rule of {self.community_id}"


class RuleTo(models.TextChoices):
    NOBODY = "", _("不派单位")
    DEFAULT = "default", _("这一类在当地的默认单位")
    UNIT = "unit", _("指定的单位")


class RuleTime(models.TextChoices):
    ALWAYS = "", _("任何时候")
    WORK = "work", _("上班时间")
    OFF = "off", _("下班时间、节假日")


class RoutingRule(models.Model):
    """One rule 派单规则: when all its conditions hold it decides, and no later rule is asked.

    `at_once`: the unit is sent an order by the rule itself; else it is only suggested to whoever holds the case.
    A rule works only when it is on, and it can be switched on only after a trial on past cases, as it stands.
    """

    nth = models.PositiveSmallIntegerField(default=0)  # asked in this order
    title = models.CharField(max_length=80)
    codes = models.CharField(max_length=600, blank=True)  # kinds, by commas; empty: all
    place = models.ForeignKey(Place, models.CASCADE, null=True, blank=True, related_name="+")  # here and below; empty: everywhere
    question = models.CharField(max_length=16, blank=True)  # answered to this question …
    answer = models.CharField(max_length=200, blank=True)  # … with this
    time = models.CharField(max_length=4, choices=RuleTime, blank=True)
    level = models.CharField(max_length=12, choices=Level, blank=True)  # who holds the case; empty: as usual
    to = models.CharField(max_length=8, choices=RuleTo, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    at_once = models.BooleanField(default=False)
    is_on = models.BooleanField(default=False)
    changed_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["nth", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(is_on=False) | Q(tried_at__isnull=False), name="rule_tried_first"),
            models.CheckConstraint(condition=~Q(to="unit") | Q(unit__isnull=False), name="rule_names_unit"),
        ]

    def __str__(self) -> str:
        return self.title
