"""When lines are redrawn, cases go with the land they lie on: rights follow today's tree.

Open ones say so in their story and count for whoever has them now; closed ones change hands silently. Figures by
the lines of their day stay possible: a case keeps its point, and replaced outlines are kept.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import shapely
from django.db.models import Q
from django.utils.translation import gettext_noop as noop

from bandeng.cases import tell
from bandeng.cases.machine import ORDER_DONE, WORK, Level
from bandeng.cases.models import Case, Event, Order
from bandeng.foundation.access import PostRef
from bandeng.foundation.clock.moment import now
from bandeng.foundation.journal.models import Entry
from bandeng.foundation.journal.writer import entry
from bandeng.people.models import Post
from bandeng.people.open_work import counts_work
from bandeng.people.roles import COMMUNITY_ROLES, GRID_ROLES, SUBDISTRICT_ROLES
from bandeng.territory.lines.following import Redrawn, follows
from bandeng.territory.locate import Chain

BATCH = 1000
FIELDS = ("subdistrict_id", "community_id", "grid_id", "compound_id", "level", "boundary_version")


@counts_work
def cases_with(post: Post) -> int:
    """Return how many open cases lie with a post: those of its place at its level, or its unit's orders."""
    if post.unit_id:
        return Order.objects.filter(unit_id=post.unit_id).exclude(state__in=ORDER_DONE).count()
    level = {**dict.fromkeys(GRID_ROLES, Level.GRID), **dict.fromkeys(COMMUNITY_ROLES, Level.COMMUNITY),
             **dict.fromkeys(SUBDISTRICT_ROLES, Level.SUBDISTRICT)}.get(post.role)
    return Case.objects.filter(level=level, state__in=WORK, **{f"{level}_id": post.place_id}).count() if level else 0


@follows
def cases_follow(redrawn: Redrawn) -> int:
    """Give every case on the redrawn land the places that hold its point now; return how many open ones moved."""
    where = _by_place(redrawn.post)
    moved: Counter[tuple[str, int | None]] = Counter()
    pks = _on(redrawn)
    for start in range(0, len(pks), BATCH):
        batch = Case.objects.select_for_update(of=("self",)).filter(pk__in=pks[start : start + BATCH]).select_related("grid", "community")
        changed, events, entries = [], [], []
        for case in batch:
            old = case.grid or case.community
            if not _put(case, redrawn.index.chain(case.lon, case.lat)):
                continue
            changed.append(case)
            entries.append(entry(redrawn.actor, "case.redrawn", case, post=redrawn.post, fields=[f.removesuffix("_id") for f in FIELDS]))
            if case.closed_at is None:
                new = redrawn.index.spots.get(case.grid_id or case.community_id or 0)
                moved[_holder(case)] += 1
                events.append(Event(
                    case=case, at=now(), action="redrawn", by=redrawn.post.role if redrawn.post else "system",
                    by_place=where, post_id=redrawn.post.id if redrawn.post else None,
                    person_id=redrawn.actor.person_id if redrawn.post else None,
                    detail=f"{old.name if old else '–'} → {new.name if new else '–'}"[:120],
                ))
        Case.objects.bulk_update(changed, [name.removesuffix("_id") for name in FIELDS], batch_size=200)
        Event.objects.bulk_create(events, batch_size=500)
        Entry.objects.bulk_create(entries, batch_size=500)
    for (level, place), count in moved.items():
        tell.redrawn(level, place, count, redrawn.index.version, noop("网格线重新划了，转来几件"))
    return sum(moved.values())


def _on(redrawn: Redrawn) -> list[int]:
    """Return the cases whose point lies on the redrawn land. Looks only at communities that touch it."""
    west, south, east, north = redrawn.area.bounds
    touched = [pk for pk, kind, shape in redrawn.index.rows() if kind == "community" and shape.intersects(redrawn.area)]
    near = Case.objects.filter(
        Q(community_id__in=touched) | Q(community__isnull=True) | Q(community__ended_on__isnull=False),
        lon__range=(west, east), lat__range=(south, north),
    ).order_by("pk").values_list("pk", "lon", "lat")
    rows = list(near)
    if not rows:
        return []
    table = np.array([row[1:] for row in rows])
    area = shapely.buffer(redrawn.area, 1e-9)
    shapely.prepare(area)
    inside = shapely.contains_xy(area, table[:, 0], table[:, 1])
    return [row[0] for row, hit in zip(rows, inside, strict=True) if hit]


def _put(case: Case, chain: Chain) -> bool:
    """Set the places of a case by its chain; return whether any is another one."""
    before = tuple(getattr(case, name) for name in FIELDS[:-1])
    case.subdistrict_id = chain.subdistrict.id if chain.subdistrict else None
    case.community_id = chain.community.id if chain.community else None
    case.grid_id = chain.grid.id if chain.grid else None
    case.compound_id = chain.compound.id if chain.compound else None
    if case.level == Level.GRID and not case.grid_id:
        case.level = Level.COMMUNITY
    if case.level == Level.COMMUNITY and not case.community_id:
        case.level = Level.SUBDISTRICT
    case.boundary_version = chain.version
    return tuple(getattr(case, name) for name in FIELDS[:-1]) != before


def _holder(case: Case) -> tuple[str, int | None]:
    place = {Level.GRID: case.grid_id, Level.COMMUNITY: case.community_id}.get(Level(case.level), case.subdistrict_id)
    return case.level, place


def _by_place(post: PostRef | None) -> str:
    row = Post.objects.select_related("place").filter(pk=post.id).first() if post else None
    return row.place.name if row and row.place else ""
