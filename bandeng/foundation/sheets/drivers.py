"""GDAL with all but two of its drivers switched off. The only module that imports pyogrio.

GDAL tries every driver it has on a file and looks at the content, not at the name: a text file named a.shp may tell it
to read any file of this machine, or to fetch an address. Only shapefiles and GeoPackages are read and written here,
so it is given nothing else to try. GDAL reads these settings once, when pyogrio is imported: they come first.
"""

from __future__ import annotations

import os

KEPT = ("ESRI Shapefile", "GPKG")

# By the names of GDAL 3.12; what a later one adds is found by a test.
_SKIPPED = (
    "ADBC", "AIVector", "AmigoCloud", "AVCBin", "AVCE00", "Carto", "CSV", "CSW", "DGN", "DXF", "EDIGEO", "EEDA",
    "Elasticsearch", "ESRIJSON", "FlatGeobuf", "GDALG", "GeoJSON", "GeoJSONSeq", "GeoRSS", "GML", "GPSBabel", "GPX", "GTFS",
    "HTTP", "Idrisi", "JML", "JSONFG", "KML", "LIBKML", "LVBAG", "MapInfo File", "MapML", "MBTiles", "MEM", "MiraMonVector",
    "MVT", "NGW", "OAPIF", "ODS", "OGCAPI", "OGR_GMT", "OGR_PDS", "OGR_VRT", "OpenFileGDB", "OSM", "PCIDSK", "PDF", "PDS4",
    "PGDUMP", "PLSCENES", "PMTiles", "S57", "Selafin", "SQLite", "SXF", "TopoJSON", "VDV", "VFK", "VICAR", "WAsP", "WFS", "XLSX",
)

os.environ["OGR_SKIP"] = ",".join(_SKIPPED)
os.environ["GDAL_DRIVER_PATH"] = "disable"  # no drivers of the machine's own beside those of the package
# /vsicurl/ and its kin fetch only what ends so, and nothing does.
os.environ["CPL_VSIL_CURL_ALLOWED_EXTENSIONS"] = ".nothing-is-fetched"

import pyogrio  # noqa: E402
import pyogrio.errors  # noqa: E402
import pyogrio.raw  # noqa: E402

__all__ = ["KEPT", "pyogrio"]
