"""The kinds of service points in groups, as a page offers them; the kinds themselves are those of bandeng.osm.kinds."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from bandeng.osm.kinds import KINDS

BY_KEY = {kind.key: kind for kind in KINDS}


@dataclass(frozen=True)
class Group:
    """Kinds that are looked for together."""

    key: str
    label: str | Promise
    kinds: tuple[str, ...]


GROUPS: tuple[Group, ...] = (
    Group("old_young", _("一老一小"), ("canteen", "day_care", "nursing_home", "nursery", "kindergarten")),
    Group("health", _("看病买药"), ("health_centre", "health_station", "hospital", "clinic", "pharmacy", "wellness")),
    Group("errands", _("办事"), ("community_station", "subdistrict_office", "justice_office", "police", "fire_station", "property_office",
                              "post_office", "bank", "telecom")),
    Group("food", _("买菜吃饭"), ("market", "supermarket", "convenience", "mall", "breakfast", "restaurant", "bakery", "cafe_tea")),
    Group("rest", _("歇脚、如厕"), ("rest_station", "toilets", "parcel")),
    Group("school", _("上学、读书"), ("primary_school", "middle_school", "school", "training", "library", "bookshop", "culture_centre")),
    Group("play", _("活动、健身"), ("park", "playground", "outdoor_fitness", "court", "gym", "sports_hall")),
    Group("life", _("修修补补"), ("repair", "laundry", "hairdresser", "photo_print", "housekeeping", "recycling", "waste_station",
                              "flower_gift", "pet")),
    Group("move", _("出行"), ("bus_stop", "metro")),
)


def label(key: str) -> str:
    """Return the name of a kind in the reader's language."""
    kind = BY_KEY.get(key)
    if kind is None:
        return key
    return kind.en if get_language() == "en" else kind.zh


def words() -> dict[str, str]:
    """Return every word for a kind, in lower case, and its key."""
    found: dict[str, str] = {}
    for kind in KINDS:
        for word in (kind.key, kind.zh, kind.en, *kind.zh.split("、"), kind.zh.split("（")[0]):
            found.setdefault(word.lower(), kind.key)
    return found
