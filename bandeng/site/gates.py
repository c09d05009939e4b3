"""Who comes in where: every address of the site and of the interface, and the policy that opens it.

The rules are the policies of the rooms, named here so that the table in docs/rights.md can be drawn from them
(`manage.py draw_rights`) and a test can walk through every door as everybody (tests/test_every_door.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bandeng.cases import lines, machine, policies
from bandeng.cases.models import Case, Order
from bandeng.directory.policies import may_edit_somewhere
from bandeng.foundation.access import Actor, PostRef
from bandeng.foundation.sheets.kinds import kinds_for
from bandeng.insight.rates import scopes
from bandeng.people.policies import appointable
from bandeng.people.roles import SEATS, Role
from bandeng.territory.policies import may_draw_somewhere


@dataclass(frozen=True)
class Gate:
    """A rule for an address. `opens` None: it depends on the one thing that the address names."""

    words: str
    opens: Callable[[Actor], bool] | None = None


EVERYBODY = Gate("everybody", lambda actor: True)
PERSON = Gate("whoever is logged in", lambda actor: actor.person_id is not None)
STAFF = Gate("whoever holds a post", lambda actor: actor.is_staff)
INBOX = Gate("whoever has an inbox", lambda actor: bool(lines.views_of(actor)))
ENTERS = Gate("whoever works in the places", lambda actor: bool(policies.entering_post(actor)))
LOADS = Gate("whoever may load sheets", lambda actor: bool(kinds_for(actor)))
DRAWS = Gate("whoever may draw grids somewhere", may_draw_somewhere)
APPOINTS = Gate("whoever may give some post", lambda actor: bool(appointable(actor)))
OFFICERS = Gate("whoever may appoint grid officers", lambda actor: Role.GRID_OFFICER in appointable(actor))
WRITES = Gate("whoever may write down service points somewhere", may_edit_somewhere)
RATES = Gate("whoever may see the cases of a place or unit", lambda actor: bool(scopes(actor)))
RUNS = Gate("whoever runs or audits the system", lambda actor: bool(actor.posts_as(Role.SYSADMIN, Role.AUDITOR)))
PHRASES = Gate("whoever keeps phrases of a place or unit", lambda actor: bool(policies.phrase_posts(actor)))
PHRASE = Gate("whoever keeps the phrases of that place or unit")
CASE = Gate("whoever may read the notes of that case")
CATALOGUE = Gate("whoever may change the catalogue and the rules", lambda actor: bool(policies.catalogue_post(actor)))
SLIPS = Gate("whoever may set the slip rule of that community")
POST = Gate("whoever may see that post")
COMMUNITY = Gate("whoever may draw the grids of that community")
POINT = Gate("whoever may write down service points at that place")
HELP = Gate("whoever may give that person's posts")
OWN = Gate("whoever it belongs to")
PHOTO = Gate("whoever may see the photograph")

_SECURITY = ("setup", "setup_app", "password", "security", "confirm", "codes")
_SECURITY_POSTS = (
    "factor_rename", "factor_remove", "setup_passkey_begin", "setup_passkey", "confirm_begin", "confirm_passkey", "session_end",
)

ADDRESSES: dict[str, Gate] = {
    **dict.fromkeys((
        "site:home", "site:my_grid", "site:more", "site:rights", "site:emergency", "pages:choose", "pages:style",
        "people:login", "people:logout", "people:passkey_begin", "people:passkey", "people:second", "people:second_begin",
        "people:second_passkey", "people:join_link", "people:join", "people:forgotten", "people:new_link",
        "people:new_password", "people:neighbours", "territory:at", "territory:base", "territory:areas", "directory:index",
        "directory:point", "lifecircle:index", "lifecircle:compound",
        "cases:report", "cases:reported", "cases:claim", "cases:follow", "cases:forget",
        "cases:follow_one", "cases:follow_verb", "insight:board", "insight:map", "insight:deferred", "insight:journal",
        "insight:rates", "insight:formulas", "insight:case", "cases:catalogue", "cases:rules",
        "cases:slip_rules", "cases:stub", "cases:support", "api:openapi-json", "api:categories", "api:report",
        "api:places", "api:figures", "api:board",
        "api:board_case", "api:board_map", "api:api-root",
    ), EVERYBODY),
    **dict.fromkeys(("site:notices", "site:letters", *(f"people:{name}" for name in (*_SECURITY, *_SECURITY_POSTS))), PERSON),
    **dict.fromkeys(("cases:bulk", "cases:sheet", "cases:views"), STAFF),
    **dict.fromkeys(("cases:inbox", "people:units", "people:board", "territory:places", "territory:place", "territory:check"), STAFF),
    **dict.fromkeys(("cases:enter", "cases:paper", "cases:paper_pad", "api:desk_report"), ENTERS),
    **dict.fromkeys(("sheets:index", "sheets:kind", "sheets:blank", "sheets:export"), LOADS),
    **dict.fromkeys(("people:people", "people:invite", "people:invited", "people:invitation_again",
                     "people:invitation_withdraw", "people:password_link"), APPOINTS),
    **dict.fromkeys(("sheets:trial", "sheets:returned", "cases:view"), OWN),
    **dict.fromkeys(("people:person", "people:person_reset", "people:person_password", "people:person_unlock",
                     "people:person_sessions"), HELP),
    **dict.fromkeys(("cases:case", "cases:slip", "cases:verb", "cases:order_verb", "api:case"), CASE),
    **dict.fromkeys(("cases:category", "cases:category_new", "cases:category_retire", "cases:category_unit", "cases:rule",
                     "cases:rule_new", "cases:rule_act", "cases:slip_rule_all"), CATALOGUE),
    "cases:slip_rule": SLIPS,
    **dict.fromkeys(("people:post", "people:post_act"), POST),
    **dict.fromkeys(("directory:edit", "directory:end"), POINT),
    **dict.fromkeys(("rates:desk", "rates:cases", "rates:table"), RATES),
    "cases:phrases": PHRASES, "cases:phrase": PHRASE,
    "cases:photo": PHOTO, "territory:trace": DRAWS, "territory:draw": COMMUNITY, "people:vacant": OFFICERS, "directory:new": WRITES,
    "site:jobs": RUNS, "api:inbox": INBOX,
}


def somebody(role: str) -> Actor:
    """Return an actor who holds *role* on a place or in a unit, number 1."""
    seat = SEATS[role]
    return Actor(person_id=1, posts=(PostRef(1, role, None if seat == "unit" else 1, seat, 1 if seat == "unit" else None),))


def roles_through(gate: Gate) -> set[str]:
    """Return the roles that a gate opens to."""
    return {role for role in Role.values if gate.opens and gate.opens(somebody(role))}


def case_acts() -> dict[tuple[str, str], set[str]]:
    """Return, for every act on a case or order, the roles that may do it at their own place or in their own unit.

    A case held at each level is tried, since the holder's acts move with it; "requester" and "anyone" stand for
    those without a post.
    """
    found: dict[tuple[str, str], set[str]] = {}
    names = [("case", action) for action in policies.OTHER]
    names += [("order", action) for action in policies.ORDER_OTHER]
    names += list(dict.fromkeys((move.machine, move.action) for move in machine.MOVES))
    for name, action in dict.fromkeys(names):
        found[name, action] = {
            role for role in Role.values if any(_may(somebody(role), name, action, level) for level in machine.Level.values)
        }
        listed = [who for move in machine.MOVES if move.action == action for who in move.who]
        words = policies.OTHER.get(action) or policies.ORDER_OTHER.get(action) or listed
        found[name, action] |= {"requester"} & {word.replace("rater", "requester") for word in words} | {"anyone"} & set(words)
    return found


def _may(actor: Actor, name: str, action: str, level: str) -> bool:
    case = Case(pk=1, level=level, grid_id=1, community_id=1, subdistrict_id=1)
    order = Order(pk=1, case=case, unit_id=1, state=machine.OrderState.ACCEPTED)
    fetched: Any = case
    fetched._prefetched_objects_cache = {"orders": [order]}  # nothing is read: the case is made up
    return policies.may(actor, action, case, order if name == "order" else None) and not _by_anybody(action)


def _by_anybody(action: str) -> bool:
    return action == "report"
