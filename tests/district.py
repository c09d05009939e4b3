"""A tiny made district: one district, two subdistricts, three communities, four grids, two compounds, people in
every role. Cells are squares of 0.01 degree:

    y=4 +-----------------+-----------------+
        | b: grid b1      |                 |
    y=2 +--------+--------+ c: grid c1      |
        | a: a1  |  a2    |    (no officer) |
    y=0 +--------+--------+-----------------+
       x=0       2        4                 8        west = x<4, east = x>4

Compound elm lies in a1, pine in c1. Tests of the lower rooms get it through the fixtures, without importing what is above them.
"""

from __future__ import annotations

import io
import itertools
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import shapely
from django.contrib.auth.hashers import make_password
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from bandeng.cases import catalogue, claims
from bandeng.cases.actions import intake
from bandeng.cases.actions.intake import Reach
from bandeng.cases.models import Case, Category
from bandeng.foundation.access import Actor
from bandeng.foundation.clock import moment
from bandeng.people.models import Account, Post, Unit, UnitKind, UnitServes
from bandeng.people.queries import actor_of
from bandeng.people.roles import Role
from bandeng.territory.locate import raise_version
from bandeng.territory.models import AddressPoint, BaseMap, Boundary, Place, PlaceKind

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 3, 9, 10, 0, tzinfo=ZONE)  # a plain working Monday, mid-morning
LON, LAT, STEP = 100.0, 30.0, 0.01
PASSWORD = "a quiet little stool"
_ids = itertools.count(1)


def at(x: float, y: float) -> tuple[float, float]:
    """Return lon and lat of a point in cells."""
    return LON + x * STEP, LAT + y * STEP


IN_ELM, IN_A1, IN_A2, IN_B1, IN_C1, OUTSIDE = at(0.5, 0.5), at(1.8, 1.8), at(3, 1), at(2, 3), at(5, 3), at(9, 9)

# name, kind, parent, code, square in cells (x0, y0, x1, y1)
PLACES = [
    ("district", PlaceKind.DISTRICT, None, "990100", (0, 0, 8, 4)),
    ("west", PlaceKind.SUBDISTRICT, "district", "990100001", (0, 0, 4, 4)),
    ("east", PlaceKind.SUBDISTRICT, "district", "990100002", (4, 0, 8, 4)),
    ("a", PlaceKind.COMMUNITY, "west", "990100001001", (0, 0, 4, 2)),
    ("b", PlaceKind.COMMUNITY, "west", "990100001002", (0, 2, 4, 4)),
    ("c", PlaceKind.COMMUNITY, "east", "990100002001", (4, 0, 8, 4)),
    ("a1", PlaceKind.GRID, "a", "990100001001001", (0, 0, 2, 2)),
    ("a2", PlaceKind.GRID, "a", "990100001001002", (2, 0, 4, 2)),
    ("b1", PlaceKind.GRID, "b", "990100001002001", (0, 2, 4, 4)),
    ("c1", PlaceKind.GRID, "c", "990100002001001", (4, 0, 8, 4)),
    ("elm", PlaceKind.COMPOUND, "a", None, (0, 0, 1, 1)),
    ("pine", PlaceKind.COMPOUND, "c", None, (6, 0, 7, 1)),
]
NAMES = {
    "district": "试验区", "west": "西街街道", "east": "东街街道", "a": "槐树社区", "b": "北门社区", "c": "东岗社区",
    "a1": "槐树第一网格", "a2": "槐树第二网格", "b1": "北门第一网格", "c1": "东岗第一网格", "elm": "榆钱小区",
    "pine": "松风小区",
}
BUILDINGS = [("1号楼", "a1", "elm", (0.1, 0.1)), ("2号楼", "a1", "elm", (0.6, 0.6)), ("1号楼", "c1", "pine", (6.2, 0.2))]
UNITS = [
    ("water", "试验水务公司", UnitKind.UTILITY, "district"), ("roads", "区市政中心", UnitKind.DEPARTMENT, "district"),
    ("firm", "榆钱物业", UnitKind.PROPERTY, "a"), ("parks", "东街园林队", UnitKind.DEPARTMENT, "east"),
]
POSTS = [
    ("officer_a1", Role.GRID_OFFICER, "a1"), ("deputy_a1", Role.GRID_DEPUTY, "a1"), ("officer_a2", Role.GRID_OFFICER, "a2"),
    ("officer_b1", Role.GRID_OFFICER, "b1"), ("worker_a", Role.COMMUNITY_WORKER, "a"), ("head_a", Role.COMMUNITY_HEAD, "a"),
    ("worker_b", Role.COMMUNITY_WORKER, "b"), ("worker_c", Role.COMMUNITY_WORKER, "c"),
    ("dispatcher_west", Role.SUBDISTRICT_DISPATCHER, "west"), ("chief_west", Role.SUBDISTRICT_HEAD, "west"),
    ("dispatcher_east", Role.SUBDISTRICT_DISPATCHER, "east"), ("dispatcher", Role.DISTRICT_DISPATCHER, "district"),
    ("supervisor", Role.DISTRICT_SUPERVISOR, "district"), ("auditor", Role.AUDITOR, "district"),
    ("admin", Role.SYSADMIN, "district"), ("water", Role.UNIT_LIAISON, "water"), ("water_head", Role.UNIT_HEAD, "water"),
    ("roads", Role.UNIT_LIAISON, "roads"), ("firm", Role.UNIT_LIAISON, "firm"), ("parks", Role.UNIT_LIAISON, "parks"),
    ("leader", Role.BUILDING_LEADER, "building"),
]


@dataclass
class Town:
    """The district: places, units and people by their short names."""

    places: dict[str, Place] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)
    people: dict[str, Account] = field(default_factory=dict)
    categories: dict[str, Category] = field(default_factory=dict)

    def actor(self, name: str) -> Actor:
        """Return somebody, with the posts of today."""
        return actor_of(self.people[name].pk)

    def everybody(self) -> dict[str, Actor]:
        return {name: self.actor(name) for name in self.people}

    def report(self, where: tuple[float, float] = IN_ELM, words: str = "下水道堵了，往外冒水。", *,
               category: str = "1003", key: str = "", actor: Actor | None = None, reach: Reach | None = None, **more):
        """Take a report in; return what the action returns."""
        return intake.report(
            actor or Actor(), report_key=key or claims.new_report_key(), category=self.categories[category],
            lon=where[0], lat=where[1], words=words, reach=reach or Reach(), **more,
        )

    def case(self, *args, **more) -> Case:
        return self.report(*args, **more).case


def requester(case: Case) -> Actor:
    """Return whoever holds the claim code of a case."""
    return Actor(claims=frozenset({case.pk}))


def made_town() -> Town:
    """Put the district into the database."""
    town = Town()
    for name, kind, parent, code, (x0, y0, x1, y1) in PLACES:
        middle = at((x0 + x1) / 2, (y0 + y1) / 2)
        town.places[name] = Place.objects.create(
            name=NAMES[name], name_en=name.title(), kind=kind, parent=town.places.get(parent), code=code,
            lon=middle[0], lat=middle[1],
        )
    shapes = [shapely.box(*at(x0, y0), *at(x1, y1)) for *_, (x0, y0, x1, y1) in PLACES]
    rows = list(zip(town.places.values(), shapes, strict=True))
    for name, grid, compound, (x, y) in BUILDINGS:
        place = Place.objects.create(
            name=name, kind=PlaceKind.BUILDING, parent=town.places[grid], compound=town.places[compound],
            lon=at(x, y)[0], lat=at(x, y)[1],
        )
        town.places.setdefault("building", place)
        rows.append((place, shapely.box(*at(x, y), *at(x + 0.2, y + 0.1))))
    Boundary.objects.bulk_create([Boundary(place=place, wkb=shapely.to_wkb(shape)) for place, shape in rows])
    BaseMap.objects.create(
        geojson='{"type":"FeatureCollection","features":[]}', source="made for tests", digest="0" * 16,
        bounds=",".join(str(value) for value in (*at(0, 0), *at(8, 4))),
    )
    _addresses(town)
    raise_version()
    _people(town)
    catalogue.load()
    town.categories = {row.code: row for row in Category.objects.filter(in_use=True)}
    return town


def _addresses(town: Town) -> None:
    points = [("榆钱小区", "compound", at(0.5, 0.5)), ("榆钱小区1号楼", "building", at(0.15, 0.15)),
              ("榆钱小区11号楼", "building", at(0.8, 0.2)), ("松风小区", "compound", at(6.5, 0.5)),
              ("东街", "street", at(5, 2)), ("城外村", "compound", OUTSIDE)]
    AddressPoint.objects.bulk_create(
        [AddressPoint(text=t, folded=t, kind=kind, lon=lon, lat=lat) for t, kind, (lon, lat) in points]
    )


def _people(town: Town) -> None:
    for name, title, kind, seat in UNITS:
        town.units[name] = Unit.objects.create(name=title, kind=kind, seat=town.places[seat])
    UnitServes.objects.create(
        unit=town.units["firm"], compound=town.places["elm"], starts_on=date(2020, 1, 1)
    )
    hashed = make_password(PASSWORD)
    for name, role, seat in POSTS:
        person = town.people[name] = Account.objects.create(
            email=f"{name}@test.example", phone=f"000-{next(_ids):07d}", name=name, password=hashed
        )
        Post.objects.create(
            person=person, role=role, place=town.places.get(seat), unit=None if seat in town.places else town.units[seat],
            starts_on=date(2020, 1, 1), duty_phone="000-111222",
        )


@pytest.fixture
def town(db):
    """The made district."""
    return made_town()


class Clock:
    """The present, as the actions see it: stands still until told otherwise."""

    def __init__(self, stack: ExitStack, start: datetime) -> None:
        self._stack = stack
        self.set(start)

    def set(self, moment_: datetime) -> None:
        self.now = moment_
        self._stack.enter_context(moment.at(moment_))

    def pass_by(self, **span: float) -> datetime:
        self.set(self.now + timedelta(**span))
        return self.now


@pytest.fixture
def clock():
    """It is a working Monday, ten in the morning."""
    with ExitStack() as stack:
        yield Clock(stack, MONDAY)


def picture(name: str = "p.jpg", size: tuple[int, int] = (60, 40), kind: str = "JPEG", **save) -> SimpleUploadedFile:
    """Return an uploaded photograph."""
    out = io.BytesIO()
    Image.new("RGB", size, (200, 120, 40)).save(out, kind, **save)
    return SimpleUploadedFile(name, out.getvalue(), content_type="image/jpeg")


@pytest.fixture
def log_in(client):
    """Log the test client in as somebody of the town."""

    def as_(town: Town, name: str):
        client.force_login(town.people[name], backend="bandeng.people.backends.EmailOrPhone")
        return client

    return as_
