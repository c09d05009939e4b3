"""The case 民情单, how its requester is reached, and who looked.

A case is about a place and a matter, never about a person: there is no field for a subject person, and no
foreign key to a resident's account. Contact and original words stand apart, sealed under one key per case.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bandeng.cases.machine import CaseState, Level
from bandeng.cases.models.categories import Category
from bandeng.foundation.sealed.models import DataKey
from bandeng.territory.models import Place


class Source(models.TextChoices):
    WEB = "web", _("网页")
    PHONE = "phone", _("电话")
    PAPER = "paper", _("纸条")
    VISIT = "visit", _("上门")
    OFFICER = "officer", _("网格员巡查")
    IMPORT = "import", _("导入")


class Channel(models.TextChoices):
    """Where a matter belongs that is not for the neighbourhood's loop (regulation of 12345, article 11)."""

    POLICE = "110", _("110 报警")
    FIRE = "119", _("119 火警")
    MEDICAL = "120", _("120 急救")
    TRAFFIC = "122", _("122 交通事故")
    COURT = "court", _("诉讼或仲裁")
    PETITION = "petition", _("信访")
    REVIEW = "review", _("行政复议")
    DISCIPLINE = "discipline", _("纪检监察")
    DISCLOSURE = "disclosure", _("政府信息公开")
    HOTLINE = "12345", _("12345 热线")


class Slip(models.TextChoices):
    BLUE = "blue", _("蓝单")
    RED = "red", _("红单")


OPEN, ENDED = Q(closed_at__isnull=True), Q(closed_at__isnull=False)


class Case(models.Model):
    """One matter at one place."""

    number = models.CharField(max_length=20, unique=True)
    state = models.CharField(max_length=12, choices=CaseState, default=CaseState.RECEIVED)
    level = models.CharField(max_length=12, choices=Level, default=Level.GRID)
    slip = models.CharField(max_length=4, choices=Slip, default=Slip.BLUE)
    source = models.CharField(max_length=8, choices=Source, default=Source.WEB)
    category = models.ForeignKey(Category, models.PROTECT, related_name="cases", db_index=False)

    # The place of the matter, and the chain of places that held it on the day of the report.
    lon = models.FloatField()
    lat = models.FloatField()
    place_text = models.CharField(max_length=120, blank=True)
    subdistrict = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+", db_index=False)
    community = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+", db_index=False)
    grid = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+")
    compound = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+")
    boundary_version = models.PositiveIntegerField(default=0)

    words = models.TextField(blank=True)  # masked
    agreed_public = models.BooleanField(default=False)  # the requester agreed that the words be public …
    released = models.BooleanField(default=False)  # … and a dispatcher released them
    answer = models.TextField(blank=True)  # the one answer to the requester, public: what was done …
    done_by = models.CharField(max_length=60, blank=True)  # … by which unit or office (never a person's name) …
    done_on = models.DateField(null=True)  # … and on which day

    created_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)  # cache: the earliest limit that is not met
    pause = models.CharField(max_length=10, blank=True)  # cache: "asked" or the kind of the pause that is open
    completed_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    reopened_times = models.PositiveSmallIntegerField(default=0)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged")
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="parts", db_index=False)  # whose report it was part of
    supporters = models.PositiveIntegerField(default=0)  # neighbours who said "me too"

    claim_hash = models.BinaryField(max_length=32, null=True)
    report_key = models.CharField(max_length=64, unique=True, null=True)  # makes a repeated report one case
    account_hash = models.BinaryField(max_length=32, null=True)  # an account finds its cases by this
    data_key = models.OneToOneField(DataKey, models.SET_NULL, null=True, related_name="case")
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=CaseState.values), name="case_state"),
            models.CheckConstraint(condition=Q(lon__range=(-180, 180), lat__range=(-90, 90)), name="case_point"),
            models.CheckConstraint(condition=Q(released=False) | Q(agreed_public=True), name="case_words_release"),
            models.CheckConstraint(condition=Q(parent__isnull=True) | ~Q(parent=F("pk")), name="case_parent"),
            models.CheckConstraint(
                condition=Q(state="merged", merged_into__isnull=False) | ~Q(state="merged"), name="case_merged"
            ),
        ]
        # Of a million cases some thousands are open: what is asked of those is answered from small indexes of their own.
        indexes = [
            models.Index(fields=["due_at", "id"], name="case_open_due", condition=OPEN),
            models.Index(fields=["due_at"], name="case_paused", condition=~Q(pause="")),
            models.Index(fields=["grid", "due_at"], name="case_open_grid", condition=OPEN),
            models.Index(fields=["community", "due_at"], name="case_open_community", condition=OPEN),
            models.Index(fields=["subdistrict", "due_at"], name="case_open_subdistrict", condition=OPEN),
            models.Index(fields=["compound", "grid"], name="case_open_places", condition=OPEN),
            models.Index(fields=["created_at", "community"], name="case_open_received", condition=OPEN),
            models.Index(fields=["closed_at", "state", "compound", "grid"], name="case_ended", condition=ENDED),
            models.Index(fields=["grid", "closed_at"], name="case_ended_grid", condition=ENDED),
            models.Index(fields=["community", "closed_at"], name="case_ended_community", condition=ENDED),
            models.Index(fields=["subdistrict", "closed_at"], name="case_ended_subdistrict", condition=ENDED),
            models.Index(fields=["created_at", "category", "community"], name="case_received"),
            models.Index(fields=["community", "created_at"], name="case_of_community"),
            models.Index(fields=["closed_at"], name="case_to_erase", condition=Q(erased_at__isnull=True)),
            models.Index(fields=["state", "completed_at"], name="case_completed"),
            models.Index(fields=["parent"], name="case_parts", condition=Q(parent__isnull=False)),
            models.Index(fields=["lat", "lon"], name="case_open_point", condition=OPEN),
            models.Index(fields=["due_at"], name="case_reopened", condition=OPEN & (Q(state="reopened") | Q(reopened_times__gt=0))),
            models.Index(fields=["category", "community", "closed_at"], name="case_answered", condition=Q(state="rated")),
            models.Index(fields=["category", "subdistrict", "closed_at"], name="case_answered_around", condition=Q(state="rated")),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def whole(self) -> Case:
        """The case that was reported: itself, or the one whose part it is. Contact and openings hang on that one."""
        return self.parent if self.parent is not None else self


class Contact(models.Model):
    """How to reach the requester: sealed, opened only to make contact, erased with the key of the case."""

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="contact")
    name = models.BinaryField(blank=True)
    phone = models.BinaryField(blank=True)
    email = models.BinaryField(blank=True)
    wants_messages = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"contact of {self.case_id}"


class OriginalWords(models.Model):
    """What the requester wrote, before masking: sealed, erased with the contact."""

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="original")
    text = models.BinaryField()

    def __str__(self) -> str:
        return f"words of {self.case_id}"


class ContactOpening(models.Model):
    """Somebody opened the contact: in which post, why, when. The requester sees this list."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="openings")
    person_id = models.BigIntegerField()
    post_id = models.BigIntegerField()
    post_title = models.CharField(max_length=80)
    reason = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]

    def __str__(self) -> str:
        return f"{self.case_id} {self.at:%Y-%m-%d %H:%M}"
