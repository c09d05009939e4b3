"""Finding a point by what people type: a compound, "槐树小区3号楼", a street, a shop."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from bandeng.territory.models import AddressPoint

# Endings by which people name the same building: 3号楼, 3栋, 3幢, 3#楼.
_BUILDING = re.compile(r"(\d+)(?:#楼|#|栋|幢|座)")
_TAIL = re.compile(r"\d+(?:单元|室|门|层|户).*$")


def fold(text: str) -> str:
    """Return *text* as it is compared: half width, lower case, no spaces or dots, one word for buildings."""
    text = unicodedata.normalize("NFKC", text).lower()
    text = re.sub(r"[\s·・,，。.、\-—–()（）]+", "", text)
    return _BUILDING.sub(r"\1号楼", text)


@dataclass(frozen=True, slots=True)
class Match:
    """One point that fits what was typed."""

    text: str
    kind: str
    lon: float
    lat: float
    exact: bool = False


_ORDER = {"compound": 0, "building": 1, "street": 2}


def find(typed: str, limit: int = 8) -> list[Match]:
    """Return the points whose name fits *typed* best: exact, then beginning with it, then containing it.

    The flat and everything after it are dropped ("槐树小区3号楼2单元501" finds the building): a case is about
    a place, and a flat is nobody's business here. Nothing fits: the longest beginning that does fit.
    """
    wanted = _TAIL.sub("", fold(typed[:100]))
    least = 1 if len(wanted) == 1 and not wanted.isascii() else 2
    while len(wanted) >= least:
        rows = AddressPoint.objects.filter(folded__contains=wanted)[:200]
        if rows:
            best = sorted(
                rows,
                key=lambda row: (
                    row.folded != wanted, not row.folded.startswith(wanted), _ORDER.get(row.kind, 9),
                    len(row.folded), row.text,
                ),
            )
            return [Match(row.text, row.kind, row.lon, row.lat, row.folded == wanted) for row in best[:limit]]
        wanted = wanted[:-1]
    return []
