"""Outlines round streets: the line at a fixed distance from many short segments, as closed rings.

A field holds the distance to the nearest segment at the points of a square grid. The grid is anchored to the
plane of the network, so zones of different origins fit each other. Between neighbouring grid points on either
side of the wanted distance the ring passes where the field, taken as straight, has it. Rings so made never touch
each other or themselves, and those of a field that is smaller everywhere lie round those of the larger one.
"""

from __future__ import annotations

import numpy as np

from bandeng.walking.compiling import Array, compiled

_NEAR_CORNER = 0.001
"""Rings keep this share of a step away from grid points, where two could meet."""


@compiled
def stamp(
    field: Array, columns: int, rows: int, west: float, south: float, step: float, reach: float, segments: Array,
    first: int, last: int,
) -> None:
    """Lower the field (columns * rows,) to the squared distance from segments[first:last] (x, y, x, y), wherever
    that is within `reach`; all in metres.
    """
    most = reach * reach
    for k in range(first, last):
        x, y = segments[k, 0], segments[k, 1]
        dx, dy = segments[k, 2] - x, segments[k, 3] - y
        whole = dx * dx + dy * dy
        scale = 1.0 / whole if whole > 0 else 0.0
        low = max(0, int(np.ceil((min(y, y + dy) - reach - south) / step)))
        high = min(rows - 1, int(np.floor((max(y, y + dy) + reach - south) / step)))
        left = max(0, int(np.ceil((min(x, x + dx) - reach - west) / step)))
        right = min(columns - 1, int(np.floor((max(x, x + dx) + reach - west) / step)))
        for row in range(low, high + 1):
            py = south + row * step - y
            base = row * columns
            for column in range(left, right + 1):
                px = west + column * step - x
                share = min(1.0, max(0.0, (px * dx + py * dy) * scale))
                away_x, away_y = px - share * dx, py - share * dy
                away = np.float32(away_x * away_x + away_y * away_y)
                if away < most and away < field[base + column]:
                    field[base + column] = away


@compiled
def widen(box: Array, segments: Array, first: int, last: int) -> None:
    """Widen a box (west, south, east, north) to hold segments[first:last]."""
    for k in range(first, last):
        box[0] = min(box[0], segments[k, 0], segments[k, 2])
        box[1] = min(box[1], segments[k, 1], segments[k, 3])
        box[2] = max(box[2], segments[k, 0], segments[k, 2])
        box[3] = max(box[3], segments[k, 1], segments[k, 3])


@compiled
def link(
    field: Array, columns: int, rows: int, west: float, south: float, step: float, box: Array, level: float,
    following: Array, starts: Array,
) -> int:
    """Lay out the ring pieces of every cell: `following` (2 * columns * rows,) tells for each grid edge that a ring
    crosses the next one it crosses, with the inside to the left. Returns how many crossings `starts` lists.

    `box` holds all that lowered the field. Grid edge number row * columns + column runs to the east, that plus
    columns * rows to the north.
    """
    first_row, first_column = max(0, int((box[1] - level - south) / step) - 1), max(0, int((box[0] - level - west) / step) - 1)
    last_row, last_column = int((box[3] + level - south) / step) + 1, int((box[2] + level - west) / step) + 1
    count = 0
    most = level * level
    north = columns * rows
    for row in range(first_row, min(last_row, rows - 1)):
        base = row * columns
        for column in range(first_column, min(last_column, columns - 1)):
            bl = base + column
            tl = bl + columns
            case = (field[bl] < most) + 2 * (field[bl + 1] < most) + 4 * (field[tl + 1] < most) + 8 * (field[tl] < most)
            if case == 0 or case == 15:
                continue
            bottom, top, left, right = bl, tl, north + bl, north + bl + 1
            begin, end = bottom, left
            if case == 1 or case == 5:
                begin, end = bottom, left
            elif case == 2 or case == 10:
                begin, end = right, bottom
            elif case == 4:
                begin, end = top, right
            elif case == 8:
                begin, end = left, top
            elif case == 3:
                begin, end = right, left
            elif case == 6:
                begin, end = top, bottom
            elif case == 12:
                begin, end = left, right
            elif case == 9:
                begin, end = bottom, top
            elif case == 7:
                begin, end = top, left
            elif case == 11:
                begin, end = right, top
            elif case == 13:
                begin, end = bottom, right
            elif case == 14:
                begin, end = left, bottom
            following[begin] = end
            starts[count] = begin
            count += 1
            if case == 5 or case == 10:
                begin, end = (top, right) if case == 5 else (left, top)
                following[begin] = end
                starts[count] = begin
                count += 1
    return count


@compiled
def trace(
    field: Array, columns: int, rows: int, west: float, south: float, step: float, level: float, following: Array,
    starts: Array, count: int, points: Array, filled: int, ring_end: Array, rings: int,
) -> tuple[int, int]:
    """Follow the rings: their points (closed) are put into `points` from `filled` on, the end of each into
    `ring_end` from `rings` on. `following` is all -1 afterwards. Returns the new `filled` and `rings`.

    There must be room for 2 * count more points and count more rings.
    """
    north = columns * rows
    for k in range(count):
        edge = starts[k]
        if following[edge] < 0:
            continue
        begin = filled
        while following[edge] >= 0:
            place = edge - north if edge >= north else edge
            other = place + (columns if edge >= north else 1)
            one, two = np.sqrt(np.float64(field[place])), np.sqrt(np.float64(field[other]))
            share = min(1 - _NEAR_CORNER, max(_NEAR_CORNER, (level - one) / (two - one)))
            x, y = west + (place % columns) * step, south + (place // columns) * step
            if edge >= north:
                y += share * step
            else:
                x += share * step
            points[filled, 0], points[filled, 1] = x, y
            filled += 1
            after = following[edge]
            following[edge] = -1
            edge = after
        points[filled] = points[begin]
        filled += 1
        ring_end[rings] = filled
        rings += 1
    return filled, rings


@compiled
def area(points: Array, first: int, last: int) -> float:
    """Twice the area inside a closed ring; below 0 for a hole."""
    total = 0.0
    for k in range(first, last - 1):
        total += (points[k, 0] - points[first, 0]) * (points[k + 1, 1] - points[k, 1])
        total -= (points[k, 1] - points[first, 1]) * (points[k + 1, 0] - points[k, 0])
    return total


@compiled
def encloses(points: Array, first: int, last: int, x: float, y: float) -> bool:
    """Whether a closed ring goes round (x, y)."""
    inside = False
    for k in range(first, last - 1):
        above, next_above = points[k, 1] > y, points[k + 1, 1] > y
        if above != next_above:
            share = (y - points[k, 1]) / (points[k + 1, 1] - points[k, 1])
            if points[k, 0] + share * (points[k + 1, 0] - points[k, 0]) > x:
                inside = not inside
    return inside


@compiled
def owners(points: Array, begin: int, ring_end: Array, first: int, last: int, owner: Array) -> None:
    """For each ring of one zone, from `first` to `last`, the ring that is its shell: itself, or for a hole the
    smallest that goes round it. `begin` is where the first ring begins in `points`.
    """
    size = np.empty(last - first)
    for ring in range(first, last):
        size[ring - first] = area(points, begin if ring == first else ring_end[ring - 1], ring_end[ring])
    for ring in range(first, last):
        owner[ring] = ring
        if size[ring - first] > 0:
            continue
        place = begin if ring == first else ring_end[ring - 1]
        best = np.inf
        for shell in range(first, last):
            if size[shell - first] > 0 and size[shell - first] < best:
                start = begin if shell == first else ring_end[shell - 1]
                if encloses(points, start, ring_end[shell], points[place, 0], points[place, 1]):
                    best = size[shell - first]
                    owner[ring] = shell
