"""Invitations: a post is offered to a person by name; whoever accepts gets an account and the post."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from bandeng.foundation.sealed.models import DataKey
from bandeng.people.models.posts import Post, Unit
from bandeng.people.roles import Role
from bandeng.territory.models import Place


class Invitation(models.Model):
    """An offer of a post, open for a week.

    Who is invited did not ask to be here: name and address are sealed under a key of the invitation's own, which is
    destroyed when it ends. The link's token is kept as keyed hash; where a letter carries it, also sealed until then.
    """

    role = models.CharField(max_length=24, choices=Role)
    place = models.ForeignKey(Place, models.PROTECT, null=True, related_name="invitations")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="invitations")
    in_post = models.ForeignKey(Post, models.PROTECT, related_name="invitations")  # the post of whoever invites
    data_key = models.OneToOneField(DataKey, models.SET_NULL, null=True)
    name = models.BinaryField(default=b"")
    email = models.BinaryField(default=b"")
    phone = models.BinaryField(default=b"")
    token = models.BinaryField(default=b"")
    reach_hash = models.BinaryField(max_length=32, null=True)  # of e-mail or phone: the same person is invited once
    token_hash = models.BinaryField(max_length=32, null=True, unique=True)
    sent_times = models.PositiveSmallIntegerField(default=1)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    post = models.OneToOneField(Post, models.SET_NULL, null=True, related_name="came_by")  # what it led to

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(place__isnull=False, unit__isnull=True) | Q(place__isnull=True, unit__isnull=False),
                name="invitation_place_or_unit",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, data_key__isnull=False, token_hash__isnull=False)
                | Q(ended_at__isnull=False, data_key__isnull=True, token_hash__isnull=True),
                name="invitation_erased_at_end",
            ),
            models.UniqueConstraint(
                fields=["reach_hash", "role", "place"], name="invited_once_to_place",
                condition=Q(ended_at__isnull=True, place__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["reach_hash", "role", "unit"], name="invited_once_to_unit",
                condition=Q(ended_at__isnull=True, unit__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["expires_at"], name="invitation_open", condition=Q(ended_at__isnull=True))]

    def __str__(self) -> str:
        return f"invitation {self.pk}: {self.role} of {self.place_id or self.unit_id}"
