"""Outlines measured and compared; which datum a file is in; ways along streets."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from bandeng.foundation.geo.datum import convert
from bandeng.territory.lines import datum_check, geometry, shapes
from bandeng.territory.lines.geometry import CannotDraw
from bandeng.territory.lines.shapes import Outlined
from bandeng.territory.lines.tracing import Streets

LON, LAT, STEP = 111.65, 40.81, 0.002  # cells of some 170 by 220 m


def cell(x0, y0, x1, y1):
    return shapely.box(LON + x0 * STEP, LAT + y0 * STEP, LON + x1 * STEP, LAT + y1 * STEP)


def at(x, y):
    return LON + x * STEP, LAT + y * STEP


def test_an_area_is_right_to_a_few_parts_in_ten_thousand():
    from pyproj import Geod

    true = abs(Geod(ellps="WGS84").geometry_area_perimeter(cell(0, 0, 10, 10))[0])
    assert shapes.area_m2(cell(0, 0, 10, 10)) == pytest.approx(true, rel=5e-3)


def test_a_crossed_outline_is_mended_and_lines_have_no_surface():
    bow = shapely.Polygon([at(0, 0), at(1, 1), at(1, 0), at(0, 1)])
    mended, told = shapes.surface(bow)
    assert told and mended.is_valid and mended.area > 0
    assert shapes.surface(shapely.LineString([at(0, 0), at(1, 1)])) == (None, False)


def outlined(*rows):
    return [Outlined(name, name, parent, shape) for name, parent, shape in rows]


def test_overlaps_and_holes_are_found_with_their_size():
    whole = outlined(("a", "", cell(0, 0, 4, 4)))
    parts = outlined(("1", "a", cell(0, 0, 2.5, 4)), ("2", "a", cell(2, 0, 4, 2)))
    [overlap] = shapes.overlaps(parts)
    [hole] = shapes.holes(whole, parts)
    assert set(overlap.names) == {"1", "2"}
    assert overlap.area == pytest.approx(shapes.area_m2(cell(2, 0, 2.5, 2)), rel=1e-3)
    assert hole.area == pytest.approx(shapes.area_m2(cell(2.5, 2, 4, 4)), rel=1e-3)
    assert cell(2.5, 2, 4, 4).contains(shapely.Point(hole.lon, hole.lat))


def test_slivers_are_no_faults_and_a_place_without_parts_has_no_hole():
    parts = outlined(("1", "a", cell(0, 0, 2, 4)), ("2", "a", cell(2 - 1e-5, 0, 4, 4)))
    assert shapes.overlaps(parts) == []
    assert shapes.holes(outlined(("b", "", cell(0, 0, 4, 4))), parts) == []


# -- datum -----------------------------------------------------------------------------------------------------

STREETS = [shapely.LineString([at(x, 0), at(x, 10)]) for x in range(11)] + [shapely.LineString([at(0, y), at(10, y)]) for y in range(11)]
CORNERS = np.array([at(x, y) for x in range(2, 9) for y in range(2, 9)])


@pytest.mark.parametrize("true", ["wgs84", "gcj02", "bd09"])
@pytest.mark.parametrize("said", ["wgs84", "gcj02", "bd09"])
def test_the_streets_tell_which_datum_a_file_is_in(true, said):
    written = np.column_stack(convert(CORNERS[:, 0], CORNERS[:, 1], "wgs84", true))
    as_read = np.column_stack(convert(written[:, 0], written[:, 1], said, "wgs84"))
    verdict = datum_check.against_streets(as_read, STREETS, said)
    assert (verdict.best, verdict.doubtful) == (true, true != said)
    if verdict.doubtful:
        assert 200 < verdict.shift < 2000


def test_known_places_tell_it_too():
    written = np.column_stack(convert(CORNERS[:, 0], CORNERS[:, 1], "wgs84", "gcj02"))
    verdict = datum_check.against_known(written, CORNERS, "wgs84")
    assert (verdict.best, verdict.witness) == ("gcj02", "known")
    assert verdict.distance_best < 1 < 300 < verdict.distance_said


def test_places_away_from_streets_are_no_reason_to_doubt():
    spread = CORNERS + np.random.default_rng(1).uniform(-0.5, 0.5, CORNERS.shape) * STEP
    assert not datum_check.against_streets(spread, STREETS, "wgs84").doubtful


def test_without_witnesses_nothing_is_said():
    assert datum_check.against_streets(CORNERS, [], "wgs84") is None
    assert datum_check.against_known(CORNERS[:1], CORNERS[:1], "wgs84") is None


# -- cutting and joining --------------------------------------------------------------------------------------


def test_a_line_across_cuts_in_two_and_nothing_is_lost():
    keeps, leaves = geometry.cut(cell(0, 0, 4, 4), geometry.line_of([at(-1, 1), at(5, 1)]))
    assert keeps.area > leaves.area
    assert shapely.equals(shapely.normalize(shapely.union(keeps, leaves)), shapely.normalize(cell(0, 0, 4, 4)))


def test_a_line_that_stops_just_short_of_the_edge_still_cuts():
    keeps, leaves = geometry.cut(cell(0, 0, 4, 4), geometry.line_of([at(0.2, 2), at(3.8, 2)]))
    assert keeps.area + leaves.area == pytest.approx(cell(0, 0, 4, 4).area, rel=1e-6)


@pytest.mark.parametrize("points", [[at(1, 1), at(2, 2)], [at(8, 8), at(9, 9)], [at(1, 1)], [at(1, 1), at(1, 1)], []])
def test_a_line_that_cuts_nothing_is_refused_in_words(points):
    with pytest.raises(CannotDraw) as error:
        geometry.cut(cell(0, 0, 4, 4), geometry.line_of(points))
    assert str(error.value)


@pytest.mark.parametrize("points", [
    [], [at(0, 0), at(1, 1)], [at(0, 0), at(1, 1), at(1, 0), at(0, 1)], [at(0, 0), at(1e-3, 0), at(0, 1e-3)],
])
def test_a_ring_without_land_is_refused_in_words(points):
    with pytest.raises(CannotDraw):
        geometry.ring_of(points)


def test_only_neighbours_can_be_joined():
    assert geometry.join(cell(0, 0, 1, 1), cell(1, 0, 2, 1)).area == pytest.approx(cell(0, 0, 2, 1).area)
    with pytest.raises(CannotDraw):
        geometry.join(cell(0, 0, 1, 1), cell(2, 0, 3, 1))
    with pytest.raises(CannotDraw):  # a corner is no edge
        geometry.join(cell(0, 0, 1, 1), cell(1, 1, 2, 2))


GRIDS = {1: cell(0, 0, 2, 4), 2: cell(2, 0, 4, 4)}
WHOLE = cell(0, 0, 4, 4)


@given(st.floats(0.3, 3.7), st.floats(0.3, 3.7))
def test_moving_a_line_neither_loses_land_nor_gives_it_twice(low, high):
    ring = shapely.Polygon([at(0, 0), at(low, 0), at(high, 4), at(0, 4)])
    after = {**GRIDS, **geometry.moved(GRIDS, 1, ring, WHOLE)}
    assert shapely.union_all(list(after.values())).area == pytest.approx(WHOLE.area, rel=1e-5)
    assert after[1].area + after[2].area == pytest.approx(WHOLE.area, rel=1e-5)
    # Crumbs of less than 100 m² stay with whom they touch most; a line that crosses the old one leaves a few.
    assert abs(shapes.area_m2(after[1]) - shapes.area_m2(ring)) < 6 * shapes.LEAST_AREA


def test_a_grid_may_not_vanish_by_moving_a_line():
    with pytest.raises(CannotDraw, match="合并"):
        geometry.moved(GRIDS, 1, cell(0, 0, 4, 4), WHOLE)


def test_a_new_grid_takes_its_land_from_those_that_lie_there():
    made, left = geometry.carved(GRIDS, cell(1, 0, 3, 2), WHOLE)
    assert made.area + left[1].area + left[2].area == pytest.approx(WHOLE.area, rel=1e-5)


def test_what_lies_mostly_outside_the_community_is_refused():
    with pytest.raises(CannotDraw):
        geometry.carved(GRIDS, cell(3.5, 0, 6, 2), WHOLE)


# -- along streets --------------------------------------------------------------------------------------------

BEND = [
    shapely.LineString([at(0, 0), at(2, 0), at(2, 2)]), shapely.LineString([at(2, 2), at(4, 2)]),
    shapely.LineString([at(1, -1), at(1, 1)]),
]


def test_a_way_follows_the_streets_round_their_bends():
    way = Streets(BEND).way(at(0.01, 0.01), at(3.99, 2.01))
    assert way[0] == at(0, 0)
    assert at(2, 0) in way and at(2, 2) in way


def test_a_way_may_begin_and_end_in_the_middle_of_a_street():
    way = Streets(BEND).way(at(0.5, 0.02), at(1.5, -0.02))
    assert way[0] == pytest.approx(at(0.5, 0)) and way[-1] == pytest.approx(at(1.5, 0))
    assert all(y == pytest.approx(at(0, 0)[1]) for _x, y in way)


def test_far_from_any_street_the_line_is_straight():
    assert Streets(BEND).trace([at(5, 5), at(6, 6)]) == [at(5, 5), at(6, 6)]


def test_a_great_detour_is_not_what_was_meant():
    u = [shapely.LineString([at(0, 0), at(0, 9), at(1, 9), at(1, 0)])]
    assert Streets(u).way(at(0, 0), at(1, 0)) == [at(0, 0), at(1, 0)]


def test_without_streets_the_touches_stay_as_they_are():
    assert Streets([]).trace([at(0, 0), at(1, 1)]) == [at(0, 0), at(1, 1)]
    assert Streets([]).trace([]) == []


def test_crossing_streets_are_joined_where_they_cross():
    way = Streets(BEND).way(at(1, 1), at(0, 0))
    assert any(point == pytest.approx(at(1, 0)) for point in way)
