"""From an extract to a network: junctions, gates, walls, compounds."""

import numpy as np
import pytest

from bandeng.walking.building import build
from bandeng.walking.network import STEPS, WalkError
from bandeng.walking.paths import path
from bandeng.walking.reach import reach
from bandeng.walking.snapping import snap
from bandeng.walking.spots import at_nodes
from bandeng.walking.tests.worlds import Town, node_near
from bandeng.walking.walkers import ADULT, ELDER, WHEELS


def walk(network, start, end, minutes=60):
    """Metres from one place of a town to another, or None."""
    spots = snap(network, np.array([Town.place(*start), Town.place(*end)]))
    found = path(network, spots, minutes=minutes)
    return None if found is None else found.metres


def compound_town(**gate):
    """A compound of 40 x 40 units, walled all round, in a ring of public roads; one inner way through its middle
    that meets the ring in the west and in the east. The western end has a gate.
    """
    town = Town()
    town.street((-10, -10), (50, -10), (50, 20), (50, 50), (-10, 50), (-10, 20), (-10, -10))
    town.street((-10, 20), (0, 20), (20, 20), (30, 20), kind="lane")
    town.wall((0, 0), (40, 0), (40, 40), (0, 40), (0, 20), (0, 0)).compound((0, 0), (40, 0), (40, 40), (0, 40), (0, 20))
    if gate.pop("mapped", True):
        town.gate(0, 20, **gate)
    return town


def test_junctions_are_where_ways_meet_and_shapes_are_kept():
    town = Town().street((0, 0), (5, 1), (10, 0), (20, 0)).street((10, 0), (10, 10))
    network = build(town.extract())
    assert len(network) == 4 and len(network.edge_u) == 3
    assert sorted(np.diff(network.shape_start).tolist()) == [2, 2, 3]
    assert network.edge_length.sum() == pytest.approx((83.9 + 85.6 + 111.2) * 10, abs=30)


def test_motorways_and_closed_ways_are_no_way_and_foot_beats_access():
    town = Town().street((0, 0), (10, 0)).street((10, 0), (20, 0), access="no").street((0, 0), (0, 10), access="yes")
    network = build(town.extract())
    assert len(network.edge_u) == 2 and (network.edge_court == -1).all()


def test_the_private_drive_of_a_house_can_be_reached_but_not_walked_through():
    town = Town().street((0, 0), (0, 50), (60, 50), (60, 0)).street((0, 0), (30, 0), (60, 0), access="private")
    network = build(town.extract())
    assert len(network.gate_inside) == 2 and network.gate_assumed.all()
    assert walk(network, (0, -1), (60, -1)) == pytest.approx(2 * 5 * 111 + 60 * 8.39, rel=0.02)
    assert walk(network, (30, 0), (60, 3)) == pytest.approx(30 * 8.39 + 33, rel=0.02)


def test_residents_go_through_their_gate_and_strangers_to_it_but_not_past_it():
    network = build(compound_town().extract())
    assert network.report["gated_compounds"] == 1 and network.courts == ("w77",)
    assert network.gate_assumed.tolist() == [False]
    assert walk(network, (30, 20), (-10, 20)) == pytest.approx(40 * 8.39, rel=0.01)


def test_a_second_gate_opens_no_short_cut_for_strangers_but_one_for_residents():
    town = compound_town().street((30, 20), (40, 20), (50, 20), kind="lane").gate(40, 20)
    network = build(town.extract())
    assert len(network.gate_inside) == 2
    round_about = walk(network, (-10, 20), (50, 20))
    assert round_about == pytest.approx(2 * 30 * 11.12 + 60 * 8.39, rel=0.01)
    assert walk(network, (30, 20), (50, 20)) == pytest.approx(20 * 8.39, rel=0.01)
    assert walk(network, (10, 20), (-10, 20)) == pytest.approx(20 * 8.39, rel=0.01)


def test_a_way_that_everybody_may_walk_stays_public_inside_a_compound():
    town = compound_town().street((30, 20), (40, 20), (50, 20), kind="lane").gate(40, 20)
    town.streets[1:] = [type(street)(street.osm_id, street.kind, "", street.geometry, "yes") for street in town.streets[1:]]
    network = build(town.extract())
    assert walk(network, (-10, 20), (50, 20)) == pytest.approx(60 * 8.39, rel=0.01)


def test_a_compound_with_no_gate_mapped_gets_an_assumed_one_through_its_wall():
    network = build(compound_town(mapped=False).extract())
    assert network.report["walls_cut"] == 0
    assert network.gate_assumed.tolist() == [True]
    place = (network.lon[network.gate_inside[0]], network.lat[network.gate_inside[0]])
    assert place == Town.place(0, 20)
    assert walk(network, (30, 20), (-10, 20)) == pytest.approx(40 * 8.39, rel=0.01)


def test_a_gate_that_is_shut_lets_nobody_through():
    town = compound_town(access="no").street((30, 20), (40, 20), (50, 20), kind="lane").gate(40, 20)
    network = build(town.extract())
    assert walk(network, (10, 20), (-8, 20)) > 1000


def test_a_wall_closes_the_footway_it_crosses_unless_a_gate_stands_there():
    town = Town().street((0, 0), (0, 30), (40, 30), (40, 0)).street((0, 0), (40, 0), kind="footway").wall((20, -5), (20, 5))
    network = build(town.extract())
    assert network.report["walls_cut"] == 1
    assert walk(network, (0, 0), (40, 0)) == pytest.approx(2 * 30 * 11.12 + 40 * 8.39, rel=0.01)
    assert walk(network, (19, 0), (21, 0)) > 600
    town.gate(20, 0)
    assert walk(build(town.extract()), (0, 0), (40, 0)) == pytest.approx(40 * 8.39, rel=0.01)


@pytest.mark.parametrize("kind", ["footbridge", "underpass", "arterial"])
def test_a_wall_does_not_close_what_passes_over_or_under_it_or_is_a_main_road(kind):
    town = Town().street((0, 0), (40, 0), kind=kind).wall((20, -5), (20, 5))
    assert build(town.extract()).report["walls_cut"] == 0


def test_a_wall_that_ends_at_a_way_does_not_close_it():
    town = Town().street((0, 0), (20, 0), (40, 0), kind="footway").wall((20, 0), (20, 5))
    assert build(town.extract()).report["walls_cut"] == 0


def test_people_behind_a_private_gate_on_a_public_way_are_not_lost():
    town = Town().street((0, 0), (100, 0), (200, 0)).street((100, 0), (100, 5), (100, 20)).gate(100, 5, access="private")
    network = build(town.extract())
    assert walk(network, (100, 20), (0, 0)) == pytest.approx(20 * 11.12 + 100 * 8.39, rel=0.01)
    assert len(network.gate_inside) == 1 and not network.gate_assumed[0]


def test_a_private_gate_closes_a_short_cut():
    town = Town().street((0, 0), (0, 100), (40, 100), (40, 0)).street((0, 0), (20, 0), (40, 0)).gate(20, 0, access="private")
    network = build(town.extract(), keep_metres=100)
    assert walk(network, (0, 0), (40, 0)) > 2000


def test_crossing_a_main_road_waits_and_a_bridge_does_not():
    town = Town().street((0, 0), (40, 0), (80, 0), kind="arterial")
    town.street((40, -20), (40, 0), (40, 20), kind="footway").street((80, -20), (80, 0), kind="footbridge")
    network = build(town.extract())
    spots = at_nodes(network, np.array([node_near(network, 40, -20), node_near(network, 40, 20)]))
    found = path(network, spots, ADULT)
    assert found.minutes == pytest.approx(40 * 11.12 / 80 + 0.25, rel=0.01)
    assert path(network, spots).minutes == pytest.approx(40 * 11.12 / 67, rel=0.01)


def test_steps_are_closed_to_wheels_and_dear_to_elders():
    town = Town().street((0, 0), (10, 0), kind="steps").street((0, 0), (0, 30), (10, 30), (10, 0))
    network = build(town.extract())
    assert (network.edge_flags & STEPS > 0).sum() == 1
    spots = at_nodes(network, np.array([node_near(network, 0, 0), node_near(network, 10, 0)]))
    assert path(network, spots, WHEELS).metres > 600
    assert path(network, spots, WHEELS).steps == 0
    assert path(network, spots, ELDER).cost == pytest.approx(3 * 839, abs=3)
    assert path(network, spots, ELDER).steps == pytest.approx(83.9, abs=0.2)


def test_small_islands_are_dropped_and_told_and_large_ones_kept():
    town = Town().street((0, 0), (300, 0)).street((0, 100), (1, 100)).street((0, 300), (200, 300))
    network = build(town.extract())
    assert len(network.edge_u) == 2
    assert network.report["dropped_share"] == pytest.approx(1 / 501, abs=0.0005)


def test_one_junction_and_no_streets():
    loop = build(Town().street((0, 0), (10, 0), (10, 10), (0, 0)).extract())
    assert len(loop) == 1
    found = reach(loop, at_nodes(loop, np.array([0])), 15)
    assert found.node.tolist() == [0] and found.node_cost.tolist() == [0]
    with pytest.raises(WalkError, match="no streets"):
        build(Town().gate(0, 0).extract())
    with pytest.raises(WalkError, match="no streets"):
        build(Town().street((0, 0), (10, 0), access="no").extract())


def test_homes_and_shops_snap_to_their_own_side_of_the_wall():
    """A flat behind the southern wall is nearer to the street, and a shop before that wall nearer to the inner way."""
    town = compound_town().street((20, 20), (20, 3), kind="lane")
    network = build(town.extract())
    flat, shop, nobody = snap(network, np.array([Town.place(35, 1), Town.place(20, -1), Town.place(20, -300)])).edge
    assert network.edge_court[flat] == 0
    assert network.edge_court[shop] == -1
    assert nobody == -1


def test_a_compound_with_no_way_near_a_home_lets_it_snap_over_the_wall():
    network = build(compound_town().extract())
    home = snap(network, np.array([Town.place(38, 39)]), limit=130.0)
    assert network.edge_court[home.edge[0]] == -1 and home.gap[0] == pytest.approx(100, abs=5)
