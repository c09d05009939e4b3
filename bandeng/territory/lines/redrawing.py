"""Redrawing the grids of a community in force: split, merge, move a line, draw a new one.

Each act locks the lines, writes outlines and succession rows, moves buildings and open work along, and says what it
did. With `dry` it does all of that and takes it back: what the page shows before the button is what happens.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import shapely
from django.db import transaction
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from bandeng.foundation.access import Actor, Invalid, PostRef, Refused
from bandeng.foundation.clock.moment import today
from bandeng.foundation.journal.writer import record
from bandeng.territory import codes, policies, queries
from bandeng.territory.lines import geometry
from bandeng.territory.lines.following import settle
from bandeng.territory.lines.geometry import CannotDraw, Shapes
from bandeng.territory.lines.outlines import put_outlines
from bandeng.territory.lines.shapes import area_m2
from bandeng.territory.locate import raise_version
from bandeng.territory.models import Boundary, BoundaryVersion, Place, PlaceKind, Succession

Points = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Part:
    """One grid as it was and as it is: areas in square metres, None where it was not or is no more."""

    place: Place
    before: float | None
    after: float | None
    shape: BaseGeometry | None


@dataclass
class Outcome:
    """What an act did, or, tried out, would do."""

    parts: list[Part] = field(default_factory=list)
    cases: int = 0
    grid: Place | None = None  # where to look next


class _Sheet:
    """The community that is drawn on, its grids and their outlines, under the lock."""

    def __init__(self, actor: Actor, community: Place) -> None:
        granted = policies.drawer(actor, community)
        if not granted:
            raise Refused(_("您的岗位不能改这个社区的网格线。"))
        self.actor, self.community = actor, community
        self.post = granted if isinstance(granted, PostRef) else None
        BoundaryVersion.objects.get_or_create(pk=1)
        self.version = BoundaryVersion.objects.select_for_update().get(pk=1).number
        grids = Place.objects.filter(kind=PlaceKind.GRID, parent=community, ended_on__isnull=True)
        self.grids = {grid.pk: grid for grid in grids}
        rows = Boundary.objects.filter(place__in=[community, *self.grids]).values_list("place_id", "wkb")
        outlines = {pk: shapely.from_wkb(bytes(wkb)) for pk, wkb in rows}
        self.whole = outlines.pop(community.pk, None)
        self.shapes: Shapes = outlines
        if self.whole is None:
            raise Invalid(_("这个社区还没有边界，先导入社区的边界。"), "shape")

    def grid(self, pk: int) -> Place:
        """Return a grid that has an outline. Raises Invalid when it was redrawn or ended meanwhile."""
        if pk not in self.grids or pk not in self.shapes:
            raise Invalid(_("这个网格刚刚变了，请重新打开再画。"), "shape")
        return self.grids[pk]

    def new_grid(self, name: str, shape: BaseGeometry, households: int | None = None) -> Place:
        """Make a grid with the next free code."""
        name = name.strip()[:80]
        if not name:
            raise Invalid(_("给新网格起个名字。"), "name")
        if any(grid.name == name for grid in self.grids.values()):
            raise Invalid(_("这个社区已经有“%(name)s”了。") % {"name": name}, "name")
        # Codes of grids that ended stay theirs.
        taken = set(Place.objects.filter(kind=PlaceKind.GRID, parent=self.community).values_list("code", flat=True))
        code = codes.next_free("grid", self.community.code or "", {one for one in taken if one})
        spot = shape.representative_point()
        made = Place.objects.create(
            kind=PlaceKind.GRID, code=code or None, name=name, parent=self.community, lon=spot.x, lat=spot.y, households=households,
        )
        record(self.actor, "place.create", made, post=self.post, fields=["name", "code", "boundary"])
        return made

    def put(self, shapes: Shapes, action: str) -> None:
        """Write the outlines of grids that were there."""
        for pk, shape in shapes.items():
            grid, spot = self.grids[pk], shape.representative_point()
            grid.lon, grid.lat, grid.by_rule = spot.x, spot.y, False
            grid.save(update_fields=["lon", "lat", "by_rule"])
            record(self.actor, f"place.{action}", grid, post=self.post, fields=["boundary"])
        put_outlines([(self.grids[pk], shape) for pk, shape in shapes.items()], old_version=self.version)

    def finish(self, area: BaseGeometry, ended: dict[int, int] | None = None) -> int:
        """Raise the version, move buildings and open work along; return how many open cases moved."""
        raise_version()
        transaction.on_commit(queries.forget)
        return settle(self.actor, self.post, area, ended or {})


@contextmanager
def _redrawing(dry: bool) -> Iterator[None]:
    """One transaction; taken back at the end when it is only tried out. CannotDraw becomes Invalid."""
    try:
        with transaction.atomic():
            yield
            if dry:
                transaction.set_rollback(True)
    except CannotDraw as error:
        raise Invalid(str(error), "shape") from error


def split(actor: Actor, *, grid: int, line: Points, name: str, swap: bool = False, households: int | None = None,
          dry: bool = False) -> Outcome:
    """Cut a grid in two along a line. The larger side keeps name, code and officer (*swap*: the smaller one)."""
    with _redrawing(dry):
        sheet = _Sheet(actor, _community_of(grid))
        old = sheet.grid(grid)
        before = sheet.shapes[grid]
        keeps, leaves = geometry.cut(before, geometry.line_of(line))
        if swap:
            keeps, leaves = leaves, keeps
        made = sheet.new_grid(name, leaves, households)
        sheet.put({grid: keeps}, "split")
        put_outlines([(made, leaves)], old_version=sheet.version)
        total = area_m2(before)
        for heir, shape in ((old, keeps), (made, leaves)):
            Succession.objects.create(old=old, new=heir, share=area_m2(shape) / total, on=today())
        cases = sheet.finish(before)
        return Outcome([Part(old, total, area_m2(keeps), keeps), Part(made, None, area_m2(leaves), leaves)], cases, old)


def merge(actor: Actor, *, grid: int, other: int, dry: bool = False) -> Outcome:
    """Join *other* to *grid*: *other* ends, with its posts; its buildings and open work are *grid*'s."""
    with _redrawing(dry):
        sheet = _Sheet(actor, _community_of(grid))
        if grid == other:
            raise Invalid(_("请选旁边的另一个网格。"), "other")
        keeps, ends = sheet.grid(grid), sheet.grid(other)
        before, gone = sheet.shapes[grid], sheet.shapes[other]
        whole = geometry.join(before, gone)
        sheet.put({grid: whole}, "merge")
        ends.ended_on = today()
        ends.save(update_fields=["ended_on"])
        record(actor, "place.end", ends, post=sheet.post, fields=["ended_on"])
        Succession.objects.create(old=ends, new=keeps, share=1.0, on=today())
        cases = sheet.finish(gone, {other: grid})
        return Outcome([Part(keeps, area_m2(before), area_m2(whole), whole), Part(ends, area_m2(gone), None, gone)], cases, keeps)


def reshape(actor: Actor, *, grid: int, outline: Points, dry: bool = False) -> Outcome:
    """Give a grid another outline; its neighbours give and take what lies between."""
    with _redrawing(dry):
        sheet = _Sheet(actor, _community_of(grid))
        old = sheet.grid(grid)
        changed = geometry.moved(sheet.shapes, grid, geometry.ring_of(outline), sheet.whole)
        return _put(sheet, changed, "redraw", old)


def draw(actor: Actor, *, community: int, outline: Points, name: str, dry: bool = False) -> Outcome:
    """Draw a new grid: on land that nobody had, or taken from the grids that lie there."""
    with _redrawing(dry):
        place = Place.objects.filter(pk=community, kind=PlaceKind.COMMUNITY, ended_on__isnull=True).first()
        if place is None:
            raise Invalid(_("没有这个社区。"), "shape")
        sheet = _Sheet(actor, place)
        shape, left = geometry.carved(sheet.shapes, geometry.ring_of(outline), sheet.whole)
        made = sheet.new_grid(name, shape)
        outcome = _put(sheet, left, "redraw", made, fresh=(made, shape))
        outcome.parts.append(Part(made, None, area_m2(shape), shape))
        return outcome


def _put(sheet: _Sheet, changed: Shapes, action: str, look: Place, fresh: tuple[Place, BaseGeometry] | None = None) -> Outcome:
    """Write changed outlines, and who succeeds whom on the land that changed hands."""
    before = {pk: sheet.shapes[pk] for pk in changed if pk in sheet.shapes}
    after = {pk: changed.get(pk, shape) for pk, shape in sheet.shapes.items()}
    sheet.put(changed, action)
    places = dict(sheet.grids)
    if fresh:
        places[fresh[0].pk], after[fresh[0].pk] = fresh
        put_outlines([fresh], old_version=sheet.version)
    for pk, shape in before.items():
        for heir, new in after.items():
            share = shapely.intersection(shape, new).area / shape.area
            if heir != pk and share > 1e-4:
                Succession.objects.create(old=places[pk], new=places[heir], share=share, on=today())
    area = shapely.union_all([*before.values(), *([fresh[1]] if fresh else [])])
    cases = sheet.finish(area)
    parts = [Part(places[pk], area_m2(shape), area_m2(changed[pk]), changed[pk]) for pk, shape in before.items()]
    return Outcome(parts, cases, look)


def _community_of(grid: int) -> Place:
    found = Place.objects.select_related("parent").filter(pk=grid, kind=PlaceKind.GRID, ended_on__isnull=True).first()
    if found is None or found.parent is None:
        raise Invalid(_("这个网格刚刚变了，请重新打开再画。"), "shape")
    return found.parent
