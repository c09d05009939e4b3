"""Grids that nobody looks after today: without an officer, or with one who is away and no deputy."""

from __future__ import annotations

from dataclasses import dataclass

from bandeng.foundation.access import Actor
from bandeng.people.models import Post
from bandeng.people.policies import places_for
from bandeng.people.queries import away, manned_grids, open_posts
from bandeng.people.roles import Role
from bandeng.territory.models import Place, PlaceKind


@dataclass(frozen=True, slots=True)
class Vacancy:
    """A grid, and the officer who is away, if there is one."""

    grid: Place
    officer: Post | None


def vacancies(actor: Actor) -> list[Vacancy]:
    """Return the grids that *actor* may give an officer and that nobody looks after today. Two queries."""
    grids = Place.objects.filter(places_for(actor, Role.GRID_OFFICER), kind=PlaceKind.GRID, ended_on__isnull=True)
    rows = list(grids.exclude(pk__in=manned_grids()).select_related("parent").order_by("code", "name"))
    gone = open_posts().filter(role=Role.GRID_OFFICER, place__in=[row.pk for row in rows], pk__in=away().values("post_id"))
    by_grid = {post.place_id: post for post in gone.select_related("person")}
    return [Vacancy(row, by_grid.get(row.pk)) for row in rows]
