"""Gates confirmed, opened and shut, and walls drawn, change who gets where."""

import pytest
from shapely import LineString

from bandeng.osm import Gate
from bandeng.walking.building import build
from bandeng.walking.overlay import Overlay, overlaid
from bandeng.walking.tests.test_building import compound_town, walk
from bandeng.walking.tests.worlds import Town


def test_an_assumed_gate_is_confirmed():
    extract = compound_town(mapped=False).extract()
    confirmed = overlaid(extract, Overlay(gates=[Gate("", "gate", "", *Town.place(0, 20))]))
    assert build(extract).gate_assumed.tolist() == [True]
    assert build(confirmed).gate_assumed.tolist() == [False]


def test_a_gate_that_is_shut_sends_its_people_round():
    extract = compound_town().street((30, 20), (40, 20), (50, 20), kind="lane").gate(40, 20).extract()
    shut = overlaid(extract, Overlay(shut=[Town.place(0, 20)]))
    assert walk(build(extract), (10, 20), (-10, 20)) == pytest.approx(20 * 8.39, rel=0.01)
    assert walk(build(shut), (10, 20), (-10, 20)) > 1000


def test_opening_a_gate_in_a_wall_is_a_short_cut_for_the_people_inside():
    extract = compound_town().street((30, 20), (40, 20), (50, 20), kind="lane").extract()
    opened = overlaid(extract, Overlay(gates=[Gate("", "gate", "", *Town.place(40, 20))]))
    assert walk(build(extract), (30, 20), (50, 20)) > 1000
    assert walk(build(opened), (30, 20), (50, 20)) == pytest.approx(20 * 8.39, rel=0.01)


def test_a_wall_that_nobody_has_drawn_closes_a_footway():
    extract = Town().street((0, 0), (40, 0), kind="footway").street((0, 0), (0, 30), (40, 30), (40, 0)).extract()
    wall = LineString([Town.place(20, -5), Town.place(20, 5)])
    assert walk(build(overlaid(extract, Overlay(walls=[wall]))), (0, 0), (40, 0)) > 900


def test_an_empty_overlay_changes_nothing():
    extract = Town().street((0, 0), (40, 0)).extract()
    assert overlaid(extract, Overlay()) == extract
