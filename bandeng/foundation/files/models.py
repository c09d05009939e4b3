"""Stored photographs, by number only: what they belong to and who may see them is the owner's affair."""

import uuid
from pathlib import Path

from django.conf import settings
from django.db import models


class StoredPhoto(models.Model):
    """A re-encoded photograph without metadata, and its thumbnail, in PHOTO_ROOT."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    size = models.PositiveIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.id)

    def path(self, thumb: bool = False) -> Path:
        name = self.id.hex
        return Path(settings.PHOTO_ROOT) / name[:2] / f"{name}{'-s' if thumb else ''}.jpg"
