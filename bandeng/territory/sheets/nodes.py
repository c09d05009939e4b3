"""The tree of places as a sheet would make it: what there is, what is new, what changes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from bandeng.foundation.sheets.table import Row
from bandeng.territory.addresses import fold
from bandeng.territory.models import Boundary, Place, PlaceKind

ORDER = tuple(PlaceKind.values)  # parents before children


@dataclass(eq=False)
class Node:
    """A place of the tree as it would be: an existing one, a new one, or an existing one with changes."""

    kind: str
    code: str | None
    name: str
    place: Place | None = None
    parent: Node | None = None
    compound: Node | None = None
    shape: BaseGeometry | None = None
    row: Row | None = None
    changes: dict[str, Any] = field(default_factory=dict)
    reshaped: bool = False

    @property
    def is_new(self) -> bool:
        return self.place is None

    @property
    def is_changed(self) -> bool:
        return self.place is not None and bool(self.changes or self.reshaped)


class Tree:
    """All places that there are, and those that a sheet adds, found by code, by name and by where they lie."""

    def __init__(self) -> None:
        self.by_code: dict[str, Node] = {}
        self.by_name: dict[tuple[str, Node | None, str], list[Node]] = defaultdict(list)
        self.named: dict[tuple[str, str], list[Node]] = defaultdict(list)
        self.of_kind: dict[str, list[Node]] = defaultdict(list)
        self._land: dict[str, tuple[shapely.STRtree, list[Node]]] = {}
        by_id: dict[int, Node] = {}
        outlines = {pk: bytes(wkb) for pk, wkb in Boundary.objects.values_list("place_id", "wkb")}
        places = sorted(Place.objects.filter(ended_on__isnull=True), key=lambda place: ORDER.index(place.kind))
        for place in places:
            wkb = outlines.get(place.pk)
            node = by_id[place.pk] = Node(
                place.kind, place.code, place.name, place, by_id.get(place.parent_id or 0),
                by_id.get(place.compound_id or 0), shapely.from_wkb(wkb) if wkb else None,
            )
            self.add(node)

    def add(self, node: Node) -> None:
        """Make *node* findable."""
        if node.code:
            self.by_code[node.code] = node
        # Buildings are numbered within their compound; without one, within their grid.
        home = node.compound or node.parent
        self.by_name[node.kind, home, fold(node.name)].append(node)
        self.named[node.kind, fold(node.name)].append(node)
        self.of_kind[node.kind].append(node)
        self._land.pop(node.kind, None)

    def at(self, kind: str, spot: BaseGeometry | None) -> Node | None:
        """Return the place of *kind* whose outline holds *spot*."""
        if spot is None:
            return None
        if kind not in self._land:
            nodes = [node for node in self.of_kind[kind] if node.shape is not None]
            self._land[kind] = shapely.STRtree([node.shape for node in nodes]), nodes
        tree, nodes = self._land[kind]
        hits = tree.query(spot, predicate="intersects")
        return nodes[int(min(hits))] if len(hits) else None
