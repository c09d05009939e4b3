"""Grids and communities for a real map extract that has no official boundaries, made by one simple rule.

Official grid lines are not open data in most cities. So that a district can begin before it has drawn its
own,
`divide` gives every named compound the land that lies nearer to it than to any other. It is a stand-in: every
feature says `made_up: true`, and an operator is expected to put the real lines in its place.

Pure: shapely only, no Django, no database.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from math import cos, radians
from typing import Any

import numpy as np
import shapely
from shapely import MultiPoint, Polygon, STRtree
from shapely.affinity import scale
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from bandeng.osm import Extract

STEP_M = 10.0
"""Distance of the points along a compound's outline between which the land is shared out."""
MARGIN_M = 120.0
"""How far the divided land reaches beyond the outermost house."""

_METRES_PER_DEGREE = 111_320.0
_GRID_DEGREES = 1e-7  # a centimetre, the resolution of OpenStreetMap


def divide(
    extract: Extract, *, district_name: str, subdistrict_name: str, code: str = "159998", communities: int = 4
) -> dict[str, Any]:
    """Return a GeoJSON FeatureCollection: one district, one subdistrict, `communities` communities, their
    grids.

    Properties: code, kind, name, name_en, parent, made_up (always true); grids also have households, which is
    None: nobody has counted. Grids tile their community without overlap or hole, communities the subdistrict.
    `code` is the six-digit district code; the default is not assigned to any place. Fewer grids than
    `communities` make as many communities as there are grids.

    Raises ValueError if the code is not six digits or `communities` is below one.
    """
    if not (len(code) == 6 and code.isdecimal()) or communities < 1:
        raise ValueError(f"not a six-digit code and a number of communities: {code!r}, {communities}")
    land = _land(extract)
    names, cells = _cells(_homes(extract, district_name), land)
    groups = _groups(cells, min(communities, len(cells)))
    own = f"{code}001"
    lower: list[dict[str, Any]] = []
    wholes: list[BaseGeometry] = []
    for number, members in enumerate(groups, start=1):
        community = f"{own}{number:03d}"
        whole = shapely.coverage_union_all([cells[index] for index in members])
        wholes.append(whole)
        chief = max(members, key=lambda index: cells[index].area)
        lower.append(
            _feature(
                whole,
                community,
                "community",
                f"{names[chief].removesuffix('小区')}片社区",
                f"Community {number}",
                own,
            )
        )
        for order, index in enumerate(members, start=1):
            grid = _feature(
                cells[index],
                f"{community}{order:03d}",
                "grid",
                f"{names[index]}网格",
                f"Community {number} Grid {order}",
                community,
            )
            grid["properties"]["households"] = None
            lower.append(grid)
    whole = shapely.coverage_union_all(wholes)
    upper = [
        _feature(whole, code, "district", district_name, "District", None),
        _feature(whole, own, "subdistrict", subdistrict_name, "Subdistrict", code),
    ]
    return {"type": "FeatureCollection", "features": [*upper, *lower]}


def _feature(
    shape: BaseGeometry, code: str, kind: str, name: str, name_en: str, parent: str | None
) -> dict[str, Any]:
    properties = {
        "code": code,
        "kind": kind,
        "name": name,
        "name_en": f"{name_en} (made up by rule)",
        "parent": parent,
        "made_up": True,
    }
    return {"type": "Feature", "properties": properties, "geometry": mapping(shape)}


def _land(extract: Extract) -> Polygon:
    """The convex hull of houses and compounds within the extract's bounds, with a margin of MARGIN_M."""
    frame = shapely.box(*extract.bounds)
    shapes = [building.geometry for building in extract.buildings]
    shapes += [area.geometry for area in extract.areas if area.kind == "compound"]
    inside = [shape for shape in shapes if frame.intersects(shape)]
    hull = shapely.clip_by_rect(
        shapely.union_all([shape.convex_hull for shape in inside] or [frame]), *extract.bounds
    ).convex_hull
    squeeze = cos(radians(hull.centroid.y))
    middle = hull.centroid
    even = scale(hull, squeeze, 1, origin=middle).buffer(MARGIN_M / _METRES_PER_DEGREE, quad_segs=4)
    return scale(even, 1 / squeeze, 1, origin=middle)


def _homes(extract: Extract, district_name: str) -> list[tuple[str, BaseGeometry]]:
    """The named compounds, one entry per name; without any, the unnamed ones; without those, one for all."""
    by_name: dict[str, list[BaseGeometry]] = defaultdict(list)
    compounds = [area for area in extract.areas if area.kind == "compound"]
    for area in compounds:
        if area.name:
            by_name[area.name].append(area.geometry)
    if not by_name:
        for number, area in enumerate(compounds, start=1):
            by_name[f"无名小区{number}"].append(area.geometry)
    if not by_name:
        by_name[district_name].append(shapely.box(*extract.bounds))
    return sorted((name, shapely.union_all(parts)) for name, parts in by_name.items())


def _cells(homes: Sequence[tuple[str, BaseGeometry]], land: Polygon) -> tuple[list[str], list[BaseGeometry]]:
    """Share out the land: to each home the places nearer to its outline than to any other. All tile exactly.

    Cells are made in a plane where a degree is as wide as it is high, then noded together with the outline of
    the land on a grid of a centimetre, so that neighbours end up with the very same corners.
    """
    squeeze = cos(radians(land.centroid.y))
    flat = [scale(shape, squeeze, 1, origin=(0, 0)) for _, shape in homes]
    step = STEP_M / _METRES_PER_DEGREE
    points: list[tuple[float, float]] = []
    owners: list[int] = []
    taken: set[tuple[float, float]] = set()
    for owner, shape in enumerate(flat):
        for x, y in shapely.get_coordinates(shapely.segmentize(shape.boundary, step)):
            point = (float(x), float(y))
            if point not in taken:  # two compounds may share a corner; it goes to the first
                taken.add(point)
                points.append(point)
                owners.append(owner)
    plane = scale(land, squeeze, 1, origin=(0, 0))
    pieces = shapely.voronoi_polygons(MultiPoint(points), extend_to=plane.buffer(step), ordered=True).geoms
    by_owner: dict[int, list[BaseGeometry]] = defaultdict(list)
    for owner, piece in zip(owners, pieces, strict=True):
        by_owner[owner].append(piece)
    order = sorted(by_owner)
    rough = [scale(shapely.union_all(by_owner[owner]), 1 / squeeze, 1, origin=(0, 0)) for owner in order]
    lines = shapely.union_all([land.boundary, *(cell.boundary for cell in rough)], grid_size=_GRID_DEGREES)
    outline = shapely.set_precision(land, _GRID_DEGREES)
    tree = STRtree(rough)
    final: dict[int, list[BaseGeometry]] = defaultdict(list)
    for face in shapely.polygonize([lines]).geoms:
        inside = face.representative_point()
        if not outline.covers(inside):
            continue
        hits = tree.query(inside, predicate="intersects")
        final[int(hits.min()) if len(hits) else int(tree.nearest(inside))].append(face)
    kept = sorted(final)
    return [homes[order[n]][0] for n in kept], [shapely.coverage_union_all(final[n]) for n in kept]


def _groups(cells: Sequence[BaseGeometry], count: int) -> list[list[int]]:
    """Cluster cells into `count` groups, each in one piece where the land is: seeds far apart, then grown
    in turn.

    The group with the least land takes next, of the cells it borders on, the one nearest to its seed.
    """
    middles = np.array([(cell.centroid.x, cell.centroid.y) for cell in cells])
    middles[:, 0] *= cos(radians(float(middles[:, 1].mean())))
    seeds = [int(np.argmax(((middles - middles.mean(axis=0)) ** 2).sum(axis=1)))]
    while len(seeds) < count:
        gaps = np.min([((middles - middles[seed]) ** 2).sum(axis=1) for seed in seeds], axis=0)
        seeds.append(int(np.argmax(gaps)))
    neighbours = _neighbours(cells)
    groups = [[seed] for seed in seeds]
    left = set(range(len(cells))) - set(seeds)
    while left:
        for group in sorted(groups, key=lambda members: sum(cells[index].area for index in members)):
            border = {index for member in group for index in neighbours[member]} & left
            if border:
                chosen = min(border, key=lambda index: _gap(middles, index, group[0]))
                break
        else:  # land that touches no group: to the nearest
            chosen = min(left)
            group = min(groups, key=lambda members: _gap(middles, chosen, members[0]))
        group.append(chosen)
        left.discard(chosen)
    return [sorted(group, key=lambda index: (-middles[index][1], middles[index][0])) for group in groups]


def _gap(middles: np.ndarray, one: int, other: int) -> float:
    return float(((middles[one] - middles[other]) ** 2).sum())


def _neighbours(cells: Sequence[BaseGeometry]) -> list[set[int]]:
    """Which cells share a stretch of border, not only a corner."""
    found: list[set[int]] = [set() for _ in cells]
    tree = STRtree(cells)
    for one, other in zip(*tree.query(cells, predicate="touches"), strict=True):
        shared = cells[int(one)].intersection(cells[int(other)])
        if shared.length > 0:
            found[int(one)].add(int(other))
    return found
