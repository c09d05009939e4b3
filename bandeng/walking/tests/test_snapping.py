"""Points snap to the nearest edge, as shapely measures it."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from bandeng.walking.network import STEPS
from bandeng.walking.snapping import snap
from bandeng.walking.spots import place_of
from bandeng.walking.tests.worlds import PATIENT, network_of, networks
from bandeng.walking.walkers import CLOSED, STANDARD, WHEELS


@PATIENT
@given(networks(flags=(0, STEPS)), st.lists(st.tuples(st.integers(-30, 70), st.integers(-30, 70)), min_size=1, max_size=5),
       st.sampled_from([STANDARD, WHEELS]), st.sampled_from([10.0, 150.0, 500.0]))
def test_the_nearest_open_edge_is_found_with_its_gap(network, places, walker, limit):
    points = np.array([(112 + x / 1e4, 41 + y / 1e4) for x, y in places])
    spots = snap(network, points, limit, walker)
    open_edges = np.flatnonzero(network.edge_costs(walker) < CLOSED)
    lines = [shapely.LineString(network.plane.metres(network.shape_of(np.array([edge]))[0])) for edge in open_edges]
    for point, edge, gap in zip(network.plane.metres(points), spots.edge, spots.gap, strict=True):
        apart = [line.distance(shapely.Point(point)) for line in lines]
        least = min(apart, default=np.inf)
        if least > limit:
            assert edge == -1 and gap == np.inf
        else:
            assert gap == pytest.approx(least, abs=1e-6)
            assert apart[open_edges.tolist().index(edge)] == pytest.approx(least, abs=1e-6)


@PATIENT
@given(networks(), st.tuples(st.integers(0, 40), st.integers(0, 40)))
def test_the_place_along_the_edge_is_where_the_gap_ends(network, place):
    point = np.array([(112 + place[0] / 1e4, 41 + place[1] / 1e4)])
    spots = snap(network, point, 1000.0)
    there = place_of(network, spots)
    apart = np.hypot(*(network.plane.metres(there) - network.plane.metres(point))[0])
    step = np.hypot(*np.ptp(network.plane.metres(network.shape), axis=0)) / network.edge_length[spots.edge[0]]
    assert apart == pytest.approx(spots.gap[0], abs=step + 1e-6)  # `along` is whole decimetres of the edge's length


def test_a_bent_edge_is_measured_along_its_bends():
    network = network_of([(112, 41), (112.001, 41)], [(0, 1, 840, -1, 0)])
    halfway = snap(network, np.array([(112.0005, 41.0001)]))
    assert abs(halfway.along[0] - 420) <= 1
    assert halfway.gap[0] == pytest.approx(11.1, abs=0.1)


def test_points_in_the_sea_and_broken_points_snap_to_nothing():
    network = network_of([(112, 41), (112.001, 41)], [(0, 1, 840, -1, 0)])
    spots = snap(network, np.array([(0, 0), (np.nan, 41), (112, 41.1)]))
    assert spots.edge.tolist() == [-1, -1, -1]
    assert np.isinf(spots.gap).all()
    assert np.isnan(place_of(network, spots)).all()
