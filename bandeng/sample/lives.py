"""Half a year of cases, lived through by the real actions at earlier moments, in every state."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from random import Random

from bandeng.cases.actions import ending, family, filing, intake, orders, work
from bandeng.cases.actions.intake import Reach
from bandeng.cases.machine import CaseState, Level
from bandeng.cases.models import Case, Category, Slip
from bandeng.foundation.access import Actor, WrongState
from bandeng.foundation.clock.moment import at
from bandeng.people.models import Post, Unit
from bandeng.people.queries import actor_of
from bandeng.people.roles import Role
from bandeng.sample.words import ASKS, GAS, GRUMBLES, MATTERS, RED, THANKS
from bandeng.territory.models import Place, PlaceKind

# Urgent matters go faster than others.
PACE = {"emergency": 0.03, "utilities": 0.14, "hazard": 0.3}
WINTER = {10, 11, 12, 1, 2, 3, 4}


class Ended(Exception):
    """The present has been reached: the case stays where it is."""


class Life:
    """One case and the time that passes in it."""

    def __init__(self, stage: Stage, start: datetime, case: Case) -> None:
        self.stage, self.moment, self.case = stage, start, case
        self.me = Actor(claims=frozenset({case.pk}))

    def then(self, least: float, most: float, act: Callable[[], object]) -> None:
        """Let between *least* and *most* hours pass, then act; stop where the present begins."""
        pace = PACE.get(self.case.category.limit_class, 1.0)
        self.moment += timedelta(hours=self.stage.rng.uniform(least, most) * (pace if least < 24 else 1))
        if self.moment >= self.stage.present:
            raise Ended
        with at(self.moment):
            act()
        self.case.refresh_from_db()

    def holder(self) -> Actor:
        place = {Level.GRID: self.case.grid_id, Level.COMMUNITY: self.case.community_id}.get(
            Level(self.case.level), self.case.subdistrict_id
        )
        return self.stage.by_place.get(place or 0) or self.stage.by_place[self.case.community_id or 0]

    def pick(self, index: int = 2) -> str:
        return self.stage.rng.choice(MATTERS[self.case.category.code][index])  # type: ignore[arg-type]


class Stage:
    """The district with its people, ready for stories."""

    def __init__(self, rng: Random, present: datetime) -> None:
        self.rng, self.present = rng, present
        self.categories = {c.code: c for c in Category.objects.filter(in_use=True)}
        self.spots = list(
            Place.objects.filter(kind=PlaceKind.BUILDING, compound__isnull=False).select_related("compound").order_by("pk")
        )
        self.units = {u.name: u for u in Unit.objects.all()}
        self.by_place: dict[int, Actor] = {}
        self.by_unit: dict[int, Actor] = {}
        self.firms = {
            pk: unit for unit in Unit.objects.filter(kind="property").prefetch_related("serves")
            for pk in unit.serves.values_list("compound_id", flat=True)
        }
        first = {Role.GRID_OFFICER, Role.COMMUNITY_WORKER, Role.SUBDISTRICT_DISPATCHER, Role.DISTRICT_DISPATCHER}
        for post in Post.objects.filter(role__in=first):
            self.by_place[post.place_id] = actor_of(post.person_id)
        for post in Post.objects.filter(unit__isnull=False):
            self.by_unit[post.unit_id] = actor_of(post.person_id)
        self.checkers = {
            p.place_id: actor_of(p.person_id) for p in Post.objects.filter(role=Role.COMMUNITY_HEAD)
        }
        self.supervisor = actor_of(Post.objects.get(role=Role.DISTRICT_SUPERVISOR).person_id)

    def live(self, start: datetime) -> Case:
        """Let one case happen from *start* to its end or to the present."""
        weights = [share * (4 if code[0] == "3" and start.month in WINTER else 0.2 if code[0] == "3" else 1)
                   for code, (share, *_rest) in MATTERS.items()]
        code = self.rng.choices(list(MATTERS), weights)[0]
        life = self.begin(start, code)
        with suppress(Ended):
            self._go(life, code)
        return life.case

    def begin(self, start: datetime, code: str) -> Life:
        """Report a matter of this category at *start*."""
        rng = self.rng
        spot = rng.choice(self.spots)
        compound = spot.compound.name if spot.compound else ""
        reach = Reach()
        if rng.random() < 0.4:
            reach = Reach(name=rng.choice(["王奶奶", "李先生", "小赵", "刘大爷"]), phone=f"0000-888{rng.randrange(10000):04d}")
        with at(start):
            done = intake.report(
                Actor(), report_key=f"sample-{rng.getrandbits(128):032x}", category=self.categories[code],
                lon=(spot.lon or 0) + rng.uniform(-1, 1) * 1e-4, lat=(spot.lat or 0) + rng.uniform(-1, 1) * 1e-4,
                words=rng.choice(MATTERS[code][1]), place_text=f"{compound}{spot.name}", reach=reach,
                agreed_public=rng.random() < 0.5,
            )
        return Life(self, start, done.case)

    def _go(self, life: Life, code: str) -> None:
        roll = self.rng.random()
        ident = life.case.pk
        if code in RED and life.case.slip != Slip.RED:
            life.then(0.05, 0.2, lambda: filing.set_slip(self.community(life), case=ident, slip="red"))
        if code == "6003" or roll < 0.16:
            return self.whistled(life, code)
        if roll < 0.40:
            return self.by_firm(life)
        if roll < 0.43:
            return life.then(1, 20, lambda: work.redirect(
                self.community(life), case=ident, channel="12345", reason="这是市里的事，已经把内容转给 12345，那边会回您。"))
        if roll < 0.45:
            return life.then(2, 20, lambda: work.not_file(
                self.sub(life), case=ident, reason="现场和邻居都问过，没有找到这个情况。"))
        if roll < 0.47:
            return life.then(1, 20, lambda: intake.withdraw(life.me, case=ident, reason="已经自己好了。"))
        if roll < 0.50 and self.merge(life):
            return None
        if roll < 0.53:
            life.then(1, 6, lambda: work.file(self.community(life), case=ident))
        life.then(0.2, 20, lambda: work.take(life.holder(), case=ident))
        if roll < 0.57:
            life.then(1, 10, lambda: work.tell_requester(life.holder(), case=ident, words="明天上午过去看看，您不用在家等。"))
        self.finish(life, code)
        return None

    def merge(self, life: Life) -> bool:
        other = Case.objects.filter(
            community_id=life.case.community_id, closed_at__isnull=True, category_id=life.case.category_id
        ).exclude(pk=life.case.pk).first()
        if other is None:
            return False
        life.then(1, 20, lambda: family.merge(self.community(life), case=life.case.pk, into=other.number))
        return True

    def community(self, life: Life) -> Actor:
        return self.by_place[life.case.community_id or 0]

    def sub(self, life: Life) -> Actor:
        return self.by_place[life.case.subdistrict_id or 0]

    def by_firm(self, life: Life) -> None:
        ident = life.case.pk
        if life.case.level == Level.GRID:
            life.then(0.5, 16, lambda: work.pass_up(life.holder(), case=ident, reason="要物业来办，网格里办不了。"))
        firm = self.firms.get(life.case.compound_id or 0) or self.units["区住房建设局"]
        asked: list = []
        life.then(0.5, 6, lambda: asked.extend(orders.dispatch(
            self.community(life), case=ident, units=[firm.pk], leader=firm.pk, reason="请上门看看，办好回话。")))
        liaison, order = self.by_unit[firm.pk], asked[0].pk
        life.then(0.3, 5, lambda: orders.acknowledge(liaison, case=ident, order=order))
        if self.rng.random() < 0.4:
            life.then(0.5, 8, lambda: orders.contact(liaison, case=ident, order=order))
        life.then(2, 90, lambda: orders.give_result(liaison, case=ident, order=order, result=life.pick()))
        self.finish(life, life.case.category.code)

    def whistled(self, life: Life, code: str) -> None:
        ident = life.case.pk
        names = GAS if code == "6003" else ASKS[code[0]]
        units = [self.units[name] for name in names]
        kind = "emergency" if code == "6003" else self.rng.choice(["daily", "daily", "hard"])
        if code != "6003":
            if life.case.level == Level.GRID:
                life.then(0.5, 12, lambda: work.pass_up(life.holder(), case=ident, reason="要几家一起来，社区看看。"))
            life.then(0.5, 8, lambda: orders.ask_whistle(
                self.community(life), case=ident, units=[u.pk for u in units], reason="社区去过两次，要两家一起到场才办得了。"))
            if self.rng.random() < 0.08:
                life.then(1, 8, lambda: orders.decline_whistle(
                    self.sub(life), case=ident, reason="物业先办，三天办不了再来。"))
                life.then(1, 10, lambda: work.take(life.holder(), case=ident))
                return self.finish(life, code)
        made: list = []
        life.then(0.1, 5, lambda: made.extend(orders.whistle(
            self.sub(life), case=ident, units=[u.pk for u in units], leader=units[0].pk, kind=kind,
            occasion="emergency" if code == "6003" else "hard", reason="请两家一起到场，看清楚再定怎么办。")))
        objecting = kind != "emergency" and self.rng.random() < 0.12
        for number, order in enumerate(made):
            liaison, pk = self.by_unit[order.unit_id], order.pk
            if objecting and number == 1:
                self.objection(life, liaison, pk)
                continue
            if kind != "emergency":
                life.then(0.2, 3, partial(orders.acknowledge, liaison, case=ident, order=pk))
            life.then(0.1, 0.4 if kind == "emergency" else 20, partial(orders.report_in, liaison, case=ident, order=pk))
        for order in made:
            order.refresh_from_db()
            if order.state not in ("arrived", "accepted"):
                continue
            liaison, pk = self.by_unit[order.unit_id], order.pk
            if order.state == "accepted":  # the objection was turned down: the unit has to come after all
                life.then(0.5, 8, partial(orders.report_in, liaison, case=ident, order=pk))
            if self.rng.random() < 0.4:
                life.then(0.2, 4, partial(orders.start_work, liaison, case=ident, order=pk))
            life.then(0.5, 60, partial(orders.give_result, liaison, case=ident, order=pk, result=life.pick()))
        if self.rng.random() < 0.5:
            life.then(0.5, 10, lambda: orders.rate_order(
                self.sub(life), case=ident, order=made[0].pk, grade=self.rng.choice([3, 4, 5, 5])))
        self.finish(life, code)
        return None

    def objection(self, life: Life, liaison: Actor, order: int) -> None:
        ident = life.case.pk
        try:
            life.then(0.1, 1.0, lambda: orders.object_to(
                liaison, case=ident, order=order, ground="按派单目录，这一段归市里养护。"))
        except WrongState:
            # The four working hours were over: the unit goes.
            return life.then(0.1, 2, lambda: orders.report_in(liaison, case=ident, order=order))
        arbiter = self.supervisor
        upheld = self.rng.random() < 0.4
        return life.then(2, 20, lambda: orders.rule_objection(
            arbiter, case=ident, order=order, upheld=upheld, reason="查了派单目录，以这次裁定为准。"))

    def finish(self, life: Life, code: str) -> None:
        ident = life.case.pk
        life.then(1, 70, lambda: work.complete(life.holder(), case=ident, answer=life.pick()))
        if life.case.state == CaseState.FIELD_CHECK and not self.check(life):
            return  # done again there
        roll = self.rng.random()
        if roll < 0.60:
            grade = self.rng.choice([5, 5, 5, 4, 4, 3])
            life.then(2, 100, lambda: ending.answer(life.me, case=ident, solved=True, grade=grade, words=self.rng.choice(THANKS)))
        elif roll < 0.70:
            life.then(2, 60, lambda: ending.answer(life.me, case=ident, solved=False, grade=self.rng.choice([1, 2, 3]), words=self.rng.choice(GRUMBLES)))
            if self.check(life) and life.case.state == CaseState.CALLBACK:
                life.then(24 * 7 + 0.1, 24 * 7 + 2, lambda: ending.close_by_silence(ident))
        else:
            life.then(24 * 7 + 0.1, 24 * 7 + 2, lambda: ending.close_by_silence(ident))
            if roll > 0.97:
                life.then(10, 90, lambda: ending.reopen(life.me, case=ident, reason="又坏了，和上次一样。"))
                self.again(life)

    def check(self, life: Life) -> bool:
        checker = self.checkers[life.case.community_id or 0]
        passed = self.rng.random() < 0.6
        life.then(2, 40, lambda: work.check(
            checker, case=life.case.pk, passed=passed, finding="到现场看过，和邻居也问过。"))
        if not passed:
            self.again(life)
        return passed

    def again(self, life: Life) -> None:
        """Do it a second time, better."""
        ident = life.case.pk
        life.then(1, 16, lambda: work.take(life.holder(), case=ident))
        life.then(2, 30, lambda: work.complete(life.holder(), case=ident, answer="又去了一趟，这回和反映的人一起看过。"))
        if life.case.state == CaseState.CALLBACK:
            life.then(2, 90, lambda: ending.answer(life.me, case=ident, solved=True, grade=4, words="这回好了。"))


def live_through(stage: Stage, count: int, days: int, say: Callable[[str], None]) -> None:
    """Let *count* cases happen over the last *days* days."""
    rng, present = stage.rng, stage.present
    recent = count // 6  # so that every inbox has something in every state today
    starts = sorted(
        present - timedelta(days=(3 if number < recent else days) * rng.random() ** 1.3, hours=rng.random() * 3)
        for number in range(count)
    )
    for number, start in enumerate(starts, start=1):
        local = start.replace(hour=rng.choice([0, 1, 1, 2, 2, 3, 6, 7, 8, 9, 10, 11, 12]), minute=rng.randrange(60))
        stage.live(min(local, present - timedelta(minutes=5)))
        if number % 100 == 0:
            say(f"{number} of {count} cases")
