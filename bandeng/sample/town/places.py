"""The place tree of the town: one district, two subdistricts, eight communities, about sixty grids, as
GeoJSON.

Grids are the faces between the arterial roads, the river, the railway and some collector streets. Faces share
their corner points, and every coordinate is rounded once per corner, so the pieces tile exactly.
Codes follow GB/T 2260 and GB/T 10114 in form: district 6 digits, subdistrict 3 more, community 3 more; a
grid adds 3 again. 159999 is not assigned to any place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from shapely import LineString, Point, Polygon, STRtree, coverage_union_all, polygonize, unary_union
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from bandeng.sample.town.ground import Ground
from bandeng.sample.town.names import COMMUNITIES, DISTRICT, SUBDISTRICTS
from bandeng.sample.town.sheet import XY, lonlat

DISTRICT_CODE = "159999"
SMALLEST_GRID_M2, SMALLEST_EMPTY_M2 = 32_000, 120_000
"""A face smaller than this is no grid of its own; where nobody lives, only works and the like are
(专属网格).
"""
SEEDS: tuple[tuple[XY, ...], tuple[XY, ...]] = (
    ((-1650, -100), (-1000, -350), (-230, -550), (800, -850)),
    ((-330, 800), (380, 750), (950, 700), (1400, 300)),
)
"""Middles of the communities south and north of the river: a face goes to the nearest on its bank."""


@dataclass(slots=True)
class Face:
    shape: Polygon
    bank: int
    community: int
    homes: int = 0


def grids(
    ground: Ground, cuts: Sequence[LineString], spines: Sequence[LineString], homes: Sequence[tuple[XY, int]]
) -> list[Face]:
    """The faces between the cuts, without those that are too small: they join a neighbour on their bank.

    `spines` are the inner ways of the compounds to be split, `homes` is (place, households) of each house.
    """
    lines = [ground.district.exterior, *ground.cuts, *cuts]
    hard = unary_union(lines)
    lines += [_to_the_next(spine, hard) for spine in spines]
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
    tree = STRtree([face.shape for face in found])
    for place, households in homes:
        for number in tree.query(Point(place), predicate="intersects")[:1]:
            found[int(number)].homes += households
    kept = _connected(_joined(found))
    for spine in spines:
        _same_community(kept, spine.interpolate(0.5, normalized=True))
    return _connected(kept)


def collection(faces: list[Face]) -> dict[str, Any]:
    """places.geojson: district, subdistricts, communities, grids; `homes` is (place, households) of each
    house.
    """
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
                        faces[n].homes,
                    )
                )
        whole = coverage_union_all(communities)
        subdistricts.append(whole)
        features.append(_feature(whole, code, "subdistrict", name, name_en, DISTRICT_CODE))
    district = _feature(coverage_union_all(subdistricts), DISTRICT_CODE, "district", *DISTRICT, None)
    return {"type": "FeatureCollection", "features": [district, *features, *lower]}


def _to_the_next(spine: LineString, hard: BaseGeometry) -> LineString:
    """A spine made longer at both ends, to a metre beyond the first line it meets."""
    (x0, y0), (x1, y1) = spine.coords
    east, north = (x1 - x0) / spine.length, (y1 - y0) / spine.length
    ends = []
    for (x, y), way in (((x0, y0), -1), ((x1, y1), 1)):
        met = hard.intersection(LineString([(x, y), (x + way * 400 * east, y + way * 400 * north)]))
        reach = Point(x, y).distance(met) + 1
        ends.append((x + way * reach * east, y + way * reach * north))
    return LineString(ends)


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
        small = min(faces, key=lambda face: face.shape.area / _least(face))
        if small.shape.area >= _least(small):
            return faces
        mates = [face for face in faces if face is not small and face.bank == small.bank]
        mate = max(mates, key=lambda face: (_border(face, small), face.community == small.community))
        mate.shape = coverage_union_all([mate.shape, small.shape])
        mate.homes += small.homes
        faces = [face for face in faces if face is not small]


def _connected(faces: list[Face]) -> list[Face]:
    """Give pieces that lie apart from the rest of their community to the community they border on most."""
    for face in faces:
        mine = [other for other in faces if (other.bank, other.community) == (face.bank, face.community)]
        parts = coverage_union_all([other.shape for other in mine])
        if parts.geom_type == "Polygon":
            continue
        main = max(parts.geoms, key=lambda part: part.area)
        if not main.covers(face.shape.representative_point()):
            mates = [other for other in faces if other.bank == face.bank and other not in mine]
            face.community = max(mates, key=lambda other: _border(face, other)).community
    return faces


def _same_community(faces: list[Face], middle: Point) -> None:
    """A compound belongs to one community, also one that is split in two grids: the larger one's."""
    halves = sorted((f for f in faces if f.shape.distance(middle) < 1), key=lambda face: -face.shape.area)
    for half in halves:
        half.community = halves[0].community


def _least(face: Face) -> int:
    return SMALLEST_GRID_M2 if face.homes else SMALLEST_EMPTY_M2


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
