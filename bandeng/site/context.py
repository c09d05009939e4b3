"""What pages know about the reader and the district."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext

from bandeng.cases.policies import entering_post, phrase_posts
from bandeng.foundation.access import NOBODY
from bandeng.foundation.notify import outbox
from bandeng.foundation.pages.speech import named
from bandeng.foundation.sheets.kinds import kinds_for
from bandeng.insight.rates import scopes
from bandeng.people.demo import demo_accounts_present
from bandeng.people.policies import appointable
from bandeng.people.roles import Role
from bandeng.territory.queries import district, map_context


def reader(request: HttpRequest) -> dict:
    """The actor, the district's name, the map's credit line, unread messages on workbench pages."""
    actor = getattr(request, "actor", NOBODY)
    place = district()
    info = map_context()
    desk = bool(request.path.startswith("/desk/") and actor.person_id)
    return {
        "actor": actor,
        "district_name": named(place),
        "map_source": gettext(info.source) if info and info.source else "",
        "sample_loaded": demo_accounts_present(),
        "unread": outbox.unread("account", actor.person_id) if desk and actor.person_id else 0,
        "may_enter": desk and bool(entering_post(actor)),
        "keeps_phrases": desk and bool(phrase_posts(actor)),
        "knows_places": desk and actor.is_staff,
        "loads_sheets": desk and bool(kinds_for(actor)),
        "reads_rates": desk and bool(scopes(actor)),
        "may_appoint": desk and bool(appointable(actor)),
        "runs_system": desk and bool(actor.posts_as(Role.SYSADMIN, Role.AUDITOR)),
    }
