"""What follows when lines are redrawn: rooms above say here what of theirs lies in places, and move it.

A room registers a function once, when the program starts; it runs in the transaction that moved the lines, so that
lines and work can never disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import shapely

from bandeng.foundation.access import Actor, PostRef
from bandeng.foundation.journal.models import Entry
from bandeng.foundation.journal.writer import entry
from bandeng.territory.locate import PlaceIndex
from bandeng.territory.models import Place, PlaceKind


@dataclass(frozen=True)
class Redrawn:
    """The land whose places may have changed, and the index of the lines as they are now."""

    actor: Actor
    post: PostRef | None
    area: shapely.Geometry
    index: PlaceIndex
    ended: Mapping[int, int]  # places that ended, and which one is theirs now


Follower = Callable[[Redrawn], int]
_followers: list[Follower] = []


def follows(function: Follower) -> Follower:
    """Register what moves with the lines; it returns how much open work went elsewhere."""
    _followers.append(function)
    return function


def settle(actor: Actor, post: PostRef | None, area: shapely.Geometry, ended: Mapping[int, int] | None = None) -> int:
    """Let everything on *area* follow the lines as they stand in this transaction; return how much open work moved.

    Buildings go to the grid that holds them now; what stands above in the house is asked by its followers.
    """
    if area.is_empty:
        return 0
    redrawn = Redrawn(actor, post, area, PlaceIndex.read(), ended or {})
    _rehouse(redrawn)
    return sum(follower(redrawn) for follower in _followers)


def _rehouse(redrawn: Redrawn) -> None:
    """Put buildings on the redrawn land under the grid that holds them now."""
    west, south, east, north = redrawn.area.bounds
    near = Place.objects.filter(kind=PlaceKind.BUILDING, ended_on__isnull=True, lon__range=(west, east), lat__range=(south, north))
    changed = []
    for building in near:
        grid = redrawn.index.chain(building.lon or 0, building.lat or 0).grid
        if grid and grid.id != building.parent_id:
            building.parent_id = grid.id
            changed.append(building)
    Place.objects.bulk_update(changed, ["parent"], batch_size=200)
    Entry.objects.bulk_create(
        [entry(redrawn.actor, "place.change", building, post=redrawn.post, fields=["parent"]) for building in changed], batch_size=500
    )
