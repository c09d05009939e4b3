"""Reading OpenStreetMap extracts once: streets, gates, walls, buildings, named areas and service points.

A pure library: no Django, no database, no network. `read(path)` takes .osm, .osm.gz and .osm.pbf.
"""

from bandeng.osm.model import (
    Area,
    Bounds,
    Building,
    Extract,
    Gate,
    Line,
    OsmError,
    Report,
    ServicePoint,
    Street,
    Surface,
)
from bandeng.osm.reading import read

__all__ = [
    "Area",
    "Bounds",
    "Building",
    "Extract",
    "Gate",
    "Line",
    "OsmError",
    "Report",
    "ServicePoint",
    "Street",
    "Surface",
    "read",
]
