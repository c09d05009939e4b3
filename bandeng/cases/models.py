"""The case 民情单 and everything that hangs on it.

A case is about a place and a matter, never about a person: there is no field for a subject person, and no
foreign key to a resident's account. Contact and original words stand apart, sealed under one key per case.
"""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from bandeng.cases.limits import CLASSES, LimitKind, Whistle
from bandeng.cases.machine import CaseState, Level, OrderState
from bandeng.foundation.files.models import StoredPhoto
from bandeng.foundation.sealed.models import DataKey
from bandeng.people.models import Unit
from bandeng.territory.models import Place


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
    answer = models.TextField(blank=True)  # the one answer to the requester, public

    created_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)  # cache: the earliest limit that is not met
    completed_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    reopened_times = models.PositiveSmallIntegerField(default=0)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged")

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
            models.CheckConstraint(
                condition=Q(state="merged", merged_into__isnull=False) | ~Q(state="merged"), name="case_merged"
            ),
        ]
        # Of a million cases some thousands are open: what is asked of those is answered from small indexes of their own.
        indexes = [
            models.Index(fields=["due_at", "id"], name="case_open_due", condition=OPEN),
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
        ]

    def __str__(self) -> str:
        return self.number


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


class Order(models.Model):
    """One unit's part in a case 派单: by whistle or by plain dispatch, with its own clock and result."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="orders")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="orders", db_index=False)
    whistle = models.CharField(max_length=10, choices=Whistle, default=Whistle.NONE, blank=True)
    occasion = models.CharField(max_length=12, blank=True)  # the legal occasion of a whistle
    leads = models.BooleanField(default=False)
    state = models.CharField(max_length=16, choices=OrderState)
    ask = models.CharField(max_length=500)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    objected = models.BooleanField(default=False)
    ground = models.CharField(max_length=500, blank=True)
    result = models.TextField(blank=True)
    result_at = models.DateTimeField(null=True)
    grade = models.PositiveSmallIntegerField(
        null=True, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=OrderState.values), name="order_state"),
            models.UniqueConstraint(
                fields=["case"], name="order_one_leads",
                condition=Q(leads=True) & ~Q(state__in=["cancelled", "rated", "resolved_claimed"]),
            ),
            models.UniqueConstraint(
                fields=["case", "unit"], name="order_one_open_per_unit",
                condition=~Q(state__in=["cancelled", "rated", "resolved_claimed"]),
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "state", "due_at"], name="order_unit_due"),
            models.Index(fields=["unit", "result_at"], name="order_unit_done", condition=Q(result_at__isnull=False)),
            models.Index(fields=["state", "due_at"], name="order_state_due"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} → {self.unit_id}"


class Limit(models.Model):
    """One time limit of a case or of an order. `due_at` is a cache of start, span and calendar version."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="limits", db_index=False)
    order = models.ForeignKey(Order, models.CASCADE, null=True, related_name="limits", db_index=False)
    kind = models.CharField(max_length=10, choices=LimitKind)
    started_at = models.DateTimeField()
    amount = models.PositiveIntegerField()
    unit = models.CharField(max_length=10)
    calendar = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField()
    met_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)  # stopped without being met; missed all the same when later than due_at

    class Meta:
        indexes = [
            models.Index(fields=["case", "order", "kind"], name="limit_of"),
            models.Index(fields=["order"], name="limit_of_order", condition=Q(order__isnull=False)),
            models.Index(
                fields=["kind", "started_at", "due_at", "met_at", "ended_at"], name="limit_of_cases",
                condition=Q(order__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.case_id}"


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


class CasePhoto(models.Model):
    """A photograph of the matter or of its result. Public only once somebody has looked at it and said so."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="photos")
    event = models.ForeignKey(Event, models.CASCADE, related_name="photos")
    photo = models.OneToOneField(StoredPhoto, models.CASCADE)
    released = models.BooleanField(default=False)

    def __str__(self) -> str:
        return str(self.photo_id)


class WhistleAsk(models.Model):
    """The community asks the subdistrict to whistle: which units it wants, and why."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="asks")
    units = models.ManyToManyField(Unit, related_name="+")
    reason = models.CharField(max_length=500)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case"], name="ask_one_open", condition=Q(answered_at__isnull=True))
        ]

    def __str__(self) -> str:
        return f"ask of {self.case_id}"


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


class ClaimTry(models.Model):
    """How often an address tried claim codes or reported in an hour: the rate limit, cleared by a job."""

    what = models.CharField(max_length=10)
    source = models.BinaryField(max_length=32)  # keyed hash of the visitor's address
    hour = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["what", "source", "hour"], name="claimtry_once")]

    def __str__(self) -> str:
        return f"{self.what} {self.count}"


class DayCounter(models.Model):
    """The last case number given out on a day."""

    day = models.DateField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.day} {self.last}"
