"""Units 单位 and posts 岗位."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bandeng.foundation.clock.moment import today
from bandeng.people.models.accounts import Account
from bandeng.people.roles import Role
from bandeng.territory.models import Place


class UnitKind(models.TextChoices):
    DEPARTMENT = "department", _("职能部门")
    UTILITY = "utility", _("水电气热企业")
    PROPERTY = "property", _("物业公司")
    OWNERS = "owners", _("业主委员会")
    COMPANY = "company", _("企业、商户")
    PARTY = "party", _("党组织")
    SOCIAL = "social", _("社会组织")


class Unit(models.Model):
    """An organisation that can be asked to act 承办单位, seated at a place of any level."""

    name = models.CharField(max_length=80, unique=True)
    name_en = models.CharField(max_length=120, blank=True)
    kind = models.CharField(max_length=12, choices=UnitKind)
    seat = models.ForeignKey(Place, models.PROTECT, related_name="units")
    does = models.CharField(max_length=200, blank=True)  # what it is asked for, in a few words
    duty_phone = models.CharField(max_length=30, blank=True)
    credit_code = models.CharField(max_length=18, blank=True)
    ended_on = models.DateField(null=True)

    def __str__(self) -> str:
        return self.name


class UnitServes(models.Model):
    """A unit serves a compound from–to: property firms, mostly."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="serves")
    compound = models.ForeignKey(Place, models.CASCADE, related_name="served_by")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)

    def __str__(self) -> str:
        return f"{self.unit_id} → {self.compound_id}"


class Post(models.Model):
    """A post: person × role × place or unit × from–to. Rights come from here and from nowhere else.

    `duty_phone` belongs to the post and goes on to the next holder. `shows_name`: the holder agreed that the
    name stands on public pages (building leaders are volunteers; the default is a relay through the page).
    """

    person = models.ForeignKey(Account, models.PROTECT, related_name="posts")
    role = models.CharField(max_length=24, choices=Role)
    place = models.ForeignKey(Place, models.PROTECT, null=True, related_name="posts")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="posts")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)  # the first day without the post
    duty_phone = models.CharField(max_length=30, blank=True)
    called = models.CharField(max_length=20, blank=True)  # how neighbours call the holder: 张师傅
    shows_name = models.BooleanField(default=False)
    consent_on = models.DateField(null=True)  # when the holder agreed to be shown

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["place"], name="one_officer_per_grid",
                condition=Q(role="grid_officer", ends_on__isnull=True),
            ),
            models.CheckConstraint(
                condition=Q(place__isnull=False, unit__isnull=True) | Q(place__isnull=True, unit__isnull=False),
                name="post_on_place_or_unit",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="post_from_to"
            ),
        ]
        indexes = [models.Index(fields=["role", "place"], name="post_role_place")]

    def __str__(self) -> str:
        return f"{self.role} of {self.place_id or self.unit_id}"

    @property
    def is_open(self) -> bool:
        """Whether the post has not ended yet."""
        return self.ends_on is None or self.ends_on > today()
