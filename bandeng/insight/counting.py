"""Counting a period: from the facts of its days to its cells, for the district and for every scope within it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np

from bandeng.insight.formulas import MEASURES, TIMES, quantile
from bandeng.insight.models import CaseFact, Cell, Period

# What a scope is told apart by. "" is the whole scope.
BY = {
    "": ("", "group", "subdistrict", "community", "grid", "compound", "firm", "unit"),
    "subdistrict": ("", "group", "community", "compound", "firm", "unit"),
    "community": ("", "group", "grid", "compound", "firm", "unit"),
    "unit": ("", "group", "community"),
}
KEYS = ("subdistrict", "community", "grid", "compound", "firm", "group")
Where = tuple[str, int, str, int]


def cells_of(period: Period) -> list[Cell]:
    """Return the cells of a period, not stored: one reading of the facts for each of the days that matter."""
    found: dict[Where, dict[str, int]] = defaultdict(dict)
    for on in dict.fromkeys(measure.on for measure in MEASURES.values()):
        _count(period, on, found)
    return [
        Cell(period=period, scope=scope, scope_key=scope_key, by=by, key=key, **counts)
        for (scope, scope_key, by, key), counts in sorted(found.items())
    ]


def _count(period: Period, on: str, found: dict[Where, dict[str, int]]) -> None:
    """Add what counts by the day *on* to the cells."""
    measures = {name: measure for name, measure in MEASURES.items() if measure.on == on}
    times = {name: column for name, (measure, column) in TIMES.items() if measure in measures}
    extra = dict.fromkeys([column for m in measures.values() for column, _value in m.where])
    extra |= dict.fromkeys([m.total for m in measures.values() if m.total]) | dict.fromkeys(times.values())
    names = [*KEYS, "units", *extra]
    rows = list(CaseFact.objects.filter(**{f"{on}__range": (period.first, period.last)}).values_list(*names))
    if not rows:
        return
    table = dict(zip(names, zip(*rows, strict=True), strict=True))
    keys = {name: np.array(table[name], dtype=np.int64) for name in KEYS}
    values = {name: _values(measure, table, len(rows)) for name, measure in measures.items()}
    minutes = {name: np.array(table[column], dtype=np.int64) for name, column in times.items()}
    at, unit = _of_units(table["units"])
    for scope, parts in BY.items():
        for by in parts:
            if "unit" in (scope, by):
                one = {**{name: key[at] for name, key in keys.items()}, "unit": unit}
                _add(found, scope, by, one, {n: v[at] for n, v in values.items()}, {n: m[at] for n, m in minutes.items()})
            else:
                _add(found, scope, by, keys, values, minutes)


def _values(measure: Any, table: dict[str, tuple], length: int) -> np.ndarray:
    fits = np.ones(length, dtype=bool)
    for column, wanted in measure.where:
        fits &= np.array([value == wanted for value in table[column]], dtype=bool)
    return fits * np.array(table[measure.total], dtype=np.int64) if measure.total else fits.astype(np.int64)


def _of_units(units: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Return (row, unit) for every unit of every row."""
    pairs = [(row, int(key)) for row, text in enumerate(units) if text for key in text.strip(",").split(",")]
    both = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def _add(
    found: dict[Where, dict[str, int]], scope: str, by: str, keys: dict[str, np.ndarray], values: dict[str, np.ndarray],
    minutes: dict[str, np.ndarray],
) -> None:
    length = len(next(iter(values.values())))
    none = np.zeros(length, dtype=np.int64)
    outer, inner = keys.get(scope, none), keys.get(by, none)
    # what lies in no place (or was no unit's) is the district's; told apart it stands under 0, so that all adds up
    mine = outer > 0 if scope else np.ones(length, dtype=bool)
    if not mine.any():
        return
    width = int(inner.max()) + 1
    pairs, place = np.unique(outer[mine] * width + inner[mine], return_inverse=True)  # one number for both: much faster to sort
    where = [(scope, int(pair) // width, by, int(pair) % width) for pair in pairs]
    for name, value in values.items():
        sums = np.bincount(place, weights=value[mine], minlength=len(where))
        for at in np.flatnonzero(sums):
            found[where[at]][name] = int(sums[at])
    for name, value in minutes.items():
        order = np.lexsort((value[mine], place))
        split = np.split(value[mine][order], np.flatnonzero(np.diff(place[order])) + 1)
        for cell, times in zip(where, split, strict=True):  # every cell has at least one
            found[cell][f"{name}_median"] = int(quantile(times, 0.5))
            found[cell][f"{name}_p90"] = int(quantile(times, 0.9))
