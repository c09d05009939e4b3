"""A network that was saved and opened gives the same answers; a damaged file is refused in a sentence."""

import os
import time

import numpy as np
import pytest
from hypothesis import given

from bandeng.walking.building import build
from bandeng.walking.hierarchy import hierarchy
from bandeng.walking.nearest import nearest
from bandeng.walking.network import ARRAYS, WalkError, WalkNetwork
from bandeng.walking.spots import Spots, at_nodes
from bandeng.walking.stale import forget_stale
from bandeng.walking.tests.worlds import PATIENT, Town, network_of, networks
from bandeng.walking.walkers import ADULT, STANDARD


@pytest.fixture
def saved(tmp_path):
    network = network_of([(112, 41), (112.001, 41)], [(0, 1, 840, -1, 0)])
    network.save(tmp_path / "town.walk")
    return tmp_path / "town.walk"


@PATIENT
@given(network=networks())
def test_an_opened_network_is_the_saved_one(network, tmp_path_factory):
    file = tmp_path_factory.mktemp("walk") / "any.walk"
    network.save(file)
    opened = WalkNetwork.open(file)
    for name in ARRAYS:
        assert getattr(opened, name).tolist() == getattr(network, name).tolist()
        assert getattr(opened, name).dtype == getattr(network, name).dtype
    assert opened.courts == network.courts and opened.report == network.report
    shop = Spots(np.zeros(1, np.int32), np.zeros(1, np.int32), np.zeros(1))
    answers = [nearest(each, {"shop": shop}, 5000).decimetres.tolist() for each in (network, opened)]
    assert answers[0] == answers[1]


def test_the_order_made_beforehand_is_saved_and_used(tmp_path):
    network = build(Town().street((0, 0), (10, 0), (10, 10)).street((10, 0), (20, 0)).extract())
    network.save(tmp_path / "town.walk")
    opened = WalkNetwork.open(tmp_path / "town.walk")
    assert {name: array.tolist() for name, array in opened.order.items()} == {
        name: array.tolist() for name, array in network.order.items()}
    for walker, same in ((STANDARD, True), (ADULT, False)):
        assert (hierarchy(opened, walker).node is opened.order["node"]) == same
    shop = {"shop": at_nodes(network, np.array([0]))}
    for walker in (STANDARD, ADULT):
        answers = [nearest(each, shop, 9000, walker).decimetres.tolist() for each in (network, opened)]
        assert answers[0] == answers[1]


def test_nobody_writes_into_a_network(saved):
    for network in (WalkNetwork.open(saved), network_of([(112, 41), (112.001, 41)], [(0, 1, 840, -1, 0)])):
        with pytest.raises(ValueError, match="read-only"):
            network.edge_length[0] = 1


def test_saving_replaces_the_file_whole_and_leaves_nothing_beside_it(saved):
    network_of([(112, 41), (112.002, 41)], [(0, 1, 1680, -1, 0)]).save(saved)
    assert WalkNetwork.open(saved).edge_length.tolist() == [1680]
    assert [file.name for file in saved.parent.iterdir()] == ["town.walk"]


@pytest.mark.parametrize("keep", [0, 10, 20, 60, 500, -64])
def test_a_file_cut_short_is_refused(saved, keep):
    saved.write_bytes(saved.read_bytes()[:keep])
    with pytest.raises(WalkError, match=r"town\.walk"):
        WalkNetwork.open(saved)


def test_another_file_and_none_are_refused(saved, tmp_path):
    saved.write_bytes(b"PK\x03\x04" * 40)
    with pytest.raises(WalkError, match="no walking network"):
        WalkNetwork.open(saved)
    with pytest.raises(WalkError, match=r"no file none\.walk"):
        WalkNetwork.open(tmp_path / "none.walk")


def test_loops_compiled_before_the_newest_source_are_forgotten(tmp_path):
    cache = tmp_path / "__pycache__"
    cache.mkdir()
    for name, age in (("old.nbi", 100), ("new.nbi", -100)):
        (cache / name).write_text("")
        os.utime(cache / name, (time.time() - age,) * 2)
    (tmp_path / "loops.py").write_text("")
    assert forget_stale(tmp_path) == 1
    assert [file.name for file in cache.iterdir()] == ["new.nbi"]
