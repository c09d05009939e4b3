"""Template words about cases."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.safestring import SafeString

from bandeng.cases import labels, queries
from bandeng.foundation.clock.calendar import Span

register = template.Library()


@register.filter
def span(length: Span) -> str:
    """A length of time as people say it."""
    return labels.span(length)


@register.simple_tag
def state(case: Any) -> SafeString:
    """The state of a case as a mark."""
    return labels.state(case)


@register.filter
def groupname(group: str) -> str:
    """A group of categories in the reader's language."""
    return next((row.group_label for row in queries.categories() if row.group == group), group)
