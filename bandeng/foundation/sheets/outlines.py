"""Outlines in files: GeoJSON, GeoPackage and zipped shapefiles, read into rows and written again.

Whatever the file's own coordinate system, rows come out in degrees; which datum those degrees are in (WGS-84, or
the shifted GCJ-02 and BD-09 of Chinese map services) no file says, so the caller is asked and names it here.
"""

from __future__ import annotations

import io
import json
import re
import sqlite3
import struct
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from django.utils.translation import gettext as _
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError

from bandeng.foundation.geo.datum import convert
from bandeng.foundation.sheets.drivers import pyogrio
from bandeng.foundation.sheets.table import BROKEN_ARCHIVE, MOST_BYTES, MOST_ROWS, MOST_UNPACKED, SheetError
from bandeng.foundation.text import clean

SUFFIXES = (".geojson", ".json", ".gpkg", ".zip")
_SQLITE = b"SQLite format 3\x00"
_SHAPE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_SHAPE_MAGIC, _SHAPE_VERSION = 0x0000270A, 1000
# How SQLite itself writes down what a database consists of, whoever made it. No view, and no table that is read through
# a module other than the spatial index's.
_PLAIN_SCHEMA = re.compile(
    r"""CREATE\ (?: TABLE\b | (?:UNIQUE\ )?INDEX\b | TRIGGER\b
    | VIRTUAL\ TABLE\ \s* (?: "(?:[^"]|"")*" | '(?:[^']|\'\')*' | `[^`]*` | \[[^\]]*\] | \w+ ) \s+ USING \s+ "?rtree"? \s* \( )""",
    re.VERBOSE | re.IGNORECASE)
# WGS-84, its three-dimensional form, and CGCS2000, which differs from it by centimetres.
_DEGREES = (4326, 4979, 4490, 4480)


@dataclass
class GeoRow:
    """One feature: its properties as text, its outline in degrees, the layer it stood in."""

    values: dict[str, str]
    shape: shapely.Geometry | None
    layer: str


def is_geographic(name: str) -> bool:
    """Return whether *name* is that of a file of outlines."""
    return name.lower().endswith(SUFFIXES)


def read(name: str, content: bytes, datum: str = "wgs84") -> tuple[list[GeoRow], list[str]]:
    """Return the features of a file, in WGS-84 degrees, and notes on what was assumed.

    Raises SheetError for what cannot be read, and ValueError for a datum that there is not.
    """
    if len(content) > MOST_BYTES * 5:
        raise SheetError(_("文件太大了，最多 %(most)s MB。") % {"most": MOST_BYTES * 5 // 2**20})
    notes: list[str] = []
    suffix = name[name.rfind("."):].lower()
    if suffix in (".geojson", ".json"):
        rows = list(_geojson(name, content))
    elif suffix == ".gpkg":
        rows = list(_package(name, content, notes))
    elif suffix == ".zip":
        rows = list(_shapefiles(name, content, notes))
    else:
        raise SheetError(_("“%(name)s” 不是能读的地图文件。请用 .geojson、.gpkg，或把 .shp 一套文件打成 .zip。") % {"name": name})
    if len(rows) > MOST_ROWS:
        raise SheetError(_("文件里超过 %(most)s 个图形。请分成几个文件。") % {"most": MOST_ROWS})
    for position, row in enumerate(rows, start=1):
        row.shape = to_wgs84(row.shape, datum) if row.shape is not None else None
        if row.shape is not None and not np.isfinite(shapely.get_coordinates(row.shape)).all():
            raise SheetError(_("“%(name)s” 第 %(n)s 个图形读不出来。") % {"name": name, "n": position})
    return rows, notes


def to_wgs84(shape: shapely.Geometry, datum: str) -> shapely.Geometry:
    """Return *shape* of *datum* in WGS-84."""
    return shape if datum == "wgs84" else _moved(shape, lambda x, y: convert(x, y, datum, "wgs84"))


def from_wgs84(shape: shapely.Geometry, datum: str) -> shapely.Geometry:
    """Return a WGS-84 *shape* in *datum*."""
    return shape if datum == "wgs84" else _moved(shape, lambda x, y: convert(x, y, "wgs84", datum))


def _moved(shape: shapely.Geometry, way: Any) -> shapely.Geometry:
    return shapely.transform(shape, lambda points: np.column_stack(way(points[:, 0], points[:, 1])))


def _there(shape: shapely.Geometry | None) -> shapely.Geometry | None:
    """Return *shape*, or None for one without a single point: an empty outline has no middle and lies nowhere."""
    return None if shape is None or shape.is_empty else shape


def _text(value: Any) -> str:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, bool | np.bool_):
        return "1" if value else "0"
    return clean(str(value))


def _geojson(name: str, content: bytes) -> Iterator[GeoRow]:
    try:
        given = json.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise SheetError(_("“%(name)s” 不是完整的 GeoJSON。") % {"name": name}) from error
    features = given.get("features") if isinstance(given, dict) else None
    if not isinstance(features, list):
        raise SheetError(_("“%(name)s” 里没有 FeatureCollection。") % {"name": name})
    for position, feature in enumerate(features, start=1):
        try:
            yield _feature(feature)
        except (shapely.GEOSException, ValueError, TypeError, AttributeError) as error:
            raise SheetError(_("“%(name)s” 第 %(n)s 个图形读不出来。") % {"name": name, "n": position}) from error


def _feature(feature: Any) -> GeoRow:
    values = {clean(str(key)): _text(value) for key, value in (feature.get("properties") or {}).items()}
    given = feature.get("geometry")
    shape = shapely.force_2d(shapely.from_geojson(json.dumps(given))) if given else None
    return GeoRow(values, _there(shape), values.get("kind", ""))


def _package(name: str, content: bytes, notes: list[str]) -> Iterator[GeoRow]:
    if not content.startswith(_SQLITE):
        raise SheetError(_("“%(name)s” 不是 GeoPackage。") % {"name": name})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "given.gpkg"
        path.write_bytes(content)
        if not _is_plain_package(path):
            raise SheetError(_("“%(name)s” 不是 GeoPackage。") % {"name": name})
        try:
            layers = [str(layer) for layer, kind in pyogrio.list_layers(path) if kind]
        except pyogrio.errors.DataSourceError as error:
            raise SheetError(_("“%(name)s” 不是 GeoPackage。") % {"name": name}) from error
        if not layers:
            raise SheetError(_("“%(name)s” 里没有图层。") % {"name": name})
        for layer in layers:
            yield from _layer(path, layer, name, notes, "GPKG")


def _is_plain_package(path: Path) -> bool:
    """Return whether a database says itself to be a GeoPackage and holds nothing but data.

    Views, computed columns and virtual tables run expressions when they are read, and GDAL's own functions for those
    reach files and addresses.
    """
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            database.execute("PRAGMA trusted_schema = OFF")
            found = database.execute("SELECT lower(name), sql FROM sqlite_master").fetchall()
            if not all(sql is None or _PLAIN_SCHEMA.match(str(sql)) for _name, sql in found):
                return False
            computed = database.execute(
                "SELECT 1 FROM sqlite_master m, pragma_table_xinfo(m.name) c WHERE m.type = 'table' AND c.hidden IN (2, 3)").fetchone()
            return computed is None and any(name == "gpkg_contents" for name, _sql in found)
    except (sqlite3.Error, UnicodeDecodeError):  # the latter for a damaged name in the words of an error
        return False


def _is_shape(path: Path) -> bool:
    """Return whether a file begins like a .shp, whatever it is called."""
    with path.open("rb") as file:
        head = file.read(100)
    return len(head) == 100 and (*struct.unpack_from(">i", head), *struct.unpack_from("<i", head, 28)) == (_SHAPE_MAGIC, _SHAPE_VERSION)


def _shapefiles(name: str, content: bytes, notes: list[str]) -> Iterator[GeoRow]:
    with tempfile.TemporaryDirectory() as folder:
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as packed:
                wanted = [item for item in packed.infolist() if item.filename.lower().endswith(_SHAPE_PARTS)]
                if sum(item.file_size for item in wanted) > MOST_UNPACKED:
                    raise SheetError(_("“%(name)s” 解开后太大了。请分成几个文件。") % {"name": name})
                for item in wanted:  # by the bare name: nothing is written outside the folder
                    (Path(folder) / Path(item.filename.replace("\\", "/")).name).write_bytes(packed.read(item))
        except BROKEN_ARCHIVE as error:
            raise SheetError(_("“%(name)s” 打不开：压缩文件坏了，或者设了密码。") % {"name": name}) from error
        shapes = sorted(path for path in Path(folder).iterdir() if path.suffix.lower() == ".shp")
        if not shapes:
            raise SheetError(_("“%(name)s” 里没有 .shp。要把 .shp、.shx、.dbf、.prj 一起打包。") % {"name": name})
        if not all(_is_shape(path) for path in shapes):
            raise SheetError(_("“%(name)s” 打不开：压缩文件坏了，或者设了密码。") % {"name": name})
        for path in shapes:
            yield from _layer(path, path.stem, name, notes, "ESRI Shapefile")


def _layer(path: Path, layer: str, name: str, notes: list[str], driver: str) -> Iterator[GeoRow]:
    try:
        if (chosen := pyogrio.read_info(path, layer=layer)["driver"]) != driver:  # before anything is read
            raise ValueError(chosen)
        meta, _fids, shapes, columns = pyogrio.raw.read(path, layer=layer, force_2d=True, max_features=MOST_ROWS + 1)
        outlines = shapely.from_wkb(shapes) if shapes is not None else [None] * len(columns[0] if columns else [])
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, shapely.GEOSException, ValueError) as error:
        raise SheetError(_("“%(name)s” 的图层 %(layer)s 读不出来：%(why)s") % {
            "name": name, "layer": layer, "why": str(error)[:200]}) from error
    outlines = _in_degrees(np.asarray([_there(one) for one in outlines], dtype=object), meta.get("crs"), layer, notes)
    fields = [str(one) for one in meta["fields"]]
    for position, outline in enumerate(outlines):
        values = {key: _text(column[position]) for key, column in zip(fields, columns, strict=True)}
        yield GeoRow(values, outline, layer)


def _in_degrees(outlines: Any, crs: str | None, layer: str, notes: list[str]) -> Any:
    there = [one for one in outlines if one is not None]
    if not there:
        return outlines
    if not crs:
        west, south, east, north = shapely.total_bounds(there)
        if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
            raise SheetError(_("图层 %(layer)s 没写坐标系，数值又不是经纬度。请带上 .prj 文件。") % {"layer": layer})
        notes.append(_("图层 %(layer)s 没写坐标系，按经纬度读。") % {"layer": layer})
        return outlines
    try:
        system = CRS.from_user_input(crs)
        if system.is_geographic and (system.to_epsg() in _DEGREES or system.name in ("WGS 84", "China Geodetic Coordinate System 2000")):
            return outlines
        way = Transformer.from_crs(system, 4326, always_xy=True)
    except ProjError as error:
        raise SheetError(_("图层 %(layer)s 的坐标系认不出来。请转成 WGS-84 经纬度。") % {"layer": layer}) from error
    notes.append(_("图层 %(layer)s 从“%(system)s”换算成了经纬度。") % {"layer": layer, "system": system.name})
    return [None if one is None else _moved(one, way.transform) for one in outlines]


def geojson(rows: Iterable[tuple[Mapping[str, Any], shapely.Geometry | None]]) -> bytes:
    """Return a GeoJSON FeatureCollection (RFC 7946, UTF-8) of properties and outlines."""
    features = [
        {"type": "Feature", "properties": {key: value for key, value in values.items() if value not in (None, "")},
         "geometry": json.loads(shapely.to_geojson(shape)) if shape is not None else None}
        for values, shape in rows
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False, indent=0).encode()


def geopackage(layers: Mapping[str, list[tuple[Mapping[str, Any], shapely.Geometry]]]) -> bytes:
    """Return a GeoPackage with one layer for each key, every property as text, in EPSG:4326."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "out.gpkg"
        for layer, rows in layers.items():
            fields = list(dict.fromkeys(key for values, _shape in rows for key in values))
            columns = [np.array([_text(values.get(key)) for values, _shape in rows], dtype=object) for key in fields]
            outlines = [shapely.multipolygons([shape]) if shape.geom_type == "Polygon" else shape for _values, shape in rows]
            pyogrio.raw.write(
                path, geometry=np.array(shapely.to_wkb(outlines), dtype=object), field_data=columns, fields=fields,
                layer=layer, driver="GPKG", crs="EPSG:4326", append=path.exists(),
                geometry_type="MultiPolygon" if all(one.geom_type == "MultiPolygon" for one in outlines) else "Unknown",
            )
        return path.read_bytes() if path.exists() else b""
