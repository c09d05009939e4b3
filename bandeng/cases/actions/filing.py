"""Mending what was put in the wrong place: another category, another spot."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from bandeng.cases import limits, rules, tell
from bandeng.cases.actions.step import Step, step
from bandeng.cases.limits import LimitKind
from bandeng.cases.machine import WORK, Level
from bandeng.cases.models import Category, Slip
from bandeng.foundation.access import Actor, Invalid, WrongState
from bandeng.people.queries import holders
from bandeng.people.roles import GRID_ROLES
from bandeng.territory.locate import locate


def _still_open(act: Step) -> None:
    if act.case.state not in WORK:
        raise WrongState(_("已经答复或结束的事，不能再改地点和类别。"))


def recategorise(actor: Actor, *, case: int, category: Category) -> None:
    """File the case under another category; limits that still run are counted anew from their own start."""
    with step(actor, "recategorise", case) as act:
        _still_open(act)
        if category.pk == act.case.category_id:
            raise Invalid(_("已经是这一类了。"), "category")
        old = act.case.category.name
        act.case.category = category
        act.keep("category")
        respan(act)
        act.event(detail=f"{old} → {category.name}")
        act.refresh_due()


def respan(act: Step) -> None:
    """Count the limits that still run anew, each from its own start, by the kind and the colour the case has now."""
    own, pauses = rules.of_community(act.case.community_id), limits.pauses_of(act.case)
    running = act.case.limits.filter(order__isnull=True, met_at__isnull=True, ended_at__isnull=True)
    for limit in running.filter(kind__in=(LimitKind.RESPONSE, LimitKind.FINISH), extended=False):  # what was granted stays granted
        spans = rules.spans_of(act.case.category, act.case.slip, own, limit.started_at)
        span = spans.response if limit.kind == LimitKind.RESPONSE else spans.finish
        limit.amount, limit.unit = span.amount, span.unit
        if not limit.stopped:  # else its end is worked out when it runs again
            limits.reckon(limit, pauses)
        limit.save(update_fields=["amount", "unit", "calendar", "due_at"])


def set_slip(actor: Actor, *, case: int, slip: str) -> None:
    """Make the case a red or a blue slip: a red one goes up, and must be finished within the days of the rule."""
    if slip not in Slip.values:
        raise Invalid(_("请选红单或蓝单。"), "slip")
    with step(actor, "set_slip", case) as act:
        _still_open(act)
        if act.case.slip == slip:
            raise WrongState(_("已经是%(slip)s了。") % {"slip": act.case.get_slip_display()})
        act.case.slip = slip
        old = act.case.level
        if slip == Slip.RED:
            act.case.level = rules.higher(old, rules.of_community(act.case.community_id).red_level)
        act.keep("slip", "level")
        respan(act)
        act.event(detail=slip, public=False)
        act.refresh_due()
        if act.case.level != old:
            tell.holder(act.case, f"slip/{act.told}", noop("有一件改成了红单"), mail=True)


def relocate(actor: Actor, *, case: int, lon: float, lat: float, place_text: str = "") -> None:
    """Put the pin where the matter is; the case goes to the grid that holds that spot."""
    chain = locate(lon, lat)
    if not chain.inside:
        raise Invalid(_("这个地点不在本区。请在地图上重新点一下，或写小区、路口的名字。"), "place")
    with step(actor, "relocate", case) as act:
        _still_open(act)
        row = act.case
        row.lon, row.lat, row.boundary_version = lon, lat, chain.version
        row.place_text = place_text[:120] or row.place_text
        moved = (chain.grid.id if chain.grid else None) != row.grid_id
        row.subdistrict_id = chain.subdistrict.id if chain.subdistrict else None
        row.community_id = chain.community.id if chain.community else None
        row.grid_id = chain.grid.id if chain.grid else None
        row.compound_id = chain.compound.id if chain.compound else None
        if moved:
            manned = row.grid_id and holders(role=GRID_ROLES, place_id=row.grid_id)
            row.level = Level.GRID if manned else Level.COMMUNITY if row.community_id else Level.SUBDISTRICT
        act.keep(
            "lon", "lat", "boundary_version", "place_text", "subdistrict", "community", "grid", "compound", "level"
        )
        where = chain.grid or chain.community
        act.event(detail=where.name if where else "")
        if moved:
            tell.holder(row, f"moved/{act.told}", noop("转来一件：地点在您这里"))
