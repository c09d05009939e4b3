"""`nearest` and `reach` against a plain Dijkstra, on random networks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandeng.walking.kernels import FAR
from bandeng.walking.nearest import nearest
from bandeng.walking.network import CROSSING_U, CROSSING_V, STEPS, WalkError
from bandeng.walking.reach import Places, batches, reach
from bandeng.walking.spots import Spots, at_nodes
from bandeng.walking.tests.worlds import PATIENT, network_of, networks, plain_dijkstra, spot_seeds
from bandeng.walking.walkers import ADULT, CLOSED, ELDER, STANDARD, WHEELS

WALKERS = st.sampled_from([STANDARD, ADULT, ELDER, WHEELS])
FLAGS = (0, 0, 0, STEPS, CROSSING_U, CROSSING_V, CROSSING_U | CROSSING_V)
LIMITS = st.sampled_from([0, 15, 16, 200, 1000, 70_000])


@st.composite
def scenes(draw, spots=4):
    """A network, a walker, a limit and some spots as (edge, along, gap)."""
    network = draw(networks(flags=FLAGS))
    found = []
    for _ in range(draw(st.integers(0, spots))):
        edge = draw(st.integers(0, len(network.edge_u) - 1))
        found.append((edge, draw(st.integers(0, int(network.edge_length[edge]))), draw(st.sampled_from([0.0, 0.3, 7.0]))))
    return network, draw(WALKERS), draw(LIMITS), found


def spots_of(found):
    edge, along, gap = zip(*found, strict=True) if found else ((), (), ())
    return Spots(np.array(edge, np.int32), np.array(along, np.int32), np.array(gap, float))


def least(network, walker, limit, found):
    best = np.full(len(network), np.inf)
    for spot in found:
        best = np.minimum(best, plain_dijkstra(network, walker, spot_seeds(network, walker, spot), limit))
    return best


def between(network, walker, limit, a, b):
    """The least cost from one spot to another: through an end of the edge of b, or straight along it."""
    known = np.array(plain_dijkstra(network, walker, spot_seeds(network, walker, a), limit))
    ways = [known[node] + cost for node, cost in spot_seeds(network, walker, b).items()]
    whole = int(network.edge_costs(walker)[a[0]])
    if a[0] == b[0] and whole < CLOSED:
        apart = abs(a[1] - b[1]) * whole / int(network.edge_length[a[0]])
        ways.append(np.rint(apart) + np.rint((a[2] + b[2]) * 10))
    best = min(ways, default=np.inf)
    return best if best <= limit else np.inf


@PATIENT
@given(scenes())
def test_nearest_equals_a_plain_dijkstra(scene):
    network, walker, limit, found = scene
    answer = nearest(network, {"shop": spots_of(found), "none": Spots.none()}, limit, walker)
    expected = least(network, walker, limit, found)
    got = np.where(answer.of("shop") == answer.unreached, np.inf, answer.of("shop").astype(float))
    assert got.tolist() == expected.tolist()
    assert (answer.of("none") == answer.unreached).all()


@PATIENT
@given(scenes(), st.data())
def test_a_spot_finds_what_its_edge_or_its_ends_are_nearest_to(scene, data):
    network, walker, limit, found = scene
    edge = data.draw(st.integers(0, len(network.edge_u) - 1))
    home = (edge, data.draw(st.integers(0, int(network.edge_length[edge]))), 0.0)
    got = nearest(network, {"shop": spots_of(found)}, limit, walker).from_spots(spots_of([home]))[0, 0]
    expected = min((between(network, walker, limit, shop, home) for shop in found), default=np.inf)
    assert got == (FAR if np.isinf(expected) else expected)


@PATIENT
@given(scenes())
def test_reach_equals_a_plain_dijkstra_for_nodes_and_places(scene):
    network, walker, limit, found = scene
    minutes = limit / 10 / walker.speed
    limit = walker.decimetres(minutes)
    spots = spots_of(found)
    places = Places.ready(network, spots, walker)
    got = reach(network, spots, minutes, walker, places)
    assert len(got) == len(found)
    for number, origin in enumerate(found):
        node, cost = got.nodes(number)
        expected = least(network, walker, limit, [origin])
        known = np.full(len(network), np.inf)
        known[node] = cost
        assert known.tolist() == expected.tolist()
        assert len(set(node.tolist())) == len(node)
        hit = dict(zip(*(side.tolist() for side in got.places(number)), strict=True))
        wanted = [between(network, walker, limit, origin, other) for other in found]
        assert hit == {k: cost for k, cost in enumerate(wanted) if cost < np.inf}


@PATIENT
@given(scenes(spots=2))
def test_the_way_there_is_as_long_as_the_way_back(scene):
    network, walker, _, found = scene
    spots = spots_of(found)
    got = reach(network, spots, 200, walker, Places.ready(network, spots, walker))
    table = {(i, int(j)): int(c) for i in range(len(found)) for j, c in zip(*got.places(i), strict=True)}
    for (i, j), cost in table.items():
        assert abs(table[j, i] - cost) == 0


@PATIENT
@given(networks(courts=1))
def test_bands_are_cut_from_one_search_and_batches_change_nothing(network):
    spots = at_nodes(network, np.unique(np.concatenate([network.edge_u, network.edge_v])))
    places = Places.ready(network, spots)
    whole = reach(network, spots, 1.0, STANDARD, places)
    counts = whole.counts((0.25, 0.5, 1.0))
    for column, minutes in enumerate((0.25, 0.5, 1.0)):
        alone = reach(network, spots, minutes, STANDARD, places)
        assert counts[:, column].tolist() == np.diff(alone.place_start).tolist()
    pieces = list(batches(network, spots, 1.0, STANDARD, places, size=2))
    assert np.concatenate([piece.place_cost for _, piece in pieces]).sum() == whole.place_cost.sum()


def test_no_origins_and_no_kinds_give_empty_answers():
    network = network_of([(112, 41), (112.001, 41)], [(0, 1, 840, -1, 0)])
    assert len(reach(network, Spots.none(), 15)) == 0
    assert nearest(network, {}, 1000).decimetres.shape == (0, 2)


def test_an_origin_off_the_network_reaches_nothing():
    network = network_of([(112, 41), (112.001, 41)], [(0, 1, 840, -1, 0)])
    lost = Spots(np.array([-1], np.int32), np.zeros(1, np.int32), np.array([np.inf]))
    assert len(reach(network, lost.only(slice(0, 1)), 15).node) == 0


def test_a_limit_out_of_range_is_refused():
    network = network_of([(112, 41), (112.001, 41)], [(0, 1, 840, -1, 0)])
    with pytest.raises(WalkError, match="limit"):
        nearest(network, {}, -1)


def test_the_first_bearing_is_the_way_out_of_the_door():
    """A cross of four arms 84 m long; the origin at the centre sees each arm's end in its own direction."""
    points = [(112, 41), (112.001, 41), (111.999, 41), (112, 41.001), (112, 40.999), (112.002, 41.001)]
    network = network_of(points, [(0, 1, 840, -1, 0), (2, 0, 840, -1, 0), (0, 3, 1110, -1, 0), (4, 0, 1110, -1, 0),
                                  (1, 5, 1400, -1, 0)])
    where = [int(np.flatnonzero((network.lon == lon) & (network.lat == lat))[0]) for lon, lat in points]
    places = Places.ready(network, at_nodes(network, np.array(where[1:])))
    got = reach(network, at_nodes(network, np.array(where[:1])), 15, STANDARD, places)
    seen = dict(zip(got.place.tolist(), np.round(got.place_first).tolist(), strict=True))
    assert seen == {0: 90.0, 1: 270.0, 2: 0.0, 3: 180.0, 4: 90.0}
