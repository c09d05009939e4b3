"""Template words of Bandeng: icons, dates as people say them, names in the reader's language."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html, json_script
from django.utils.safestring import SafeString

from bandeng.foundation.clock.moment import now
from bandeng.foundation.pages import speech

register = template.Library()
register.filter("named", speech.named)
register.filter("listed", speech.listed)
register.filter("dayof", speech.day_of)
register.filter("timesaid", speech.when)


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon of our own sprite; decorative, so hidden from readers by ear."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("bandeng/icons.svg"), name,
    )


@register.simple_tag
def when(moment: datetime | None) -> SafeString | str:
    """The moment as people say it, with the exact time on touch."""
    if not moment:
        return ""
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', moment.isoformat(), speech.exact(moment), speech.when(moment)
    )


@register.simple_tag
def due(moment: datetime | None) -> SafeString | str:
    """A due date as people say it."""
    if not moment:
        return ""
    return format_html('<time datetime="{}" title="{}">{}</time>', moment.isoformat(), speech.exact(moment),
                       speech.due(moment))


@register.filter
def day(moment: datetime | None) -> str:
    """The day of a moment."""
    return speech.day(moment)


@register.filter
def percent(value: float | None) -> str:
    """0.753 → 75 %."""
    return "–" if value is None else f"{value * 100:.0f} %"


@register.simple_tag
def pins_script(map_id: str, pins: list[dict]) -> SafeString:
    """The pins of a map, as data beside it."""
    return json_script(pins, f"{map_id}-pins")


@register.simple_tag
def shapes_script(map_id: str, shapes: list[dict]) -> SafeString:
    """The outlines a page brings to its map, as data beside it."""
    return json_script(shapes, f"{map_id}-shapes")


@register.simple_tag(takes_context=True)
def url_with(context: Any, name: str, value: str) -> str:
    """The query of this page with one parameter changed, from its first page on; "" drops it."""
    query = context["request"].GET.copy()
    query.pop("page", None)
    query.pop(name, None)
    if value:
        query[name] = value
    return query.urlencode()


@register.filter
def clock_time(moment: datetime) -> str:
    """A moment near now: today's as a bare time, others as people say them."""
    here, present = moment.astimezone(speech.ZONE), now().astimezone(speech.ZONE)
    return f"{here.hour}:{here.minute:02d}" if here.date() == present.date() else speech.when(moment, present)


@register.filter
def weekday(day: date) -> str:
    """The day of the week of a date."""
    return speech.weekday(day.weekday())


@register.filter
def hectares(area: float) -> str:
    """Square metres → hectares with one digit."""
    return f"{area / 10000:,.1f}"


@register.inclusion_tag("parts/field.html")
def field(bound: Any, hint: str = "", bare: bool = False) -> dict:
    """One form field with its label, hint and error in words, tied together for readers by ear.

    *bare* leaves out "may be left empty", where another input may stand in for this one.
    """
    described = [f"{bound.auto_id}_hint"] if hint or bound.help_text else []
    if bound.errors:
        described.append(f"{bound.auto_id}_error")
        bound.field.widget.attrs["aria-invalid"] = "true"
    if described:
        bound.field.widget.attrs["aria-describedby"] = " ".join(described)
    return {"f": bound, "hint": hint or bound.help_text, "bare": bare}
