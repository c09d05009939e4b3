from collections import defaultdict

import pytest
import shapely
from shapely.geometry import box, shape

from bandeng.osm import Area, Building, Extract, Report
from bandeng.territory.division import divide


def made(*areas: Area, buildings: tuple[Building, ...] = ()) -> Extract:
    shapes = [item.geometry for item in (*areas, *buildings)]
    bounds = tuple(float(value) for value in shapely.total_bounds(shapes))
    return Extract((), (), (), buildings, tuple(areas), (), bounds, Report({}, {}, {}))


def compound(number: int, name: str, west: float, south: float, east: float, north: float) -> Area:
    place = box(112 + west / 1000, 41 + south / 1000, 112 + east / 1000, 41 + north / 1000)
    return Area(f"w{number}", "compound", name, place)


FOUR = made(
    compound(1, "甲小区", 0, 0, 3, 3),
    compound(2, "乙小区", 5, 0, 8, 3),
    compound(3, "丙小区", 0, 5, 3, 8),
    compound(4, "丁小区", 5, 5, 9, 8),
)


def places(extract, **options):
    found = defaultdict(list)
    result = divide(extract, district_name="某区", subdistrict_name="某街道", **options)
    for feature in result["features"]:
        found[feature["properties"]["kind"]].append((feature["properties"], shape(feature["geometry"])))
    return found


MANY = made(
    *(
        compound(n, f"第{n}院", n % 7 * 9 + n * 5 % 3, n // 7 * 8 + n * 7 % 4, n % 7 * 9 + 5, n // 7 * 8 + 6)
        for n in range(42)
    )
)
"""Forty-two compounds of different sizes, in uneven rows."""


@pytest.mark.parametrize("extract", [FOUR, MANY], ids=["four", "many"])
def test_every_level_tiles_the_one_above(extract):
    found = places(extract)
    ((_, district),) = found["district"]
    for kind in ("subdistrict", "community", "grid"):
        pieces = [piece for _, piece in found[kind]]
        assert all(piece.is_valid for piece in pieces)
        assert shapely.coverage_is_valid(pieces)
        assert sum(piece.area for piece in pieces) == pytest.approx(district.area, rel=1e-6)
        assert shapely.union_all(pieces).symmetric_difference(district).area < 1e-6 * district.area
    for kind, above in (("grid", "community"), ("community", "subdistrict")):
        parents = {properties["code"]: piece for properties, piece in found[above]}
        for properties, piece in found[kind]:
            assert piece.difference(parents[properties["parent"]]).area < 1e-6 * piece.area


def test_each_named_compound_lies_in_its_own_grid():
    grids = {properties["name"]: piece for properties, piece in places(FOUR)["grid"]}
    assert set(grids) == {"甲小区网格", "乙小区网格", "丙小区网格", "丁小区网格"}
    for area in FOUR.areas:
        assert grids[f"{area.name}网格"].covers(area.geometry)


def test_two_areas_of_one_name_are_one_grid():
    extract = made(*FOUR.areas, compound(5, "甲小区", 0, -4, 3, -1))
    assert sum(properties["name"] == "甲小区网格" for properties, _ in places(extract)["grid"]) == 1


def test_unnamed_compounds_fall_to_the_nearest_named_one():
    unnamed = compound(9, "", 0.5, 3.4, 2, 4.0)  # nearer to 甲 than to 丙
    grids = {properties["name"]: piece for properties, piece in places(made(*FOUR.areas, unnamed))["grid"]}
    assert len(grids) == 4
    assert grids["甲小区网格"].covers(unnamed.geometry.centroid)


def test_codes_grow_by_three_digits_and_point_upwards():
    found = places(FOUR, code="159998", communities=2)
    codes = {properties["code"] for kind in found for properties, _ in found[kind]}
    assert {len(properties["code"]) for properties, _ in found["grid"]} == {15}
    for kind in ("subdistrict", "community", "grid"):
        for properties, _ in found[kind]:
            assert properties["code"][:-3] == properties["parent"]
            assert properties["parent"] in codes


def test_communities_are_in_one_piece_and_as_many_as_asked_for():
    for count in (1, 3, 6):
        communities = places(MANY, communities=count)["community"]
        assert len(communities) == count
        assert {piece.geom_type for _, piece in communities} == {"Polygon"}


def test_everything_says_that_it_is_made_up_and_households_are_not_guessed():
    found = places(FOUR)
    assert all(properties["made_up"] for kind in found for properties, _ in found[kind])
    assert {properties["households"] for properties, _ in found["grid"]} == {None}


def test_houses_without_any_compound_make_one_grid():
    house = Building("w1", "", "1", 6, box(112, 41, 112.001, 41.0005))
    ((properties, piece),) = places(made(buildings=(house,)))["grid"]
    assert properties["name"] == "某区网格"
    assert piece.covers(house.geometry)


@pytest.mark.parametrize("options", [{"code": "15999"}, {"code": "15999x"}, {"communities": 0}])
def test_a_wrong_code_or_number_is_refused(options):
    with pytest.raises(ValueError, match="not a six-digit code"):
        places(FOUR, **options)
