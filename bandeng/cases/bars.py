"""Limits as people see them: each in words, and those of a case in one bar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from bandeng.cases.limits import LimitKind
from bandeng.cases.models import Limit
from bandeng.foundation.clock.calendar import Unit
from bandeng.foundation.clock.current import calendar
from bandeng.foundation.pages import speech


@dataclass
class Clock:
    """One limit as a bar: how much of it is gone (0 to 1), and in words."""

    label: str
    share: float
    kind: str  # met, late, soon, running
    words: str
    due_at: datetime
    met: bool = False

    @property
    def width(self) -> str:
        """The bar's width in hundredths, as SVG wants it."""
        return f"{self.share * 100:.1f}"


_WORKING = {Unit.WORK_DAY, Unit.WORK_HOUR}


def clocks(limits: list[Limit], order_id: int | None, now: datetime, *, public: bool = False) -> list[Clock]:
    """Return the bars of a case (order_id None) or of one of its orders. *public*: not what is only asked for."""
    bars = []
    for row in limits:
        if row.order_id != order_id or row.ended_at:
            continue
        if row.stopped:
            bars.append(Clock(str(LimitKind(row.kind).label), 0.0, "stopped", _("停着，不算时间"), row.due_at))
            continue
        length = max((row.due_at - row.started_at).total_seconds(), 1)
        end = row.met_at or now
        share = min(max((end - row.started_at).total_seconds() / length, 0.02), 1.0)
        late = end > row.due_at
        if row.met_at:
            kind, words = ("late" if late else "met"), _("按时做到") if not late else _("做到了，但晚了")
        elif late:
            kind, words = "late", speech.due(row.due_at, now)
        else:
            kind, words = ("soon" if share > 0.75 else "running"), speech.due(row.due_at, now)
        if row.unit in _WORKING and not row.met_at and calendar().is_provisional(row.due_at.date()):
            words = _("%(words)s（放假安排还没公布，暂定）") % {"words": words}
        if row.extended:
            words = _("%(words)s（延过一次）") % {"words": words}
        if row.asked_days and not public:
            words = _("%(words)s（申请再延 %(n)s 天，等答复）") % {"words": words, "n": row.asked_days}
        bars.append(Clock(str(LimitKind(row.kind).label), share, kind, words, row.due_at, bool(row.met_at)))
    return bars


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the bar, or (width 0) a mark on it: from where, how wide, in hundredths of the bar."""

    kind: str  # past, late, stopped; as a mark: met, late, running
    left: str
    width: str = "0"


@dataclass(frozen=True, slots=True)
class Bar:
    """A case from its report to the end of its finish: stretches gone, standing still and late, and the other limits' ends."""

    stretches: list[Part]
    marks: list[Part]


def bar(limits: Sequence[Limit], now: datetime, stopped_since: datetime | None = None) -> Bar | None:
    """Return the one bar of a case, or None when it has no finish limit that counts.

    *stopped_since*: when the pause began that runs now. What stood still before is in the story, not in the bar.
    """
    mine = [row for row in limits if row.order_id is None]
    finish = next((row for row in reversed(mine) if row.kind == LimitKind.FINISH and not row.ended_at), None)
    if finish is None:
        return None
    begin = min(row.started_at for row in mine)
    reached = finish.met_at or (min(stopped_since, now) if finish.stopped and stopped_since else now)
    length = max((max(finish.due_at, finish.met_at or now) - begin).total_seconds(), 1.0)

    def at(moment: datetime) -> float:
        return min(max((moment - begin).total_seconds() / length * 100, 0.0), 100.0)

    def stretch(kind: str, one: datetime, other: datetime) -> Part:
        return Part(kind, f"{at(one):.1f}", f"{max(at(other) - at(one), 0.6):.1f}")

    stretches = [stretch("past", begin, min(reached, finish.due_at))]
    if reached > finish.due_at:
        stretches.append(stretch("late", finish.due_at, reached))
    if finish.stopped and stopped_since and now > stopped_since:
        stretches.append(stretch("stopped", stopped_since, now))
    others = [row for row in mine if row is not finish and not row.ended_at]
    marks = [Part(_mark(row, now), f"{min(at(row.due_at), 99.4):.1f}") for row in others]
    return Bar(stretches, marks)


def _mark(row: Limit, now: datetime) -> str:
    if (row.met_at or now) > row.due_at:
        return "late"
    return "met" if row.met_at else "running"
