"""The kinds of sheets that can be loaded: each room registers its own; the pages and the command are the same for all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from bandeng.foundation.access import Actor, PostRef
from bandeng.foundation.geo.datum import convert
from bandeng.foundation.sheets import outlines
from bandeng.foundation.sheets import table as tables
from bandeng.foundation.sheets.table import Column, Problem, Row, Table, Text


@dataclass
class Plan:
    """What loading a table would do. `write` does it, in the caller's transaction; problems that are grave forbid it."""

    new: int = 0
    changed: int = 0
    same: int = 0
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    write: Callable[[PostRef | None], None] = lambda post: None
    said: Text = ""  # what came of it, to be said after loading; may be set by `write`

    @property
    def grave(self) -> int:
        """How many rows cannot be taken in as they are."""
        return len({problem.row for problem in self.problems if problem.grave})


@dataclass(frozen=True)
class Shaped:
    """One row to be written out, with its outline where it has one, and the layer it belongs to."""

    values: Mapping[str, Any]
    shape: Any = None
    layer: str = ""


@dataclass(frozen=True)
class SheetKind:
    """A kind of sheet. `grant` answers with the post in which an actor may load it (True: none needed), or None."""

    name: str
    title: Text
    hint: Text
    columns: Sequence[Column]
    grant: Callable[[Actor], PostRef | bool | None]
    plan: Callable[[Actor, Table], Plan]
    export: Callable[[Actor], Iterable[Shaped]]
    geographic: bool = False  # files of outlines too; a datum is asked for
    rank: int = 0


KINDS: dict[str, SheetKind] = {}


def register(kind: SheetKind) -> None:
    """Add a kind of sheet; called once by the room it belongs to, when the program starts."""
    KINDS[kind.name] = kind


def kinds_for(actor: Actor) -> list[SheetKind]:
    """Return the kinds of sheets *actor* may load, in order."""
    return sorted((kind for kind in KINDS.values() if kind.grant(actor)), key=lambda kind: kind.rank)


def parse(kind: SheetKind, name: str, content: bytes, datum: str = "wgs84") -> Table:
    """Return the table of a file of this kind, its points and outlines in WGS-84. Raises SheetError."""
    if kind.geographic and outlines.is_geographic(name):
        table = _outlined(kind, name, content, datum)
    else:
        table = tables.read(name, content, kind.columns)
    if kind.geographic:
        table.datum = datum
        for row in table.rows:
            row.point = _point(row, datum)
    return table


def _outlined(kind: SheetKind, name: str, content: bytes, datum: str) -> Table:
    rows, notes = outlines.read(name, content, datum)
    heads = list(dict.fromkeys(key for row in rows for key in row.values))
    known, unknown = tables.match(heads, kind.columns)
    names = {heads[position]: column for position, column in known.items()}
    made = []
    for number, row in enumerate(rows, start=1):
        values = {names[key]: value for key, value in row.values.items() if key in names}
        if not values.get("kind") and row.layer:
            values["kind"] = row.layer
        made.append(Row(number, values, row.shape))
    given = frozenset(names.values()) | ({"kind"} if any(row["kind"] for row in made) else frozenset())
    missing = [str(column.title) for column in kind.columns if column.needed and column.name not in given]
    if not rows or missing:
        raise tables.SheetError(tables.missing_words(missing))
    return Table(made, unknown=unknown, given=given, geographic=True, notes=notes)


def no_point(row: Row) -> str:
    """Return what is wrong with a row's lon and lat."""
    try:
        lon, lat = float(row["lon"]), float(row["lat"])
    except ValueError:
        return _("经度、纬度要写成小数，如 111.6520 和 40.8150，两格都填。")
    if abs(lat) > 90 >= abs(lon):
        return _("经度和纬度像是填反了：经度在前，如 111.6520，纬度在后，如 40.8150。")
    return _("没有这样的经度、纬度：经度如 111.6520，纬度如 40.8150。")


def _point(row: Row, datum: str) -> tuple[float, float] | None:
    """Return the point that a row's lon and lat name, in WGS-84; None where they are missing or no coordinates."""
    try:
        lon, lat = float(row["lon"]), float(row["lat"])
    except ValueError:
        return None
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        return None
    return convert(lon, lat, datum, "wgs84")
