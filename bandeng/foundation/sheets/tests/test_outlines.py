"""Files of outlines: GeoJSON, GeoPackage, zipped shapefiles; datum and coordinate system."""

import io
import json
import sqlite3
import struct
import subprocess
import sys
import tempfile
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import numpy as np
import pytest
import shapely
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from bandeng.foundation.geo.datum import convert
from bandeng.foundation.sheets import drivers, outlines
from bandeng.foundation.sheets.drivers import pyogrio
from bandeng.foundation.sheets.table import SheetError
from bandeng.foundation.sheets.tests.damage import damages

SQUARE = shapely.box(111.65, 40.81, 111.66, 40.82)
ROWS = [({"kind": "网格", "code": "150103001001001", "name": "第一网格"}, SQUARE)]


def shapefile(tmp_path, shape=SQUARE, crs="EPSG:4326", drop=()):
    path = tmp_path / "grids.shp"
    pyogrio.raw.write(path, geometry=np.array([shapely.to_wkb(shape)], dtype=object), field_data=[np.array(["第一网格"], dtype=object)],
                      fields=["name"], geometry_type="Polygon", crs=crs, driver="ESRI Shapefile", encoding="UTF-8")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for part in tmp_path.iterdir():
            if part.suffix not in drop:
                packed.write(part, f"folder/{part.name}")
    return out.getvalue()


@pytest.mark.parametrize(("name", "content"), [
    ("a.geojson", outlines.geojson(ROWS)), ("a.gpkg", outlines.geopackage({"grid": [(v, s) for v, s in ROWS]})),
])
def test_what_was_written_is_read_again(name, content):
    rows, _notes = outlines.read(name, content)
    assert rows[0].values == ROWS[0][0]
    assert shapely.equals(rows[0].shape, SQUARE)


def test_a_zipped_shapefile_is_read(tmp_path):
    rows, notes = outlines.read("a.zip", shapefile(tmp_path))
    assert rows[0].values["name"] == "第一网格"
    assert (rows[0].layer, notes) == ("grids", [])
    assert shapely.equals_exact(shapely.normalize(rows[0].shape), shapely.normalize(SQUARE), 1e-9)


def test_metres_are_turned_into_degrees_and_it_is_said(tmp_path):
    from pyproj import Transformer

    way = Transformer.from_crs(4326, 4547, always_xy=True)  # CGCS2000 / 3-degree Gauss-Kruger
    flat = shapely.transform(SQUARE, lambda p: np.column_stack(way.transform(p[:, 0], p[:, 1])))
    rows, notes = outlines.read("a.zip", shapefile(tmp_path, flat, "EPSG:4547"))
    assert rows[0].shape.centroid.distance(SQUARE.centroid) < 1e-6
    assert "CGCS2000" in notes[0]


def test_a_file_without_a_system_is_read_as_degrees_and_it_is_said(tmp_path):
    _rows, notes = outlines.read("a.zip", shapefile(tmp_path, drop=(".prj",)))
    assert "没写坐标系" in notes[0]


def test_metres_without_a_system_are_refused(tmp_path):
    big = shapely.box(500000, 4500000, 501000, 4501000)
    with pytest.raises(SheetError, match="坐标系"):
        outlines.read("a.zip", shapefile(tmp_path, big, None))


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_a_shifted_datum_is_turned_back(datum):
    shifted = outlines.from_wgs84(SQUARE, datum)
    assert shifted.centroid.distance(SQUARE.centroid) > 1e-3
    rows, _notes = outlines.read("a.geojson", outlines.geojson([({}, shifted)]), datum)
    assert rows[0].shape.centroid.distance(SQUARE.centroid) < 1e-7


def test_the_shift_here_is_some_hundred_metres():
    lon, lat = convert(111.65, 40.81, "wgs84", "gcj02")
    assert 300 < np.hypot((lon - 111.65) * 84000, (lat - 40.81) * 111320) < 800


def zipped(**files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, content in files.items():
            packed.writestr(name.replace("__", "."), content)
    return out.getvalue()


@pytest.mark.parametrize(("name", "content"), [
    ("a.geojson", b"{"), ("a.geojson", b"[]"), ("a.geojson", b'{"features": 3}'), ("a.json", b"\xff\xfe"), ("a.gpkg", b"no"),
    ("a.gpkg", b"SQLite format 3\x00" + b"\x00" * 200), ("a.zip", b"no"), ("a.zip", zipped(readme__txt="x")),
    ("a.zip", zipped(a__shp="broken", a__shx="", a__dbf="")), ("a.kml", b"<kml/>"),
    ("a.geojson", json.dumps({"features": [{"geometry": {"type": "Polygon", "coordinates": "x"}}]}).encode()),
    ("a.geojson", b'{"features": [{"properties": "x"}]}'), ("a.geojson", b'{"features": [{"properties": [1]}]}'),
    ("a.geojson", b'{"features": [3]}'),
])
def test_broken_files_are_said_to_be_broken(name, content):
    with pytest.raises(SheetError) as error:
        outlines.read(name, content)
    assert str(error.value)


def test_a_zip_writes_nothing_outside_its_folder(tmp_path, monkeypatch):
    with pytest.raises(SheetError):
        outlines.read("a.zip", zipped(**{"../../evil__shp": "x"}))
    assert not list(tmp_path.parent.glob("**/evil.shp"))


@given(st.binary(max_size=300), st.sampled_from(["a.geojson", "a.gpkg", "a.zip"]))
def test_rubbish_never_breaks_the_reader(content, name):
    try:
        outlines.read(name, content)
    except SheetError as error:
        assert str(error)


def packed_again(content):
    """The same archive compressed, so that damage hits the decompressor too."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as given, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in given.namelist():
            packed.writestr(name, given.read(name))
    return out.getvalue()


@pytest.mark.filterwarnings("ignore")
def test_damaged_files_never_break_the_reader(tmp_path):
    shapes = shapefile(tmp_path)
    whole = [("a.zip", shapes), ("a.zip", packed_again(shapes)), ("a.gpkg", outlines.geopackage({"grid": ROWS})),
             ("a.geojson", outlines.geojson(ROWS))]
    refused = 0
    for name, content in whole:
        outlines.read(name, content)
        for damaged in damages(content, 150):
            try:
                outlines.read(name, damaged)
            except SheetError as error:
                assert str(error)
                refused += 1
    assert refused > 100


def test_half_of_a_pair_of_surrogates_is_dropped():
    feature = {"type": "Feature", "geometry": None, "properties": {"na\ud800me": "第一\udfff网格"}}
    rows, _notes = outlines.read("a.geojson", json.dumps({"features": [feature]}).encode())
    assert rows[0].values == {"name": "第一网格"}


# -- what only looks like a file of outlines ------------------------------------------------------------------

SHAPE_HEAD = struct.pack(">i", 9994) + b"\x00" * 24 + struct.pack("<i", 1000) + b"\x00" * 68


def vrt(path):
    return (f'<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>CSV:{path}</SrcDataSource>'
            f'<SrcLayer>{path.stem}</SrcLayer></OGRVRTLayer></OGRVRTDataSource>').encode()


@pytest.fixture
def secret(tmp_path):
    path = tmp_path / "secret.csv"
    path.write_text("name,word\nroot,a word that nobody may see\n")
    return path


@pytest.fixture
def all_heads(monkeypatch):
    """Let every .shp pass for one, as if the look at its head were not there."""
    monkeypatch.setattr(outlines, "_is_shape", lambda path: True)


def test_a_text_that_points_at_a_file_is_no_shapefile(secret):
    with pytest.raises(SheetError, match="打不开"):
        outlines.read("a.zip", zipped(a__shp=vrt(secret)))


@pytest.mark.parametrize("head", [
    b"", SHAPE_HEAD[:99], b"\x00\x00\x27\x0b" + SHAPE_HEAD[4:], SHAPE_HEAD[:28] + b"\x00\x00\x03\xe8" + SHAPE_HEAD[32:],
])
def test_the_head_of_a_shapefile_is_looked_at(tmp_path, head):
    (tmp_path / "a.shp").write_bytes(head)
    assert not outlines._is_shape(tmp_path / "a.shp")
    (tmp_path / "a.shp").write_bytes(SHAPE_HEAD)
    assert outlines._is_shape(tmp_path / "a.shp")


def test_the_driver_for_texts_that_point_at_files_is_off(secret, all_heads):
    with pytest.raises(SheetError, match="not recognized"):
        outlines.read("a.zip", zipped(a__shp=vrt(secret)))


def test_only_the_drivers_that_are_needed_are_there():
    assert set(pyogrio.list_drivers()) == set(drivers.KEPT)


def test_nobody_else_imports_the_library_so_its_settings_always_come_first():
    code = "import sys, bandeng.foundation.sheets.drivers as d; print(*sorted(d.pyogrio.list_drivers()), sep=',')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=settings.BASE_DIR)
    assert done.stdout.strip() == "ESRI Shapefile,GPKG"
    assert done.stderr == ""


def test_nothing_is_fetched():
    asked = []

    class Server(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(404)

        do_HEAD = do_GET

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        for name in ("a.shp", "a.gpkg", "a"):
            with pytest.raises(pyogrio.errors.DataSourceError):
                pyogrio.read_info(f"/vsicurl/http://127.0.0.1:{server.server_port}/{name}")
    finally:
        server.shutdown()
        server.server_close()
    assert asked == []


@pytest.mark.filterwarnings("ignore")
def test_a_file_that_another_driver_opens_is_refused(tmp_path, all_heads):
    package = outlines.geopackage({"a": ROWS})
    with pytest.raises(SheetError, match="GPKG"):
        outlines.read("a.zip", zipped(a__shp=package))


def indexed(tmp_path, *statements):
    """Return a GeoPackage with a spatial index, as QGIS writes it, after some more SQL."""
    path = tmp_path / "whole.gpkg"
    pyogrio.raw.write(path, geometry=np.array([shapely.to_wkb(SQUARE)], dtype=object), field_data=[np.array(["第一网格"], dtype=object)],
                      fields=["name"], geometry_type="Polygon", crs="EPSG:4326", driver="GPKG", layer="grid", SPATIAL_INDEX="YES")
    database = sqlite3.connect(path)
    for statement in statements:
        database.execute(statement)
    database.commit()
    database.close()
    return path.read_bytes()


STYLES = "CREATE TABLE layer_styles (id INTEGER PRIMARY KEY AUTOINCREMENT, styleName TEXT(30), styleQML TEXT, useAsDefault BOOLEAN)"


def test_a_package_with_an_index_and_styles_is_read(tmp_path):
    content = indexed(tmp_path, STYLES, "create unique index styled on layer_styles (styleName)",
                      "CREATE VIRTUAL TABLE [rtree_b] USING RTREE (id, minx, maxx, miny, maxy)")
    assert b"USING rtree(" in content
    rows, _notes = outlines.read("a.gpkg", content)
    assert rows[0].values["name"] == "第一网格"
    assert shapely.equals(rows[0].shape, SQUARE)


@pytest.mark.parametrize("statements", [
    ("CREATE VIEW v AS SELECT * FROM grid",), ("CREATE VIRTUAL TABLE t USING fts5(a)",),
    ("ALTER TABLE grid ADD COLUMN word TEXT AS (upper(name)) VIRTUAL",),
    ("DROP TABLE gpkg_contents",),
    # A view that is said to be a table, and a virtual table that hides behind a remark.
    ("CREATE VIEW v AS SELECT 1", "PRAGMA writable_schema = ON", "UPDATE sqlite_master SET type = 'table' WHERE name = 'v'"),
    (STYLES, "PRAGMA writable_schema = ON",
     "UPDATE sqlite_master SET sql = 'CREATE/**/VIRTUAL TABLE layer_styles USING fts5(a)', rootpage = 0 WHERE name = 'layer_styles'"),
])
def test_a_package_that_could_run_something_is_refused(tmp_path, statements):
    with pytest.raises(SheetError, match="不是 GeoPackage"):
        outlines.read("a.gpkg", indexed(tmp_path, *statements))


def test_a_database_that_is_no_package_is_refused(tmp_path):
    path = tmp_path / "a.sqlite"
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE grid (name TEXT)")
    database.commit()
    database.close()
    with pytest.raises(SheetError, match="不是 GeoPackage"):
        outlines.read("a.gpkg", path.read_bytes())


# -- outlines that are none, or that cannot be ----------------------------------------------------------------

EMPTY = ["POINT EMPTY", "LINESTRING EMPTY", "POLYGON EMPTY", "MULTIPOLYGON EMPTY", "MULTIPOLYGON (EMPTY)",
         "GEOMETRYCOLLECTION (POLYGON EMPTY, POINT EMPTY)"]


def package(shape, crs="EPSG:4326"):
    """Return a GeoPackage of one outline, written as it is."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.gpkg"
        pyogrio.raw.write(path, geometry=np.array([shapely.to_wkb(shape)], dtype=object), field_data=[np.array(["一"], dtype=object)],
                          fields=["name"], geometry_type="Unknown", crs=crs, driver="GPKG", layer="grid")
        return path.read_bytes()


@pytest.mark.parametrize("datum", ["wgs84", "bd09"])
@pytest.mark.parametrize("words", EMPTY)
def test_an_empty_outline_is_none(words, datum):
    shape = shapely.from_wkt(words)
    whole = {"type": "Feature", "geometry": json.loads(shapely.to_geojson(shape)), "properties": {"name": "一"}}
    for name, content in (("a.geojson", json.dumps({"features": [whole]}).encode()), ("a.gpkg", package(shape)),
                          ("a.gpkg", package(shape, "EPSG:4547"))):
        rows, _notes = outlines.read(name, content, datum)
        assert [(row.values["name"], row.shape) for row in rows] == [("一", None)]


@pytest.mark.filterwarnings("ignore")
def test_a_layer_of_nothing_but_empty_outlines_needs_no_system(tmp_path):
    for name, content in (("a.zip", shapefile(tmp_path, shapely.Polygon(), None)), ("a.gpkg", package(shapely.Polygon(), None))):
        assert [row.shape for row in outlines.read(name, content)[0]] == [None]


@pytest.mark.parametrize(("shape", "crs"), [
    (shapely.Polygon([(111, 40), (112, np.inf), (112, 41), (111, 40)]), "EPSG:4326"), (shapely.Point(np.inf, 40), "EPSG:4326"),
    (shapely.box(1e12, 1e12, 2e12, 2e12), "EPSG:4547"),  # no such place on that map
])
def test_an_outline_without_end_is_refused_by_its_number(shape, crs):
    with pytest.raises(SheetError, match="第 1 个"):
        outlines.read("a.gpkg", package(shape, crs))


def test_a_ring_that_does_not_close_is_refused():
    whole = shapely.to_wkb(SQUARE)
    content = package(SQUARE)
    assert content.count(whole) == 1
    with pytest.raises(SheetError, match="grid"):
        outlines.read("a.gpkg", content.replace(whole, whole[:-8] + struct.pack("<d", 3.0)))
