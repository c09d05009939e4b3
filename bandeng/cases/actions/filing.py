"""Mending what was put in the wrong place: another category, another spot."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from bandeng.cases import limits, tell
from bandeng.cases.actions.step import Step, step
from bandeng.cases.limits import LimitKind
from bandeng.cases.machine import WORK, Level
from bandeng.cases.models import Category
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
        spans, pauses = category.spans, limits.pauses_of(act.case)
        for kind, span in ((LimitKind.RESPONSE, spans.response), (LimitKind.FINISH, spans.finish)):
            running = act.case.limits.filter(kind=kind, order__isnull=True, met_at__isnull=True, ended_at__isnull=True)
            for limit in running.filter(extended=False):  # what was granted beyond a limit stays granted
                limit.amount, limit.unit = span.amount, span.unit
                if not limit.stopped:  # else its end is worked out when it runs again
                    limits.reckon(limit, pauses)
                limit.save(update_fields=["amount", "unit", "calendar", "due_at"])
        act.event(detail=f"{old} → {category.name}")
        act.refresh_due()


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
