"""Real extracts, where the folder BANDENG_DATA has them: the engine against a plain Dijkstra, and its shapes."""

import os
from pathlib import Path

import numpy as np
import pytest
import shapely

from bandeng.osm import read
from bandeng.walking import (
    ADULT,
    STANDARD,
    Places,
    WalkNetwork,
    at_nodes,
    build,
    nearest,
    path,
    place_of,
    reach,
    snap,
    zones,
)
from bandeng.walking.tests.worlds import plain_dijkstra

FILES = sorted((Path(os.environ.get("BANDENG_DATA", "/nowhere")) / "osm").glob("*.osm.pbf"))
pytestmark = pytest.mark.skipif(not FILES, reason="BANDENG_DATA names no folder with extracts")


@pytest.fixture(scope="module", params=FILES or [None], ids=lambda file: file.name.split(".")[0] if file else "none")
def city(request, tmp_path_factory):
    extract = read(request.param)
    file = tmp_path_factory.mktemp("city") / "city.walk"
    build(extract).save(file)
    return extract, WalkNetwork.open(file)


def some_nodes(network, count, seed=3):
    return np.random.default_rng(seed).choice(len(network), min(count, len(network)), replace=False)


def test_nearest_agrees_with_a_plain_dijkstra(city):
    extract, network = city
    spots = snap(network, np.array([(s.lon, s.lat) for s in extract.services]))
    found = nearest(network, {"any": spots}, 8000, ADULT)
    seeds = {}
    for edge, along, gap in zip(spots.edge.tolist(), spots.along.tolist(), spots.gap.tolist(), strict=True):
        if edge >= 0:
            whole, length = int(network.edge_costs(ADULT)[edge]), int(network.edge_length[edge])
            to_u = round(whole * (along / length))
            for node, cost in ((network.edge_u[edge], to_u), (network.edge_v[edge], whole - to_u)):
                seeds[int(node)] = min(seeds.get(int(node), 10**9), cost + round(gap * 10))
    by_court = {}
    for node, cost in seeds.items():
        by_court.setdefault(int(network.court[node]), {})[node] = cost
    public = by_court.pop(-1, {})
    expected = np.array(plain_dijkstra(network, ADULT, public, 8000))
    for court in by_court.values():
        expected = np.minimum(expected, plain_dijkstra(network, ADULT, court, 8000))
    got = np.where(found.of("any") == found.unreached, np.inf, found.of("any").astype(float))
    assert np.array_equal(got, expected)


def test_reach_agrees_with_a_plain_dijkstra_and_with_paths(city):
    _, network = city
    nodes = some_nodes(network, 12)
    spots = at_nodes(network, nodes)
    found = reach(network, spots, 15, STANDARD, Places.ready(network, spots))
    for number, node in enumerate(nodes.tolist()):
        reached = dict(zip(*(side.tolist() for side in found.nodes(number)), strict=True))
        plain = plain_dijkstra(network, STANDARD, {node: 0}, 10_050)
        assert reached == {other: cost for other, cost in enumerate(plain) if cost < np.inf}
        for place, cost in zip(*(side.tolist() for side in found.places(number)), strict=True):
            assert path(network, spots.only([number, place])).cost == cost


def test_zones_are_valid_nested_and_hold_their_origin(city):
    _, network = city
    spots = at_nodes(network, some_nodes(network, 40))
    rows = zones(network, spots)
    assert shapely.is_valid(rows).all()
    assert shapely.area(shapely.difference(rows[:, 0], rows[:, 1])).max() == 0
    assert shapely.area(shapely.difference(rows[:, 1], rows[:, 2])).max() == 0
    assert shapely.covers(rows[:, 0], shapely.points(place_of(network, spots))).all()


def test_every_court_has_a_gate_or_is_an_island_and_little_is_dropped(city):
    _, network = city
    for court in set(range(len(network.courts))) - set(network.court[network.gate_inside].tolist()):
        assert network.edge_length[network.edge_court == court].sum() >= 10_000
    assert network.report["dropped_share"] < 0.15
