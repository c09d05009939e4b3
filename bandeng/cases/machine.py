"""The two state machines, as tables: `case` (the matter) and `order` (one unit's part of it).

States are those of the domain brief, section 8, as the design reads it: what belongs to one unit's part lives
on the order, the rest on the case; `extended` and `deferred` are facts about a limit, not states. Design words
and states: asked = dispatched or whistled, acknowledged = accepted, working = handling, result =
resolved_claimed. The drawing in docs/case-states.md is made from these tables (`manage.py draw_states`).
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class CaseState(models.TextChoices):
    RECEIVED = "received", _("已收到")
    REDIRECTED = "redirected", _("走别的渠道")
    MERGED = "merged", _("已合并")
    FILED = "filed", _("已立案")
    NOT_FILED = "not_filed", _("没有立案")
    HANDLING = "handling", _("处理中")
    FIELD_CHECK = "field_check", _("核查中")
    CALLBACK = "callback", _("等评价")
    REOPENED = "reopened", _("重办中")
    CLOSED = "closed", _("已结案")
    RATED = "rated", _("已评价")
    WITHDRAWN = "withdrawn", _("已撤回")


class OrderState(models.TextChoices):
    DISPATCHED = "dispatched", _("已派单")
    WHISTLED = "whistled", _("已吹哨")
    OBJECTED = "objected", _("单位有异议")
    ACCEPTED = "accepted", _("已接单")
    CONTACTED = "contacted", _("已联系")
    ARRIVED = "arrived", _("已报到")
    HANDLING = "handling", _("处理中")
    RESOLVED_CLAIMED = "resolved_claimed", _("已交结果")
    RATED = "rated", _("已打分")
    CANCELLED = "cancelled", _("已取消")


class Level(models.TextChoices):
    """Who holds the matter now: it goes up, and never to nobody."""

    GRID = "grid", _("网格")
    COMMUNITY = "community", _("社区")
    SUBDISTRICT = "subdistrict", _("街道")


@dataclass(frozen=True, slots=True)
class Move:
    """One row: in any of `states`, `who` may do `action`; it leads to `to` ("" = the state stays).

    `who` are words that `policies.py` explains; `guard` and `needs` are checked by the action of that name;
    `clock` says what happens to the limits.
    """

    machine: str
    states: tuple[str, ...]
    action: str
    who: tuple[str, ...]
    to: str
    guard: str = ""
    needs: tuple[str, ...] = ()
    clock: str = ""


C, U = CaseState, OrderState
START = ("",)
OPEN = (C.RECEIVED, C.FILED, C.HANDLING, C.FIELD_CHECK, C.CALLBACK, C.REOPENED)
WORK = (C.RECEIVED, C.FILED, C.HANDLING, C.REOPENED)
# Where a case may stand once its requester has answered: whatever becomes of it then, an open request is decided.
ANSWERED = (
    C.HANDLING, C.FIELD_CHECK, C.CALLBACK, C.REOPENED, C.CLOSED, C.RATED, C.WITHDRAWN, C.MERGED, C.REDIRECTED, C.NOT_FILED,
)
CASE_ENDS = frozenset({C.REDIRECTED, C.MERGED, C.NOT_FILED, C.CLOSED, C.RATED, C.WITHDRAWN})
ASKED = (U.DISPATCHED, U.WHISTLED)
BUSY = (U.ACCEPTED, U.CONTACTED, U.ARRIVED, U.HANDLING)
ORDER_ENDS = frozenset({U.RATED, U.CANCELLED})
ORDER_DONE = frozenset({U.RESOLVED_CLAIMED, U.RATED, U.CANCELLED})

CASE_MOVES: tuple[Move, ...] = (
    Move("case", START, "report", ("anyone",), C.RECEIVED, needs=("place", "category", "words"),
         clock="response and finish start"),
    Move("case", (C.RECEIVED,), "route", ("system",), C.HANDLING, guard="a rule that was tried and switched on says so",
         clock="runs on; the order has its own"),
    Move("case", (C.RECEIVED, C.REOPENED, C.FILED), "take", ("holder",), C.HANDLING, clock="response met"),
    Move("case", WORK, "pass_up", ("holder",), "", guard="below subdistrict", needs=("reason",)),
    Move("case", WORK, "ask_whistle", ("community",), "", guard="no open request", needs=("reason",)),
    Move("case", WORK, "decline_whistle", ("subdistrict",), "", guard="open request", needs=("reason",)),
    Move("case", (C.RECEIVED,), "file", ("community", "subdistrict"), C.FILED, clock="runs"),
    Move("case", WORK, "redirect", ("community", "subdistrict"), C.REDIRECTED,
         needs=("channel", "reason"), clock="ends"),
    Move("case", WORK, "not_file", ("subdistrict", "district"), C.NOT_FILED, guard="no part is still open",
         needs=("ground", "reason"), clock="ends"),
    Move("case", (C.NOT_FILED,), "object_not_filed", ("requester",), "", guard="once, within 15 days", needs=("words",)),
    Move("case", (C.NOT_FILED,), "uphold_not_filed", ("supervisor", "system"), C.FILED, guard="objected to; did not handle it",
         needs=("reason",), clock="response and finish start anew"),
    Move("case", (C.NOT_FILED,), "reject_not_filed", ("supervisor",), "", guard="objected to; did not handle it", needs=("reason",)),
    Move("case", WORK, "merge", ("community", "subdistrict"), C.MERGED,
         guard="another open case near", needs=("into",), clock="the other's"),
    Move("case", (C.MERGED,), "unmerge", ("community", "subdistrict", "requester"), C.FILED,
         guard="not erased; the requester once, within 15 days after the other one ended", needs=("reason",),
         clock="runs on as if never merged"),
    Move("case", WORK, "split", ("holder",), "", guard="no part itself; nine parts at most", needs=("category", "words"),
         clock="the part has its own"),
    Move("case", START, "split_off", ("holder",), C.RECEIVED, guard="from a case in work", needs=("parent", "category", "words"),
         clock="response and finish start"),
    Move("case", WORK, "whistle", ("subdistrict",), C.HANDLING, guard="one unit leads",
         needs=("units", "occasion", "reason"), clock="response met; each order has its own"),
    Move("case", WORK, "whistle_members", ("community",), C.HANDLING,
         guard="the subdistrict allows it; members of the joint committee; never an emergency",
         needs=("units", "occasion", "reason"), clock="response met; each order has its own"),
    Move("case", WORK, "hand_down", ("subdistrict",), "", guard="at the subdistrict; on the communities' list of duties",
         needs=("reason",)),
    Move("case", WORK, "dispatch", ("community", "subdistrict"), C.HANDLING, guard="one unit leads",
         needs=("units", "reason"), clock="response met; each order has its own"),
    Move("case", WORK, "ask_extension", ("holder",), "", guard="finish runs, not over, not extended before",
         needs=("days", "reason"), clock="runs on"),
    Move("case", WORK, "grant_extension", ("above",), "", guard="asked for", needs=("reason",), clock="finish ends later"),
    Move("case", WORK, "refuse_extension", ("above",), "", guard="asked for", needs=("reason",), clock="runs on"),
    Move("case", WORK, "ask_deferral", ("holder",), "", guard="no pause is open",
         needs=("ground", "plan", "review_on"), clock="runs on"),
    Move("case", WORK, "defer", ("supervisor",), "", guard="asked for; review within 90 days", needs=("reason",),
         clock="finish stands still"),
    Move("case", WORK, "refuse_deferral", ("supervisor",), "", guard="asked for", needs=("reason",), clock="runs on"),
    Move("case", WORK, "wait", ("holder",), "", guard="no pause is open; once", needs=("question",),
         clock="finish stands still, seven days at most"),
    Move("case", WORK, "resume", ("holder", "supervisor", "system"), "", guard="a pause runs", clock="finish runs again"),
    Move("case", (C.HANDLING,), "complete", ("holder",), C.CALLBACK,
         guard="no order and no part is still open; no field check is due", needs=("answer",), clock="finish met"),
    Move("case", (C.HANDLING,), "complete", ("holder",), C.FIELD_CHECK,
         guard="red slip, or drawn for a check", needs=("answer",), clock="finish met; check starts"),
    Move("case", (C.FIELD_CHECK,), "check_passed", ("checker",), C.CALLBACK,
         guard="did not handle it", needs=("finding",), clock="check met"),
    Move("case", (C.FIELD_CHECK,), "check_failed", ("checker",), C.REOPENED,
         guard="did not handle it", needs=("finding",), clock="new short finish"),
    Move("case", (C.CALLBACK,), "answer_yes", ("rater",), C.RATED, needs=("grade",), clock="ends"),
    Move("case", (C.CALLBACK,), "answer_no", ("rater",), C.FIELD_CHECK, needs=("grade",),
         clock="check starts"),
    Move("case", (C.CALLBACK,), "heard_yes", ("checker",), C.RATED, guard="did not handle it; opened the contact",
         needs=("grade",), clock="ends"),
    Move("case", (C.CALLBACK,), "heard_no", ("checker",), C.FIELD_CHECK,
         guard="did not handle it; opened the contact", needs=("grade",), clock="check starts"),
    Move("case", (C.CALLBACK,), "call_tried", ("checker",), "",
         guard="did not handle it; opened the contact; not from 21 to 8; the first of two tries"),
    Move("case", (C.CALLBACK,), "call_tried", ("checker",), C.FIELD_CHECK,
         guard="the second try two hours later at least; nobody has looked on the spot since the result", clock="check starts"),
    Move("case", (C.CALLBACK,), "close_by_silence", ("system",), C.CLOSED, guard="seven days without an answer",
         clock="ends"),
    Move("case", (C.CALLBACK, C.FIELD_CHECK), "close_by_exception", ("district",), C.CLOSED,
         needs=("reason",), clock="ends"),
    Move("case", (C.CLOSED,), "rate", ("rater",), C.RATED, guard="within 15 days", needs=("grade",)),
    Move("case", (C.CLOSED, C.RATED), "reopen", ("requester",), C.REOPENED,
         guard="once, within 15 days", needs=("reason",), clock="new short finish"),
    Move("case", ANSWERED, "ask_exclusion", ("worked", "holder"), "", guard="rated within 15 days, not asked before, not by a supervisor",
         needs=("ground", "evidence")),
    Move("case", ANSWERED, "grant_exclusion", ("supervisor",), "", guard="asked for; neither asked nor handled it", needs=("reason",)),
    Move("case", ANSWERED, "refuse_exclusion", ("supervisor", "system"), "",
         guard="asked for; neither asked nor handled it; by itself after 15 days", needs=("reason",)),
    Move("case", ANSWERED, "appeal_exclusion", ("requester",), "", guard="granted within 15 days; once", needs=("words",)),
    Move("case", ANSWERED, "uphold_appeal", ("dispatcher", "system"), "",
         guard="appealed; neither asked, granted nor handled it; by itself after 15 days", needs=("reason",)),
    Move("case", ANSWERED, "reject_appeal", ("dispatcher",), "", guard="appealed; neither asked, granted nor handled it",
         needs=("reason",)),
    Move("case", OPEN, "withdraw", ("requester",), C.WITHDRAWN, clock="ends"),
)

ORDER_MOVES: tuple[Move, ...] = (
    Move("order", START, "dispatch", ("community", "subdistrict"), U.DISPATCHED, clock="ack and finish start"),
    Move("order", START, "whistle", ("subdistrict",), U.WHISTLED, clock="ack, arrive and finish start"),
    Move("order", ASKED, "acknowledge", ("unit",), U.ACCEPTED, clock="ack met"),
    Move("order", ASKED, "object", ("unit",), U.OBJECTED,
         guard="once, within 4 working hours, never an emergency whistle", needs=("ground",), clock="runs on"),
    Move("order", (U.OBJECTED,), "uphold_objection", ("arbiter",), U.CANCELLED, needs=("reason",), clock="ends"),
    Move("order", (U.OBJECTED,), "reject_objection", ("arbiter",), U.ACCEPTED, needs=("reason",),
         clock="ack met"),
    Move("order", (U.ACCEPTED,), "contact", ("unit",), U.CONTACTED, clock="the case's response met"),
    Move("order", (U.ARRIVED, U.HANDLING), "contact", ("unit",), "", clock="the case's response met"),
    Move("order", (*ASKED, U.ACCEPTED, U.CONTACTED), "report_in", ("unit",), U.ARRIVED,
         clock="ack and arrive met"),
    Move("order", (U.ACCEPTED, U.CONTACTED, U.ARRIVED), "start_work", ("unit",), U.HANDLING),
    Move("order", BUSY, "give_plan", ("unit",), "", guard="a hard task without a plan", needs=("plan",), clock="plan met"),
    Move("order", BUSY, "stage_report", ("unit",), "", needs=("words",)),
    Move("order", BUSY, "ask_partner", ("unit",), "", guard="leads", needs=("units", "reason")),
    Move("order", BUSY, "ask_extension", ("unit",), "", guard="finish runs, not over, not extended before",
         needs=("days", "reason"), clock="runs on"),
    Move("order", BUSY, "grant_extension", ("holder",), "", guard="asked for", needs=("reason",), clock="finish ends later"),
    Move("order", BUSY, "refuse_extension", ("holder",), "", guard="asked for", needs=("reason",), clock="runs on"),
    Move("order", BUSY, "give_result", ("unit",), U.RESOLVED_CLAIMED, guard="a whistled unit has reported in",
         needs=("result",), clock="ack, plan and finish met"),
    Move("order", (U.RESOLVED_CLAIMED,), "send_back", ("holder",), U.HANDLING, needs=("reason",),
         clock="finish runs again"),
    Move("order", (U.RESOLVED_CLAIMED,), "rate_order", ("holder",), U.RATED, needs=("grade",)),
    Move("order", (*ASKED, U.OBJECTED, *BUSY), "cancel", ("holder", "system"), U.CANCELLED,
         needs=("reason",), clock="ends"),
)

MOVES = CASE_MOVES + ORDER_MOVES


def moves(machine: str, action: str, state: str = "") -> tuple[Move, ...]:
    """Return the rows of *action* in *machine* that start in *state*."""
    return tuple(m for m in MOVES if m.machine == machine and m.action == action and state in m.states)


def allowed(machine: str, action: str, state: str) -> bool:
    """Return whether the table knows *action* in *state*."""
    return bool(moves(machine, action, state))


def target(machine: str, action: str, state: str, wanted: str | None = None) -> str:
    """Return where *action* leads from *state*; *wanted* picks among several rows.

    Raises LookupError where the table has no such row: a wrong table is a bug, not a user's error.
    """
    rows = [m for m in moves(machine, action, state) if wanted is None or m.to == wanted]
    if len(rows) != 1:
        raise LookupError(f"{machine}.{action} from {state!r}: {len(rows)} rows in the table")
    return rows[0].to or state
