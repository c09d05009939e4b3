"""Time limits 办理时限: classes with their spans, and the facts about one case's or order's limits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from bandeng.foundation.clock.calendar import Span, Unit
from bandeng.foundation.clock.current import calendar


class LimitKind(models.TextChoices):
    RESPONSE = "response", _("先回话")
    FINISH = "finish", _("办结")
    ACK = "ack", _("接单")
    ARRIVE = "arrive", _("到场")
    PLAN = "plan", _("定办法")
    RULING = "ruling", _("异议裁定")
    CHECK = "check", _("核查")


@dataclass(frozen=True, slots=True)
class LimitClass:
    """The limits of a class of matters: until the first response, until the finish."""

    response: Span
    finish: Span


# Domain brief, section 8, "Limits": our defaults, drawn from published practice.
CLASSES: dict[str, LimitClass] = {
    "emergency": LimitClass(Span(30, Unit.MINUTE), Span(2, Unit.HOUR)),
    "utilities": LimitClass(Span(2, Unit.HOUR), Span(24, Unit.HOUR)),
    "hazard": LimitClass(Span(4, Unit.HOUR), Span(2, Unit.DAY)),
    "query": LimitClass(Span(1, Unit.WORK_DAY), Span(2, Unit.WORK_DAY)),
    "normal": LimitClass(Span(24, Unit.HOUR), Span(7, Unit.DAY)),
    "complex": LimitClass(Span(24, Unit.HOUR), Span(15, Unit.DAY)),
}


class Whistle(models.TextChoices):
    """The three whistles 哨, and a plain dispatch (no whistle)."""

    NONE = "", _("派单")
    DAILY = "daily", _("日常哨")
    HARD = "hard", _("攻坚哨")
    EMERGENCY = "emergency", _("应急哨")


# Acknowledge, arrive, finish; a hard task wants a plan first; an emergency whistle has no separate acknowledgement: one comes.
ORDER_LIMITS: dict[str, dict[str, Span]] = {
    Whistle.NONE: {LimitKind.ACK: Span(4, Unit.WORK_HOUR), LimitKind.FINISH: Span(7, Unit.DAY)},
    Whistle.DAILY: {
        LimitKind.ACK: Span(4, Unit.WORK_HOUR), LimitKind.ARRIVE: Span(1, Unit.WORK_DAY),
        LimitKind.FINISH: Span(7, Unit.DAY),
    },
    Whistle.HARD: {
        LimitKind.ACK: Span(4, Unit.WORK_HOUR), LimitKind.PLAN: Span(5, Unit.WORK_DAY),
        LimitKind.FINISH: Span(15, Unit.DAY),
    },
    Whistle.EMERGENCY: {LimitKind.ARRIVE: Span(30, Unit.MINUTE), LimitKind.FINISH: Span(2, Unit.HOUR)},
}
_SOON = {Unit.MINUTE: 24 * 60, Unit.HOUR: 24}  # a class that wants an answer sooner than a day wants it at night too


def order_limits(kind: str, spans: LimitClass) -> dict[str, Span]:
    """Return the limits of an order of *kind* for a matter with the limits *spans*, from its delivery.

    A plain order and a daily whistle are finished within the class of the matter; where that wants a response within
    hours, the unit takes it on and is there within the same hours, not within working ones. A hard task and an
    emergency whistle have limits of their own, which are not lengthened by any class.
    """
    found: dict[str, Span] = dict(ORDER_LIMITS[kind])
    if kind not in (Whistle.NONE, Whistle.DAILY):
        return found
    found[str(LimitKind.FINISH)] = spans.finish
    if spans.response.amount < _SOON.get(spans.response.unit, 0):
        for first in (str(LimitKind.ACK), str(LimitKind.ARRIVE)):
            if first in found:
                found[first] = spans.response
    return found


OBJECTION_WINDOW = Span(4, Unit.WORK_HOUR)
RULING = Span(1, Unit.WORK_DAY)
OBJECTION_RULING = Span(15, Unit.WORK_DAY)  # on a matter that was not filed: as long as a complaint about a rating has
CHECK = Span(2, Unit.WORK_DAY)
REOPENED_FINISH = Span(2, Unit.DAY)
EXTENSION_MOST = 15  # days, once for each finish limit (an extension needs a reason to the requester: domain brief 1.3)
DEFERRAL_MOST = 90  # days until a deferred matter is looked at again (domain brief, section 8)
EXCLUSION_WITHIN = 15  # days after a rating, a decision, a request: to ask, to appeal, to decide (our choice; ADR 0016)
WAITING_MOST = 7  # days for which a case waits for something from its requester


def due(start: datetime, span: Span) -> datetime:
    """Return when a limit of *span* that starts at *start* ends, by the calendar in force."""
    return calendar().add(start, span)


def pauses_of(case: Any) -> list[tuple[datetime, datetime | None]]:
    """Return from when until when the finish limits of a case stood still; None: they still do."""
    return list(case.pauses.filter(began_at__isnull=False).values_list("began_at", "ended_at"))


def reckon(limit: Any, pauses: list[tuple[datetime, datetime | None]]) -> None:
    """Work out anew when a limit ends, by the calendar in force; only the finish is held up by pauses."""
    present = calendar()
    held = pauses if limit.kind == LimitKind.FINISH else []
    limit.due_at = present.add(limit.started_at, Span(limit.amount, Unit(limit.unit)), held)
    limit.calendar = present.version
