"""Redrawing the grids of one community: cutting, joining, moving a line, drawing anew.

Pure: outlines in, outlines out. A community's grids always cover the same land as before, plus what was not
covered; nothing is given to two.
"""

from __future__ import annotations

from collections.abc import Mapping

import shapely
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry
from shapely.ops import nearest_points, split

from bandeng.territory.lines.shapes import METRES_PER_DEGREE, area_m2, counts, surface

REACH = 120.0 / METRES_PER_DEGREE  # how far short of the edge a cutting line may end
OVERSHOOT = 2.0 / METRES_PER_DEGREE
Shapes = dict[int, BaseGeometry]


class CannotDraw(Exception):
    """What was drawn does not do what was wanted. The text says why and how to draw it."""


def line_of(points: list[tuple[float, float]]) -> BaseGeometry:
    """Return a line through points. Raises CannotDraw for fewer than two."""
    clean = [point for point, before in zip(points, [None, *points], strict=False) if point != before]
    if len(clean) < 2:
        raise CannotDraw(_("线太短，至少点两下。"))
    return shapely.LineString(clean)


def ring_of(points: list[tuple[float, float]]) -> BaseGeometry:
    """Return the area within a ring of points. Raises CannotDraw when it crosses itself or holds no land."""
    clean = [point for point, before in zip(points, [None, *points], strict=False) if point != before]
    if len(clean) < 3:
        raise CannotDraw(_("至少点三下，围成一块地。"))
    ring = shapely.Polygon(clean)
    if not ring.is_valid:
        raise CannotDraw(_("围的线自己交叉了，请沿着一个方向绕一圈。"))
    if not counts(ring):
        raise CannotDraw(_("围的地方太小了。"))
    return ring


def cut(shape: BaseGeometry, line: BaseGeometry) -> list[BaseGeometry]:
    """Return the two sides of *shape* along *line*, larger first; what the line cuts off beyond two goes to the nearer side.

    The ends of the line may fall up to 120 m short of the edge. Raises CannotDraw when it cuts nothing.
    """
    pieces = [piece for piece in shapely.get_parts(split(shape, _to_the_edge(line, shape))) if counts(piece)]
    if len(pieces) < 2:
        raise CannotDraw(_("这条线没有把网格切成两块：从一边画到另一边，两头都要出界。"))
    pieces.sort(key=area_m2, reverse=True)
    sides = pieces[:2]
    for crumb in pieces[2:]:
        near = min((0, 1), key=lambda side: (sides[side].distance(crumb), -sides[side].boundary.intersection(crumb.boundary).length))
        sides[near] = shapely.union(sides[near], crumb)
    return sorted(sides, key=area_m2, reverse=True)


def _to_the_edge(line: BaseGeometry, shape: BaseGeometry) -> BaseGeometry:
    """Lengthen both ends of a line that stop inside *shape* to its nearest edge, and a little beyond."""
    points = list(line.coords)
    for at in (0, -1):
        end = shapely.Point(points[at])
        if not shape.contains(end):
            continue
        edge = nearest_points(shape.boundary, end)[0]
        gap = end.distance(edge)
        if gap > REACH:
            raise CannotDraw(_("线的一头停在网格里面，离边还远。请一直画到网格的边。"))
        stretch = (gap + OVERSHOOT) / gap if gap else 1.0
        beyond = (end.x + (edge.x - end.x) * stretch, end.y + (edge.y - end.y) * stretch)
        points = [beyond, *points] if at == 0 else [*points, beyond]
    return shapely.LineString(points)


def join(one: BaseGeometry, other: BaseGeometry) -> BaseGeometry:
    """Return both as one. Raises CannotDraw when they do not lie side by side."""
    if one.boundary.intersection(other.boundary).length == 0 and not shapely.intersection(one, other).area:
        raise CannotDraw(_("这两个网格不挨着，合不到一起。"))
    return _land(shapely.union(one, other))


def moved(grids: Mapping[int, BaseGeometry], target: int, outline: BaseGeometry, whole: BaseGeometry) -> Shapes:
    """Return the new outlines when grid *target* gets *outline*: neighbours give and take what lies between.

    What *target* gives up goes to the neighbour with the longest common edge. Only what changes is returned.
    """
    wanted = _within(outline, whole)
    left = _without(grids, wanted, target)
    given_up = shapely.difference(grids[target], wanted) if target in grids else shapely.Polygon()
    return _shared_out(grids, {target: wanted, **left}, _pieces(given_up))


def carved(grids: Mapping[int, BaseGeometry], outline: BaseGeometry, whole: BaseGeometry) -> tuple[BaseGeometry, Shapes]:
    """Return the outline of a new grid and what is left of those it takes land from. None may vanish altogether."""
    wanted = _within(outline, whole)
    new = max(grids, default=0) + 1  # a key of its own while the crumbs are shared out
    found = _shared_out(grids, {new: wanted, **_without(grids, wanted)}, [])
    return found.pop(new), found


def _without(grids: Mapping[int, BaseGeometry], taken: BaseGeometry, target: int | None = None) -> Shapes:
    """Return what is left of the grids that *taken* takes land from."""
    return {
        key: shapely.difference(shape, taken) for key, shape in grids.items()
        if key != target and shapely.intersection(shape, taken).area
    }


def _shared_out(grids: Mapping[int, BaseGeometry], found: Shapes, pieces: list[BaseGeometry]) -> Shapes:
    """Give loose pieces, and the crumbs that the cutting left, to the neighbour with the longest common edge."""
    result: Shapes = {}
    for key, shape in found.items():
        whole_parts = [part for part in _pieces(shape) if counts(part)]
        if not whole_parts:
            raise CannotDraw(_("这样画，有一个网格就什么也不剩了。要并掉一个网格，请用“合并”。"))
        result[key] = shapely.union_all(whole_parts)
        pieces = [*pieces, *[part for part in _pieces(shape) if not counts(part)]]
    owner_less = sorted(pieces, key=lambda piece: piece.area, reverse=True)
    target = next(iter(found))
    for piece in owner_less:
        heir = _neighbour(piece, {**grids, **result}, None if not counts(piece) else target)
        if heir is None:
            raise CannotDraw(_("让出来的一块地旁边没有别的网格，会没人管。请先画好邻居。"))
        result[heir] = shapely.union(result.get(heir, grids.get(heir)), piece)
    return {key: _land(shape) for key, shape in result.items()}


def _pieces(shape: BaseGeometry) -> list[BaseGeometry]:
    areal, _mended = surface(shape)
    return [] if areal is None else list(shapely.get_parts(areal))


def _within(outline: BaseGeometry, whole: BaseGeometry) -> BaseGeometry:
    inside = shapely.intersection(outline, whole)
    if inside.area < outline.area / 2:
        raise CannotDraw(_("画的地方大半不在这个社区里。"))
    return _land(inside)


def _land(shape: BaseGeometry) -> BaseGeometry:
    """Return the area of *shape* on a grid of a centimetre."""
    parts = _pieces(shapely.set_precision(shape, 1e-7))
    if not parts:
        raise CannotDraw(_("画的地方太小了。"))
    return parts[0] if len(parts) == 1 else shapely.multipolygons(parts)


def _neighbour(piece: BaseGeometry, grids: Mapping[int, BaseGeometry], but: int | None) -> int | None:
    """Return the grid with the longest edge along *piece*, other than *but*."""
    edge = shapely.buffer(piece.boundary, 1e-7)
    shared = {key: shapely.intersection(edge, shape.boundary).length for key, shape in grids.items() if key != but}
    best = max(shared, key=lambda key: shared[key], default=None)
    return best if best is not None and shared[best] > 0 else None
