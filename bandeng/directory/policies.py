"""Who may put service points right: everybody may see them; the office everywhere, communities and subdistricts at home."""

from __future__ import annotations

from bandeng.foundation.access import Actor, PostRef, acting_post
from bandeng.people.roles import COMMUNITY_ROLES, SUBDISTRICT_ROLES, Role
from bandeng.territory.locate import Chain


def loader(actor: Actor) -> PostRef | bool | None:
    """Return the post in which *actor* may load the sheet of service points."""
    return True if actor.system else acting_post(actor, lambda post: post.role == Role.SYSADMIN)


def editor(actor: Actor, chain: Chain) -> PostRef | bool | None:
    """Return the post in which *actor* may write down or change a service point at that place."""
    community = chain.community.id if chain.community else None
    subdistrict = chain.subdistrict.id if chain.subdistrict else None
    return loader(actor) or acting_post(
        actor, lambda post: post.place_id is not None and (
            (post.role in COMMUNITY_ROLES and post.place_id == community)
            or (post.role in SUBDISTRICT_ROLES and post.place_id == subdistrict))
    )


def may_edit_somewhere(actor: Actor) -> bool:
    """Whether there is any place at which *actor* may write down service points."""
    return bool(actor.posts_as(Role.SYSADMIN, *COMMUNITY_ROLES, *SUBDISTRICT_ROLES))
