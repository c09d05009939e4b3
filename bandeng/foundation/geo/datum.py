"""Chinese map datums: WGS-84, GCJ-02 (国测局坐标, Amap, Tencent) and BD-09 (Baidu), vectorised with numpy.

Bandeng stores and speaks WGS-84; import and export name their datum and convert here.

GCJ-02 shifts a WGS-84 point by up to 720 m. The shift was never published; the formula here is the one that
became public and that every open implementation uses. BD-09 turns and stretches GCJ-02 a little more. Both
forward formulas are closed; their inverses are found by three fixed-point steps, as the shift changes by less
than 2 % of any step taken. What is left after WGS-84 -> other -> WGS-84 is below 1 mm within China (tested
over the whole country; the worst seen is 0.2 mm).

Outside China all three are the same and points are returned unchanged. "China" is the box that the map
services use, 72.004..137.8347 E and 0.8293..55.8271 N: a town abroad within it (Ulan Bator, Seoul) is
shifted as well.

Units: degrees. Arrays of any shape, or numbers; NaN stays NaN.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

DATUMS = ("wgs84", "gcj02", "bd09")
CHINA_BOX = (72.004, 0.8293, 137.8347, 55.8271)  # west, south, east, north

# The ellipsoid of Krassowsky (1940), on which the published formula turns metres into degrees.
SEMI_MAJOR_AXIS = 6378245.0
ECCENTRICITY_SQUARED = 0.00669342162296594323
BAIDU_WAVE = np.pi * 3000.0 / 180.0
INVERSE_STEPS = 3

Floats = NDArray[np.float64]
Pair = tuple[Floats, Floats]


def convert(lon: ArrayLike, lat: ArrayLike, source: str = "gcj02", target: str = "wgs84") -> tuple[Any, Any]:
    """Return (lon, lat) of *source* in *target*: floats for numbers, arrays for anything longer.

    Raises ValueError for a datum that is not one of `DATUMS`.
    """
    for name in (source, target):
        if name not in DATUMS:
            raise ValueError(f"Unknown datum {name!r}; allowed are {', '.join(DATUMS)}.")
    x, y = np.broadcast_arrays(np.asarray(lon, dtype=float), np.asarray(lat, dtype=float))
    inside = _in_china(x, y)
    moved_x, moved_y = x.copy(), y.copy()
    if source != target:
        moved_x[inside], moved_y[inside] = _along(x[inside], y[inside], source, target)
    return (moved_x, moved_y) if moved_x.ndim else (float(moved_x), float(moved_y))


def _along(x: Floats, y: Floats, source: str, target: str) -> Pair:
    """Walk from *source* to *target* along wgs84 - gcj02 - bd09."""
    at, goal = DATUMS.index(source), DATUMS.index(target)
    while at != goal:
        step = 1 if goal > at else -1
        x, y = _STEPS[at, at + step](x, y)
        at += step
    return x, y


def _in_china(x: Floats, y: Floats) -> NDArray[np.bool_]:
    west, south, east, north = CHINA_BOX
    return np.asarray((x >= west) & (x <= east) & (y >= south) & (y <= north))


def _wgs_to_gcj(x: Floats, y: Floats) -> Pair:
    east, north = _shift_metres(x - 105.0, y - 35.0)
    latitude = np.radians(y)
    flattening = 1.0 - ECCENTRICITY_SQUARED * np.sin(latitude) ** 2
    along_meridian = SEMI_MAJOR_AXIS * (1.0 - ECCENTRICITY_SQUARED) / flattening**1.5
    along_parallel = SEMI_MAJOR_AXIS / np.sqrt(flattening) * np.cos(latitude)
    return x + np.degrees(east / along_parallel), y + np.degrees(north / along_meridian)


def _shift_metres(u: Floats, v: Floats) -> Pair:
    """The shift in metres (east, north) at *u*, *v* degrees from 105 E, 35 N: a polynomial and some waves."""
    root, product = np.sqrt(np.abs(u)), u * v
    both = 20.0 * np.sin(6.0 * np.pi * u) + 20.0 * np.sin(2.0 * np.pi * u)
    east = 300.0 + u + 2.0 * v + 0.1 * u**2 + 0.1 * product + 0.1 * root
    east += (both + _waves(u, (20.0, 1.0), (40.0, 3.0), (150.0, 12.0), (300.0, 30.0))) * 2.0 / 3.0
    north = -100.0 + 2.0 * u + 3.0 * v + 0.2 * v**2 + 0.1 * product + 0.2 * root
    north += (both + _waves(v, (20.0, 1.0), (40.0, 3.0), (160.0, 12.0), (320.0, 30.0))) * 2.0 / 3.0
    return east, north


def _waves(t: Floats, *parts: tuple[float, float]) -> Floats:
    total = np.zeros_like(t)
    for height, slowness in parts:
        total += height * np.sin(t * np.pi / slowness)
    return total


def _gcj_to_bd(x: Floats, y: Floats) -> Pair:
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * BAIDU_WAVE)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * BAIDU_WAVE)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def _gcj_to_wgs(x: Floats, y: Floats) -> Pair:
    guess = (x, y)
    for _ in range(INVERSE_STEPS):
        guess = _nearer(guess, _wgs_to_gcj(*guess), x, y)
    return guess


def _bd_to_gcj(x: Floats, y: Floats) -> Pair:
    guess = (x - 0.0065, y - 0.006)
    for _ in range(INVERSE_STEPS):
        guess = _nearer(guess, _gcj_to_bd(*guess), x, y)
    return guess


def _nearer(guess: Pair, image: Pair, x: Floats, y: Floats) -> Pair:
    """Move the guess by what its image misses of the point wanted."""
    return guess[0] + (x - image[0]), guess[1] + (y - image[1])


_STEPS = {(0, 1): _wgs_to_gcj, (1, 0): _gcj_to_wgs, (1, 2): _gcj_to_bd, (2, 1): _bd_to_gcj}
