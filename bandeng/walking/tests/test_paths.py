"""Paths cost what a plain Dijkstra says, and are drawn from door to door over the edges they name."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandeng.walking.building import build
from bandeng.walking.network import CROSSING_U, STEPS
from bandeng.walking.paths import path
from bandeng.walking.snapping import snap
from bandeng.walking.spots import Spots, place_of
from bandeng.walking.tests.test_searches import between, spots_of
from bandeng.walking.tests.worlds import PATIENT, Town, network_of, networks
from bandeng.walking.walkers import ADULT, CLOSED, STANDARD, WHEELS


@st.composite
def scenes(draw):
    network = draw(networks(flags=(0, 0, STEPS, CROSSING_U)))
    found = []
    for _ in range(2):
        edge = draw(st.integers(0, len(network.edge_u) - 1))
        found.append((edge, draw(st.integers(0, int(network.edge_length[edge]))), draw(st.sampled_from([0.0, 4.0]))))
    return network, found, draw(st.sampled_from([STANDARD, ADULT, WHEELS]))


@PATIENT
@given(scenes())
def test_a_path_costs_what_a_plain_dijkstra_says(scene):
    network, found, walker = scene
    got = path(network, spots_of(found), walker)
    expected = between(network, walker, 10**6, *found)
    assert (got is None) == np.isinf(expected)
    if got is not None:
        assert got.cost == expected


@PATIENT
@given(scenes())
def test_a_path_is_one_line_from_door_to_door_over_the_edges_it_names(scene):
    network, found, walker = scene
    spots = spots_of(found)
    got = path(network, spots, walker)
    if got is None:
        return
    ends = place_of(network, spots)
    assert np.allclose([got.line.coords[0], got.line.coords[-1]], ends, atol=1e-9)
    prices = network.edge_costs(walker)[list(got.edges)]
    assert (prices < CLOSED).all()
    level = sum(int(network.edge_costs(walker)[edge]) for edge in got.edges[1:-1])
    assert level <= got.cost
    for one, two in pairwise(got.edges):
        places = [{tuple(point) for point in network.shape_of(np.array([edge]))[0].tolist()} for edge in (one, two)]
        assert places[0] & places[1]
    if not (network.edge_flags[list(got.edges)] & STEPS).any():
        assert got.steps == 0


def test_the_way_round_the_corner_is_drawn_with_its_length_and_bearing():
    town = Town().street((0, 0), (10, 0), (10, 10)).street((10, 0), (30, 0))
    network = build(town.extract())
    spots = snap(network, np.array([Town.place(0, 0), Town.place(10, 10)]))
    got = path(network, spots)
    assert got.metres == pytest.approx(83.9 + 111.2, abs=0.5)
    assert got.first == pytest.approx(90, abs=0.5)
    assert [tuple(np.round(point, 7)) for point in got.line.coords] == [Town.place(0, 0), Town.place(10, 0), Town.place(10, 10)]
    assert got.minutes == pytest.approx(got.metres / 67, rel=0.01)


def test_no_path_leads_to_an_island_or_off_the_network_and_two_spots_are_needed():
    network = network_of([(112, 41), (112.001, 41), (112.01, 41), (112.011, 41)],
                         [(0, 1, 840, -1, 0), (2, 3, 840, -1, 0)])
    apart = Spots(np.array([0, 1], np.int32), np.zeros(2, np.int32), np.zeros(2))
    assert path(network, apart) is None
    lost = Spots(np.array([0, -1], np.int32), np.zeros(2, np.int32), np.array([0, np.inf]))
    assert path(network, lost) is None
    with pytest.raises(ValueError, match="two"):
        path(network, Spots.none())
