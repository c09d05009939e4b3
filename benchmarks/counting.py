"""How many queries a request takes, counted in this process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

CONTROL = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")


@dataclass
class Counted:
    """The statements, in order; those that open and close transactions apart."""

    asked: list[str] = field(default_factory=list)
    control: list[str] = field(default_factory=list)

    @property
    def number(self) -> int:
        """All of them: what is counted against a limit."""
        return len(self.asked) + len(self.control)


@contextmanager
def counting() -> Iterator[Counted]:
    """Count what this process asks of the database."""
    found = Counted()

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        (found.control if sql.lstrip().upper().startswith(CONTROL) else found.asked).append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield found
