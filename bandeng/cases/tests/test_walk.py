"""The loop walked at random by everybody who has to do with it, one after the other and at the same moment."""

from __future__ import annotations

import os
from datetime import timedelta
from random import Random

import pytest
from django.db import transaction
from django.db.models import Q
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from bandeng.cases import machine, policies
from bandeng.cases.actions.intake import Reach
from bandeng.cases.models import Case, Event, Order
from bandeng.cases.tests import walking
from bandeng.cases.tests.walking import NOT_WALKED, REFUSALS, STAFF, STEPS
from bandeng.foundation.clock import moment
from bandeng.foundation.journal import sealer
from bandeng.foundation.journal.models import Entry
from tests.district import IN_ELM, MONDAY, Town, made_town
from tests.threads import errors, together

LONG = bool(os.environ.get("BANDENG_LONG_TESTS"))
NAMES = [*STAFF, "requester", "requester", "requester"]
SEEDS = st.integers(0, 2**32 - 1)  # every choice of a step comes from one: threads may not change what is drawn next
ACTS = 6  # of one rule: a chain of acts leads further into the loop than single ones
town: Town


class Walk(RuleBasedStateMachine):
    """Two cases, and everybody who may come by."""

    threads = False

    @initialize()
    def begin(self) -> None:
        self.now = MONDAY
        self.point = None if self.threads else transaction.savepoint()
        with moment.at(self.now):
            walking.COMPANY[:] = [town.case(IN_ELM, words=f"第{n}件", reach=Reach(phone="0000-1")).pk for n in range(2)]

    def pick(self, chance: Random) -> tuple[walking.Step, str, Case, Order | None]:
        """Choose an act that the tables know in the state as it is, mostly; who does it, mostly somebody who may."""
        rows = Case.objects.filter(Q(pk__in=walking.COMPANY) | Q(parent_id__in=walking.COMPANY))
        case = chance.choice(list(rows.select_related("parent", "category").order_by("pk")))
        parts = list(case.orders.order_by("pk"))
        wild = chance.random() < 0.1
        fitting = [(step, part) for step in STEPS for part in (parts if step.on_order else [None]) if wild or self.fits(step, case, part)]
        step, part = chance.choice(fitting or [(STEPS[0], None)])
        able = [one for one in NAMES if policies.may(walking.who(town, one, case), step.action, case, part)]
        return step, chance.choice(able if able and chance.random() < 0.8 else NAMES), case, part

    @staticmethod
    def fits(step: walking.Step, case: Case, part: Order | None) -> bool:
        name, state = ("order", part.state) if part else ("case", case.state)
        return policies.unlisted(step.action) or machine.allowed(name, step.action, state)

    @rule(seed=SEEDS)
    def act(self, seed: int) -> None:
        chance = Random(seed)
        for _n in range(ACTS):
            self.one(chance)
            walking.check_all()

    def one(self, chance: Random) -> None:
        """Let somebody try one act, and look at what became of it."""
        step, name, case, part = self.pick(chance)
        actor = walking.who(town, name, case)
        may = policies.may(actor, step.action, case, part)
        before, states = walking.picture(), walking.states()
        with moment.at(self.now):
            try:
                step.run(town, actor, case, part.pk if part else None)
            except REFUSALS:
                assert walking.picture() == before, f"{step.action} by {name} was refused and changed something"
                return
        assert may, f"{name} may not {step.action}, and did"
        walking.check_moves(states, step, ("order", part.pk) if part else ("case", case.pk))
        assert Entry.objects.count() > len(before["Entry"]), f"{step.action} is not in the journal"
        assert Event.objects.count() >= len(before["Event"])

    @rule(hours=st.sampled_from([1, 5, 30, 24 * 4, 24 * 8, 24 * 16, 24 * 35]))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        with moment.at(self.now):
            walking.night()

    @invariant()
    def holds(self) -> None:
        walking.check_all()

    def teardown(self) -> None:
        with moment.at(self.now + timedelta(days=200)):
            walking.erase_all()
        if self.point:
            sealer.seal()
            assert list(sealer.verify()) == []
            transaction.savepoint_rollback(self.point)


class AtOnce(Walk):
    """The same, and now and then two or three acts at the very same moment, each from a thread of its own."""

    threads = True

    @rule(seed=SEEDS, many=st.integers(2, 3))
    def collide(self, seed: int, many: int) -> None:
        chance = Random(seed)
        chosen = [self.pick(chance) for _n in range(many)]
        with moment.at(self.now):
            results = together(*[
                lambda step=step, name=name, case=case, part=part: step.run(
                    town, walking.who(town, name, case), case, part.pk if part else None)
                for step, name, case, part in chosen
            ])
        odd = [error for error in errors(results) if not isinstance(error, REFUSALS)]
        assert odd == [], (odd, [(step.action, name) for step, name, _case, _part in chosen])


def walk(kind: type[Walk], examples: int, steps: int) -> None:
    more = 5 if LONG else 1
    run_state_machine_as_test(kind, settings=settings(
        max_examples=examples * more, stateful_step_count=steps, deadline=None, database=None,
        suppress_health_check=list(HealthCheck), derandomize=not LONG, phases=[Phase.generate]))


def test_every_act_of_the_tables_is_walked():
    known = {move.action for move in machine.MOVES} | set(policies.ORDER_OTHER)
    assert known - {step.action for step in STEPS} <= NOT_WALKED


def test_a_walk_of_one_after_the_other(db):
    global town
    town = made_town()
    walk(Walk, 20, 20)


@pytest.mark.django_db(transaction=True)
def test_a_walk_with_acts_at_the_same_moment():
    global town
    town = made_town()
    walk(AtOnce, 8, 12)
