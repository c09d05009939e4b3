"""Loading the sheet of places: the plan with its notes, the writing, and the rows of what there is."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bandeng.foundation.access import Actor, Invalid, PostRef
from bandeng.foundation.journal.models import Entry
from bandeng.foundation.journal.writer import entry
from bandeng.foundation.sheets.kinds import Plan, Shaped, SheetKind, register
from bandeng.foundation.sheets.table import Table
from bandeng.territory import addresses, policies, queries
from bandeng.territory.lines import datum_check, shapes
from bandeng.territory.lines.following import settle
from bandeng.territory.lines.outlines import put_outlines
from bandeng.territory.lines.streets import street_lines
from bandeng.territory.lines.tiling import TILED, tiling_faults
from bandeng.territory.locate import raise_version
from bandeng.territory.models import (
    AddressPoint,
    Boundary,
    BoundaryVersion,
    Place,
    PlaceKind,
    Sort,
)
from bandeng.territory.sheets.nodes import ORDER, Node, Tree
from bandeng.territory.sheets.reading import COLUMNS, Reader

DATUM_NAMES = {"wgs84": "WGS-84", "gcj02": "GCJ-02", "bd09": "BD-09"}
TOLD = 5  # overlaps and holes named in the notes; the page of boundaries shows all


def plan(actor: Actor, table: Table) -> Plan:
    """Work out what loading a table of places would do."""
    reader = Reader(table)
    version = BoundaryVersion.objects.values_list("number", flat=True).first() or 0
    reader.read()
    nodes = reader.nodes
    made = Plan(
        new=sum(node.is_new for node in nodes), changed=sum(node.is_changed for node in nodes),
        problems=reader.problems, notes=_notes(reader),
    )
    made.same = len(nodes) - made.new - made.changed
    made.write = lambda post: write(actor, post, [node for node in nodes if node.is_new or node.is_changed], version)
    return made


# -- notes: the datum, overlaps, holes ------------------------------------------------------------------------


def _notes(reader: Reader) -> list[str]:
    notes = []
    if any(row.shape is not None or row.point for row in reader.table.rows):
        notes.append(_datum_note(reader))
    if any(node.reshaped for node in reader.nodes):
        notes += _tiling_notes(reader.tree)
    return [note for note in notes if note]


def _datum_note(reader: Reader) -> str:
    verdict = _against_known(reader) or _against_streets(reader)
    if verdict is None:
        return _("这些地方都是新的，又离已知的路太远或没有边界，坐标系没法核对。导入前请在地图上看一眼。")
    words = {"said": verdict.distance_said, "best": verdict.distance_best, "shift": verdict.shift}
    numbers = {key: f"{value:.0f}" for key, value in words.items()}
    near = _("已知的地方") if verdict.witness == "known" else _("路网")
    if not verdict.doubtful:
        return _("坐标系对过了：和%(near)s相差 %(said)s 米（中位数）。") % {"near": near, **numbers}
    return _(
        "文件看来是 %(name)s 坐标：照现在选的读，离%(near)s %(said)s 米；按 %(name)s 换算，只差 %(best)s 米"
        "（两者相差约 %(shift)s 米）。请退回去改选坐标，再试一遍。"
    ) % {"name": DATUM_NAMES[verdict.best], "near": near, **numbers}


def _against_known(reader: Reader) -> datum_check.Verdict | None:
    """Compare with the places that were there before, by code or by name."""
    if not reader.met:
        return None
    met = np.array(reader.met)
    return datum_check.against_known(met[:, :2], met[:, 2:], reader.table.datum)


def _against_streets(reader: Reader) -> datum_check.Verdict | None:
    outlines = [row.shape for row in reader.table.rows if row.shape is not None]
    if not outlines:
        return None
    return datum_check.against_streets(datum_check.vertices(outlines), street_lines(), reader.table.datum)


def _tiling_notes(tree: Tree) -> list[str]:
    notes = []
    for kind, fault in tiling_faults(tree_outlines(tree)):
        if fault.kind == "overlap":
            notes.append(_("%(kind)s“%(one)s”和“%(other)s”重叠 %(area)s 平方米。") % {
                "kind": PlaceKind(kind).label, "one": fault.names[0], "other": fault.names[1], "area": f"{fault.area:,.0f}"})
        else:
            notes.append(_("“%(name)s”里有 %(area)s 平方米不归任何%(kind)s。") % {
                "kind": PlaceKind(kind).label, "name": fault.names[0], "area": f"{fault.area:,.0f}"})
    if len(notes) > TOLD:
        notes = [*notes[:TOLD], _("边界上这样的地方还有 %(n)s 处，导入后在“核对边界”里逐处看。") % {"n": len(notes) - TOLD}]
    return notes


def tree_outlines(tree: Tree) -> dict[str, list[shapes.Outlined]]:
    """Return the outlines of a tree by kind."""
    return {
        kind: [shapes.Outlined(node, node.name, node.parent, node.shape) for node in tree.of_kind[kind] if node.shape is not None]
        for kind in ORDER[:4]
    }


# -- writing ---------------------------------------------------------------------------------------------------


def write(actor: Actor, post: PostRef | None, nodes: list[Node], version: int) -> None:
    """Write what is wanted, in the caller's transaction: places, outlines, names to search by, journal; open work follows.

    Raises Invalid when somebody changed places since the plan was made.
    """
    BoundaryVersion.objects.get_or_create(pk=1, defaults={"number": 0})
    now_at = BoundaryVersion.objects.select_for_update().get(pk=1).number
    if now_at != version:
        raise Invalid(_("刚才有人改了地方，请再试一遍。"), "file")
    reshaped = [node for node in nodes if node.reshaped or (node.is_new and node.shape is not None)]
    old = {node: bytes(node.place.boundary.wkb) for node in reshaped if node.place and hasattr(node.place, "boundary")}
    entries = _write_places(actor, post, nodes)
    put_outlines([(node.place, node.shape) for node in reshaped if node.place], old_version=version)
    _write_names([node for node in nodes if node.kind in (PlaceKind.COMPOUND, PlaceKind.BUILDING)])
    Entry.objects.bulk_create(entries, batch_size=500)
    raise_version()
    transaction.on_commit(queries.forget)
    lines = [node for node in reshaped if node.kind in (*TILED, PlaceKind.COMPOUND)]
    if old or lines:
        area = shapely.union_all([node.shape for node in lines] + [shapely.from_wkb(wkb) for wkb in old.values()])
        settle(actor, post, area)


def _write_places(actor: Actor, post: PostRef | None, nodes: list[Node]) -> list[Entry]:
    entries = []
    for kind in ORDER:
        here = [node for node in nodes if node.kind == kind]
        fresh = {node for node in here if node.is_new}
        for node in fresh:
            node.place = _filled(Place(kind=kind, name=node.name), node)
        Place.objects.bulk_create([node.place for node in fresh if node.place], batch_size=400)
        entries += [entry(actor, "place.create", node.place, post=post, fields=["name", "code", "parent"]) for node in fresh]
        changed = [node for node in here if node not in fresh and node.place]
        for node in changed:
            _filled(node.place, node)
        Place.objects.bulk_update([node.place for node in changed if node.place], [
            "name", "name_en", "code", "sort", "households", "lon", "lat", "parent", "compound", "by_rule"], batch_size=200)
        for node in changed:
            fields = [*node.changes, *(["boundary"] if node.reshaped else [])]
            entries.append(entry(actor, "place.change", node.place, post=post, fields=fields))
    return entries


def _filled(place: Place, node: Node) -> Place:
    for name, value in node.changes.items():
        if name not in ("parent", "compound") and value not in ("", None):
            setattr(place, name, value)
    place.parent = node.parent.place if node.parent else None
    place.compound = node.compound.place if node.compound else place.compound
    if node.reshaped:
        place.by_rule = False  # what an office draws is no stand-in any more
    return place


def _write_names(nodes: list[Node]) -> None:
    """Let the places be found by what people type."""
    rows = []
    for node in nodes:
        place = node.place
        if place is None or place.lon is None or place.lat is None:
            continue
        home = node.compound.place.name if node.compound and node.compound.place else ""
        text = f"{home}{place.name}"[:120]
        rows.append(AddressPoint(text=text, folded=addresses.fold(text)[:120], kind=place.kind, lon=place.lon, lat=place.lat))
    AddressPoint.objects.filter(kind__in=("compound", "building"), folded__in=[row.folded for row in rows]).delete()
    AddressPoint.objects.bulk_create(rows, batch_size=500)


# -- reading out -----------------------------------------------------------------------------------------------


def export(actor: Actor) -> Iterator[Shaped]:
    """Yield every place as a row of the sheet, parents first, with its outline."""
    outlines = {pk: shapely.from_wkb(bytes(wkb)) for pk, wkb in Boundary.objects.values_list("place_id", "wkb")}
    places = Place.objects.filter(ended_on__isnull=True).select_related("parent__compound", "compound")
    for place in sorted(places, key=lambda one: (ORDER.index(one.kind), one.code or "~", one.pk)):
        parent = place.parent
        named = ""
        if parent and not parent.code:
            named = f"{parent.compound.name}/{parent.name}" if parent.compound else parent.name
        yield Shaped({
            "kind": str(PlaceKind(place.kind).label), "code": place.code or "", "name": place.name, "name_en": place.name_en,
            "parent": (parent.code or named) if parent else "", "sort": str(Sort(place.sort).label) if place.sort else "",
            "compound": (place.compound.code or place.compound.name) if place.compound else "",
            "households": "" if place.households is None else place.households,
            "lon": "" if place.lon is None else f"{place.lon:.7f}", "lat": "" if place.lat is None else f"{place.lat:.7f}",
        }, outlines.get(place.pk), place.kind)


register(SheetKind(
    name="places", title=gettext_lazy("街道、社区、网格、小区、楼栋"), rank=1,
    hint=gettext_lazy("从街道到单元的名单；带边界的地图文件也行。"), columns=COLUMNS,
    grant=policies.loader, plan=plan, export=export, geographic=True,
))
