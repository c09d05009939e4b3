"""Whatever is taken out of the search, and however much, the answers stay the same."""

from unittest.mock import patch

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bandeng.walking import hierarchy as module
from bandeng.walking.hierarchy import hierarchy
from bandeng.walking.nearest import nearest
from bandeng.walking.tests.test_searches import least, scenes, spots_of
from bandeng.walking.tests.worlds import PATIENT, network_of
from bandeng.walking.walkers import STANDARD


@PATIENT
@given(scenes(), st.integers(0, 6))
def test_any_number_of_neighbours_gives_the_answers_of_a_plain_dijkstra(scene, most):
    network, walker, limit, found = scene
    with patch.object(module, "MOST_NEIGHBOURS", most):
        answer = nearest(network, {"shop": spots_of(found), "again": spots_of(found)}, limit, walker)
    got = np.where(answer.decimetres == answer.unreached, np.inf, answer.decimetres.astype(float))
    assert got.tolist() == [least(network, walker, limit, found).tolist()] * 2


def test_a_chain_leaves_no_core_and_a_tight_cluster_stays():
    chain = network_of([(112 + k / 1e3, 41) for k in range(9)], [(k, k + 1, 840, -1, 0) for k in range(8)])
    assert hierarchy(chain, STANDARD).left == 9
    cluster = network_of([(112 + k / 1e3, 41 + k % 3 / 1e3) for k in range(9)],
                         [(a, b, 840, -1, 0) for a in range(9) for b in range(a)])
    order = hierarchy(cluster, STANDARD)
    assert order.left == 0 and len(order.core_to) == 72 and sorted(order.node.tolist()) == list(range(9))
