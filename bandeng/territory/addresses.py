"""Finding a point by what people type: a compound, "槐树小区3号楼", a street, a shop."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bandeng.foundation.pages.speech import named
from bandeng.territory.locate import locate
from bandeng.territory.models import AddressPoint

# Endings by which people name the same building: 3号楼, 3栋, 3幢, 3#楼.
_BUILDING = re.compile(r"(\d+)(?:#楼|#|栋|幢|座)")
# A flat, as people write it behind a building: 2单元501, 3号楼501, 3-2-501.
_FLAT = re.compile(
    r"(?<=[楼栋幢座])[\s,，.·-]*\d.*$|[\s,，]*[\d一二三四五六七八九十]+\s*(?:单元|室|门|户).*$|(?<=\d)[-—－–]\d.*$",
    re.DOTALL,
)
_TAIL = re.compile(r"\d+(?:单元|室|门|层|户).*$")


def fold(text: str) -> str:
    """Return *text* as it is compared: half width, lower case, no spaces or dots, one word for buildings."""
    text = unicodedata.normalize("NFKC", text).lower()
    text = re.sub(r"[\s·・,，。.、\-—–()（）]+", "", text)
    return _BUILDING.sub(r"\1号楼", text)


def without_flat(text: str) -> str:
    """Return a typed address without stairwell, floor and flat: "槐树小区3号楼2单元501" → "槐树小区3号楼"."""
    return _FLAT.sub("", text).rstrip(" ，,、-")


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
    wanted = _fitting(wanted, least)
    if not wanted:
        return []
    best = sorted(
        AddressPoint.objects.filter(folded__contains=wanted)[:200],
        key=lambda row: (
            row.folded != wanted, not row.folded.startswith(wanted), _ORDER.get(row.kind, 9), len(row.folded), row.text,
        ),
    )
    return [Match(row.text, row.kind, row.lon, row.lat, row.folded == wanted) for row in best[:limit]]


def the_one(found: Sequence[Match]) -> Match | None:
    """Return the only match of exactly that name; None where none is, or several are: then somebody has to say which."""
    exact = [match for match in found if match.exact]
    return exact[0] if len(exact) == 1 else None


def told_apart(found: Sequence[Match]) -> list[Match]:
    """Return the matches with the grid (or community) behind names that several of them have."""
    names = Counter(match.text for match in found)
    return [replace(match, text=f"{match.text}（{_area(match)}）") if names[match.text] > 1 else match for match in found]


def _area(match: Match) -> str:
    chain = locate(match.lon, match.lat)
    return named(chain.grid or chain.community) or f"{match.lat:.4f}, {match.lon:.4f}"


def _fitting(wanted: str, least: int) -> str:
    """Return the longest beginning of *wanted*, of at least *least* characters, that some name contains, or "".

    What holds a longer beginning holds a shorter one: halving takes a handful of queries where trying each
    length would take a hundred.
    """
    fits, fails = least - 1, len(wanted) + 1
    ask = len(wanted)  # mostly the whole of it fits
    while fails - fits > 1:
        if AddressPoint.objects.filter(folded__contains=wanted[:ask]).exists():
            fits = ask
        else:
            fails = ask
        ask = (fits + fails) // 2
    return wanted[:fits] if fits >= least else ""
