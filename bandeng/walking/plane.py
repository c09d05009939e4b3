"""Metres on the ground: a flat plane round one point, exact enough for a city, and the measures taken on it.

Everything here works on arrays. The plane is equirectangular: within 30 km of its centre a length is right to
about one part in a thousand, which is finer than a walk can be told.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the earth (IUGG)."""
METRES_PER_DEGREE = float(np.pi / 180 * EARTH_RADIUS_M)


@dataclass(frozen=True, slots=True)
class Plane:
    """A local plane in metres, x to the east and y to the north of (lon, lat)."""

    lon: float
    lat: float

    @classmethod
    def around(cls, lon: Floats, lat: Floats) -> Plane:
        """The plane in the middle of some points, rounded to 0.01 degrees; that of (0, 0) if there are none."""
        if len(lon) == 0:
            return cls(0.0, 0.0)
        return cls(*(round(float(side.min() + side.max()) / 2, 2) for side in (lon, lat)))

    @property
    def east(self) -> float:
        """Metres to the degree of longitude here."""
        return METRES_PER_DEGREE * float(np.cos(np.radians(self.lat)))

    def metres(self, lonlat: Floats) -> Floats:
        """(k, 2) lon/lat to (k, 2) x/y in metres."""
        return (lonlat - (self.lon, self.lat)) * (self.east, METRES_PER_DEGREE)

    def degrees(self, metres: Floats) -> Floats:
        """(k, 2) x/y in metres back to (k, 2) lon/lat."""
        return metres / (self.east, METRES_PER_DEGREE) + (self.lon, self.lat)


def step_metres(points: Floats) -> Floats:
    """Metres from each of k lon/lat points to the next: (k - 1,), each measured at its own latitude."""
    middle = np.radians((points[1:, 1] + points[:-1, 1]) / 2)
    east, north = np.diff(points[:, 0]), np.diff(points[:, 1])
    return np.hypot(east * np.cos(middle), north) * METRES_PER_DEGREE


def bearing(from_point: Floats, to_point: Floats) -> Floats:
    """Degrees clockwise from north, 0 <= b < 360, from (k, 2) lon/lat to (k, 2) lon/lat a short way off."""
    middle = np.radians((from_point[:, 1] + to_point[:, 1]) / 2)
    east = (to_point[:, 0] - from_point[:, 0]) * np.cos(middle)
    return np.degrees(np.arctan2(east, to_point[:, 1] - from_point[:, 1])) % 360.0


def morton(lon: Floats, lat: Floats) -> NDArray[np.uint64]:
    """The place of each point on a Z-shaped curve: neighbours on the ground become neighbours in memory."""
    if len(lon) == 0:
        return np.zeros(0, np.uint64)
    side = max(float(np.ptp(lon)), float(np.ptp(lat)), 1e-9)
    column = ((lon - lon.min()) / side * 0xFFFF).astype(np.uint64)
    row = ((lat - lat.min()) / side * 0xFFFF).astype(np.uint64)
    return _every_second_bit(column) | (_every_second_bit(row) << np.uint64(1))


def _every_second_bit(value: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spread the lower 16 bits out so that a zero stands above each."""
    for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        value = (value | (value << np.uint64(shift))) & np.uint64(mask)
    return value


def ranges(first: NDArray[np.integer], count: NDArray[np.integer]) -> NDArray[np.int64]:
    """first[0], first[0]+1, ... count[0] of them, then those of the next: the rows of many slices at once."""
    total = int(count.sum())
    ends = np.cumsum(count)
    return np.arange(total, dtype=np.int64) + np.repeat(first.astype(np.int64) - (ends - count), count)
