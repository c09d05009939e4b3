"""Service points: every place that serves people, with its kind and opening hours."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from bandeng.people.models import Unit
from bandeng.territory.models import Place


class Origin(models.TextChoices):
    """Where a row comes from. What a person has put right is not overwritten by a map."""

    OSM = "osm", _("OpenStreetMap")
    SHEET = "sheet", _("表格")
    HAND = "hand", _("手工登记")


class ServicePoint(models.Model):
    """One place that serves people. `kind` is a key of bandeng.osm.kinds; `hours` are in OpenStreetMap's syntax."""

    kind = models.CharField(max_length=24)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120, blank=True)
    lon = models.FloatField()
    lat = models.FloatField()
    address = models.CharField(max_length=120, blank=True)
    phone = models.CharField(max_length=40, blank=True)  # of the place
    hours = models.CharField(max_length=200, blank=True)
    note = models.CharField(max_length=200, blank=True)  # what it offers, what to bring
    operator = models.ForeignKey(Unit, models.SET_NULL, null=True, related_name="service_points")
    community = models.ForeignKey(Place, models.PROTECT, null=True, related_name="service_points")
    origin = models.CharField(max_length=6, choices=Origin)
    origin_id = models.CharField(max_length=40, blank=True)  # the object's id where it comes from
    checked_on = models.DateField(null=True)  # when somebody last made sure
    ended_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(lon__range=(-180, 180), lat__range=(-90, 90)), name="service_point"),
            models.UniqueConstraint(fields=["origin", "origin_id"], name="service_origin_once", condition=~models.Q(origin_id="")),
        ]
        indexes = [
            models.Index(fields=["lat", "lon"], name="service_near"), models.Index(fields=["kind", "lat"], name="service_kind"),
            models.Index(fields=["community", "name"], name="service_community"),
        ]

    def __str__(self) -> str:
        return self.name
