"""The formulas of the rates 三率, as data with versions, and the arithmetic behind them. Pure: no database.

No official formula or weights were found (domain brief 1.3), so these are ours, drawn from the regulation's articles on
response, call-back and evaluation; they are public at /board/formulas/. Whoever changes one raises its version and date.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SMALL = 5  # below this nothing is shown alone
FEW = 30  # below this a rate is shown with what chance alone could make of it
PLEASED = 3  # "fairly pleased" and better count as pleased
GROUNDS = ("unlawful", "beyond", "other", "mistake", "no_fact")


@dataclass(frozen=True, slots=True)
class Measure:
    """A count of cases: those on whose day `on` the period has, and of which every column of `where` has its value.

    `total` names a column that is added up instead of counting cases. The same row counts and lists the cases behind it.
    """

    on: str
    where: tuple[tuple[str, object], ...] = ()
    total: str = ""


_COUNTED = ("excluded", "")
MEASURES: dict[str, Measure] = {
    "received": Measure("created_on"),
    "whistles": Measure("created_on", total="whistles"),
    "response": Measure("response_on"),
    "response_ok": Measure("response_on", (("response_ok", True),)),
    "finish": Measure("finish_on"),
    "finish_plain": Measure("finish_on", (("finish_ok", True), ("moved", ""))),
    "finish_extended": Measure("finish_on", (("finish_ok", True), ("moved", "extended"))),
    "finish_deferred": Measure("finish_on", (("finish_ok", True), ("moved", "deferred"))),
    "finish_late": Measure("finish_on", (("finish_ok", False),)),
    "answers": Measure("answered_on", (_COUNTED,)),
    "solved": Measure("answered_on", (_COUNTED, ("solved", True))),
    "pleased": Measure("answered_on", (_COUNTED, ("pleased", True))),
    **{f"excluded_{ground}": Measure("answered_on", (("excluded", ground),)) for ground in GROUNDS},
    "ended": Measure("closed_on", (("elsewhere", False),)),
    "elsewhere": Measure("closed_on", (("elsewhere", True),)),
    "silent": Measure("closed_on", (("silent", True),)),
    "reopened": Measure("closed_on", (("elsewhere", False), ("reopened", True))),
    "hops": Measure("closed_on", (("elsewhere", False),), total="hops"),
    "responded": Measure("responded_on"),
    "finished": Measure("finished_on"),
}
# Times: of which measure, and which column holds the minutes. Cells keep the median and the 90th percentile of each.
TIMES = {"response": ("responded", "response_minutes"), "finish": ("finished", "finish_minutes")}


@dataclass(frozen=True, slots=True)
class Formula:
    """One rate: `parts` ÷ `whole`, its version and since when; the words are what the public page says."""

    code: str
    version: int
    since: date
    name: str | Promise
    parts: tuple[str, ...]
    whole: str
    words: str | Promise
    more: str | Promise = ""
    per: int = 100  # per how many it is told
    rate: bool = True  # of the whole: it has an interval; else a number for each


SINCE = date(2026, 11, 25)
# Version 2: a response limit counts on the day it came to its end, not on the day it began; answers that were left out
# 剔除 count no more.
FORMULAS: tuple[Formula, ...] = (
    Formula("response", 2, SINCE, _("响应率"), ("response_ok",), "response",
            _("第一次回应在时限以内的件数 ÷ 这段时间里回应时限到头的件数。"),
            _("时限到头：按时回应了，算在回应那天；没有按时，算在到期那天，以后再回应也还是没按时。还没到期的不算。")),
    Formula("resolution", 2, SINCE, _("解决率"), ("solved",), "answers",
            _("反映的人说“解决了”的件数 ÷ 反映的人说了话的件数。"), _("一件事说过几次的，只算最后一次，算在说话那天。")),
    Formula("satisfaction", 2, SINCE, _("满意率"), ("pleased",), "answers",
            _("反映的人说“基本满意”或更好的件数 ÷ 反映的人说了话的件数。"),
            _("五档里的三档以上算满意。解决没解决和满不满意分开问、分开算。")),
    Formula("on_time", 1, SINCE, _("按时办结率"), ("finish_plain", "finish_extended", "finish_deferred"), "finish",
            _("在时限以内办结的件数 ÷ 这段时间里办结时限到头的件数。"),
            _("延过期的、挂过账的另外数出来，不混在原时限里。只算第一次办结；重办的看重办率。")),
    Formula("reopened", 1, SINCE, _("重办率"), ("reopened",), "ended",
            _("结案的里面，反映的人要求重办过的件数 ÷ 结案件数。")),
    Formula("hops", 1, SINCE, _("转手次数"), ("hops",), "ended",
            _("往上交、退回、派单、吹哨、改地点，各算一次；加起来 ÷ 结案件数。"), per=1, rate=False),
    Formula("whistles", 1, SINCE, _("每百件吹哨"), ("whistles",), "received",
            _("吹哨叫来的单位次数 ÷ 收到的件数 × 100。"), _("只给人看，没有指标：太多太少都不好。"), rate=False),
)
BY_CODE = {formula.code: formula for formula in FORMULAS}


def wilson(part: int, whole: int, z: float = 1.96) -> tuple[float, float]:
    """Return the 95 % interval of a rate by Wilson's score method (E. B. Wilson 1927): what chance alone could make of it.

    Unlike the plain normal one it stays within 0 and 1 and is honest for few cases. Raises ZeroDivisionError for none.
    """
    share, square = part / whole, z * z
    middle = (share + square / (2 * whole)) / (1 + square / whole)
    reach = z * sqrt(share * (1 - share) / whole + square / (4 * whole * whole)) / (1 + square / whole)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def quantile(ordered: Sequence[float], share: float) -> float:
    """Return the smallest value that at least *share* of them do not exceed (nearest rank). Raises IndexError for none."""
    place = -(-len(ordered) * share // 1)
    return ordered[max(0, int(place) - 1)]


@dataclass(frozen=True, slots=True)
class Rate:
    """What a formula gives for counts: numerator, denominator, and how sure one can be."""

    part: int
    whole: int
    per: int = 100
    share: bool = True

    @property
    def value(self) -> float | None:
        """Part ÷ whole; None where there is nothing to divide by."""
        return self.part / self.whole if self.whole else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % interval, where the denominator is small enough for it to matter."""
        return wilson(self.part, self.whole) if self.share and 0 < self.whole < FEW else None


def rate(formula: Formula, counts: dict[str, int]) -> Rate:
    """Return what *formula* gives for the counts of a cell."""
    return Rate(sum(counts.get(part, 0) for part in formula.parts), counts.get(formula.whole, 0), formula.per, formula.rate)
