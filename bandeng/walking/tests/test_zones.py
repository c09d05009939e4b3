"""Zones are valid, nested, true to the streets reached, and keep their holes."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from bandeng.walking.network import STEPS, WalkError
from bandeng.walking.reach import reach
from bandeng.walking.spots import Spots, at_nodes, place_of
from bandeng.walking.tests.worlds import PATIENT, network_of, networks
from bandeng.walking.walkers import STANDARD, WHEELS
from bandeng.walking.zones import STEP_M, WIDTH_M, street_pieces, zones

CORNER = STEP_M * 0.75
"""In the corner between two streets the outline is cut by as much; along a street it is right to half a metre."""


def flat(network, geometry):
    return shapely.transform(geometry, network.plane.metres)


@st.composite
def scenes(draw):
    network = draw(networks(flags=(0, STEPS)))
    edge = draw(st.integers(0, len(network.edge_u) - 1))
    along = draw(st.integers(0, int(network.edge_length[edge])))
    spot = Spots(np.array([edge], np.int32), np.array([along], np.int32), np.array([draw(st.sampled_from([0.0, 5.0]))]))
    return network, spot, draw(st.sampled_from([STANDARD, WHEELS]))


@PATIENT
@given(scenes())
def test_zones_are_valid_and_each_lies_within_the_next(scene):
    network, spot, walker = scene
    row = zones(network, spot, (0.05, 0.2, 0.5), walker)[0]
    assert shapely.is_valid(row).all()
    for smaller, larger in zip(row[:-1], row[1:], strict=True):
        assert smaller.difference(larger).area < 1e-18


@PATIENT
@given(scenes())
def test_a_zone_is_the_band_along_the_streets_reached(scene):
    network, spot, walker = scene
    zone = flat(network, zones(network, spot, (0.1, 0.5), walker)[0, 1])
    pieces = flat(network, street_pieces(network, spot, 0.5, walker)[0])
    assert pieces.difference(zone.buffer(1e-6)).length < 1e-6
    assert zone.difference(pieces.buffer(WIDTH_M + CORNER)).area < 1
    assert pieces.buffer(WIDTH_M - 0.9).difference(zone).area < 1


@PATIENT
@given(scenes())
def test_pieces_end_where_the_time_is_up(scene):
    """What is reached in all is, on each edge, what remains of the limit at its two ends, no more than its length."""
    network, spot, walker = scene
    limit = walker.decimetres(0.5)
    node, cost = reach(network, spot, 0.5, walker).nodes(0)
    left = np.zeros(len(network))
    left[node] = limit - cost
    price = network.edge_costs(walker)
    share = np.minimum(1, (left[network.edge_u] + left[network.edge_v]) / price)
    metres = np.hypot(*np.diff(network.plane.metres(network.shape).reshape(-1, 2, 2), axis=1)[:, 0].T)
    own = int(spot.edge[0])
    elsewhere = np.arange(len(price)) != own
    pieces = flat(network, street_pieces(network, spot, 0.5, walker)[0])
    total = pieces.length
    expected = float((share * metres)[elsewhere & (price < 1 << 29)].sum())
    assert expected - 1e-6 <= total <= expected + 2 * metres[own] + 1e-6


def test_a_ring_road_leaves_a_hole():
    corners = [(112, 41), (112.003, 41), (112.003, 41.002), (112, 41.002)]
    network = network_of(corners, [(0, 1, 2520, -1, 0), (1, 2, 2224, -1, 0), (2, 3, 2520, -1, 0), (3, 0, 2224, -1, 0)])
    zone = zones(network, at_nodes(network, np.array([0])), (15,))[0, 0]
    assert len(zone.geoms) == 1 and len(zone.geoms[0].interiors) == 1
    assert not zone.contains(shapely.Point(112.0015, 41.001))


def test_a_dead_end_is_cut_where_the_time_is_up():
    network = network_of([(112, 41), (112.02, 41)], [(0, 1, 16783, -1, 0)])
    zone = flat(network, zones(network, at_nodes(network, np.array([0])), (5,))[0, 0])
    west, _, east, _ = zone.bounds
    assert east - west == pytest.approx(5 * STANDARD.speed + 2 * WIDTH_M, abs=1.0)


def test_an_origin_off_the_network_has_an_empty_zone_and_none_has_none():
    network = network_of([(112, 41), (112.02, 41)], [(0, 1, 16783, -1, 0)])
    lost = Spots(np.array([-1, 0], np.int32), np.zeros(2, np.int32), np.array([np.inf, 0.0]))
    row = zones(network, lost, (5,))[:, 0]
    assert row[0].is_empty and not row[1].is_empty
    assert np.isnan(place_of(network, lost)[0]).all()
    assert zones(network, Spots.none(), (5, 10)).shape == (0, 2)


@pytest.mark.parametrize("minutes", [(), (10, 5), (0, 5), (5, 5)])
def test_times_that_do_not_rise_are_refused(minutes):
    network = network_of([(112, 41), (112.02, 41)], [(0, 1, 16783, -1, 0)])
    with pytest.raises(WalkError, match="rise"):
        zones(network, at_nodes(network, np.array([0])), minutes)


@PATIENT
@given(scenes())
def test_the_same_place_gives_the_same_zone_in_any_company(scene):
    network, spot, walker = scene
    twice = Spots(*(np.repeat(getattr(spot, name), 3) for name in ("edge", "along", "gap")))
    alone = zones(network, spot, (0.5,), walker)[0, 0]
    assert all(shapely.equals_exact(zone, alone) for zone in zones(network, twice, (0.5,), walker)[:, 0])
