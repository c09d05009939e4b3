"""A file that was sent and looked through, until it is loaded or forgotten."""

from django.db import models

from bandeng.foundation.sealed.models import DataKey


class Upload(models.Model):
    """One file between its trial and its loading. Sealed, since lists of people hold telephone numbers; gone in a day.

    `person_id` is who sent it, and only that person may look at it or load it.
    """

    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=200)
    datum = models.CharField(max_length=6, default="wgs84")  # what its coordinates were said to be in
    person_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()
    loaded_at = models.DateTimeField(null=True)
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    same = models.PositiveIntegerField(default=0)
    content = models.BinaryField(null=True)
    data_key = models.OneToOneField(DataKey, models.SET_NULL, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["created_at"], name="upload_age")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
