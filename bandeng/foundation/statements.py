"""Several small questions in one statement, where a page would otherwise ask one after the other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet


def rows_together(parts: Iterable[QuerySet[Any]]) -> list[tuple[Any, ...]]:
    """Return the rows of several `values_list` queries of equal columns, one part after the other, in one statement.

    A part that is sorted and cut stays as it is: both databases read the parts of a UNION ALL in turn.
    """
    texts, given = [], []
    for number, part in enumerate(parts):
        try:
            text, values = part.query.sql_with_params()
        except EmptyResultSet:  # nothing can be in it
            continue
        texts.append(f"SELECT * FROM ({text}) AS part{number}")  # noqa: S608  written by the ORM, values apart
        given += values
    if not texts:
        return []
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(texts), given)
        return cursor.fetchall()
