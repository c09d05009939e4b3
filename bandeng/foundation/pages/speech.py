"""Dates and distances as people say them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

ZONE = ZoneInfo("Asia/Shanghai")


def weekday(day: int) -> str:
    """Return the name of a day of the week, 0 = Monday."""
    return [_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日")][day]


def when(moment: datetime | None, now: datetime | None = None) -> str:
    """Return "今天 14:30", "明天 9:00", "周五 17:30", "11月3日" or "2025年11月3日"."""
    if moment is None:
        return ""
    here = moment.astimezone(ZONE)
    near = _near(moment, now)
    return f"{near} {here.hour}:{here.minute:02d}" if near else day(moment, now)


def _near(moment: datetime, now: datetime | None) -> str:
    """Return the word for a day close to now ("明天", "周五"), or ""."""
    here = moment.astimezone(ZONE).date()
    days = (here - (now or timezone.now()).astimezone(ZONE).date()).days
    if 2 < days < 7:
        return weekday(here.weekday())
    return {-2: _("前天"), -1: _("昨天"), 0: _("今天"), 1: _("明天"), 2: _("后天")}.get(days, "")


def day(moment: datetime | None, now: datetime | None = None) -> str:
    """Return "11月3日", with the year when it is another one."""
    if moment is None:
        return ""
    here = moment.astimezone(ZONE)
    same_year = here.year == (now or timezone.now()).astimezone(ZONE).year
    if get_language() == "en":
        return here.strftime("%-d %b" if same_year else "%-d %b %Y")
    return f"{here.month}月{here.day}日" if same_year else f"{here.year}年{here.month}月{here.day}日"


def day_of(date_: date | None) -> str:
    """Return a day without an hour: "今天", "昨天", "11月3日"."""
    if date_ is None:
        return ""
    noon = datetime.combine(date_, time(12), ZONE)
    return _near(noon, None) or day(noon)


def exact(moment: datetime | None) -> str:
    """Return the moment in full, for the tooltip of `when`."""
    return moment.astimezone(ZONE).strftime("%Y-%m-%d %H:%M") if moment else ""


def due(moment: datetime | None, now: datetime | None = None) -> str:
    """Return "明天 12:00 前", or by how much it is late: "晚了 2 天"."""
    if moment is None:
        return ""
    now = now or timezone.now()
    if moment >= now:
        if moment.astimezone(ZONE).strftime("%H%M") == "0000":  # the end of a day: say the day that it closes
            last = moment - timedelta(minutes=1)
            return _("%(day)s之内") % {"day": _near(last, now) or day(last, now)}
        return _("%(when)s前") % {"when": when(moment, now)}
    return _("晚了 %(span)s") % {"span": span(now - moment)}


def listed(names: Iterable[Any]) -> str:
    """Return names in a row, as the reader's language separates them."""
    return (", " if get_language() == "en" else "、").join(str(name) for name in names)


def span(length: timedelta) -> str:
    """Return a length of time in its largest fitting unit."""
    minutes = int(length.total_seconds() // 60)
    if minutes < 60:
        return ngettext("%(n)s 分钟", "%(n)s 分钟", minutes) % {"n": minutes}
    if minutes < 48 * 60:
        return ngettext("%(n)s 小时", "%(n)s 小时", minutes // 60) % {"n": minutes // 60}
    days = minutes // (24 * 60)
    return ngettext("%(n)s 天", "%(n)s 天", days) % {"n": days}


def named(place: Any) -> str:
    """The name of a place or unit in the reader's language."""
    if not place or isinstance(place, str):
        return place or ""
    return (get_language() == "en" and place.name_en) or place.name
