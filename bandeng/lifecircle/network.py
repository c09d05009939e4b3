"""The walking network of the district: made from the extract it was loaded from, kept as a file, opened once a process."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import numpy as np
from django.conf import settings

from bandeng import walking
from bandeng.osm import Extract

_opened: tuple[float, walking.WalkNetwork] | None = None


def file() -> Path:
    """Return where the network is kept."""
    return Path(settings.HOME) / "walking" / "district.walk"


def keep(extract: Extract) -> walking.WalkNetwork:
    """Build the network of an extract and keep it in place of the one before; raises WalkError where nobody can walk.

    One small search is run, so that the compiled loops lie ready before the first person asks.
    """
    network = walking.build(extract)
    target = file()
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, suffix=".part")
    os.close(handle)
    try:
        network.save(name)
        Path(name).replace(target)  # whoever has the old one open keeps it
    finally:
        Path(name).unlink(missing_ok=True)
    warm(network)
    return network


def warm(network: walking.WalkNetwork) -> None:
    """Compile every loop that a page uses."""
    spot = walking.snap(network, np.array([[network.lon[0], network.lat[0]]]))
    for walker in (walking.ADULT, walking.ELDER, walking.STANDARD):
        walking.reach(network, spot, 5, walker, walking.Places.ready(network, spot, walker))
    walking.zones(network, spot)


def opened() -> walking.WalkNetwork | None:
    """Return the network, or None where none was made; a new file is noticed."""
    global _opened
    try:
        stamp = file().stat().st_mtime
    except OSError:
        return None
    if _opened is None or _opened[0] != stamp:
        _opened = stamp, walking.WalkNetwork.open(file())
    return _opened[1]


def forget() -> None:
    """Drop what this process has open (between tests)."""
    global _opened
    _opened = None
