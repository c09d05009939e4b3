"""Counting in a row that may not be there yet: one statement, and no two visitors get the same number."""

from __future__ import annotations

from typing import Any

from django.db import connection, models


def bump(model: type[models.Model], column: str, **key: Any) -> int:
    """Raise *column* of the row of *key* by one, making the row where there is none; return the new number.

    *key* must be what a unique constraint of the table says. Both databases do this in one step, so that the row is
    neither read before it is written nor made twice.
    """
    name, meta = connection.ops.quote_name, model._meta
    fields = [meta.get_field(field) for field in key]
    table, counted = name(meta.db_table), name(meta.get_field(column).column)
    columns = ", ".join(name(field.column) for field in fields)
    values = [field.get_db_prep_save(value, connection) for field, value in zip(fields, key.values(), strict=True)]
    marks = ", ".join(["%s"] * len(fields))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({columns}, {counted}) VALUES ({marks}, 1)"  # noqa: S608  names of our own tables
            f" ON CONFLICT ({columns}) DO UPDATE SET {counted} = {table}.{counted} + 1 RETURNING {counted}",
            values,
        )
        return int(cursor.fetchall()[0][0])
