"""Corrections of the calendar: holidays and make-up workdays as data, per State Council notice."""

from django.db import models


class DayCorrection(models.Model):
    """This day is, or is not, a workday, whatever the built-in calendar says."""

    day = models.DateField(primary_key=True)
    is_workday = models.BooleanField()
    note = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day} {'workday' if self.is_workday else 'day off'}"


class CalendarVersion(models.Model):
    """Raised by every correction, so that due dates know by which calendar they were counted. One row."""

    number = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return str(self.number)
