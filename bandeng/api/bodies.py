"""From rows to what the shapes say: nothing is decided here."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from bandeng.cases import claims, lines, policies, queries, story
from bandeng.cases.actions.intake import Reported
from bandeng.cases.models import Case, Limit, Order
from bandeng.foundation.access import Actor
from bandeng.insight import queries as board
from bandeng.insight.public import PublicCase
from bandeng.language import mask


def here(at: datetime | None) -> datetime | None:
    """Return a moment with the district's offset."""
    return timezone.localtime(at) if at else None


def _day(at: datetime | None) -> str | None:
    return timezone.localtime(at).date().isoformat() if at else None


def place(row: Any) -> dict[str, Any] | None:
    """Return a place as id and names."""
    return {"id": row.id, "name": row.name, "name_en": row.name_en} if row else None


def receipt(done: Reported) -> dict[str, Any]:
    return {
        "number": done.case.number, "code": done.code, "follow_url": claims.claim_url(done.case.number, done.code),
        "again": done.again, "masked": [str(kind) for kind in done.masked],
    }


def inbox_item(row: lines.Row) -> dict[str, Any]:
    return {
        "number": row.number, "state": row.state, "level": row.level, "slip": row.slip, "category": row.category.code,
        "words": row.words, "ask": row.ask, "order": row.order, "whistle": row.whistle, "place": row.place_text,
        "community": place(row.place("community")), "grid": place(row.place("grid")),
        "compound": place(row.place("compound")), "lon": row.lon, "lat": row.lat, "created_at": here(row.created_at),
        "due_at": here(row.due_at), "late": row.urgency == "late",
    }


def _order(row: Order) -> dict[str, Any]:
    return {
        "id": row.pk, "unit": row.unit.name, "state": row.state, "whistle": row.whistle, "leads": row.leads, "ask": row.ask,
        "asked_at": here(row.asked_at), "due_at": here(row.due_at), "result": row.result, "grade": row.grade,
    }


def _limit(row: Limit) -> dict[str, Any]:
    return {
        "kind": row.kind, "order": row.order_id, "started_at": here(row.started_at), "due_at": here(row.due_at),
        "met_at": here(row.met_at), "ended_at": here(row.ended_at), "extended": row.extended, "stopped": row.stopped,
    }


def desk_case(actor: Actor, case: Case) -> dict[str, Any]:
    """A case for its staff, with the notes that this actor may read."""
    queries.fetch_parts(case, asks=False)
    orders = list(case.orders.all())
    points = story.story(case, notes=True, only_of=policies.notes_of(actor, case))
    return {
        "number": case.number, "state": case.state, "level": case.level, "pause": case.pause, "slip": case.slip, "source": case.source,
        "category": case.category.code, "words": case.words, "answer": case.answer,
        "done_by": case.done_by, "done_on": case.done_on, "place": case.place_text,
        "subdistrict": place(case.subdistrict), "community": place(case.community), "grid": place(case.grid),
        "compound": place(case.compound), "lon": case.lon, "lat": case.lat, "created_at": here(case.created_at),
        "due_at": here(case.due_at), "completed_at": here(case.completed_at), "closed_at": here(case.closed_at),
        "reopened_times": case.reopened_times, "next": story.next_step(case, orders, public=False),
        "orders": [_order(row) for row in orders], "limits": [_limit(row) for row in case.limits.all()],
        "events": [
            {"at": here(point.at), "who": point.who, "did": point.did, "text": point.text, "public": point.public,
             "photos": len(point.photos)}
            for point in points
        ],
    }


def figures() -> dict[str, Any]:
    """The board's figures; small numbers are hidden as on the page."""
    counted = board.board()
    found = counted.figures
    return {
        "as_of": here(counted.as_of), "days": found.days, "formula": board.FORMULA, "received": found.received,
        "ended": found.ended, "elsewhere": found.elsewhere, "open_now": found.open_now, "late": found.late,
        "silent": found.silent, "response": _rate(found.response), "solved": _rate(found.solved),
        "pleased": _rate(found.pleased),
        "groups": [{"group": zh, "group_en": en, "received": n} for zh, en, n in counted.groups],
        "communities": [
            {**(place(row) or {}), "received": n, "open": still} for row, n, still in counted.communities
        ],
    }


def _rate(rate: board.Rate) -> dict[str, Any]:
    return {"part": rate.part, "whole": rate.whole, "value": rate.value}


def board_item(line: board.Line) -> dict[str, Any]:
    return {
        "number": line.number, "state": line.state, "category": line.category.code, "community": place(line.community),
        "where": place(line.where), "answer": line.answer, "created_on": _day(line.created_at),
        "closed_on": _day(line.closed_at),
    }


def public_case(seen: PublicCase) -> dict[str, Any]:
    case = seen.case
    return {
        "number": case.number, "state": case.state, "category": case.category.code, "community": place(case.community),
        "where": place(case.compound or case.grid), "answer": mask(case.answer).text,
        "done_by": case.done_by, "done_on": case.done_on, "created_on": _day(case.created_at),
        "closed_on": _day(case.closed_at), "words": seen.words, "next": seen.next,
        "events": [
            {"at": here(point.at), "who": point.who, "did": point.did, "text": point.text} for point in seen.points
        ],
    }
