"""`manage.py draw_states`: write docs/case-states.md from the state tables."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from bandeng.cases.machine import CASE_MOVES, ORDER_MOVES, CaseState, Move, OrderState

TARGET = Path(settings.BASE_DIR) / "docs" / "case-states.md"


def drawing() -> str:
    """Return the page: for each machine a Mermaid diagram and the table with all its rows."""
    with translation.override("zh-hans"):
        parts = ["# The states of a case and of its orders", "",
                 "Made from `bandeng/cases/machine.py` by `./bd manage draw_states`; do not edit.", ""]
        for title, states, moves in (("Case 民情单", CaseState, CASE_MOVES), ("Order 派单", OrderState, ORDER_MOVES)):
            parts += [f"## {title}", "", "```mermaid", "stateDiagram-v2"]
            parts += [f'  {value}: {value} {label}' for value, label in states.choices]
            arrows: dict[tuple[str, str], list[str]] = {}
            for move in moves:
                for state in move.states:
                    arrows.setdefault((state or "[*]", move.to or state), []).append(move.action)
            parts += [f"  {a} --> {b}: {', '.join(names)}" for (a, b), names in arrows.items() if a != b]
            parts += ["```", "", "| from | action | who | guard | needs | to | clock |", "|---|---|---|---|---|---|---|"]
            parts += [_row(move) for move in moves]
            parts.append("")
    return "\n".join(parts)


def _row(move: Move) -> str:
    cells = (", ".join(s or "–" for s in move.states), move.action, ", ".join(move.who), move.guard,
             ", ".join(move.needs), move.to or "(same)", move.clock)
    return "| " + " | ".join(cells) + " |"


class Command(BaseCommand):
    help = "Writes docs/case-states.md from the state tables; --check fails when the page is out of date."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: object, **options: object) -> None:
        text = drawing()
        if options["check"]:
            if not TARGET.exists() or TARGET.read_text(encoding="utf-8") != text:
                raise CommandError("docs/case-states.md is out of date: run ./bd manage draw_states.")
            return
        TARGET.write_text(text, encoding="utf-8")
        self.stdout.write(f"{TARGET} written.")
