"""`manage.py transitions --json`: both state tables as one list, for whoever wants to draw or check them."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import models

from bandeng.cases.machine import MOVES, CaseState, OrderState

MACHINES: dict[str, type[models.TextChoices]] = {"case": CaseState, "order": OrderState}


def rows() -> list[dict[str, Any]]:
    """Return one row for each state and each action that is possible in it.

    `state` is null where the action begins something, `initial` true where such an action leads to the row's state.
    `next` is the state afterwards, the same one where an action moves nothing. An end that nothing leaves has one row
    with `action` and `next` null, so that every state stands in the list.
    """
    found = []
    for machine, states in MACHINES.items():
        mine = [move for move in MOVES if move.machine == machine]
        first = {move.to for move in mine if "" in move.states}
        for state in ("", *states.values):
            here = [move for move in mine if state in move.states]
            base = {"machine": machine, "state": state or None, "initial": state in first}
            for move in here:
                found.append(base | {
                    "action": move.action, "who": list(move.who), "guard": move.guard or None, "required": list(move.needs),
                    "next": move.to or state, "clock": move.clock or None,
                })
            if all((move.to or state) == state for move in here):
                found.append(base | {"action": None, "who": [], "guard": None, "required": [], "next": None, "clock": None})
    return found


class Command(BaseCommand):
    help = "Prints both state tables, one row for each state and action: --json as one list, else to read."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON list")

    def handle(self, *args: object, **options: object) -> None:
        if options["json"]:
            self.stdout.write(json.dumps(rows(), ensure_ascii=False, indent=1))
            return
        for row in rows():
            what = f"{row['action']} → {row['next']}" if row["action"] else "(end)"
            self.stdout.write(f"{row['machine']:5} {row['state'] or '·':16} {what:44} {', '.join(row['who'])}")
