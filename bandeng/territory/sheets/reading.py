"""The sheet of places: its columns, and working out what loading it would do.

Rows are taken level by level, so that a file may bring a community together with its grids in any order. A place
is known by its code; compounds, buildings and stairwells without one by their name under their parent. What a
sheet leaves empty stays as it is. Nothing is written here: `loading.write` does that, from what is wanted.
"""

from __future__ import annotations

from typing import Any

import shapely
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from shapely.geometry.base import BaseGeometry

from bandeng.foundation.sheets.kinds import no_point
from bandeng.foundation.sheets.table import Column, Problem, Row, Table
from bandeng.territory import codes
from bandeng.territory.addresses import fold
from bandeng.territory.lines.shapes import share_outside, surface
from bandeng.territory.models import PARENT_KINDS, SORTS, PlaceKind, Sort
from bandeng.territory.sheets.nodes import ORDER, Node, Tree

COLUMNS = (
    Column("kind", gettext_lazy("层级"), True, choices=tuple(PlaceKind.labels), wide=10),
    Column("code", gettext_lazy("编码"), wide=22, note=gettext_lazy(
        "区县 6 位，街道 9 位，社区 12 位，网格 15 位，楼栋 18 位，单元 20 位；小区可以没有，有就是社区编码加 C 和三位数")),
    Column("name", gettext_lazy("名称"), True, wide=24),
    Column("name_en", gettext_lazy("英文名"), wide=24),
    Column("parent", gettext_lazy("上级"), wide=22, note=gettext_lazy(
        "上级的编码；有编码的可以不填。没编码的楼栋、单元写“小区名”或“小区名/楼号”")),
    Column("sort", gettext_lazy("类型"), wide=12, choices=tuple(Sort.labels)),
    Column("compound", gettext_lazy("所属小区"), wide=20, note=gettext_lazy("楼栋才填：小区的名称或编码")),
    Column("households", gettext_lazy("户数"), wide=8, note=gettext_lazy("整数；不知道就空着")),
    Column("lon", gettext_lazy("经度"), wide=12, note=gettext_lazy("小数，如 111.6520；有边界的可以不填")),
    Column("lat", gettext_lazy("纬度"), wide=12, note=gettext_lazy("小数，如 40.8150")),
)
DERIVED = (PlaceKind.COMPOUND, PlaceKind.BUILDING)  # kinds whose parent may be found from where they lie
NAMED = (PlaceKind.COMPOUND, PlaceKind.BUILDING, PlaceKind.STAIRWELL)  # kinds that may go without a code
MOSTLY_OUTSIDE, PARTLY_OUTSIDE = 0.5, 0.02

# How offices write kinds and sorts. Layers of a GeoPackage or shapefile are named so too.
_WRITTEN = {
    "district": "区县 区 县 旗 市辖区", "subdistrict": "街道、镇 街道 镇 乡 街镇", "community": "社区、村 社区 村",  # untranslated: read
    "grid": "网格", "compound": "小区", "building": "楼栋 楼", "stairwell": "单元 单元门",  # untranslated: read
    "street": "街道", "town": "镇", "township": "乡 苏木",  # untranslated: read
    "residents": "居委会 居委", "villagers": "村委会 村委 嘎查",  # untranslated: read
    "special": "专属网格 专属", "modern": "商品房小区 商品房", "old": "老旧小区 老旧", "court": "单位宿舍院 单位院",  # untranslated: read
    "lanes": "平房院落 平房",  # untranslated: read
}


def _words(names: type[PlaceKind] | type[Sort]) -> dict[str, str]:
    """Return every word for a kind or a sort, in lower case, and the value it stands for."""
    found: dict[str, str] = {}
    for value in names.values:
        with override("en"):
            english = str(names(value).label).lower()
        for word in (value, value + "s", english, *_WRITTEN[value].split()):
            found.setdefault(word, value)
    return found


class Reader:
    """Reads the rows of one table against the tree; collects nodes and problems."""

    def __init__(self, table: Table) -> None:
        self.table, self.tree = table, Tree()
        self.problems: list[Problem] = []
        self.nodes: list[Node] = []
        self.met: list[tuple[float, float, float, float]] = []  # where a row says a known place lies, and where it does
        self._seen: dict[Any, int] = {}
        self._kind_words, self._sort_words = _words(PlaceKind), _words(Sort)

    def read(self) -> None:
        """Read every row, parents before children."""
        self._kinds = {row.number: self._kind(row) for row in self.table.rows}
        # Codes that stand somewhere in the file: a child of a row that is wrong is not wrong itself.
        self._coming = {row["code"] for row in self.table.rows if row["code"]}
        for kind in ORDER:
            for row in self.table.rows:
                if self._kinds[row.number] == kind:
                    self._row(row, kind)

    def wrong(self, row: Row, column: str, text: str) -> None:
        self.problems.append(Problem(row.number, column, text))

    def doubt(self, row: Row, column: str, text: str) -> None:
        self.problems.append(Problem(row.number, column, text, grave=False))

    def _kind(self, row: Row) -> str:
        word = row["kind"].strip().lower()
        found = self._kind_words.get(word)
        if found:
            return found
        if not word and (by_length := next((k for k, n in codes.LENGTHS.items() if n == len(row["code"])), "")):
            return by_length
        self.wrong(row, "kind", _("“%(word)s”认不出来，从下拉里选一个。") % {"word": word} if word else _("没有填，从下拉里选一个。"))
        return ""

    def _row(self, row: Row, kind: str) -> None:
        before = len(self.problems)
        code = self._code(row, kind)
        if not row["name"]:
            self.wrong(row, "name", _("没有名称。"))
        elif len(row["name"]) > 80:
            self.wrong(row, "name", _("名称最多 80 个字。"))
        values = {"households": self._households(row), "sort": self._sort(row, kind, code)}
        shape = self._shape(row)
        spot = self._spot(row, shape)
        compound = self._compound(row, spot) if kind == PlaceKind.BUILDING else None
        parent = self._parent(row, kind, code, spot, compound)
        node = self._known(row, kind, code, parent, compound, spot)
        self._once(row, kind, code, parent, compound, node)
        if node is not None and node.place is not None and spot is not None and node.place.lon is not None:
            self.met.append((spot.x, spot.y, node.place.lon, node.place.lat or 0.0))
        if any(problem.grave for problem in self.problems[before:]):
            return
        if kind == PlaceKind.DISTRICT and node is None and self.tree.of_kind[kind]:
            self.wrong(row, "kind", _("一套系统管一个区县，已经有“%(name)s”了。") % {"name": self.tree.of_kind[kind][0].name})
            return
        self._fits(row, parent, shape, spot)
        if any(problem.grave for problem in self.problems[before:]):
            return
        self._want(row, kind, code, parent, compound, node, values, shape, spot)

    def _code(self, row: Row, kind: str) -> str:
        code = row["code"].replace(" ", "").upper()
        if not code:
            if kind not in NAMED:
                self.wrong(row, "code", _("没有编码。%(kind)s要 %(n)s 位。") % {
                    "kind": PlaceKind(kind).label, "n": codes.LENGTHS[kind]})
            return ""
        if not codes.fits(kind, code):
            what = _("社区编码加 C 和三位数") if kind == PlaceKind.COMPOUND else _("%(n)s 位数字") % {"n": codes.LENGTHS[kind]}
            self.wrong(row, "code", _("编码“%(code)s”不对：%(kind)s应该是%(what)s。") % {
                "code": code, "kind": PlaceKind(kind).label, "what": what})
            return ""
        if kind == PlaceKind.DISTRICT and not codes.is_known_province(code):
            self.doubt(row, "code", _("国标 GB/T 2260 里没有 %(two)s 开头的省份。") % {"two": code[:2]})
        return code

    def _households(self, row: Row) -> int | None:
        text = row["households"].replace(",", "").replace("，", "")
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and int(text) <= 1_000_000):
            self.wrong(row, "households", _("户数“%(text)s”不是整数。") % {"text": row["households"]})
            return None
        return int(text)

    def _sort(self, row: Row, kind: str, code: str) -> str:
        word = row["sort"].strip().lower()
        by_code = codes.sort_of(kind, code)
        if not word:
            return by_code
        found = self._sort_words.get(word, "")
        if not found or found not in SORTS.get(kind, ()):
            fitting = "、".join(str(Sort(one).label) for one in SORTS.get(kind, ())) or _("（这一级不分）")
            self.wrong(row, "sort", _("类型“%(word)s”不对，%(kind)s可以是：%(fitting)s。") % {
                "word": row["sort"], "kind": PlaceKind(kind).label, "fitting": fitting})
            return ""
        if by_code and by_code != found:
            self.doubt(row, "sort", _("编码的后三位说它是%(sort)s。") % {"sort": Sort(by_code).label})
        return found

    def _shape(self, row: Row) -> BaseGeometry | None:
        if row.shape is None or row.shape.is_empty:
            return None
        areal, mended = surface(row.shape)
        if areal is None:
            if row.shape.geom_type == "Point":
                row.point = row.point or (row.shape.x, row.shape.y)
            else:
                self.wrong(row, "", _("图形不是面（是 %(kind)s），边界要画成面。") % {"kind": row.shape.geom_type})
            return None
        west, south, east, north = areal.bounds
        if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
            self.wrong(row, "", _("图形的坐标不是经纬度。"))
            return None
        if mended:
            self.doubt(row, "", _("边界自己交叉了，已经理顺，请在地图上看一眼。"))
        return areal

    def _spot(self, row: Row, shape: BaseGeometry | None) -> BaseGeometry | None:
        if row.point:
            return shapely.Point(*row.point)
        if row["lon"] or row["lat"]:
            self.wrong(row, "lon" if row["lon"] else "lat", no_point(row))
            return None
        return shape.representative_point() if shape is not None else None

    def _compound(self, row: Row, spot: BaseGeometry | None) -> Node | None:
        word = row["compound"] or row["parent"].split("/")[0]
        if not word:
            return self.tree.at(PlaceKind.COMPOUND, spot)
        if (found := self.tree.by_code.get(word.upper())) and found.kind == PlaceKind.COMPOUND:
            return found
        named = self.tree.named[str(PlaceKind.COMPOUND), fold(word)]
        if len(named) == 1:
            return named[0]
        if len(named) > 1 and (here := [node for node in named if node is self.tree.at(PlaceKind.COMPOUND, spot)]):
            return here[0]
        if row["compound"]:
            self.wrong(row, "compound", _("有 %(n)s 个小区叫“%(name)s”，请写编码。") % {"n": len(named), "name": word} if named else
                       _("没有叫“%(name)s”的小区。先导小区，再导楼栋；也可以放在同一张表里。") % {"name": word})
        return None

    def _parent(self, row: Row, kind: str, code: str, spot: BaseGeometry | None, compound: Node | None) -> Node | None:
        wanted = PARENT_KINDS[kind]
        if wanted is None:
            return None
        prefix = codes.parent_of(kind, code) if code and codes.fits(kind, code) else ""
        word = row["parent"].replace(" ", "")
        given = self.tree.by_code.get(word.upper()) if word else self.tree.by_code.get(prefix)
        if word and prefix and word.isdigit() and word != prefix:
            self.wrong(row, "parent", _("编码说上级是 %(prefix)s，这里写的是 %(word)s。") % {"prefix": prefix, "word": word})
            return None
        given = given or self._by_words(kind, word) or (self.tree.at(wanted, spot) if kind in DERIVED else None)
        if given is None and kind == PlaceKind.BUILDING and compound is not None:
            given = self._only_grid(compound)
        if given is not None and given.kind == wanted:
            return given
        if given is not None and not (kind == PlaceKind.BUILDING and given.kind == PlaceKind.COMPOUND):
            self.wrong(row, "parent", _("“%(name)s”是%(is)s，%(kind)s的上级要是%(wanted)s。") % {
                "name": given.name, "is": PlaceKind(given.kind).label, "kind": PlaceKind(kind).label,
                "wanted": PlaceKind(wanted).label})
        elif not word and not prefix and kind not in NAMED:
            pass  # the code is wrong or missing, and that has been said
        elif (word or prefix) in self._coming:
            self.wrong(row, "parent", _("上级 %(code)s 那一行也不对，先改那一行。") % {"code": word or prefix})
        else:
            self.wrong(row, "parent", _("找不到上级%(kind)s“%(code)s”。") % {
                "kind": PlaceKind(wanted).label, "code": word or prefix})
        return None

    def _by_words(self, kind: str, word: str) -> Node | None:
        """Return the parent that is written in names: "槐树小区/3号楼" for a stairwell, a name for the rest."""
        if not word or word.isdigit():
            return None
        if kind == PlaceKind.STAIRWELL:
            home, _slash, number = word.rpartition("/")
            homes = self.tree.named[str(PlaceKind.COMPOUND), fold(home)]
            found = self.tree.by_name.get((str(PlaceKind.BUILDING), homes[0], fold(number)), []) if len(homes) == 1 else []
            return found[0] if len(found) == 1 else None
        named = self.tree.named[PARENT_KINDS[kind] or "", fold(word)]
        return named[0] if len(named) == 1 else None

    def _only_grid(self, compound: Node) -> Node | None:
        """Return the grid of a compound that touches no more than one."""
        grids = {id(node.parent): node.parent for node in self.tree.of_kind[str(PlaceKind.BUILDING)] if node.compound is compound}
        if len(grids) == 1:
            return next(iter(grids.values()))
        spot = compound.shape.representative_point() if compound.shape is not None else None
        return self.tree.at(PlaceKind.GRID, spot) if not grids else None

    def _known(self, row: Row, kind: str, code: str, parent: Node | None, compound: Node | None,
               spot: BaseGeometry | None) -> Node | None:
        if code and (node := self.tree.by_code.get(code)):
            if node.kind != kind:
                self.wrong(row, "kind", _("编码 %(code)s 已经是%(is)s“%(name)s”。") % {
                    "code": code, "is": PlaceKind(node.kind).label, "name": node.name})
            return node
        named = [node for node in self.tree.by_name.get((kind, compound or parent, fold(row["name"])), []) if not node.is_new]
        node = _nearest(named, spot)
        if node is None:
            return None
        if not code or not node.code:
            return node
        self.doubt(row, "name", _("这里已经有一个“%(name)s”，编码是 %(code)s；会再新增一个。") % {"name": node.name, "code": node.code})
        return None

    def _once(self, row: Row, kind: str, code: str, parent: Node | None, compound: Node | None, node: Node | None) -> None:
        key = code or node or (kind, compound or parent, fold(row["name"]))
        if other := self._seen.get(key):
            self.wrong(row, "code" if code else "name", _("和第 %(n)s 行重复。") % {"n": other})
        self._seen.setdefault(key, row.number)

    def _fits(self, row: Row, parent: Node | None, shape: BaseGeometry | None, spot: BaseGeometry | None) -> None:
        if parent is None or parent.shape is None:
            return
        if shape is not None:
            out = share_outside(shape, parent.shape)
            if out > MOSTLY_OUTSIDE:
                self.wrong(row, "parent", _("边界有 %(n)s %% 在“%(name)s”之外：上级或坐标系不对。") % {
                    "n": round(out * 100), "name": parent.name})
            elif out > PARTLY_OUTSIDE:
                self.doubt(row, "", _("边界有 %(n)s %% 伸到“%(name)s”之外。") % {"n": round(out * 100), "name": parent.name})
        elif spot is not None and not parent.shape.intersects(spot):
            self.doubt(row, "lon", _("这个点不在“%(name)s”里。") % {"name": parent.name})

    def _want(self, row: Row, kind: str, code: str, parent: Node | None, compound: Node | None, node: Node | None,
              values: dict[str, Any], shape: BaseGeometry | None, spot: BaseGeometry | None) -> None:
        """Note what the row asks for: a new place, or what is to change about one that there is."""
        fields: dict[str, Any] = {"name": row["name"], "name_en": row["name_en"], "code": code, **values}
        if spot is not None and (row.point or shape is not None):
            fields |= {"lon": round(spot.x, 7), "lat": round(spot.y, 7)}
        if node is None:
            node = Node(kind, code or None, row["name"], None, parent, compound, shape, row, fields, shape is not None)
            self.tree.add(node)
        elif node.place is not None:
            node.row = row
            node.changes = {
                name: value for name, value in fields.items()
                if value not in ("", None) and _differs(getattr(node.place, name), value)
            }
            if shape is not None and (node.shape is None or not shapely.equals_exact(
                    shapely.normalize(node.shape), shapely.normalize(shape), tolerance=1e-8)):
                node.shape, node.reshaped = shape, True
                self.tree._land.pop(kind, None)
            elif not row.point:  # a middle that was only worked out from the same outline is no change
                node.changes.pop("lon", None)
                node.changes.pop("lat", None)
            if parent is not None and node.parent is not parent:
                node.parent, node.changes["parent"] = parent, True
            if compound is not None and node.compound is not compound:
                node.compound, node.changes["compound"] = compound, True
        self.nodes.append(node)


def _differs(is_: Any, wanted: Any) -> bool:
    """Whether a value changes; coordinates only when they move by more than a tenth of a metre."""
    if isinstance(is_, float) and isinstance(wanted, float):
        return abs(is_ - wanted) > 1e-6
    return bool(is_ != wanted)


def _nearest(named: list[Node], spot: BaseGeometry | None) -> Node | None:
    """Return the one of several places of one name that lies nearest to *spot*; the only one where there is one."""
    if len(named) < 2 or spot is None:
        return named[0] if len(named) == 1 else None
    return min(named, key=lambda node: spot.distance(shapely.Point(node.place.lon or 0, node.place.lat or 0)) if node.place else 9.9)
