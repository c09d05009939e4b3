"""Points in from CSV, answers out as CSV or GeoJSON."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import shapely

from bandeng.walking.network import WalkError
from bandeng.walking.plane import Floats


@dataclass(frozen=True, slots=True)
class Points:
    """k points: name and kind of each ("" if the table has no such column), lonlat (k, 2) WGS-84."""

    name: tuple[str, ...]
    kind: tuple[str, ...]
    lonlat: Floats

    def __len__(self) -> int:
        return len(self.name)


def read_points(path: Path) -> Points:
    """The points of a CSV with the columns lon and lat, and perhaps name and kind; UTF-8, with or without a mark.

    A point with no name is called by its row, from 1. Raises WalkError in one sentence, with the row.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            columns = reader.fieldnames or []
            if not {"lon", "lat"} <= set(columns):
                raise WalkError(f"{path.name} needs the columns lon and lat; it has {', '.join(columns) or 'none'}.")
            rows = list(reader)
    except FileNotFoundError as error:
        raise WalkError(f"There is no file {path.name}.") from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise WalkError(f"{path.name} cannot be read as a CSV in UTF-8: {error}") from error
    lonlat = np.array([_place(path, number, row) for number, row in enumerate(rows, start=1)]).reshape(-1, 2)
    names = tuple(row.get("name") or str(number) for number, row in enumerate(rows, start=1))
    return Points(names, tuple(row.get("kind") or "" for row in rows), lonlat)


def _place(path: Path, number: int, row: dict[str, str | None]) -> tuple[float, float]:
    try:
        lon, lat = float(row["lon"] or ""), float(row["lat"] or "")
    except ValueError as error:
        raise WalkError(f"Row {number} of {path.name} has no number for lon or lat.") from error
    if not (abs(lon) <= 180 and abs(lat) <= 90):
        raise WalkError(f"Row {number} of {path.name} lies at {lon:g}, {lat:g}, which is no place on earth.")
    return lon, lat


def write_rows(out: IO[str], header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A CSV with a header."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)


def write_features(out: IO[str], features: Iterable[tuple[Any, dict[str, Any]]]) -> None:
    """A GeoJSON FeatureCollection, written feature by feature; coordinates to 1e-7 degrees."""
    out.write('{"type":"FeatureCollection","features":[')
    for number, (geometry, properties) in enumerate(features):
        shape = json.loads(shapely.to_geojson(geometry), parse_float=lambda text: round(float(text), 7))
        feature = {"type": "Feature", "properties": properties, "geometry": shape}
        out.write(("," if number else "") + "\n" + json.dumps(feature, ensure_ascii=False, separators=(",", ":")))
    out.write("\n]}\n")
