"""How much work lies with a post: rooms above count theirs here, so that a hand-over can say what it passes on."""

from __future__ import annotations

from collections.abc import Callable

from bandeng.people.models import Post

Counter = Callable[[Post], int]
_counters: list[Counter] = []


def counts_work(function: Counter) -> Counter:
    """Register a function that says how much open work lies with a post."""
    _counters.append(function)
    return function


def open_work(post: Post) -> int:
    """Return how much open work lies with a post."""
    return sum(counter(post) for counter in _counters)
