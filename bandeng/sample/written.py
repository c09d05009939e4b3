"""The rows that the real actions would write, without the actions: one method for each of their verbs.

Each method says which action it stands for and does on paper what that action does to the database: state, limits,
story, journal. `tests/test_bulk.py` plays the same acts through the real actions and compares every column; whoever
changes an action and not its likeness here is told so there. Messages are left out: nobody is told today what
happened years ago. Moments are UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from bandeng.cases import limits, machine, rules
from bandeng.cases.actions.work import drawn_for_check
from bandeng.cases.limits import LimitKind, Whistle, order_limits
from bandeng.cases.machine import CaseState, Level
from bandeng.cases.models import Slip
from bandeng.foundation.clock.calendar import UTC
from bandeng.people.models import Unit
from bandeng.sample.cast import Hand
from bandeng.sample.paper import OVER, WITHDRAWN, Asked, Paper, Part, masked


class Written(Paper):
    """One case, written down by its verbs. `log`, where given, notes every act for somebody to play it again."""

    # work.py

    def take(self, hand: Hand, at: datetime) -> None:
        self._note_act("take", hand, at, {})
        self._move("take", hand, at)
        self._meet(at, LimitKind.RESPONSE)
        self._event("take", hand, at)

    def pass_up(self, hand: Hand, at: datetime, reason: str) -> None:
        self._note_act("pass_up", hand, at, {"reason": reason})
        self.level = Level.COMMUNITY if self.level == Level.GRID else Level.SUBDISTRICT
        self._move("pass_up", hand, at, "level")
        self._event("pass_up", hand, at, reason, self.level, public=False)

    def file(self, hand: Hand, at: datetime) -> None:
        self._note_act("file", hand, at, {})
        self._move("file", hand, at)
        self._event("file", hand, at)

    def redirect(self, hand: Hand, at: datetime, channel: str, reason: str) -> None:
        self._note_act("redirect", hand, at, {"channel": channel, "reason": reason})
        self._over("redirect", hand, at)
        self._event("redirect", hand, at, reason, channel)

    def not_file(self, hand: Hand, at: datetime, reason: str) -> None:
        self._note_act("not_file", hand, at, {"reason": reason})
        self._over("not_file", hand, at)
        self._event("not_file", hand, at, reason, "no_fact")

    def merge(self, hand: Hand, at: datetime, into: Written) -> None:
        self._note_act("merge", hand, at, {"into": into.number})
        self.merged_into = into
        self._over("merge", hand, at, ",merged_into")
        self._event("merge", hand, at, detail=into.number)

    def _over(self, action: str, hand: Hand | None, at: datetime, more: str = "") -> None:
        if any(part.state not in machine.ORDER_DONE for part in self.parts):
            raise NotImplementedError("a case that ends while units are at work: no such life is written in bulk")
        self._close(at)
        self._move(action, hand, at, f"closed_at,released{more}")
        self._end(at)
        self._close_asks(at, WITHDRAWN if action == "withdraw" else OVER)

    def note(self, hand: Hand, at: datetime, words: str) -> None:
        self._note_act("note", hand, at, {"words": words})
        self._event("note", hand, at, words, public=False)
        self._entry("case.note", hand, at, "note")

    def tell_requester(self, hand: Hand, at: datetime, words: str) -> None:
        self._note_act("tell_requester", hand, at, {"words": words})
        self._event("tell", hand, at, words)
        self._entry("case.tell", hand, at, "story")
        self._meet(at, LimitKind.RESPONSE)

    def set_slip(self, hand: Hand, at: datetime, slip: str) -> None:
        self._note_act("set_slip", hand, at, {"slip": slip})
        community = self.given.point.chain.community
        rule = rules.of_community(community.id if community else None)
        self.slip = slip
        if slip == Slip.RED:
            self.level = rules.higher(self.level, rule.red_level)
        self._entry("case.set_slip", hand, at, "slip,level")
        for clock in self._running((LimitKind.RESPONSE, LimitKind.FINISH), None):
            spans = rules.spans_of(self.given.category, slip, rule, clock.started_at)
            clock.span = spans.response if clock.kind == LimitKind.RESPONSE else spans.finish
            clock.due_at = limits.due(clock.started_at, clock.span).astimezone(UTC)
        self._event("set_slip", hand, at, detail=slip, public=False)

    def complete(self, hand: Hand, at: datetime, answer: str) -> None:
        self._note_act("complete", hand, at, {"answer": answer})
        self.answer_text, self.completed_at = answer, at
        self.done_by, self.done_on = self._doer(), timezone.localdate(at)
        check = self.slip == Slip.RED or drawn_for_check(self)  # type: ignore[arg-type]  # asks number and times only
        self._move("complete", hand, at, "answer,done_by,done_on,completed_at", to=CaseState.FIELD_CHECK if check else CaseState.CALLBACK)
        self._meet(at, LimitKind.RESPONSE, LimitKind.FINISH)
        self._event("complete", hand, at, answer, f"{self.done_on} {self.done_by}")
        self._close_asks(at, answer[:500])
        if check:
            self._start(LimitKind.CHECK, limits.CHECK, at)

    def _doer(self) -> str:
        done = [part for part in self.parts if part.result_at and part.state != machine.OrderState.CANCELLED]
        if done:
            return "、".join(part.unit.name for part in sorted(done, key=lambda part: (not part.leads, part.id)))[:60]
        chain = self.given.point.chain
        spot = {Level.GRID: chain.grid, Level.COMMUNITY: chain.community, Level.SUBDISTRICT: chain.subdistrict}[Level(self.level)]
        return spot.name if spot else ""

    def check(self, hand: Hand, at: datetime, passed: bool, finding: str) -> None:
        self._note_act("check", hand, at, {"passed": passed, "finding": finding})
        action = "check_passed" if passed else "check_failed"
        self._event(action, hand, at, finding)
        self._meet(at, LimitKind.CHECK)
        if passed:
            self.completed_at = at
        self._move(action, hand, at, "completed_at" if passed else "")
        if not passed:
            self._reopen_clock(at)

    def _reopen_clock(self, at: datetime) -> None:
        self._end(at, LimitKind.FINISH)
        self._start(LimitKind.FINISH, limits.REOPENED_FINISH, at)

    # ending.py

    def answer(self, at: datetime, solved: bool, grade: int, words: str = "") -> None:
        self._note_act("answer", None, at, {"solved": solved, "grade": grade, "words": words})
        action = "answer_yes" if solved else "answer_no"
        self.ratings.append((self.id, solved, grade, masked(words), False, at))
        self._event(action, None, at, masked(words), f"{'yes' if solved else 'no'}/{grade}")
        if solved:
            self._close(at)
        self._move(action, None, at, "closed_at" if solved else "")
        if solved:
            self._end(at)
        else:
            self._start(LimitKind.CHECK, limits.CHECK, at)

    def close_by_silence(self, at: datetime) -> None:
        self._note_act("close_by_silence", None, at, {})
        self._close(at)
        self._move("close_by_silence", None, at, "closed_at")
        self._end(at)
        self._event("close_by_silence", None, at, system=True)

    def reopen(self, at: datetime, reason: str) -> None:
        self._note_act("reopen", None, at, {"reason": reason})
        self.reopened_times, self.closed_at = 1, None
        self._move("reopen", None, at, "reopened_times,closed_at")
        self._event("reopen", None, at, masked(reason))
        self._reopen_clock(at)

    # intake.py, privacy.py

    def withdraw(self, at: datetime, reason: str) -> None:
        self._note_act("withdraw", None, at, {"reason": reason})
        self._over("withdraw", None, at)
        self._event("withdraw", None, at, masked(reason))

    def open_contact(self, hand: Hand, at: datetime, reason: str, title: str) -> None:
        self._note_act("open_contact", hand, at, {"reason": reason})
        self._event("open_contact", hand, at, reason)
        self.openings.append((
            self.id, hand.person_id, hand.post_id, f"{hand.where} {title}".strip()[:80], reason, at,
        ))
        self._entry("case.open_contact", hand, at, "contact")

    def erase(self, at: datetime) -> None:
        self._note_act("erase", None, at, {})
        for event in self.events:
            if event[3] == "note":
                event[8] = ""
        self.erased_at = at
        self._entry("case.erase", None, at, "contact,original,data_key")

    # orders.py

    def ask_whistle(self, hand: Hand, at: datetime, units: Sequence[Unit], reason: str) -> None:
        self._note_act("ask_whistle", hand, at, {"units": [unit.pk for unit in units], "reason": reason})
        wanted = sorted(units, key=lambda unit: unit.name)
        self.asks.append(Asked(self._ids.ask(), reason, wanted, at))
        self.level = Level.SUBDISTRICT
        self._move("ask_whistle", hand, at, "level")
        self._event("ask_whistle", hand, at, reason, "、".join(unit.name for unit in wanted), public=False)

    def decline_whistle(self, hand: Hand, at: datetime, reason: str) -> None:
        self._note_act("decline_whistle", hand, at, {"reason": reason})
        self._close_asks(at, reason)
        if self.given.category.on_list:
            self.level = Level.COMMUNITY
        self._move("decline_whistle", hand, at, "level")
        self._event("decline_whistle", hand, at, reason, self.level, public=False)

    def whistle(
        self, hand: Hand, at: datetime, units: Sequence[Unit], kind: str, occasion: str, reason: str
    ) -> list[Part]:
        self._note_act("whistle", hand, at, {
            "units": [unit.pk for unit in units], "leader": units[0].pk, "kind": kind, "occasion": occasion, "reason": reason,
        })
        self._close_asks(at, reason)
        return self._order_all("whistle", hand, at, units, kind, occasion, reason)

    def dispatch(self, hand: Hand, at: datetime, units: Sequence[Unit], reason: str) -> list[Part]:
        self._note_act("dispatch", hand, at, {
            "units": [unit.pk for unit in units], "leader": units[0].pk, "reason": reason,
        })
        self._close_asks(at, reason)
        return self._order_all("dispatch", hand, at, units, Whistle.NONE, "", reason)

    def _order_all(
        self, verb: str, hand: Hand, at: datetime, units: Sequence[Unit], kind: str, occasion: str, reason: str
    ) -> list[Part]:
        leader, spot = units[0].pk, self.given.point.chain.community
        rule = rules.of_community(spot.id if spot else None)
        spans = order_limits(kind, rules.spans_of(self.given.category, self.slip, rule, at))
        self.level = Level.SUBDISTRICT if kind else self.level
        self._move(verb, hand, at, "level")
        self._meet(at, LimitKind.RESPONSE)
        made = []
        for unit in sorted(units, key=lambda unit: unit.name):
            part = Part(self._ids.order(), unit, kind, occasion, unit.pk == leader, machine.target("order", verb, ""), reason, at)
            self.parts.append(part)
            made.append(part)
            for limit_kind, span in spans.items():
                self._start(limit_kind, span, at, part)
            self._entry(f"order.{verb}", hand, at, "unit,ask", part)
        self._event(verb, hand, at, reason, "、".join(part.unit.name for part in made))
        return made

    def _told(self, verb: str, part: Part, hand: Hand, at: datetime, **given: Any) -> None:
        self._note_act(verb, hand, at, {"order": part, **given})

    def acknowledge(self, part: Part, hand: Hand, at: datetime) -> None:
        self._told("acknowledge", part, hand, at)
        self._move_part(part, "acknowledge", hand, at)
        self._meet(at, LimitKind.ACK, order=part)
        self._event("acknowledge", hand, at, order=part)

    def contact(self, part: Part, hand: Hand, at: datetime) -> None:
        self._told("contact", part, hand, at)
        self._move_part(part, "contact", hand, at)
        self._event("contact", hand, at, order=part)
        self._meet(at, LimitKind.RESPONSE)

    def report_in(self, part: Part, hand: Hand, at: datetime) -> None:
        self._told("report_in", part, hand, at)
        self._move_part(part, "report_in", hand, at)
        self._meet(at, LimitKind.ACK, LimitKind.ARRIVE, order=part)
        self._event("report_in", hand, at, order=part)

    def start_work(self, part: Part, hand: Hand, at: datetime) -> None:
        self._told("start_work", part, hand, at)
        self._move_part(part, "start_work", hand, at)
        self._event("start_work", hand, at, order=part)

    def give_result(self, part: Part, hand: Hand, at: datetime, result: str) -> None:
        self._told("give_result", part, hand, at, result=result)
        part.result, part.result_at = result, at
        self._move_part(part, "give_result", hand, at, "result,result_at")
        self._meet(at, LimitKind.ACK, LimitKind.PLAN, LimitKind.FINISH, order=part)
        self._event("give_result", hand, at, result, order=part)

    def may_object(self, part: Part, at: datetime) -> bool:
        """Whether the real action would take an objection at that moment."""
        return part.kind != Whistle.EMERGENCY and not part.objected and at <= limits.due(part.asked_at, limits.OBJECTION_WINDOW)

    def object_to(self, part: Part, hand: Hand, at: datetime, ground: str) -> None:
        self._told("object_to", part, hand, at, ground=ground)
        part.objected, part.ground = True, ground
        self._move_part(part, "object", hand, at, "objected,ground")
        self._start(LimitKind.RULING, limits.RULING, at, part)
        self._event("object", hand, at, ground, public=False, order=part)

    def rule_objection(self, part: Part, hand: Hand, at: datetime, upheld: bool, reason: str) -> None:
        if part.leads and upheld:
            raise NotImplementedError("a leading order that falls away: no such life is written in bulk")
        self._told("rule_objection", part, hand, at, upheld=upheld, reason=reason)
        action = "uphold_objection" if upheld else "reject_objection"
        self._move_part(part, action, hand, at)
        self._meet(at, LimitKind.RULING, order=part)
        self._event(action, hand, at, reason, public=False, order=part)
        if upheld:
            self._end(at, order=part)
        else:
            self._meet(at, LimitKind.ACK, order=part)

    def rate_order(self, part: Part, hand: Hand, at: datetime, grade: int) -> None:
        self._told("rate_order", part, hand, at, grade=grade)
        part.grade = grade
        self._move_part(part, "rate_order", hand, at, "grade")
        self._event("rate_order", hand, at, detail=str(grade), public=False, order=part)
