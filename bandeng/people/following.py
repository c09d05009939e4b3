"""When a place ends because its land went to another, the posts on it end with it."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext, override
from django.utils.translation import gettext_noop as noop

from bandeng.foundation.clock.moment import today
from bandeng.foundation.journal.writer import record
from bandeng.foundation.notify.outbox import post as tell
from bandeng.people.queries import open_posts
from bandeng.territory.lines.following import Redrawn, follows

ENDED = noop("您的岗位随网格合并结束了，没办完的事已经转给接手的网格")


@follows
def posts_end(redrawn: Redrawn) -> int:
    """End the posts on places that are no more, and tell their holders. Moves no work by itself."""
    for held in open_posts().select_for_update(of=("self",)).filter(place_id__in=redrawn.ended):
        held.ends_on = max(today(), held.starts_on)
        held.save(update_fields=["ends_on"])
        record(redrawn.actor, "post.end", held, post=redrawn.post, fields=["ends_on"])
        with override(settings.LANGUAGE_CODE):  # the recipient's language, not the actor's
            subject = gettext(ENDED)
        tell(event=f"post:{held.pk}:ended", kind="account", recipient=held.person_id, topic="post", subject=subject)
    return 0
