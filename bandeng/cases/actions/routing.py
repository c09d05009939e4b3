"""Routing rules: written, tried on past cases, switched on, put in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from bandeng.cases import rules
from bandeng.cases.actions import step as steps
from bandeng.cases.actions.catalogue import editor
from bandeng.cases.models import Answer, Case, Order, RoutingRule, RuleTo
from bandeng.foundation.access import Actor, Invalid, WrongState
from bandeng.foundation.clock.moment import now
from bandeng.foundation.journal.writer import record
from bandeng.people.models import Unit

TRIED = 2000  # past cases, the newest
SHOWN = 20
CONTENT = ("title", "codes", "place", "question", "answer", "time", "level", "to", "unit", "at_once")


def save(actor: Actor, *, rule: int | None, title: str, **values: Any) -> RoutingRule:
    """Write a rule, or change one. A changed rule is off until it was tried and is switched on again."""
    post = editor(actor)
    values["title"] = steps.text(title, "title", limit=80)
    if values.get("to") == RuleTo.UNIT and not values.get("unit"):
        raise Invalid(_("请选单位。"), "unit")
    if not values.get("level") and not values.get("to"):
        raise Invalid(_("这条规则要决定一样：交给哪一级，或派给哪个单位。"), "level")
    if bool(values.get("question")) != bool(values.get("answer")):
        raise Invalid(_("问题代号和答案要一起写。"), "answer")
    with transaction.atomic():
        row = RoutingRule.objects.select_for_update().filter(pk=rule).first() if rule else RoutingRule()
        if row is None:
            raise WrongState(_("这条规则刚刚被删掉了。"))
        changed = [name for name in CONTENT if name in values and getattr(row, name) != values[name]]
        for name in CONTENT:
            if name in values:
                setattr(row, name, values[name])
        if not rule:
            row.nth = (RoutingRule.objects.aggregate(last=Max("nth"))["last"] or 0) + 1
        row.is_on, row.tried_at, row.changed_at = False, None, now()
        row.save()
        record(actor, "rule.change" if rule else "rule.add", row, post=post, fields=changed or ["title"])
    transaction.on_commit(rules.forget)
    return row


def switch(actor: Actor, *, rule: int, on: bool) -> None:
    """Switch a rule on or off. On only after a trial of what it says now."""
    post = editor(actor)
    with transaction.atomic():
        row = _locked(rule)
        if row.is_on == on:
            raise WrongState(_("已经是这样了。"))
        if on and row.tried_at is None:
            raise WrongState(_("先拿过去的件试一遍，看看会怎样，再打开。"))
        row.is_on = on
        row.save(update_fields=["is_on"])
        record(actor, "rule.on" if on else "rule.off", row, post=post, fields=["is_on"])
    transaction.on_commit(rules.forget)


def move(actor: Actor, *, rule: int, up: bool) -> None:
    """Change places with the rule before or behind: the first that fits decides."""
    post = editor(actor)
    with transaction.atomic():
        rows = list(RoutingRule.objects.select_for_update().order_by("nth", "pk"))
        at = next((n for n, row in enumerate(rows) if row.pk == rule), None)
        if at is None:
            raise WrongState(_("这条规则刚刚被删掉了。"))
        to = at - 1 if up else at + 1
        if not 0 <= to < len(rows):
            raise WrongState(_("已经在头上了。") if up else _("已经在最后了。"))
        rows[at], rows[to] = rows[to], rows[at]
        for nth, row in enumerate(rows, 1):
            row.nth = nth
        RoutingRule.objects.bulk_update(rows, ["nth"])
        record(actor, "rule.move", rows[to], post=post, fields=["nth"])
    transaction.on_commit(rules.forget)


def remove(actor: Actor, *, rule: int) -> None:
    """Delete a rule. What it did stands in the stories of the cases."""
    post = editor(actor)
    with transaction.atomic():
        row = _locked(rule)
        record(actor, "rule.remove", row, post=post, fields=["title"])
        row.delete()
    transaction.on_commit(rules.forget)


def _locked(rule: int) -> RoutingRule:
    row = RoutingRule.objects.select_for_update().filter(pk=rule).first()
    if row is None:
        raise WrongState(_("这条规则刚刚被删掉了。"))
    return row


@dataclass(slots=True)
class Trial:
    """What a rule would have done to past cases: how many were looked at, which it would have decided, and what became
    of those in truth."""

    looked_at: int = 0
    decided: int = 0
    same_unit: int = 0  # the unit that really worked on it
    other_unit: int = 0
    no_unit: int = 0  # nobody was ever asked
    before: int = 0  # an earlier rule would have decided
    shown: list[tuple[Case, str, str]] = field(default_factory=list)  # case, would have gone to, really went to


def try_out(actor: Actor, *, rule: int) -> Trial:
    """Try a rule on the newest past cases, at its place among those that are on, and note that it was tried."""
    post = editor(actor)
    row = RoutingRule.objects.select_related("unit", "place").filter(pk=rule).first()
    if row is None:
        raise WrongState(_("这条规则刚刚被删掉了。"))
    found = _try(row)
    with transaction.atomic():
        now_there = _locked(rule)
        if now_there.changed_at == row.changed_at:  # else somebody changed it while it was being tried
            now_there.tried_at = now()
            now_there.save(update_fields=["tried_at"])
            record(actor, "rule.try", now_there, post=post, fields=["tried_at"])
    return found


def _try(rule: RoutingRule) -> Trial:
    earlier = list(RoutingRule.objects.filter(is_on=True, nth__lt=rule.nth).select_related("unit", "place"))
    cases = list(Case.objects.select_related("category").order_by("-created_at")[:TRIED])
    answers = _answers(cases) if any(one.question for one in [*earlier, rule]) else {}
    went = _first_units(cases)
    trial = Trial(looked_at=len(cases))
    for case in cases:
        facts = rules.facts_of(case, answers.get(case.pk, ()))
        if not rules.fits(rule, facts):
            continue
        if rules.decide(facts, earlier):
            trial.before += 1
            continue
        trial.decided += 1
        _compare(trial, rule, case, facts, went.get(case.pk, ""))
    return trial


def _compare(trial: Trial, rule: RoutingRule, case: Case, facts: rules.Facts, really: str) -> None:
    would = ""
    if rule.to:
        found = rules.unit_of(rule, case.category, facts.places) if trial.decided <= SHOWN or rule.to == RuleTo.UNIT else None
        would = found.unit.name if found else ""
        if rule.to == RuleTo.UNIT or trial.decided <= SHOWN:
            trial.same_unit += would == really and bool(really)
            trial.other_unit += would != really and bool(really)
            trial.no_unit += not really
    if len(trial.shown) < SHOWN:
        trial.shown.append((case, would, really))


def _answers(cases: Sequence[Case]) -> dict[int, list[tuple[str, str]]]:
    found: dict[int, list[tuple[str, str]]] = {}
    pks = [case.pk for case in cases]
    for case, code, value in Answer.objects.filter(case_id__in=pks).values_list("case_id", "question__code", "value"):
        found.setdefault(case, []).append((code, value))
    return found


def _first_units(cases: Sequence[Case]) -> dict[int, str]:
    names = dict(Unit.objects.values_list("pk", "name"))
    rows = Order.objects.filter(case_id__in=[case.pk for case in cases]).order_by("-asked_at").values_list("case_id", "unit_id")
    return {case: names[unit] for case, unit in rows}
