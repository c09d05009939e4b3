"""From blocks to lots: which piece of land becomes a walled compound, a school, a market, a park, the old
quarter.

A superblock of 300-500 m is first halved by a collector street, then cut into lots by lanes. What stands
where follows from a few chosen places (the old quarter by the river, works in the west, a park on the
bank); everything else is housing with a side lot that serves it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import atan2, cos, degrees, hypot, radians, sin
from random import Random

from shapely import LineString, Point, Polygon, polygonize, unary_union
from shapely.geometry.base import BaseGeometry

from bandeng.sample.town.ground import Ground
from bandeng.sample.town.names import COLLECTORS, SIDE_LANES, Pool
from bandeng.sample.town.sheet import XY, Sheet

HALVE_OVER_M2 = 165_000
STREET_INSET_M, LANE_HALF_M = 15.0, 6.5
CHOSEN: tuple[tuple[str, XY], ...] = (
    ("quarter", (-120, 720)),
    ("quarter", (60, 900)),
    ("park", (330, 420)),
    ("park", (-1650, 450)),
    ("mall", (330, 800)),
    ("hospital", (-560, -60)),
    ("middle_school", (800, -760)),
    ("primary_school", (-560, -820)),
    ("primary_school", (950, 330)),
    ("works", (-1660, -330)),
    ("works", (-1640, 900)),
    ("works", (1480, -1080)),
    ("government", (420, -260)),
    ("meadow", (1500, -800)),
    ("meadow", (1450, 950)),
    ("works", (1500, 700)),
    ("meadow", (-1700, -1050)),
    ("offices", (-80, -120)),
    ("works", (-1100, -1150)),
    ("meadow", (1600, 350)),
    ("works", (-1640, -700)),
    ("shops", (420, -560)),
    ("park", (1150, -250)),
    ("offices", (1000, 700)),
    ("works", (-980, -420)),
    ("meadow", (700, -1250)),
    ("park", (-150, -560)),
    ("meadow", (-1000, 1000)),
    ("works", (-1120, 800)),
    ("offices", (1000, -1000)),
    ("meadow", (-600, -1200)),
)
"""Uses with a place of their own: the free half-block nearest to each point takes the use."""
INSTITUTIONS = ("hospital", "middle_school", "primary_school", "government")
"""These need less than half a block; housing takes the rest."""
SIDE_USES = (
    "market",
    "kindergarten",
    "shops",
    "green",
    "health_centre",
    "kindergarten",
    "shops",
    "green",
    "offices",
    "market",
    "kindergarten",
    "green",
    "shops",
    "offices",
    "culture",
    "green",
    "kindergarten",
    "shops",
    "health_centre",
    "nursing_home",
    "green",
    "shops",
    "offices",
    "market",
    "green",
)


@dataclass(frozen=True, slots=True)
class Lot:
    """A piece of land within its streets. `edge` are the street and lane lines round it, `split` marks the
    two large compounds through which a grid line runs."""

    use: str
    land: Polygon
    edge: BaseGeometry
    split: bool = False


@dataclass(slots=True)
class Plan:
    lots: list[Lot]
    cuts: list[LineString]


def divide(sheet: Sheet, ground: Ground, rng: Random) -> Plan:
    """Draw collector streets and lanes, and return the lots and the streets at which grids may end."""
    collectors, lanes = Pool(COLLECTORS), Pool(SIDE_LANES)
    cuts: list[LineString] = []
    halves: list[tuple[Polygon, bool]] = []
    for block in sorted(ground.blocks, key=lambda face: (round(face.centroid.x), round(face.centroid.y))):
        if block.area <= HALVE_OVER_M2:
            halves.append((block, block.area > 95_000))
            continue
        line, parts = _halve(block, rng.uniform(0.45, 0.55), rng.uniform(-4, 4))
        kind = rng.choice(("tertiary", "residential", "tertiary"))
        sheet.street(line.coords, {"highway": kind, "name": collectors.take()})
        cuts.append(LineString([*_lengthened(line)]))
        halves += [(part, False) for part in parts]
    uses = _chosen([half for half, _ in halves])
    lots: list[Lot] = []
    sides = list(SIDE_USES)
    splits = 2
    for number, (half, whole) in enumerate(halves):
        land = _inset(half)
        if land.area < 6_000:
            lots.append(Lot("green", land, half.boundary))
        elif number in uses and uses[number] in INSTITUTIONS and land.area > 60_000:
            lots += _parcels(sheet, half, land, [uses[number]], lanes, cuts, rng, share=0.43)
        elif number in uses:
            lots.append(Lot(uses[number], land, half.boundary))
        elif land.area < 30_000:
            lots.append(Lot("compound" if land.area > 18_000 else "shops", land, half.boundary))
        elif whole and splits:
            splits -= 1
            lots.append(Lot("compound", land, half.boundary, split=True))
        else:
            lots += _parcels(sheet, half, land, sides, lanes, cuts, rng)
    return Plan(lots, cuts)


def _chosen(halves: list[Polygon]) -> dict[int, str]:
    taken: dict[int, str] = {}
    for use, place in CHOSEN:
        free = (n for n, half in enumerate(halves) if n not in taken and half.area > 50_000)
        taken[min(free, key=lambda n: halves[n].centroid.distance(Point(place)))] = use
    return taken


def _parcels(
    sheet: Sheet,
    half: Polygon,
    land: Polygon,
    sides: list[str],
    lanes: Pool,
    cuts: list[LineString],
    rng: Random,
    share: float = 0,
) -> list[Lot]:
    """One half-block: a compound and a side lot, or two compounds, with a lane between."""
    if sides and (share or land.area < 110_000):
        share, use = share or rng.uniform(0.27, 0.36), sides.pop(0)
    elif land.area < 104_000:
        return [Lot("compound", land, half.boundary)]
    else:
        share, use = rng.uniform(0.44, 0.56), "compound"
    line, _ = _halve(half, share, rng.uniform(-3, 3))
    if use == "compound" or use in INSTITUTIONS:
        cuts.append(LineString(_lengthened(line)))
    tags = {"highway": rng.choice(("living_street", "service"))}
    if len(lanes) and rng.random() < 0.8:
        tags["name"] = lanes.take()
    sheet.street(line.coords, tags)
    pieces = [
        piece
        for piece in _polygons(land.difference(line.buffer(LANE_HALF_M, cap_style="square")))
        if piece.area > 3_000
    ]
    edge = unary_union([half.boundary, line])
    pieces.sort(key=lambda piece: piece.area)
    small, large = pieces[0], pieces[-1]
    return [Lot("compound", large, edge), Lot(use, small, edge)]


def _halve(face: Polygon, share: float, tilt: float) -> tuple[LineString, list[Polygon]]:
    """Cut across the long axis, at this share of it, tilted by some degrees; the cut and the two parts."""
    along, length = long_axis(face)
    middle = face.centroid
    off = (share - 0.5) * length
    x, y = middle.x + off * cos(along), middle.y + off * sin(along)
    across = along + radians(90 + tilt)
    line = LineString(
        [(x - 2000 * cos(across), y - 2000 * sin(across)), (x + 2000 * cos(across), y + 2000 * sin(across))]
    )
    inside = face.intersection(line)
    cut = max(_lines(inside), key=lambda piece: piece.length)
    parts = list(polygonize([unary_union([face.boundary, LineString(_lengthened(cut))])]).geoms)
    return cut, sorted(parts, key=lambda part: (round(part.centroid.x), round(part.centroid.y)))


def long_axis(face: Polygon) -> tuple[float, float]:
    """Direction in radians and length in metres of the longer side of the smallest box round a polygon."""
    corners = list(face.minimum_rotated_rectangle.exterior.coords)
    sides = [(hypot(b[0] - a[0], b[1] - a[1]), a, b) for a, b in zip(corners[:2], corners[1:3], strict=True)]
    length, a, b = max(sides, key=lambda side: side[0])
    return atan2(b[1] - a[1], b[0] - a[0]), length


def south_angle(land: Polygon) -> float:
    """Degrees by which the houses of a lot are turned so as to stand along its streets and still face
    south.
    """
    along, _ = long_axis(land)
    angle = degrees(along) % 90
    return angle - 90 if angle > 45 else angle


def _inset(half: Polygon) -> Polygon:
    inner = half.buffer(-STREET_INSET_M, join_style="mitre").simplify(1.5)
    return max(_polygons(inner), key=lambda part: part.area, default=half.centroid.buffer(1))


def _lengthened(line: LineString) -> list[XY]:
    """A line with a metre more at each end, so that it surely crosses what it ends on."""
    points = list(line.coords)
    return [_beyond(points[1], points[0]), *points[1:-1], _beyond(points[-2], points[-1])]


def _beyond(start: XY, end: XY) -> XY:
    length = hypot(end[0] - start[0], end[1] - start[1])
    return end[0] + (end[0] - start[0]) / length, end[1] + (end[1] - start[1]) / length


def _polygons(shape: BaseGeometry) -> list[Polygon]:
    if isinstance(shape, Polygon):
        return [] if shape.is_empty else [shape]
    return [piece for part in getattr(shape, "geoms", ()) for piece in _polygons(part)]


def _lines(shape: BaseGeometry) -> Iterable[LineString]:
    if isinstance(shape, LineString):
        return [] if shape.is_empty else [shape]
    return [piece for part in getattr(shape, "geoms", ()) for piece in _lines(part)]
