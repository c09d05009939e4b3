"""What lies near a point: the open cases around it, nearest first."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

from django.db.models import F, FloatField, QuerySet, Value
from django.db.models.expressions import ExpressionWrapper

from bandeng.cases.models import Case

RADIUS = 1000.0  # metres: what somebody walks to
DEGREE = 111_195.0  # metres of one degree of latitude
DIGITS = 3  # of a degree, about 100 m: nearer than that, nobody's whereabouts stand in an address

Point = tuple[float, float]


def rounded(lon: float, lat: float) -> Point:
    """Return a point as it may stand in an address."""
    return round(lon, DIGITS), round(lat, DIGITS)


def around(cases: QuerySet[Case], point: Point) -> QuerySet[Case]:
    """Return the cases within the walk, nearest first. The box is what the index answers; distance cuts its corners."""
    lon, lat = point
    wide, high = RADIUS / (DEGREE * max(cos(radians(lat)), 0.01)), RADIUS / DEGREE
    cases = cases.filter(lat__range=(lat - high, lat + high), lon__range=(lon - wide, lon + wide))
    shrink = cos(radians(lat)) ** 2
    square = (F("lon") - Value(lon)) * (F("lon") - Value(lon)) * Value(shrink) + (F("lat") - Value(lat)) * (F("lat") - Value(lat))
    far = ExpressionWrapper(square, output_field=FloatField())
    return cases.annotate(far=far).filter(far__lte=high * high).order_by("far", "pk")


def metres(point: Point, lon: float, lat: float) -> int:
    """Return how far two points are from one another, to ten metres: the point asked from is no nearer to the truth."""
    east, north = radians(lon - point[0]), radians(lat - point[1])
    half = sin(north / 2) ** 2 + cos(radians(point[1])) * cos(radians(lat)) * sin(east / 2) ** 2
    return round(2 * 6_371_000 * asin(sqrt(half)) / 10) * 10
