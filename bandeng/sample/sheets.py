"""Rows on their way into tables: kept in memory, written in order of time, many at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.core.management.color import no_style
from django.db import connection, models


class Sheet:
    """The rows of one table as tuples, in the order of `columns` (attribute names)."""

    def __init__(self, model: type[models.Model], columns: Sequence[str], *, by: str = "", own_key: bool = True) -> None:
        """`by` names the column of time that rows are put in order by; without `own_key` the database numbers them."""
        fields = [field for field in model._meta.concrete_fields if own_key or not field.primary_key]
        wanted = {field.attname: field for field in fields}
        if set(wanted) != set(columns):
            strange = sorted(set(wanted) ^ set(columns))
            raise TypeError(f"{model._meta.label} has other columns than the bulk loader writes: {strange}")
        self.model = model
        self.rows: list[tuple[Any, ...]] = []
        self._fields = [wanted[name] for name in columns]
        self._time = columns.index(by) if by else -1
        self._moments = [at for at, field in enumerate(self._fields) if isinstance(field, models.DateTimeField)]

    def put(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Take rows, to be written later."""
        self.rows.extend(rows)

    def write(self, before: datetime | None = None) -> int:
        """Write what is waiting, or of it what lies before a moment; return how many rows."""
        if self._time >= 0:
            key: Callable[[tuple[Any, ...]], datetime] = lambda row: row[self._time]  # noqa: E731
            self.rows.sort(key=key)
        ready, later = self.rows, []
        if before is not None and self._time >= 0:
            split = _first_at(self.rows, self._time, before)
            ready, later = self.rows[:split], self.rows[split:]
        if ready:
            self._copy(ready) if connection.vendor == "postgresql" else self._insert(ready)
        self.rows = later
        return len(ready)

    def _names(self) -> str:
        return ", ".join(connection.ops.quote_name(field.column) for field in self._fields)

    def _copy(self, rows: list[tuple[Any, ...]]) -> None:
        table = connection.ops.quote_name(self.model._meta.db_table)
        with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({self._names()}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)

    def _insert(self, rows: list[tuple[Any, ...]]) -> None:
        table = connection.ops.quote_name(self.model._meta.db_table)
        marks = ", ".join(["%s"] * len(self._fields))
        with connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO {table} ({self._names()}) VALUES ({marks})", map(self._plain, rows))  # noqa: S608

    def _plain(self, row: tuple[Any, ...]) -> list[Any]:
        """Return a row as SQLite keeps it: moments as text in UTC (they all are UTC here)."""
        values = list(row)
        for at in self._moments:
            if (moment := values[at]) is not None:
                values[at] = moment.isoformat(" ")[:-6]  # without +00:00
        return values


def _first_at(rows: list[tuple[Any, ...]], column: int, moment: datetime) -> int:
    """Return where rows in order of time reach *moment*."""
    low, high = 0, len(rows)
    while low < high:
        middle = (low + high) // 2
        if rows[middle][column] < moment:
            low = middle + 1
        else:
            high = middle
    return low


def next_id(model: type[models.Model]) -> int:
    """Return the next number of a table. Nobody else may write while a bulk load runs."""
    return (model.objects.aggregate(most=models.Max("pk"))["most"] or 0) + 1  # type: ignore[attr-defined]


def raise_sequences(found: Sequence[type[models.Model]]) -> None:
    """Let the database go on counting behind the numbers that were given here."""
    with connection.cursor() as cursor:
        for sql in connection.ops.sequence_reset_sql(no_style(), list(found)):
            cursor.execute(sql)
