"""Joining what is too small to stand alone, so that no number gives a few cases away. Pure: no database.

Below `SMALL` a count is hidden and joined with others. It must not come back by subtracting what is shown from a total
that is shown too: so what is hidden within one parent place is never one row alone, and never fewer than `SMALL`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

from bandeng.insight.formulas import MEASURES, SMALL

# Counts that stand and fall together: the denominators, each with everything that is counted on the same days.
FAMILIES = ("received", "response", "finish", "answers", "ended")


def members(family: str) -> list[str]:
    """Return the measures that are shown or joined together with *family*."""
    return [name for name, measure in MEASURES.items() if measure.on == MEASURES[family].on and not name.startswith("excluded")]


@dataclass(slots=True)
class Line:
    """One place, unit or group with its counts; `hidden` names the families that are told only within the joined line."""

    key: int
    name: str
    counts: dict[str, int]
    parent: Hashable = None
    hidden: set[str] = field(default_factory=set)


def join(lines: Sequence[Line], name: str) -> list[Line]:
    """Hide the small counts of *lines*, and return these with one line *name* more that holds what was joined, if any."""
    joined: dict[str, int] = defaultdict(int)
    for family in FAMILIES:
        for line in _hidden(lines, family):
            line.hidden.add(family)
            for measure in members(family):
                joined[measure] += line.counts.get(measure, 0)
    rest = Line(0, name, dict(joined))
    rest.hidden = {family for family in FAMILIES if 0 < rest.counts.get(family, 0) < SMALL}  # there was nothing more to join
    return [*lines, rest] if any(line.hidden for line in lines) else list(lines)


def _hidden(lines: Sequence[Line], family: str) -> list[Line]:
    groups: dict[Hashable, list[Line]] = defaultdict(list)
    for line in lines:
        if line.counts.get(family):
            groups[line.parent].append(line)
    found = [line for group in groups.values() for line in _enough(group, family)]
    if found and (len(found) == 1 or sum(line.counts[family] for line in found) < SMALL):
        return _enough([line for line in lines if line.counts.get(family)], family, taken=found)
    return found


def _enough(group: list[Line], family: str, taken: Sequence[Line] = ()) -> list[Line]:
    """Return the small lines of a group and, where they would give themselves away, the next smallest ones."""
    ordered = sorted(group, key=lambda line: (line.counts[family], line.key))
    small = list(taken) or [line for line in ordered if line.counts[family] < SMALL]
    rest = [line for line in ordered if line not in small]
    while small and rest and (len(small) == 1 or sum(line.counts[family] for line in small) < SMALL):
        small.append(rest.pop(0))
    return small
