"""How the hot loops are compiled: cached beside the sources, and without Python's lock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from numba import njit
from numpy.typing import NDArray

from bandeng.walking.stale import forget_stale

forget_stale()

Loop = TypeVar("Loop", bound=Callable[..., Any])

Number = Any
"""A number out of an array, of the type that the array holds."""
Array = NDArray[Any]
"""Any array: compiled code is made anew for each type that it meets."""


def compiled(loop: Loop) -> Loop:
    """A loop compiled on its first call, 1 to 10 s; later processes load it from the cache in some milliseconds."""
    return njit(cache=True, nogil=True)(loop)  # type: ignore[return-value]
