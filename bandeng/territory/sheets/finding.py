"""Finding a place by what stands in a cell of a sheet: its code, its name, or a path of names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from django.utils.translation import gettext as _

from bandeng.territory.addresses import fold
from bandeng.territory.models import Place, PlaceKind


class NotFound(Exception):
    """No place, or several, go by these words. The text says what to write."""


class PlaceFinder:
    """All places in force, read once, found by code, by name, or by a path such as "槐树小区/3号楼/1单元"."""

    def __init__(self) -> None:
        self._by_code: dict[str, Place] = {}
        self._by_name: dict[str, list[Place]] = defaultdict(list)
        self._under: dict[tuple[int, str], list[Place]] = defaultdict(list)
        for place in Place.objects.filter(ended_on__isnull=True).order_by("pk"):
            if place.code:
                self._by_code[place.code] = place
            name = fold(place.name)
            self._by_name[name].append(place)
            for home in {place.parent_id, place.compound_id} - {None}:
                self._under[home, name].append(place)

    def find(self, words: str, kinds: Collection[str]) -> Place:
        """Return the only place of *kinds* that goes by *words*. Raises NotFound."""
        code = words.replace(" ", "").upper()
        if code in self._by_code:
            return self._fitting([self._by_code[code]], words, kinds)
        steps = [fold(step) for step in words.replace("／", "/").split("/") if step.strip()]
        if not steps:
            raise NotFound(_("没有写地方。"))
        found = self._by_name[steps[0]]
        for step in steps[1:]:
            found = [child for place in found for child in self._under[place.pk, step]]
        return self._fitting(found, words, kinds)

    def _fitting(self, found: list[Place], words: str, kinds: Collection[str]) -> Place:
        right = [place for place in found if place.kind in kinds]
        if len(right) == 1:
            return right[0]
        if right:
            raise NotFound(_("有 %(n)s 处叫“%(words)s”，请写编码，或在前面加上一级：“社区/小区”。") % {"n": len(right), "words": words})
        wanted = "、".join(str(PlaceKind(kind).label) for kind in kinds)
        if found:
            raise NotFound(_("“%(words)s”是%(is)s，这里要%(wanted)s。") % {
                "words": words, "is": PlaceKind(found[0].kind).label, "wanted": wanted})
        raise NotFound(_("没有叫“%(words)s”的%(wanted)s。") % {"words": words, "wanted": wanted})
