"""The sheet of units 单位: who can be asked to act, where they sit, which compounds they serve."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bandeng.foundation.access import Actor, PostRef, acting_post
from bandeng.foundation.clock.moment import today
from bandeng.foundation.journal.writer import record
from bandeng.foundation.sheets.kinds import Plan, Shaped, SheetKind, register
from bandeng.foundation.sheets.table import Column, Row, Table
from bandeng.people import credit
from bandeng.people.models import Unit, UnitKind, UnitServes
from bandeng.people.queries import serving
from bandeng.people.roles import Role
from bandeng.people.sheets.cells import Cells, words_of
from bandeng.territory.models import Place, PlaceKind
from bandeng.territory.sheets.finding import NotFound, PlaceFinder

COLUMNS = (
    Column("name", gettext_lazy("单位名称"), True, wide=28),
    Column("kind", gettext_lazy("单位性质"), True, choices=tuple(UnitKind.labels), wide=14),
    Column("seat", gettext_lazy("设在哪里"), True, gettext_lazy("区县、街道、社区的编码或名称：它管到哪一级就写哪一级"), wide=20),
    Column("name_en", gettext_lazy("英文名"), wide=24),
    Column("credit_code", gettext_lazy("统一社会信用代码"), note=gettext_lazy("18 位；校验位不对会提醒，不拦"), wide=22),
    Column("does", gettext_lazy("管什么"), wide=30),
    Column("duty_phone", gettext_lazy("值班电话"), wide=16),
    Column("serves", gettext_lazy("服务的小区"), wide=40, note=gettext_lazy(
        "物业公司填：小区的名称或编码，用顿号隔开。填了就当是全部，没写到的从今天起不再服务；空着就不动")),
    Column("serves_from", gettext_lazy("服务起"), note=gettext_lazy("2026-01-01；空着就从今天起"), wide=12),
)
SEATED = (PlaceKind.DISTRICT, PlaceKind.SUBDISTRICT, PlaceKind.COMMUNITY, PlaceKind.GRID, PlaceKind.COMPOUND)


@dataclass
class Wanted:
    """One row: the unit as it should be, and the compounds it takes on and gives up."""

    unit: Unit
    changes: list[str] = field(default_factory=list)
    takes: list[Place] = field(default_factory=list)
    gives: list[UnitServes] = field(default_factory=list)
    since: date = field(default_factory=today)

    @property
    def is_new(self) -> bool:
        return self.unit.pk is None

    @property
    def does_something(self) -> bool:
        return self.is_new or bool(self.changes or self.takes or self.gives)


class Reader(Cells):
    """Reads the rows of one table."""

    def __init__(self) -> None:
        super().__init__()
        self.places = PlaceFinder()
        self.kinds = words_of(UnitKind.choices)
        self.units = {unit.name: unit for unit in Unit.objects.filter(ended_on__isnull=True).prefetch_related("serves")}
        self.served: dict[int, str] = {row.compound_id: row.unit.name for row in serving().select_related("unit")}
        self.seen: dict[str, int] = {}

    def read(self, row: Row) -> Wanted | None:
        name, kind = self.text(row, "name", 80), self.choice(row, "kind", self.kinds)
        if not name:
            self.wrong(row, "name", _("没有名称。"))
        if other := self.seen.get(name):
            self.wrong(row, "name", _("和第 %(n)s 行重复。") % {"n": other})
        self.seen.setdefault(name, row.number)
        seat = self._place(row, "seat", row["seat"], SEATED)
        values: dict[str, Any] = {
            "kind": kind, "seat": seat, "name_en": self.text(row, "name_en", 120), "credit_code": self._code(row),
            "does": self.text(row, "does", 200), "duty_phone": self.text(row, "duty_phone", 30),
        }
        compounds = self._compounds(row)
        since = self.day(row, "serves_from") or today()
        if self.is_wrong(row):
            return None
        unit = self.units.get(name) or Unit(name=name)
        wanted = Wanted(unit, since=since)
        for key, value in values.items():
            if value not in ("", None) and (unit.pk is None or getattr(unit, key) != value):
                setattr(unit, key, value)
                wanted.changes.append(key)
        self._serve(row, wanted, compounds)
        return wanted

    def _place(self, row: Row, column: str, words: str, kinds: tuple[str, ...]) -> Place | None:
        try:
            return self.places.find(words, kinds)
        except NotFound as error:
            self.wrong(row, column, str(error))
            return None

    def _code(self, row: Row) -> str:
        code = credit.clean(row["credit_code"])
        said = {
            "length": _("统一社会信用代码应该是 18 位，现在 %(n)s 位。") % {"n": len(code)},
            "letters": _("统一社会信用代码里有不该有的字符（没有 I、O、S、V、Z）。"),
            "check": _("统一社会信用代码的校验位不对，请再核对一遍。"),
        }.get(credit.fault(code)) if code else None
        if said and len(code) > 18:
            self.wrong(row, "credit_code", said)
        elif said:  # what stands on a stamped paper is taken as it is: a warning, no refusal
            self.doubt(row, "credit_code", said)
        return code[:18]

    def _compounds(self, row: Row) -> list[Place]:
        for mark in ",，;；\n":
            row.values["serves"] = row["serves"].replace(mark, "、")
        words = [word.strip() for word in row["serves"].split("、") if word.strip()]
        found = [self._place(row, "serves", word, (PlaceKind.COMPOUND,)) for word in words]
        return list({place.pk: place for place in found if place}.values())

    def _serve(self, row: Row, wanted: Wanted, compounds: list[Place]) -> None:
        if not row["serves"]:
            return
        open_now = {one.compound_id: one for one in wanted.unit.serves.all() if one.ends_on is None} if wanted.unit.pk else {}
        wanted.takes = [place for place in compounds if place.pk not in open_now]
        wanted.gives = [one for pk, one in open_now.items() if pk not in {place.pk for place in compounds}]
        for place in wanted.takes:
            if other := self.served.get(place.pk):
                self.doubt(row, "serves", _("“%(place)s”现在由“%(unit)s”服务，导入后两家都算。") % {"place": place.name, "unit": other})


def plan(actor: Actor, table: Table) -> Plan:
    """Work out what loading a table of units would do."""
    reader = Reader()
    wanted = [one for row in table.rows if (one := reader.read(row))]
    made = Plan(
        new=sum(one.is_new for one in wanted), changed=sum(one.does_something and not one.is_new for one in wanted),
        problems=reader.problems,
    )
    made.same = len(wanted) - made.new - made.changed
    if given_up := sum(len(one.gives) for one in wanted):
        made.notes.append(_("有 %(n)s 处小区从今天起不再由原来的单位服务。") % {"n": given_up})
    made.write = lambda post: write(actor, post, wanted)
    return made


def write(actor: Actor, post: PostRef | None, wanted: list[Wanted]) -> None:
    """Write what is wanted, in the caller's transaction."""
    for one in wanted:
        if not one.does_something:
            continue
        action = "unit.create" if one.is_new else "unit.change"
        one.unit.save()
        record(actor, action, one.unit, post=post, fields=[*one.changes, *(["serves"] if one.takes or one.gives else [])])
        for place in one.takes:
            UnitServes.objects.create(unit=one.unit, compound=place, starts_on=one.since)
        for row in one.gives:
            row.ends_on = max(today(), row.starts_on)
            row.save(update_fields=["ends_on"])


def export(actor: Actor) -> Iterator[Shaped]:
    """Yield every unit as a row of the sheet."""
    served: dict[int, list[str]] = {}
    for row in serving().select_related("compound").order_by("compound__name"):
        served.setdefault(row.unit_id, []).append(row.compound.code or row.compound.name)
    for unit in Unit.objects.filter(ended_on__isnull=True).select_related("seat").order_by("kind", "name"):
        yield Shaped({
            "name": unit.name, "kind": str(UnitKind(unit.kind).label), "seat": unit.seat.code or unit.seat.name, "name_en": unit.name_en,
            "credit_code": unit.credit_code, "does": unit.does, "duty_phone": unit.duty_phone, "serves": "、".join(served.get(unit.pk, [])),
        })


def loader(actor: Actor) -> PostRef | bool | None:
    """Return the post in which *actor* may load sheets of units and posts."""
    return True if actor.system else acting_post(actor, lambda post: post.role == Role.SYSADMIN)


register(SheetKind(
    name="units", title=gettext_lazy("单位"), rank=2, hint=gettext_lazy("职能部门、水电气热、物业公司、社会组织，和物业服务哪些小区。"),
    columns=COLUMNS, grant=loader, plan=plan, export=export,
))
