"""What follows when lines are redrawn: rooms above say here what of theirs lies in places, and move it.

A room registers a function once, when the program starts; it runs in the transaction that moved the lines, so that
lines and work can never disagree.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import shapely

from bandeng.foundation.access import Actor, PostRef
from bandeng.territory.locate import PlaceIndex


@dataclass(frozen=True)
class Redrawn:
    """The land whose places may have changed, and the index of the lines as they are now."""

    actor: Actor
    post: PostRef | None
    area: shapely.Geometry
    index: PlaceIndex


Follower = Callable[[Redrawn], int]
_followers: list[Follower] = []


def follows(function: Follower) -> Follower:
    """Register what moves with the lines; it returns how much open work went elsewhere."""
    _followers.append(function)
    return function


def follow(actor: Actor, post: PostRef | None, area: shapely.Geometry) -> int:
    """Let everything on *area* follow the lines as they stand in this transaction; return how much open work moved."""
    if area.is_empty:
        return 0
    redrawn = Redrawn(actor, post, area, PlaceIndex.read())
    return sum(follower(redrawn) for follower in _followers)
