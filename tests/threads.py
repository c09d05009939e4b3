"""Letting several people act at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import copy_context
from typing import Any

from django.db import connection


def together(*acts: Callable[[], Any]) -> list[Any]:
    """Run *acts* at the same moment, each with a database connection of its own; return what each returned, or
    the exception that it ended with. The test must be marked `django_db(transaction=True)`."""
    gate = threading.Barrier(len(acts))
    results: list[Any] = [None] * len(acts)

    def run(position: int, act: Callable[[], Any]) -> None:
        try:
            gate.wait(10)
            results[position] = act()
        except Exception as error:  # the caller looks at it
            results[position] = error
        finally:
            connection.close()

    threads = [
        threading.Thread(target=copy_context().run, args=(run, position, act)) for position, act in enumerate(acts)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def errors(results: list[Any]) -> list[Exception]:
    return [result for result in results if isinstance(result, Exception)]
