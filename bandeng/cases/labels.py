"""What codes are called in the reader's language, and how a state looks.

Django's get_…_display looks through all choices at each call, which a page of a hundred lines feels.
"""

from __future__ import annotations

from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from bandeng.cases.limits import Whistle
from bandeng.cases.machine import CaseState, Level, OrderState

STATES: dict[str, Any] = dict(CaseState.choices)
ORDER_STATES: dict[str, Any] = dict(OrderState.choices)
LEVELS: dict[str, Any] = dict(Level.choices)
WHISTLES: dict[str, Any] = dict(Whistle.choices)

_GOOD = {CaseState.RATED, CaseState.CLOSED}
_WAIT = {CaseState.CALLBACK, CaseState.FIELD_CHECK, CaseState.REOPENED}


def state(case: Any) -> SafeString:
    """Return the state of a case as a mark: its word, and a tint that never stands alone."""
    look = "good" if case.state in _GOOD else "wait" if case.state in _WAIT else "end" if case.closed_at else "info"
    return format_html('<span class="state {}">{}</span>', look, STATES[case.state])
