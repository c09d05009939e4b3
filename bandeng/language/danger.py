"""Words that mean danger, read in what people report: danger to a person is not for this loop at all."""

from __future__ import annotations

import re

# No lookbehind or flags inside: the same pattern runs in the browser, which keeps no draft that it matches.
# Looking ahead spares what only sounds alike: swept, opened, tripped.
PERSON = (
    r"自杀|轻生|跳楼|要跳(?!闸)|持刀|砍人|打人(?!工)|被打(?![扫开坏碎断破翻湿])"  # untranslated: read, never shown
    r"|抢劫|绑架|家暴|昏倒|晕倒|没有呼吸|心脏病|被困"  # untranslated: read, never shown
    r"|suicid|kill (?:my|him|her|them)sel|going to jump|stabb|with a knife|robb|kidnap|beaten|beating"
    r"|domestic violence|unconscious|not breathing|heart attack|trapped"
)
PLACE = (
    r"着火|起火|失火|冒烟|漏气|煤气味|中毒"  # untranslated: read, never shown
    r"|on fire|smoke|gas leak|smell of gas|poison"
)
_PERSON, _PLACE = re.compile(PERSON, re.IGNORECASE), re.compile(PLACE, re.IGNORECASE)


def to_person(text: str) -> bool:
    """Return whether the words tell of somebody who is in danger now."""
    return bool(_PERSON.search(text))


def of_place(text: str) -> bool:
    """Return whether the words tell of a place that is dangerous now."""
    return bool(_PLACE.search(text))
