"""`manage.py draw_rights`: docs/rights.md from the policies; `--check` fails when it is out of step."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from bandeng.people.roles import Role
from bandeng.site.gates import ADDRESSES, case_acts, roles_through

HEAD = """# Who may do what

Drawn from the policies by `./bd manage draw_rights`; a test holds it to them, and another walks through every address as
every role (`tests/test_every_door.py`). A mark means: at the own place and under it, or in the own unit. What depends on
one thing (a case, a post, a community) is said in words; the policy of that thing decides.

"""


class Command(BaseCommand):
    help = "Draws docs/rights.md, the table of roles and acts, from the policies."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="fail when the file differs, write nothing")

    def handle(self, *args: object, **options: object) -> None:
        path = Path(settings.BASE_DIR) / "docs" / "rights.md"
        with translation.override("en"):
            text = HEAD + _acts() + _addresses()
        if options["check"]:
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                raise CommandError("docs/rights.md is out of step with the policies: run ./bd manage draw_rights")
            return
        path.write_text(text, encoding="utf-8")
        self.stdout.write(f"{path.name} is drawn.")


def _head(first: str) -> str:
    return f"| {first} | " + " | ".join(role.replace("_", " ") for role in Role.values) + " |\n|---|" + "---|" * len(Role.values) + "\n"


def _row(first: str, roles: set[str]) -> str:
    return f"| {first} | " + " | ".join("●" if role in roles else "" for role in Role.values) + " |\n"


def _acts() -> str:
    text = "## Acts on cases and orders\n\n" + _head("act")
    for (machine, action), roles in case_acts().items():
        extra = "".join(f" ({word})" for word in ("requester", "anyone") if word in roles)
        text += _row(f"{machine}: `{action}`{extra}", roles)
    return text


def _addresses() -> str:
    text = "\n## Addresses\n\n" + _head("address")
    for name, gate in sorted(ADDRESSES.items()):
        mark = _row(f"`{name}`", roles_through(gate))
        text += mark if gate.opens else f"| `{name}` | {gate.words} |" + " |" * (len(Role.values) - 1) + "\n"
    return text
