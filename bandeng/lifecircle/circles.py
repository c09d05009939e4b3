"""One compound's circle: what lies within a walk of it, how far, which way, and what the standard says to that."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from math import atan2, cos, degrees, hypot, radians

import numpy as np
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bandeng import walking
from bandeng.directory.models import ServicePoint
from bandeng.directory.queries import in_force
from bandeng.lifecircle import network as kept
from bandeng.lifecircle.standard import Need, needs
from bandeng.territory.lines.shapes import METRES_PER_DEGREE

BANDS = (5, 10, 15)  # minutes
WALKERS = {"adult": walking.ADULT, "elder": walking.ELDER}
FARTHEST = 1400.0  # metres: farther than anybody here gets in 15 minutes
FRESH = 60.0  # seconds for which a process keeps where the service points lie
WINDS: tuple[str | Promise, ...] = (
    gettext_lazy("北"), gettext_lazy("东北"), gettext_lazy("东"), gettext_lazy("东南"), gettext_lazy("南"), gettext_lazy("西南"),
    gettext_lazy("西"), gettext_lazy("西北"))


@dataclass(frozen=True, slots=True)
class Near:
    """One service point within the circle: on foot in metres and minutes, which way as the crow flies, and how far so."""

    id: int
    kind: str
    metres: int
    minutes: int
    wind: int
    straight: int

    @property
    def band(self) -> int:
        """Within which of the three times it lies."""
        return next(band for band in BANDS if self.minutes <= band)

    @property
    def direction(self) -> str:
        return str(WINDS[self.wind])


@dataclass(frozen=True, slots=True)
class Judged:
    """What the standard says of one need: met, far, absent or unknown, why, and the nearest that serves it (or None)."""

    need: Need
    state: str
    why: str
    near: Near | None


@dataclass(frozen=True, slots=True)
class Circle:
    """A place's circle for one walker: everything within 15 minutes, nearest first; `gap` metres from the place to the
    nearest way."""

    walker: walking.Walker
    near: tuple[Near, ...]
    gap: float

    def of(self, kinds: Iterable[str]) -> list[Near]:
        wanted = set(kinds)
        return [one for one in self.near if one.kind in wanted]


@dataclass(frozen=True, slots=True)
class _Points:
    """The service points on the network."""

    ids: list[int]
    kinds: list[str]
    lonlat: np.ndarray
    ready: dict[str, walking.Places]


_points: tuple[float, walking.WalkNetwork, _Points] | None = None


def circle(lon: float, lat: float, walker: str = "adult") -> Circle | None:
    """Return the circle of a point, or None where there is no network, or no way within 150 metres of it."""
    network = kept.opened()
    if network is None:
        return None
    spot = walking.snap(network, np.array([[lon, lat]]))
    if not spot.found[0]:
        return None
    points, legs = _all_points(network), WALKERS[walker]
    found = walking.reach(network, spot, BANDS[-1], legs, points.ready[walker], bearings=False)
    which, cost = found.places(0)
    # How long it takes counts waiting at crossings and slow steps; how far it is does not.
    plain = walking.reach(network, spot, FARTHEST / walking.STANDARD.speed, walking.STANDARD, points.ready["standard"], bearings=False)
    metres = dict(zip(*(some.tolist() for some in plain.places(0)), strict=True))
    near = [_near(points, n, c, metres.get(n, c), legs, lon, lat) for n, c in zip(which.tolist(), cost.tolist(), strict=True)]
    return Circle(legs, tuple(near), float(spot.gap[0]))


def zones(lon: float, lat: float, walker: str = "adult") -> list[tuple[int, dict]]:
    """Return the three zones of a point as (minutes, GeoJSON geometry), the widest first; empty where nobody can walk."""
    network = kept.opened()
    if network is None:
        return []
    spot = walking.snap(network, np.array([[lon, lat]]))
    shapes = walking.zones(network, spot, BANDS, WALKERS[walker])[0]
    return [(band, shape.__geo_interface__) for band, shape in reversed(list(zip(BANDS, shapes, strict=True))) if not shape.is_empty]


def _near(points: _Points, number: int, cost: int, length: int, legs: walking.Walker, lon: float, lat: float) -> Near:
    east = (points.lonlat[number, 0] - lon) * cos(radians(lat)) * METRES_PER_DEGREE
    north = (points.lonlat[number, 1] - lat) * METRES_PER_DEGREE
    minutes = max(1, -int(-legs.minutes(cost) // 1))  # begun minutes count
    return Near(points.ids[number], points.kinds[number], round(length / 10), min(minutes, BANDS[-1]),
                round(degrees(atan2(east, north)) / 45) % 8, round(hypot(east, north)))


def _all_points(network: walking.WalkNetwork) -> _Points:
    global _points
    if _points is None or _points[1] is not network or time.monotonic() - _points[0] > FRESH:
        rows = list(in_force().order_by("pk").values_list("pk", "kind", "lon", "lat"))
        lonlat = np.array([row[2:] for row in rows], np.float64).reshape(-1, 2)
        spots = walking.snap(network, lonlat)
        ready = {name: walking.Places.ready(network, spots, legs) for name, legs in {**WALKERS, "standard": walking.STANDARD}.items()}
        _points = time.monotonic(), network, _Points([row[0] for row in rows], [row[1] for row in rows], lonlat, ready)
    return _points[2]


def forget() -> None:
    """Drop what this process keeps (between tests)."""
    global _points
    _points = None
    kept.forget()


def judge(found: Circle) -> list[Judged]:
    """Return what the standard says of every need: by the straight line, its letter, and on foot; the stricter counts.

    That nothing is known of a kind in the whole district is no absence.
    """
    known = set(ServicePoint.objects.filter(ended_on__isnull=True).values_list("kind", flat=True).distinct())
    return [_judge(need, found, known) for need in needs()]


def _judge(need: Need, found: Circle, known: set[str]) -> Judged:
    near = found.of(need.kinds)
    if not near:
        if not known & set(need.kinds):
            return Judged(need, "unknown", _("全区都没有登记过这一类，不等于没有"), None)
        return Judged(need, "absent", _("走 %(n)s 分钟以内没有") % {"n": BANDS[-1]}, None)
    first = near[0]
    by_line = min(one.straight for one in near)
    if first.minutes > need.minutes:
        return Judged(need, "far", _("走过去 %(n)s 分钟，标准是 %(m)s 分钟") % {"n": first.minutes, "m": need.minutes}, first)
    if need.radius and by_line > need.radius:
        return Judged(need, "far", _("直线 %(n)s 米，标准是 %(m)s 米") % {"n": by_line, "m": need.radius}, first)
    return Judged(need, "met", _("大小没有核过") if need.sized else "", first)
