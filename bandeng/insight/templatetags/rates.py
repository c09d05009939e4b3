"""Template words about rates."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _

from bandeng.insight.formulas import Rate

register = template.Library()


@register.filter
def figure(rate: Rate) -> str:
    """0.62 → 62 %; what is no share as a number: 1.4; "–" where there is nothing to divide by."""
    if rate.value is None:
        return "–"
    return f"{rate.value * 100:.0f} %" if rate.share else f"{rate.value * rate.per:.1f}"


@register.filter
def interval(rate: Rate) -> str:
    """What chance alone could make of it, where there are few: 45–77 %."""
    if rate.interval is None:
        return ""
    low, high = rate.interval
    return f"{low * 100:.0f}–{high * 100:.0f} %"


@register.filter
def hours(minutes: int | None) -> str:
    """Minutes as people say them: 45 分钟, 3.5 小时, 52 小时; "–" for none."""
    if minutes is None:
        return "–"
    if minutes < 60:
        return _("%(n)s 分") % {"n": minutes}
    return _("%(n)s 个小时") % {"n": f"{minutes / 60:.1f}" if minutes < 600 else f"{minutes / 60:.0f}"}


@register.filter
def few(n: int | None) -> str:
    """A count, or that it is too small to be shown."""
    return _("不到 5") if n is None else str(n)


@register.filter
def item(counts: dict[str, int], name: str) -> int:
    """A count by its name; what is not there is nothing."""
    return counts.get(name, 0)
