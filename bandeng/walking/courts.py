"""Gates put into the graph: closed ones part it, and every court gets nodes of its own joined at its gates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bandeng.walking.edges import PUBLIC, Edges, parts
from bandeng.walking.ways import Bools, Longs


@dataclass(frozen=True, slots=True)
class Gated:
    """The graph with courts. n nodes, numbered from 0: `point` (n,) the number each had in `Ways.node` (gates
    make two of one), `court` (n,). g gates: `inside`, `outside` (g,) nodes. u, v (e,) nodes of the edges.
    """

    point: Longs
    court: Longs
    inside: Longs
    outside: Longs
    u: Longs
    v: Longs


def close(edges: Edges, nodes: Longs, fresh: int) -> int:
    """Part the graph at some nodes: every edge end there becomes a node of its own, numbered from `fresh` on.

    Changes `edges`; returns the next free number.
    """
    for ends in (edges.u, edges.v):
        at = np.flatnonzero(np.isin(ends, nodes))
        ends[at] = fresh + np.arange(len(at))
        fresh += len(at)
    return fresh


def close_private(edges: Edges, nodes: Longs, fresh: int, keep_decimetres: int) -> int:
    """Part the public graph at gates that are private; what lies behind one and nowhere else becomes a court.

    A part that hangs on the rest by private gates alone, and is shorter than `keep_decimetres`, is where the
    people of that gate live: it becomes a court with this gate. Changes `edges`; returns how many courts were made.
    """
    public = edges.court == PUBLIC
    at = [np.flatnonzero(np.isin(ends, nodes) & public) for ends in (edges.u, edges.v)]
    gate = np.concatenate([edges.u[at[0]], edges.v[at[1]]])
    close(edges, gate, fresh)
    if len(gate) == 0:
        return 0
    edge = np.concatenate(at)
    numbers, ends = np.unique(np.concatenate([edges.u, edges.v]), return_inverse=True)
    u, v = ends.reshape(2, -1)
    part = parts(u, v, len(numbers))[u]
    size = np.bincount(part, weights=edges.length)
    small = size < keep_decimetres
    courts = edges.court.max(initial=-1) + 1
    made: dict[int, int] = {}
    for place in np.unique(gate):
        here = gate == place
        main = [int(part[e]) for e in edge[here] if not small[part[e]]]
        for e, in_u in zip(edge[here], (np.arange(len(gate)) < len(at[0]))[here], strict=True):
            if main and small[part[e]]:
                _set_end(edges, int(e), bool(in_u), int(place))
                made.setdefault(int(part[e]), courts + len(made))
        if main:
            first = int(np.flatnonzero(here & ~small[part[edge]])[0])
            _set_end(edges, int(edge[first]), first < len(at[0]), int(place))
    for number, court in made.items():
        edges.court[part == number] = court
    return len(made)


def _set_end(edges: Edges, edge: int, in_u: bool, node: int) -> None:
    (edges.u if in_u else edges.v)[edge] = node


def split(edges: Edges) -> Gated:
    """Give each court its own nodes; where its ways meet public ways, or those of another court, stands a gate."""
    ends = np.concatenate([edges.u, edges.v])
    owner = np.concatenate([edges.court, edges.court])
    courts = int(owner.max(initial=PUBLIC)) + 2
    keys, index = np.unique(ends * courts + owner - PUBLIC, return_inverse=True)
    pairs = np.stack([keys // courts, keys % courts + PUBLIC], axis=1)
    index = index.reshape(-1)
    shared = np.flatnonzero(np.diff(pairs[:, 0], prepend=-1) == 0)
    meeting = np.unique(pairs[shared, 0])
    has_public = np.isin(meeting, pairs[pairs[:, 1] == PUBLIC, 0])
    extra = np.stack([meeting[~has_public], np.full((~has_public).sum(), PUBLIC)], axis=1)
    everyone = np.concatenate([pairs, extra])
    inside = np.flatnonzero(np.isin(everyone[:, 0], meeting) & (everyone[:, 1] != PUBLIC))
    public = np.flatnonzero(everyone[:, 1] == PUBLIC)
    by_point = public[np.argsort(everyone[public, 0], kind="stable")]
    outside = by_point[np.searchsorted(everyone[by_point, 0], everyone[inside, 0])]
    u, v = index.reshape(2, -1)
    return Gated(everyone[:, 0], everyone[:, 1], inside, outside, u, v)


def kept(gated: Gated, length: np.ndarray, keep_decimetres: int) -> Bools:
    """(e,) the edges of the largest connected part, and of every other of at least `keep_decimetres`."""
    part = parts(np.concatenate([gated.u, gated.inside]), np.concatenate([gated.v, gated.outside]), len(gated.point))
    size = np.bincount(part[gated.u], weights=length, minlength=part.max(initial=-1) + 1)
    wanted = size >= keep_decimetres
    if len(size):
        wanted[size.argmax()] = True
    return wanted[part[gated.u]]
