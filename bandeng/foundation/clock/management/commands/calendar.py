"""`manage.py calendar`: say that a day is, or is not, a workday."""

from __future__ import annotations

from datetime import date

from django.core.management.base import BaseCommand, CommandError, CommandParser

from bandeng.foundation.access import SYSTEM
from bandeng.foundation.clock.current import correct


class Command(BaseCommand):
    help = (
        "calendar 2027-02-05 off --note 春节: that day is no workday; with `work` it is one. Limits that run "
        "go by it within five minutes, and all that begin from now on."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("day", help="like 2027-02-05")
        parser.add_argument("what", choices=["off", "work"])
        parser.add_argument("--note", default="", help="which notice says so")

    def handle(self, *args: object, day: str, what: str, note: str, **options: object) -> None:
        try:
            when = date.fromisoformat(day)
        except ValueError as error:
            raise CommandError(f"{day} is no date like 2027-02-05.") from error
        row = correct(when, is_workday=what == "work", note=note, actor=SYSTEM)
        self.stdout.write(f"{row}{f' ({row.note})' if row.note else ''}")
