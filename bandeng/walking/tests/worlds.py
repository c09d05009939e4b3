"""Networks made for tests, and a plain Dijkstra to hold the engine against."""

import heapq

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from shapely import LineString, Polygon

from bandeng.osm import Area, Extract, Gate, Line, Report, Street
from bandeng.walking.building import assemble
from bandeng.walking.courts import split
from bandeng.walking.edges import Edges
from bandeng.walking.walkers import CLOSED

NOWHERE = float("inf")
PATIENT = settings(deadline=None)
"""The first call of a compiled loop may compile it."""


def network_of(points, edges):
    """points: lon/lat pairs; edges: (u, v, decimetres, court, flags). Edges are drawn as straight lines."""
    points = np.array(points, float).reshape(-1, 2)
    u, v, length, court, flags = (np.array(column) for column in zip(*edges, strict=True))
    first = np.arange(len(u)) * 2
    made = Edges(u.astype(np.int64), v.astype(np.int64), first, first + 1, length.astype(np.int32),
                 flags.astype(np.uint8), court.astype(np.int64))
    line = points[np.stack([u, v], axis=1).ravel()]
    names = tuple(f"w{number}" for number in range(int(court.max()) + 1))
    start = np.arange(len(u) + 1) * 2
    return assemble(made, split(made), line, start, np.zeros(0, np.int64), names, {})


@st.composite
def networks(draw, courts=2, flags=(0,)):
    """Small random networks: islands, loops, parallel edges, courts with any number of gates."""
    count = draw(st.integers(1, 12))
    points = [(112 + draw(st.integers(0, 40)) / 1e4, 41 + draw(st.integers(0, 40)) / 1e4) for _ in range(count)]
    node = st.integers(0, count - 1)
    edge = st.tuples(node, node, st.integers(1, 300), st.integers(-1, courts - 1), st.sampled_from(flags))
    return network_of(points, draw(st.lists(edge, min_size=1, max_size=24)))


def plain_dijkstra(network, walker, seeds, limit):
    """Least cost to each node from {node: cost}, by states (node, 0 own court / 1 public / 2 a court entered)."""
    links = [[] for _ in range(len(network))]
    costs = network.edge_costs(walker).tolist()
    for u, v, cost in zip(network.edge_u.tolist(), network.edge_v.tolist(), costs, strict=True):
        if cost < CLOSED:
            links[u].append((v, cost))
            links[v].append((u, cost))
    inward, outward = {}, {}
    for inside, outside in zip(network.gate_inside.tolist(), network.gate_outside.tolist(), strict=True):
        inward.setdefault(outside, []).append(inside)
        outward.setdefault(inside, []).append(outside)
    best, heap = {}, [(cost, node, 0 if network.court[node] >= 0 else 1) for node, cost in seeds.items()]
    heapq.heapify(heap)
    while heap:
        cost, node, phase = heapq.heappop(heap)
        if cost > limit or (node, phase) in best:
            continue
        best[node, phase] = cost
        steps = [(cost + more, other, phase) for other, more in links[node]]
        if phase == 0:
            steps += [(cost, other, 1) for other in outward.get(node, [])]
        if phase == 1:
            steps += [(cost, other, 2) for other in inward.get(node, [])]
        for step in steps:
            heapq.heappush(heap, step)
    result = [NOWHERE] * len(network)
    for (node, _), cost in best.items():
        result[node] = min(result[node], cost)
    return result


def spot_seeds(network, walker, spot):
    """{node: cost} of a spot (edge, along, gap): what it costs to walk to either end of its edge."""
    edge, along, gap = spot
    cost, length = int(network.edge_costs(walker)[edge]), int(network.edge_length[edge])
    if cost >= CLOSED:
        return {}
    to_u = round(cost * along / length)
    seeds = {int(network.edge_u[edge]): to_u + round(gap * 10)}
    v = int(network.edge_v[edge])
    seeds[v] = min(seeds.get(v, CLOSED), cost - to_u + round(gap * 10))
    return seeds


class Town:
    """An extract drawn by hand, in units of 1e-4 degrees (about 10 m) from 112 E, 41 N."""

    def __init__(self):
        self.streets, self.gates, self.lines, self.areas = [], [], [], []

    @staticmethod
    def place(x, y):
        return (round(112 + x / 1e4, 7), round(41 + y / 1e4, 7))

    def street(self, *points, kind="street", access=""):
        line = LineString([self.place(*point) for point in points])
        self.streets.append(Street(f"w{len(self.streets)}", kind, "", line, access))
        return self

    def gate(self, x, y, access="", kind="gate"):
        self.gates.append(Gate(f"n{len(self.gates)}", kind, "", *self.place(x, y), access))
        return self

    def wall(self, *points):
        line = LineString([self.place(*point) for point in points])
        self.lines.append(Line(f"w9{len(self.lines)}", "wall", "", line))
        return self

    def compound(self, *points, osm_id="w77"):
        self.areas.append(Area(osm_id, "compound", "", Polygon([self.place(*point) for point in points])))
        return self

    def extract(self):
        return Extract(tuple(self.streets), tuple(self.lines), tuple(self.gates), (), tuple(self.areas), (),
                       (112.0, 41.0, 112.1, 41.1), Report({}, {}, {}))


def node_near(network, x, y, court=-1):
    """The node of a town's network at a place."""
    lon, lat = Town.place(x, y)
    apart = np.abs(network.lon - lon) + np.abs(network.lat - lat) + (network.court != court) * 100
    assert apart.min() < 1e-6, f"no node of court {court} at {x}, {y}"
    return int(apart.argmin())


