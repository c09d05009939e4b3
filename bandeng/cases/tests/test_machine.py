"""The tables themselves: nothing unreachable, nothing stuck, nothing that the code does not know."""

import inspect
import json
from io import StringIO

import pytest
from django.core.management import call_command

from bandeng.cases import machine, policies, verbs
from bandeng.cases.actions import (
    calling,
    clocks,
    ending,
    exclusions,
    family,
    intake,
    objections,
    orders,
    privacy,
    route,
    work,
)
from bandeng.cases.machine import CASE_ENDS, CASE_MOVES, MOVES, ORDER_ENDS, ORDER_MOVES, CaseState, OrderState

TABLES = {"case": (CASE_MOVES, CaseState, CASE_ENDS), "order": (ORDER_MOVES, OrderState, ORDER_ENDS)}
# Functions whose name is not the action's, because one function does two actions or the word is taken.
FUNCTIONS = {
    "check_passed": "check", "check_failed": "check", "answer_yes": "answer", "answer_no": "answer",
    "object": "object_to", "route": "follow", "split_off": "split",
    "heard_yes": "heard", "heard_no": "heard", "uphold_objection": "rule_objection", "reject_objection": "rule_objection",
}
WAYS_OUT = {"case": {
    ("merged", "unmerge"), ("not_filed", "uphold_not_filed"), ("closed", "rate"), ("closed", "reopen"), ("rated", "reopen"),
}, "order": set()}
REQUESTERS = {
    "report", "answer_yes", "answer_no", "rate", "reopen", "withdraw", "close_by_silence", "appeal_exclusion", "object_not_filed",
}
RULES = {"route", "split_off"}


def targets(move, state):
    return move.to or state


@pytest.mark.parametrize("name", TABLES)
def test_every_state_can_be_reached(name):
    moves, states, _ends = TABLES[name]
    reached = {""}
    while more := {targets(m, s) for m in moves for s in m.states if s in reached} - reached:
        reached |= more
    assert reached - {""} == set(states.values)


@pytest.mark.parametrize("name", TABLES)
def test_every_state_that_is_no_end_can_be_left(name):
    moves, states, ends = TABLES[name]
    left = {s for m in moves for s in m.states if targets(m, s) != s}
    assert set(states.values) - set(ends) <= left


@pytest.mark.parametrize("name", TABLES)
def test_from_every_state_an_end_can_be_reached(name):
    moves, states, ends = TABLES[name]
    good = set(ends)
    while more := {s for m in moves for s in m.states if s and targets(m, s) in good} - good:
        good |= more
    assert set(states.values) <= good


@pytest.mark.parametrize("name", TABLES)
def test_an_end_has_no_way_out_but_the_named_ones(name):
    moves, _states, ends = TABLES[name]
    assert {(s, m.action) for m in moves for s in m.states if s in ends and targets(m, s) != s} == WAYS_OUT[name]


def test_every_who_is_known_to_the_policies():
    assert {who for m in MOVES for who in m.who} <= policies.WHO.keys()
    assert {who for names in policies.OTHER.values() for who in names} <= policies.WHO.keys()


@pytest.mark.parametrize("action", sorted({m.action for m in MOVES}))
def test_every_action_has_a_function(action):
    name = FUNCTIONS.get(action, action)
    rooms = (calling, clocks, family, intake, work, orders, ending, exclusions, objections, privacy, route)
    found = [getattr(room, name) for room in rooms if hasattr(room, name)]
    assert any(inspect.isfunction(thing) for thing in found)


@pytest.mark.parametrize("move", MOVES, ids=lambda m: f"{m.machine}.{m.action}-{m.to}")
def test_target_is_unique(move):
    for state in move.states:
        assert machine.target(move.machine, move.action, state, move.to) == targets(move, state)


def test_target_wants_to_be_told_which_of_two_rows():
    with pytest.raises(LookupError):
        machine.target("case", "complete", "handling")


def test_target_knows_no_move_that_is_not_in_the_table():
    with pytest.raises(LookupError):
        machine.target("case", "take", "closed")
    assert not machine.allowed("case", "take", "closed")
    assert not machine.allowed("order", "nonsense", "accepted")


def test_rows_name_only_states_of_their_machine():
    for name, (moves, states, _ends) in TABLES.items():
        for move in moves:
            assert move.machine == name
            assert {*move.states, move.to} <= {*states.values, ""}


def test_every_staff_action_has_a_button():
    buttons = {v.action for v in verbs.CASE_VERBS}
    assert {m.action for m in CASE_MOVES} - REQUESTERS - RULES <= buttons
    assert {m.action for m in ORDER_MOVES} - {"dispatch", "whistle"} <= {v.action for v in verbs.ORDER_VERBS}


def test_the_start_of_the_tables_is_a_report_a_dispatch_or_a_whistle():
    assert {m.action for m in MOVES if "" in m.states} == {"report", "split_off", "dispatch", "whistle"}


def listed():
    out = StringIO()
    call_command("transitions", "--json", stdout=out)
    return json.loads(out.getvalue())


def test_the_list_of_transitions_holds_every_row_of_both_tables():
    rows = [row for row in listed() if row["action"]]
    told = {(row["machine"], row["state"] or "", row["action"], row["next"], tuple(row["who"])) for row in rows}
    assert told == {(move.machine, state, move.action, move.to or state, move.who) for move in MOVES for state in move.states}
    assert set(rows[0]) == {"machine", "state", "action", "who", "guard", "required", "next", "clock", "initial"}


def test_the_list_says_where_a_machine_begins_and_where_it_ends():
    rows = listed()
    assert {(row["machine"], row["state"]) for row in rows if row["initial"]} == {
        ("case", "received"), ("order", "dispatched"), ("order", "whistled")}
    assert {(row["machine"], row["state"]) for row in rows if row["next"] is None} == {
        *(("case", state) for state in CASE_ENDS - {"closed", "rated", "merged", "not_filed"}), *(("order", state) for state in ORDER_ENDS)}
    assert {row["state"] for row in rows if row["machine"] == "case"} == {None, *CaseState.values}
