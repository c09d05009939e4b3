"""The sample district at the size of the newspaper report: eight subdistricts and a town, about sixty communities and
730 grids, 2,399 building leaders, 31 rest stations, 37 joint units, 78 shops, three years of 60,000 cases each.

It is the invented town laid out twelve times, each time with other dice, and its grids put together anew into
communities and subdistricts. Nothing here is a real place or person.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import shapely
from django.db import transaction
from django.utils import timezone, translation
from shapely.geometry import mapping, shape

from bandeng import osm
from bandeng.cases import catalogue
from bandeng.directory.actions import load_map_points
from bandeng.directory.models import ServicePoint
from bandeng.foundation.access import SYSTEM
from bandeng.osm.model import Extract
from bandeng.people import demo
from bandeng.people.models import Account, Post, Unit, UnitKind
from bandeng.people.roles import Role
from bandeng.sample import bulk
from bandeng.sample.loading import SOURCE
from bandeng.sample.people import Crew, staff
from bandeng.sample.town import SEED, write_town
from bandeng.territory.actions import load_neighbourhood
from bandeng.territory.models import Place, PlaceKind

# The report's own numbers, and the brief's estimate of grids and communities.
SUBDISTRICTS, COMMUNITIES, GRIDS = 9, 61, 730
LEADERS, STATIONS, JOINT_UNITS, SHOPS = 2399, 31, 37, 78
YEARS, CASES = 3, 180_000  # 60,000 a year
COLUMNS, ROWS = 4, 3  # of towns
ACROSS, UP = 0.0440, 0.0330  # degrees from one town to the next: wide enough apart not to overlap
CODE = "159999"
DISTRICT = ("板凳大区", "Great Bandeng District")
NAMES = ("长凳街道", "柳湾街道", "石磨街道", "青砖街道", "云杉街道", "磨坊街道", "书院街道", "河沿街道", "杏花镇")
NAMES_EN = ("Changdeng", "Liuwan", "Shimo", "Qingzhuan", "Yunshan", "Mofang", "Shuyuan", "Heyan", "Xinghua Town")
QUARTERS = ("东风", "西坡", "南苑", "北岗", "新华", "和平", "光明", "团结", "前进", "友谊", "红旗", "朝阳")
Say = Callable[[str], None]


@dataclass(frozen=True)
class Piece:
    """One grid of the great district, before it belongs to a community."""

    shape: Any
    households: int | None


def load_source(say: Say, *, cases: int = CASES, seed: int = SEED) -> Crew:
    """Load the district at the source's size. Deterministic but for the day it is loaded on."""
    rng = Random(seed)  # noqa: S311  a story, not a secret
    with translation.override("zh-hans"):
        extract, pieces = _towns(seed, say)
        with transaction.atomic():
            loaded = load_neighbourhood(SYSTEM, extract=extract, boundaries=_tree(pieces), source=SOURCE)
            say("District: " + ", ".join(f"{n} {kind}" for kind, n in loaded.places.items()))
            points = load_map_points(SYSTEM, extract.services)
            _stations(rng)
            say(f"{points.new} service points, {STATIONS} of them rest stations")
            catalogue.load()
            crew = staff(rng, since=timezone.localdate() - timedelta(days=365 * YEARS + 40))
            _units(crew)
            _leaders(crew, rng)
            say(f"{Post.objects.count()} posts, {LEADERS} of them building leaders")
    demo.forget()
    bulk.load(cases, days=365 * YEARS, seed=seed, progress=lambda done, of: say(f"{done:,} of {of:,} cases"))
    return crew


# -- the land ------------------------------------------------------------------------------------------------


def _towns(seed: int, say: Say) -> tuple[Extract, list[Piece]]:
    """Write the towns, read them back, and lay them out side by side."""
    extracts, pieces = [], []
    for number in range(COLUMNS * ROWS):
        with tempfile.TemporaryDirectory() as folder:
            files = write_town(Path(folder), seed + number)
            extract = osm.read(files.osm)
            features = json.loads(files.places.read_text(encoding="utf-8"))["features"]
        east, north = number % COLUMNS * ACROSS, number // COLUMNS * UP
        extracts.append(_moved(extract, east, north, number))
        pieces += [
            Piece(_shifted(shape(feature["geometry"]), east, north), feature["properties"].get("households"))
            for feature in features if feature["properties"]["kind"] == "grid"
        ]
        say(f"Town {number + 1} of {COLUMNS * ROWS}")
    return _together(extracts), _fitted(pieces)


def _shifted(geometry: Any, east: float, north: float) -> Any:
    moved = shapely.transform(geometry, lambda points: points + np.array([east, north]))
    return shapely.set_precision(moved, 1e-7) if geometry.geom_type.endswith("Polygon") else moved


def _moved(extract: Extract, east: float, north: float, number: int) -> Extract:
    """Return the extract elsewhere; names of compounds and streets get their quarter's name, so that they stay unique."""
    quarter = QUARTERS[number]

    def whole(rows: Sequence[Any], *, named: bool = False) -> tuple:
        return tuple(
            replace(row, osm_id=f"{row.osm_id}.{number}", geometry=_shifted(row.geometry, east, north),
                    **({"name": f"{quarter}{row.name}"} if named and row.name else {})) for row in rows
        )

    def spots(rows: Sequence[Any]) -> tuple:
        return tuple(
            replace(row, osm_id=f"{row.osm_id}.{number}", lon=row.lon + east, lat=row.lat + north,
                    **({"name": f"{quarter}{row.name}"} if row.name else {})) for row in rows
        )

    west, south, right, top = extract.bounds
    return replace(
        extract, streets=whole(extract.streets, named=True), lines=whole(extract.lines), gates=spots(extract.gates),
        buildings=whole(extract.buildings), areas=whole(extract.areas, named=True), services=spots(extract.services),
        bounds=(west + east, south + north, right + east, top + north),
    )


def _together(extracts: Sequence[Extract]) -> Extract:
    parts = {
        name: tuple(row for extract in extracts for row in getattr(extract, name))
        for name in ("streets", "lines", "gates", "buildings", "areas", "services")
    }
    boxes = np.array([extract.bounds for extract in extracts])
    bounds = tuple(float(value) for value in (*boxes[:, :2].min(axis=0), *boxes[:, 2:].max(axis=0)))
    return replace(extracts[0], bounds=bounds, **parts)  # type: ignore[arg-type]


def _fitted(pieces: list[Piece]) -> list[Piece]:
    """Join the smallest grids to a neighbour until there are as many as wanted; split none."""
    pieces = sorted(pieces, key=lambda piece: piece.shape.area)
    while len(pieces) > GRIDS:
        small, rest = pieces[0], pieces[1:]
        edge = [small.shape.boundary.intersection(other.shape.boundary).length for other in rest]
        heir = int(np.argmax(edge))
        households = (small.households or 0) + (rest[heir].households or 0)
        rest[heir] = Piece(shapely.union(small.shape, rest[heir].shape), households or None)
        pieces = sorted(rest, key=lambda piece: piece.shape.area)
    return pieces


def _tree(pieces: list[Piece]) -> dict[str, Any]:
    """Return district, subdistricts, communities and grids as the places file has them."""
    features: list[dict[str, Any]] = []
    middles = np.array([piece.shape.centroid.coords[0] for piece in pieces])
    subdistricts = _parted(list(range(len(pieces))), middles, SUBDISTRICTS)
    share = [max(1, round(COMMUNITIES * len(members) / len(pieces))) for members in subdistricts]
    share[-1] += COMMUNITIES - sum(share)
    _feature(features, "district", CODE, *DISTRICT, "", shapely.union_all([piece.shape for piece in pieces]))
    for number, members in enumerate(subdistricts):
        is_town = number == SUBDISTRICTS - 1
        code = f"{CODE}{100 if is_town else number + 1:03d}"
        whole = shapely.union_all([pieces[one].shape for one in members])
        _feature(features, "subdistrict", code, NAMES[number], NAMES_EN[number], CODE, whole)
        for place, inside in enumerate(_parted(members, middles, share[number]), start=1):
            own = f"{code}{200 + place if is_town else place:03d}"
            name = f"{NAMES[number][:2]}第{place}{'村' if is_town else '社区'}"
            english = f"{NAMES_EN[number]} {'Village' if is_town else 'Community'} {place}"
            _feature(features, "community", own, name, english, code, shapely.union_all([pieces[one].shape for one in inside]))
            for rank, one in enumerate(sorted(inside, key=lambda index: (-middles[index][1], middles[index][0])), start=1):
                _feature(features, "grid", f"{own}{rank:03d}", f"{name}第{rank}网格", f"{english}, grid {rank}", own,
                         pieces[one].shape, pieces[one].households)
    return {"type": "FeatureCollection", "features": features}


def _parted(members: list[int], middles: np.ndarray, parts: int) -> list[list[int]]:
    """Part members into groups of like number that lie together: halved across their longer side, again and again."""
    if parts <= 1:
        return [members]
    points = middles[members]
    axis = int(np.argmax(points.max(axis=0) - points.min(axis=0)))
    order = [members[index] for index in np.argsort(points[:, axis], kind="stable")]
    left = parts // 2
    cut = round(len(order) * left / parts)
    return _parted(order[:cut], middles, left) + _parted(order[cut:], middles, parts - left)


def _feature(features: list, kind: str, code: str, name: str, name_en: str, parent: str, outline: Any, households: int | None = None) -> None:
    features.append({"type": "Feature", "geometry": mapping(outline), "properties": {
        "kind": kind, "code": code, "name": name, "name_en": name_en, "parent": parent, "households": households}})


# -- the people ------------------------------------------------------------------------------------------------


def _stations(rng: Random) -> None:
    """Leave as many rest stations 红蜂驿站 as there are in the report; open some where there are too few."""
    there = list(ServicePoint.objects.filter(kind="rest_station").order_by("pk"))
    ServicePoint.objects.filter(pk__in=[row.pk for row in there[STATIONS:]]).delete()
    homes = list(ServicePoint.objects.filter(kind="community_station").order_by("pk"))
    made = [
        ServicePoint(kind="rest_station", name=f"红蜂驿站（{home.name}）"[:80], lon=home.lon, lat=home.lat, community=home.community,
                     hours="Mo-Su 07:00-22:00", origin="sheet", checked_on=timezone.localdate())
        for home in rng.sample(homes, max(0, STATIONS - len(there)))
    ]
    ServicePoint.objects.bulk_create(made)


def _units(crew: Crew) -> None:
    """The joint units of the party committee (大党委) and the shops of the alliance, each seated in a subdistrict."""
    seats = list(Place.objects.filter(kind=PlaceKind.SUBDISTRICT).order_by("code"))
    kinds = (UnitKind.SOCIAL, UnitKind.COMPANY, UnitKind.DEPARTMENT)
    joint = [
        Unit(name=f"共建单位{number:02d}号", name_en=f"Joint unit {number}", kind=kinds[number % 3], seat=seats[number % len(seats)],
             does="共建共治联合单位") for number in range(1, JOINT_UNITS + 1)
    ]
    shops = [
        Unit(name=f"联盟商户{number:02d}号", name_en=f"Alliance shop {number}", kind=UnitKind.COMPANY, seat=seats[number % len(seats)],
             does="商圈联盟商户") for number in range(1, SHOPS + 1)
    ]
    Unit.objects.bulk_create([*joint, *shops])
    for number, unit in enumerate(Unit.objects.filter(does="共建共治联合单位").order_by("pk"), start=1):
        crew.post(f"joint{number}", Role.UNIT_LIAISON, unit=unit)


def _leaders(crew: Crew, rng: Random) -> None:
    """A leader for as many buildings as the report names; three of four agree to be shown."""
    homes = Place.objects.filter(kind=PlaceKind.BUILDING, compound__isnull=False).order_by("pk")
    chosen = rng.sample(list(homes), LEADERS)
    people = [crew.unsaved(f"leader{number}") for number in range(1, LEADERS + 1)]
    Account.objects.bulk_create(people, batch_size=500)
    Post.objects.bulk_create([
        Post(person=person, role=Role.BUILDING_LEADER, place=home, starts_on=crew.start, duty_phone=f"0000-444{number:04d}",
             called=f"{person.name[0]}{'叔' if number % 2 else '姨'}", shows_name=rng.random() < 0.75)
        for number, (person, home) in enumerate(zip(people, chosen, strict=True), start=1)
    ], batch_size=500)
