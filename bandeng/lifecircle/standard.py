"""What a neighbourhood should have within a walk: the table of needs, kept as data with its sources.

Sources: GB 50180-2018 城市居住区规划设计标准, appendices B and C and table 4.0.4; 城市一刻钟便民生活圈建设指南 of the
Ministry of Commerce, 2021 ("MOFCOM"); 完整居住社区建设标准（试行） ("complete"). `seen`: A was read in a source, B is
recalled and wants a look into the printed standard, which the page says.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

FILE = Path(__file__).parent / "data" / "standard.csv"
SOURCES: dict[str, str | Promise] = {
    "GB50180": "GB 50180-2018", "GB50180 t4.0.4": _("GB 50180-2018 表 4.0.4"), "MOFCOM": _("商务部指南 2021"),
    "complete": _("完整居住社区标准"),
}


@dataclass(frozen=True, slots=True)
class Need:
    """One thing a neighbourhood should have: within how many `minutes` on foot and, where the standard gives one, within
    which `radius` in metres as the crow flies; `kinds` of service points serve it; `sized`: its size counts too, and is
    not known here.
    """

    key: str
    zh: str
    en: str
    minutes: int
    required: bool
    radius: int | None
    sources: tuple[str | Promise, ...]
    recalled: bool
    kinds: tuple[str, ...]
    sized: bool

    @property
    def label(self) -> str:
        return self.en if get_language() == "en" else self.zh


@cache
def needs() -> tuple[Need, ...]:
    """Return the needs in the order of the table: nearest first, required before recommended."""
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = [_need(row) for row in csv.DictReader(file)]
    return tuple(sorted(rows, key=lambda need: (need.minutes, not need.required)))


def _need(row: dict[str, str]) -> Need:
    names = dict.fromkeys(SOURCES.get(part.split(" basic")[0].split(" quality")[0].split(">=")[0].strip(), part.strip())
                          for part in row["source"].split(";"))
    return Need(
        row["key"], row["zh"].replace("(", "（").replace(")", "）"), row["en"], int(row["minutes"]), row["required"] == "yes",
        int(row["radius"]) if row["radius"] else None, tuple(names), row["seen"] == "B", tuple(row["kinds"].split()),
        row["unsure"] == "size",
    )
