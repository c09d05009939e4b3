"""Data keys: one per case or record, themselves encrypted under a master key outside the database."""

from django.db import models


class DataKey(models.Model):
    """A wrapped key. Deleting the row makes everything sealed with it unreadable, in backups too."""

    wrapped = models.BinaryField()
    master = models.CharField(max_length=12)  # version of the master key that wraps it
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"data key {self.pk} (master {self.master})"
