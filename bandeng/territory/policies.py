"""Who may load and redraw places.

Roles are named by their words: the room of posts stands above this one. A test holds the two together.
"""

from __future__ import annotations

from bandeng.foundation.access import Actor, PostRef, acting_post
from bandeng.territory.models import Place, PlaceKind

LOADERS = ("sysadmin",)
DRAWERS = ("subdistrict_dispatcher", "subdistrict_head")  # the grids of their own subdistrict


def loader(actor: Actor) -> PostRef | bool | None:
    """Return the post in which *actor* may load the sheet of places: the district's, or the command line."""
    return True if actor.system else acting_post(actor, lambda post: post.role in LOADERS)


def drawer(actor: Actor, community: Place) -> PostRef | bool | None:
    """Return the post in which *actor* may draw the grids of a community."""
    if community.kind != PlaceKind.COMMUNITY:
        return None
    return loader(actor) or acting_post(
        actor, lambda post: post.role in DRAWERS and post.place_id is not None and post.place_id == community.parent_id
    )


def may_draw_somewhere(actor: Actor) -> bool:
    """Whether there is any community whose grids *actor* may draw."""
    return bool(actor.posts_as(*LOADERS, *DRAWERS))
