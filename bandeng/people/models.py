"""Accounts, units 单位 and posts 岗位."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bandeng.people.roles import Role
from bandeng.territory.models import Place


def login_name(text: str | None) -> str:
    """Return an e-mail address or phone number as it is kept: no spaces around it, no capitals."""
    return (text or "").strip().lower()


class AccountManager(BaseUserManager):
    def create_user(
        self, *, email: str | None = None, phone: str | None = None, password: str, name: str
    ) -> Account:
        account = self.model(
            email=login_name(email) or None, phone=login_name(phone) or None, name=name
        )
        account.set_password(password)
        account.save(using=self._db)
        return account

    def get_by_natural_key(self, username: str | None) -> Account:
        name = login_name(username)
        return self.get(Q(email=name) | Q(phone=name))


class Account(AbstractBaseUser):
    """A person who can log in, by e-mail or phone. What they may do comes from their posts alone."""

    email = models.EmailField(unique=True, null=True)
    phone = models.CharField(max_length=20, unique=True, null=True)
    name = models.CharField(max_length=40)
    is_active = models.BooleanField(default=True)
    is_sample = models.BooleanField(default=False)  # a demo account: the server stays on loopback
    created_at = models.DateTimeField(auto_now_add=True)
    last_login = None  # Django would note it: who logs in when is nobody's business

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    objects = AccountManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(email__isnull=False) | Q(phone__isnull=False), name="account_reachable"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_username(self) -> str:
        return self.email or self.phone or ""


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
