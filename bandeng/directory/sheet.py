"""The sheet of service points."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import shapely
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bandeng.directory import kinds, policies
from bandeng.directory.hours import HoursError, read
from bandeng.directory.matching import Known
from bandeng.directory.models import Origin, ServicePoint
from bandeng.foundation.access import Actor, PostRef
from bandeng.foundation.clock.moment import today
from bandeng.foundation.journal.models import Entry
from bandeng.foundation.journal.writer import entry
from bandeng.foundation.sheets.kinds import Plan, Shaped, SheetKind, no_point, register
from bandeng.foundation.sheets.table import Column, Row, Table
from bandeng.people.sheets.cells import Cells
from bandeng.territory import addresses
from bandeng.territory.locate import index

COLUMNS = (
    Column("kind", gettext_lazy("类别"), True, wide=18, note=gettext_lazy("如 社区食堂、药店、公共厕所；全部类别见“身边的地方”页")),
    Column("name", gettext_lazy("名称"), True, wide=28),
    Column("name_en", gettext_lazy("英文名"), wide=24),
    Column("lon", gettext_lazy("经度"), note=gettext_lazy("小数；不写就照地址找"), wide=12),
    Column("lat", gettext_lazy("纬度"), wide=12),
    Column("address", gettext_lazy("地址"), note=gettext_lazy("小区、楼号或路名"), wide=30),
    Column("hours", gettext_lazy("开放时间"), wide=40, note=gettext_lazy(
        "如 周一至周五 9:00-12:00，14:00-17:00；周六 10:00-12:00；节假日休息。调休上班的周末按周五算")),
    Column("phone", gettext_lazy("电话"), wide=16),
    Column("note", gettext_lazy("说明"), note=gettext_lazy("有什么、要带什么"), wide=30),
)


@dataclass
class Wanted:
    """One row: the point as it should be."""

    point: ServicePoint
    changes: list[str] = field(default_factory=list)

    @property
    def is_new(self) -> bool:
        return self.point.pk is None


class Reader(Cells):
    """Reads the rows of one table."""

    def __init__(self) -> None:
        super().__init__()
        self.known, self.places, self.words = Known(), index(), kinds.words()
        self.seen: dict[int, int] = {}

    def read(self, row: Row) -> Wanted | None:
        kind = self.words.get(row["kind"].strip().lower(), "")
        if not kind:
            self.wrong(row, "kind", _("没有“%(word)s”这一类。") % {"word": row["kind"]})
        if not self.text(row, "name", 80):
            self.wrong(row, "name", _("没有名称。"))
        values: dict[str, Any] = {
            "name_en": self.text(row, "name_en", 120), "address": self.text(row, "address", 120), "phone": self.text(row, "phone", 40),
            "note": self.text(row, "note", 200), "hours": self._hours(row),
        }
        spot = self._spot(row)
        if spot is None or self.is_wrong(row):
            return None
        chain = self.places.chain(*spot)
        if not chain.inside:
            self.wrong(row, "lon", _("这个地点不在本区：坐标写反了，或者选错了坐标种类。"))
            return None
        point = self.known.like(kind, row["name"], *spot)
        if point is None:
            point = ServicePoint(kind=kind, name=row["name"])
            self.known.add(point)
        if other := self.seen.get(id(point)):
            self.wrong(row, "name", _("和第 %(n)s 行重复。") % {"n": other})
            return None
        self.seen[id(point)] = row.number
        values |= {"lon": round(spot[0], 7), "lat": round(spot[1], 7), "community_id": chain.community.id if chain.community else None}
        wanted = Wanted(point)
        for key, value in values.items():
            old = getattr(point, key)
            same = abs(old - value) < 1e-6 if isinstance(old, float) and isinstance(value, float) else old == value
            if value not in ("", None) and not same:
                setattr(point, key, value)
                wanted.changes.append(key.removesuffix("_id"))
        return wanted

    def _hours(self, row: Row) -> str:
        try:
            return read(row["hours"])
        except HoursError:
            self.wrong(row, "hours", _("开放时间看不懂。可以写“周一至周五 9:00-12:00，14:00-17:00；周六 10:00-12:00；节假日休息”。"))
            return ""

    def _spot(self, row: Row) -> tuple[float, float] | None:
        if row.point:
            return row.point
        if row.shape is not None:
            middle = row.shape.representative_point()
            return middle.x, middle.y
        if row["lon"] or row["lat"]:
            self.wrong(row, "lon" if row["lon"] else "lat", no_point(row))
            return None
        found = addresses.find(row["address"], 1) if row["address"] else []
        if found and found[0].exact:
            self.doubt(row, "address", _("没写坐标，照地址放在“%(text)s”。") % {"text": found[0].text})
            return found[0].lon, found[0].lat
        self.wrong(row, "address" if row["address"] else "lon", _("没写坐标，照地址也找不到，请写经度、纬度。"))
        return None


def plan(actor: Actor, table: Table) -> Plan:
    """Work out what loading a table of service points would do."""
    reader = Reader()
    wanted = [one for row in table.rows if (one := reader.read(row))]
    made = Plan(new=sum(one.is_new for one in wanted), changed=sum(bool(one.changes) and not one.is_new for one in wanted),
                problems=reader.problems)
    made.same = len(wanted) - made.new - made.changed
    made.write = lambda post: write(actor, post, wanted)
    return made


def write(actor: Actor, post: PostRef | None, wanted: list[Wanted]) -> None:
    """Write what is wanted, in the caller's transaction."""
    fresh = [one for one in wanted if one.is_new]
    changed = [one for one in wanted if one.changes and not one.is_new]
    for one in [*fresh, *changed]:
        one.point.origin, one.point.checked_on = Origin.SHEET, today()
    ServicePoint.objects.bulk_create([one.point for one in fresh], batch_size=500)
    ServicePoint.objects.bulk_update([one.point for one in changed], [
        "name_en", "lon", "lat", "address", "phone", "hours", "note", "community", "origin", "checked_on"], batch_size=300)
    Entry.objects.bulk_create(
        [entry(actor, "service.create", one.point, post=post, fields=["name"]) for one in fresh]
        + [entry(actor, "service.change", one.point, post=post, fields=one.changes) for one in changed], batch_size=500)


def export(actor: Actor) -> Iterator[Shaped]:
    """Yield every service point as a row of the sheet."""
    for point in ServicePoint.objects.filter(ended_on__isnull=True).order_by("kind", "name", "pk"):
        yield Shaped({
            "kind": kinds.label(point.kind), "name": point.name, "name_en": point.name_en,
            "lon": f"{point.lon:.7f}", "lat": f"{point.lat:.7f}",
            "address": point.address, "hours": point.hours, "phone": point.phone, "note": point.note,
        }, shapely.Point(point.lon, point.lat), "services")


register(SheetKind(
    name="services", title=gettext_lazy("服务点"), rank=4, columns=COLUMNS, grant=policies.loader, plan=plan, export=export,
    geographic=True,
    hint=gettext_lazy("食堂、药店、驿站、厕所……名称、位置、开放时间。"),
))
