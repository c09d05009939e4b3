"""The place tree of the town: one district, two subdistricts, eight communities, about sixty grids, as
GeoJSON.

Grids are the faces between the arterial roads, the river, the railway and some collector streets. Faces share
their corner points, and every coordinate is rounded once per corner, so the pieces tile exactly.
Codes follow GB/T 2260 and GB/T 10114 in form: district 6 digits, subdistrict 3 more, community 3 more; a
grid adds 3 again. 159999 is not assigned to any place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from shapely import LineString, Point, Polygon, coverage_union_all, polygonize, unary_union
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from bandeng.sample.town.ground import Ground
from bandeng.sample.town.names import COMMUNITIES, DISTRICT, SUBDISTRICTS
from bandeng.sample.town.sheet import XY, lonlat

DISTRICT_CODE = "159999"
SMALLEST_GRID_M2 = 70_000
SEEDS: tuple[tuple[XY, ...], tuple[XY, ...]] = (
    ((-1650, -100), (-950, -500), (-80, -650), (950, -900)),
    ((-420, 800), (250, 750), (950, 850), (1350, 100)),
)
"""Middles of the communities south and north of the river: a face goes to the nearest on its bank."""


@dataclass(slots=True)
class Face:
    shape: Polygon
    bank: int
    community: int


def grids(ground: Ground, cuts: Sequence[LineString]) -> list[Face]:
    """The faces between the cuts, with those smaller than SMALLEST_GRID_M2 joined to a neighbour on their
    bank.
    """
    lines = [ground.district.exterior, *ground.cuts, *cuts]
    faces = [
        face
        for face in polygonize([unary_union(lines)]).geoms
        if ground.district.contains(face.representative_point())
    ]
    south = _south_of(ground.river)
    found = []
    for face in faces:
        bank = 0 if south.contains(face.representative_point()) else 1
        found.append(Face(face, bank, _nearest(face, bank)))
    found.sort(key=lambda face: (-round(face.shape.centroid.y, -2), round(face.shape.centroid.x)))
    return _joined(found)


def collection(ground: Ground, faces: list[Face], homes: Sequence[tuple[XY, int]]) -> dict[str, Any]:
    """places.geojson: district, subdistricts, communities, grids; `homes` is (place, households) of each
    house.
    """
    households: Counter[int] = Counter()
    for place, flats in homes:
        spot = Point(place)
        households[next((n for n, face in enumerate(faces) if face.shape.covers(spot)), 0)] += flats
    features = []
    subdistricts: list[BaseGeometry] = []
    lower: list[dict[str, Any]] = []
    for bank, (name, name_en) in enumerate(SUBDISTRICTS):
        code = f"{DISTRICT_CODE}{bank + 1:03d}"
        communities: list[BaseGeometry] = []
        for number, (community, community_en) in enumerate(COMMUNITIES[bank]):
            own = f"{code}{number + 1:03d}"
            mine = [n for n, face in enumerate(faces) if (face.bank, face.community) == (bank, number)]
            shapes = [_rounded(faces[n].shape) for n in mine]
            whole = coverage_union_all(shapes)
            communities.append(whole)
            lower.append(_feature(whole, own, "community", community, community_en, code))
            for order, (n, shape) in enumerate(zip(mine, shapes, strict=True), start=1):
                lower.append(
                    _feature(
                        shape,
                        f"{own}{order:03d}",
                        "grid",
                        f"{community}第{order}网格",
                        f"{community_en} Grid {order}",
                        own,
                        households[n],
                    )
                )
        whole = coverage_union_all(communities)
        subdistricts.append(whole)
        features.append(_feature(whole, code, "subdistrict", name, name_en, DISTRICT_CODE))
    district = _feature(coverage_union_all(subdistricts), DISTRICT_CODE, "district", *DISTRICT, None)
    return {"type": "FeatureCollection", "features": [district, *features, *lower]}


def _nearest(face: Polygon, bank: int) -> int:
    middle = face.centroid
    distances = [middle.distance(Point(seed)) for seed in SEEDS[bank]]
    return distances.index(min(distances))


def _south_of(river: LineString) -> Polygon:
    points = list(river.coords)
    return Polygon([*points, (points[-1][0], -4000), (-4000, -4000), (-4000, points[0][1])])


def _joined(faces: list[Face]) -> list[Face]:
    """Join the smallest face to the neighbour with which it shares the longest border, until all are large.
    """
    while True:
        small = min(faces, key=lambda face: face.shape.area)
        if small.shape.area >= SMALLEST_GRID_M2:
            return faces
        mates = [face for face in faces if face is not small and face.bank == small.bank]
        mate = max(mates, key=lambda face: (_border(face, small), face.community == small.community))
        mate.shape = coverage_union_all([mate.shape, small.shape])
        faces = [face for face in faces if face is not small]


def _border(one: Face, other: Face) -> float:
    return round(one.shape.intersection(other.shape).length, 3)


def _rounded(shape: Polygon) -> Polygon:
    return Polygon([lonlat((x, y)) for x, y in shape.exterior.coords])


def _feature(
    shape: BaseGeometry,
    code: str,
    kind: str,
    name: str,
    name_en: str,
    parent: str | None,
    households: int | None = None,
) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "code": code,
        "kind": kind,
        "name": name,
        "name_en": name_en,
        "parent": parent,
    }
    if households is not None:
        properties["households"] = households
    return {"type": "Feature", "properties": properties, "geometry": mapping(shape)}
