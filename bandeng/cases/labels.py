"""What codes are called in the reader's language, and how a state looks.

Django's get_…_display looks through all choices at each call, which a page of a hundred lines feels.
"""

from __future__ import annotations

from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from bandeng.cases.limits import Whistle
from bandeng.cases.machine import CaseState, Level, OrderState
from bandeng.foundation.clock.calendar import Span

STATES: dict[str, Any] = dict(CaseState.choices)
ORDER_STATES: dict[str, Any] = dict(OrderState.choices)
LEVELS: dict[str, Any] = dict(Level.choices)
WHISTLES: dict[str, Any] = dict(Whistle.choices)
LIMIT_CLASSES: dict[str, Any] = {
    "emergency": _("急事"), "utilities": _("水电气热"), "hazard": _("公共地方有隐患"), "query": _("问一问"), "normal": _("一般"),
    "complex": _("复杂、要几家一起"),
}
SPAN_UNITS: dict[str, Any] = {
    "minute": _("分钟"), "hour": _("小时"), "day": _("天"), "work_day": _("工作日"), "work_hour": _("工作时"),
}

_GOOD = {CaseState.RATED, CaseState.CLOSED}
_WAIT = {CaseState.CALLBACK, CaseState.FIELD_CHECK, CaseState.REOPENED}


def span(length: Span) -> str:
    """Return a length of time as people say it: 4 工作时."""
    return f"{length.amount} {SPAN_UNITS[length.unit]}"


def state(case: Any) -> SafeString:
    """Return the state of a case as a mark: its word, and a tint that never stands alone."""
    look = "good" if case.state in _GOOD else "wait" if case.state in _WAIT else "end" if case.closed_at else "info"
    return format_html('<span class="state {}">{}</span>', look, STATES[case.state])
