"""Times in which somebody is away from a post, and who stands in. Why is nobody's business: there is no field for it."""

from django.db import models
from django.db.models import F, Q

from bandeng.foundation.clock.moment import today
from bandeng.people.models.posts import Post


class Absence(models.Model):
    """The holder of a post is away from `starts_on` until `ends_on`, the first day back; perhaps with a deputy 代班."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="absences")
    starts_on = models.DateField()
    ends_on = models.DateField()
    deputy = models.ForeignKey(Post, models.SET_NULL, null=True, related_name="stands_in_for")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="absence_from_to")]
        indexes = [models.Index(fields=["post", "ends_on"], name="absence_of")]

    def __str__(self) -> str:
        return f"{self.post_id} away {self.starts_on} – {self.ends_on}"

    @property
    def is_running(self) -> bool:
        """Whether it has not ended yet."""
        return self.ends_on > today()
