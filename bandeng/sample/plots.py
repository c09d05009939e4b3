"""What happens in the cases that are written in bulk: the dice, after the shares of the domain brief, section 8."""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from datetime import datetime, timedelta
from random import Random

from bandeng.cases.machine import CaseState, Level, OrderState
from bandeng.cases.models import Slip
from bandeng.people.models import Unit
from bandeng.sample.cast import Cast, Hand
from bandeng.sample.paper import Act, Given, Ids, Part
from bandeng.sample.words import ASKS, GAS, GRUMBLES, MATTERS, RED, THANKS
from bandeng.sample.written import Written

# Per hundred cases, by the first character of the category's code; streets and what stands on them are one class of the
# brief (城管市容). Heating is four times as likely from October to April, and so weighs less or more by the month.
SHARES = {"1": 22.0, "2": 14.0, "7": 6.0, "3": 12.0, "4": 11.0, "5": 9.0, "6": 8.0, "8": 5.0, "9": 5.0, "A": 4.0, "B": 4.0}
WINTER = {10, 11, 12, 1, 2, 3, 4}
PACE = {"emergency": 0.03, "utilities": 0.14, "hazard": 0.3}  # urgent matters go faster
KEPT = timedelta(days=30)  # contact and words after the end
NAMES = ["王奶奶", "李先生", "小赵", "刘大爷", "张阿姨", "陈老师"]
CALLS = ["约时间上门", "问清楚是哪一层", "告诉他什么时候来修"]


class Ended(Exception):
    """The present has been reached: the case stays where it is."""


def weights_of(month: int) -> tuple[list[str], list[float]]:
    """Return category codes and how likely each is in a month."""
    heat = SHARES["3"] / (100 - SHARES["3"])
    summer = heat * 12 / (4 * len(WINTER) + 12 - len(WINTER))  # so that the year as a whole has its share
    codes, found = [], []
    for head, share in SHARES.items():
        kinds = {code: row[0] for code, row in MATTERS.items() if code[0] == head}
        whole = summer * (4 if month in WINTER else 1) * (100 - SHARES["3"]) if head == "3" else share
        for code, part in kinds.items():
            codes.append(code)
            found.append(whole * part / sum(kinds.values()))
    return codes, found


class Plot:
    """Lets cases happen, one after the other, each to its end or to the present."""

    def __init__(self, cast: Cast, ids: Ids, present: datetime, *, log: list[Act] | None = None) -> None:
        self.cast, self.ids, self.present, self.log = cast, ids, present, log
        self.rng: Random = cast.rng
        self._weights = {month: weights_of(month) for month in range(1, 13)}
        self._near: dict[int, deque[Written]] = {}  # the newest cases of each community, to be merged into

    def happen(self, number: str, at: datetime) -> Written:
        """Let one case happen from *at* on."""
        rng = self.rng
        code = rng.choices(*self._weights[at.month])[0]
        point = self.cast.point()
        reach = {}
        if rng.random() < 0.4:
            reach = {"name": rng.choice(NAMES), "phone": f"0000-888{rng.randrange(10000):04d}"}
        grid = point.chain.grid
        officer = self.cast.by_place.get(grid.id) if grid else None
        told = officer if officer and rng.random() < 0.2 else None  # entered by the officer on a round
        given = Given(
            report_key=f"sample-{rng.getrandbits(128):032x}", category=self.cast.categories[code], point=point,
            words=rng.choice(MATTERS[code][1]), agreed_public=rng.random() < 0.5, reach=reach,
            source="officer" if told else "web", by=told,
        )
        case = Written(self.ids, number, at, given, manned=bool(grid and grid.id in self.cast.manned), log=self.log)
        with suppress(Ended):
            Life(self, case).live(code)
        self._remember(case)
        return case

    def _remember(self, case: Written) -> None:
        if case.given.point.chain.community:
            self._near.setdefault(case.given.point.chain.community.id, deque(maxlen=8)).append(case)

    def another(self, case: Written, at: datetime) -> Written | None:
        """Return a case of the same matter near by that is still open then, and will not be taken back."""
        for other in self._near.get(case.given.point.chain.community.id, ()):  # type: ignore[union-attr]
            open_then = other.first_closed_at is None or other.first_closed_at > at
            if open_then and other.given.category == case.given.category and other.state not in (
                CaseState.WITHDRAWN, CaseState.MERGED,
            ):
                return other
        return None


class Life:
    """The time that passes in one case."""

    def __init__(self, plot: Plot, case: Written) -> None:
        self.plot, self.case, self.cast, self.rng = plot, case, plot.cast, plot.rng
        self.now = case.at
        self.pace = PACE.get(case.given.category.limit_class, 1.0)
        chain = case.given.point.chain
        self.grid = chain.grid.id if chain.grid else 0
        self.place = chain.community.id if chain.community else 0
        self.sub = chain.subdistrict.id if chain.subdistrict else 0

    def then(self, least: float, most: float) -> datetime:
        """Let between *least* and *most* hours pass; return the moment. Raises Ended where the present begins."""
        self.now += timedelta(hours=self.rng.uniform(least, most) * (self.pace if least < 24 else 1))
        if self.now >= self.plot.present:
            raise Ended
        return self.now

    # Who acts

    @property
    def community(self) -> Hand:
        return self.cast.by_place[self.place]

    @property
    def dispatcher(self) -> Hand:
        return self.cast.by_place[self.sub]

    @property
    def holder(self) -> Hand:
        if self.case.level == Level.SUBDISTRICT:
            return self.dispatcher
        officer = self.cast.by_place.get(self.grid) if self.case.level == Level.GRID else None
        return officer or self.community

    def said(self, index: int = 2) -> str:
        """Return something that people say of such a matter: 1 the words, 2 what was done."""
        return self.rng.choice(MATTERS[self.case.given.category.code][index])  # type: ignore[arg-type]

    # What happens

    def live(self, code: str) -> None:
        """Live to the end, and be forgotten in time."""
        self.begin(code)
        if self.case.closed_at:
            self.forget()

    def begin(self, code: str) -> None:
        roll, case = self.rng.random(), self.case
        if code in RED and case.slip != Slip.RED:
            case.set_slip(self.community, self.then(0.05, 0.2), "red")
        if code == "6003" or roll < 0.12:
            return self.whistled(code)
        if roll < 0.36:
            return self.by_firm()
        if roll < 0.39:
            return case.redirect(self.community, self.then(1, 20), "12345", "这是市里的事，已经把内容转给 12345，那边会回您。")
        if roll < 0.41:
            return case.not_file(self.dispatcher, self.then(2, 20), "现场和邻居都问过，没有找到这个情况。")
        if roll < 0.43:
            return case.withdraw(self.then(1, 20), "已经自己好了。")
        if roll < 0.47 and self.merged():
            return None
        if roll < 0.50:
            case.file(self.community, self.then(1, 6))
        case.take(self.holder, self.then(0.2, 20))
        if roll < 0.60:
            case.tell_requester(self.holder, self.then(1, 10), "明天上午过去看看，您不用在家等。")
        if roll > 0.95:
            case.note(self.holder, self.then(0.5, 10), "和物业约了周五一起看。")
        return self.finish()

    def merged(self) -> bool:
        at = self.now + timedelta(hours=self.rng.uniform(1, 20))
        into = self.plot.another(self.case, at)
        if into is None or at >= self.plot.present:
            return False
        self.now = at
        self.case.merge(self.community, at, into)
        return True

    def forget(self) -> None:
        """Contact and words go thirty days after the end; whose matter was merged, after the end of the other."""
        root = self.case.merged_into
        ended = root.closed_at if root else self.case.closed_at
        if ended is None:
            return
        at = max(ended, self.case.closed_at or ended) + KEPT + timedelta(minutes=self.rng.uniform(1, 60))
        if at < self.plot.present:
            self.case.erase(at)

    def by_firm(self) -> None:
        case = self.case
        if case.level == Level.GRID:
            case.pass_up(self.holder, self.then(0.5, 16), "要物业来办，网格里办不了。")
        compound = case.given.point.chain.compound
        firm = self.cast.firms.get(compound.id if compound else 0) or self.cast.units["区住房建设局"]
        liaison = self.cast.liaisons[firm.pk]
        part = case.dispatch(self.community, self.then(0.5, 6), [firm], "请上门看看，办好回话。")[0]
        case.acknowledge(part, liaison, self.then(0.3, 5))
        if self.rng.random() < 0.4:
            if case.given.reach:
                at = self.then(0.1, 1)
                case.open_contact(liaison, at, self.rng.choice(CALLS), str(self.cast.titles[liaison.role]))
            case.contact(part, liaison, self.then(0.1, 8))
        case.give_result(part, liaison, self.then(2, 90), self.said())
        self.finish()

    def whistled(self, code: str) -> None:
        case = self.case
        units = [self.cast.units[name] for name in (GAS if code == "6003" else ASKS[code[0]])]
        kind = "emergency" if code == "6003" else self.rng.choice(["daily", "daily", "hard"])
        if code != "6003":
            if case.level == Level.GRID:
                case.pass_up(self.holder, self.then(0.5, 12), "要几家一起来，社区看看。")
            case.ask_whistle(self.community, self.then(0.5, 8), units, "社区去过两次，要两家一起到场才办得了。")
            if self.rng.random() < 0.08:
                case.decline_whistle(self.dispatcher, self.then(1, 8), "物业先办，三天办不了再来。")
                case.take(self.holder, self.then(1, 10))
                return self.finish()
        occasion = "emergency" if code == "6003" else "hard"
        made = case.whistle(self.dispatcher, self.then(0.1, 5), units, kind, occasion, "请两家一起到场，看清楚再定怎么办。")
        self.arrive(made, units, kind)
        for part in made:
            if part.state == OrderState.ARRIVED:
                liaison = self.cast.liaisons[part.unit.pk]
                if self.rng.random() < 0.4:
                    case.start_work(part, liaison, self.then(0.2, 4))
                case.give_result(part, liaison, self.then(0.5, 60), self.said())
        leading = next(part for part in made if part.leads)
        if self.rng.random() < 0.5:
            case.rate_order(leading, self.dispatcher, self.then(0.5, 10), self.rng.choice([3, 4, 5, 5]))
        return self.finish()

    def arrive(self, made: list[Part], units: list[Unit], kind: str) -> None:
        """Every unit comes, or one of them objects."""
        case = self.case
        objecting = kind != "emergency" and self.rng.random() < 0.12
        for part in made:
            liaison = self.cast.liaisons[part.unit.pk]
            if objecting and not part.leads:
                objecting = False
                if not self.objected(part, liaison):
                    continue
            elif kind != "emergency":
                case.acknowledge(part, liaison, self.then(0.2, 3))
            case.report_in(part, liaison, self.then(0.1, 0.4 if kind == "emergency" else 20))

    def objected(self, part: Part, liaison: Hand) -> bool:
        """The unit objects while it may; return whether it has to go in the end."""
        at = self.then(0.1, 1.0)
        if not self.case.may_object(part, at):
            return True
        self.case.object_to(part, liaison, at, "按派单目录，这一段归市里养护。")
        upheld = self.rng.random() < 0.4
        assert self.cast.supervisor
        self.case.rule_objection(part, self.cast.supervisor, self.then(2, 20), upheld, "查了派单目录，以这次裁定为准。")
        return not upheld

    def finish(self) -> None:
        case = self.case
        case.complete(self.holder, self.then(1, 70), self.said())
        if case.state == CaseState.FIELD_CHECK and not self.checked():
            return  # done again there
        roll = self.rng.random()
        if roll < 0.60:
            case.answer(self.then(2, 100), True, self.rng.choice([5, 5, 5, 4, 4, 3]), self.rng.choice(THANKS))
        elif roll < 0.70:
            case.answer(self.then(2, 60), False, self.rng.choice([1, 2, 3]), self.rng.choice(GRUMBLES))
            if self.checked():
                self.silence()
        else:
            self.silence()
            if roll > 0.97:
                case.reopen(self.then(10, 90), "又坏了，和上次一样。")
                self.again()

    def silence(self) -> None:
        self.case.close_by_silence(self.then(24 * 7 + 0.1, 24 * 7 + 2))

    def checked(self) -> bool:
        """Somebody else looks; what was not done is done again. Return whether it was done."""
        passed = self.rng.random() < 0.6
        head = self.cast.heads.get(self.place) or self.cast.supervisor
        assert head
        self.case.check(head, self.then(2, 40), passed, "到现场看过，和邻居也问过。")
        if not passed:
            self.again()
        return passed

    def again(self) -> None:
        """Do it a second time, better."""
        self.case.take(self.holder, self.then(1, 16))
        self.case.complete(self.holder, self.then(2, 30), "又去了一趟，这回和反映的人一起看过。")
        if self.case.state == CaseState.FIELD_CHECK:
            self.case.check(self.cast.heads.get(self.place) or self.cast.supervisor, self.then(2, 30), True, "看过，好了。")  # type: ignore[arg-type]
        self.case.answer(self.then(2, 90), True, 4, "这回好了。")

