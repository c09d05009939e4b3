"""Compiled loops are kept beside the sources, and numba renews one only when its own file changes, not when a
loop that it calls does. So whatever was compiled before the newest source here was written is thrown away.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

HERE = Path(__file__).parent


def forget_stale(folder: Path = HERE) -> int:
    """Remove the compiled loops of a package that are older than its newest source; how many there were.

    Where the folder cannot be written nothing happens: nothing was kept there either.
    """
    newest = max((source.stat().st_mtime for source in folder.glob("*.py")), default=0.0)
    removed = 0
    for kept in folder.glob("__pycache__/*.nbi"):
        with contextlib.suppress(OSError):
            if kept.stat().st_mtime < newest:
                kept.unlink()
                removed += 1
    return removed
