"""`manage.py import_sheet KIND FILE`: what the page 表格导入 does, from the command line."""

from __future__ import annotations

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from bandeng.foundation.access import SYSTEM, Invalid
from bandeng.foundation.geo.datum import DATUMS
from bandeng.foundation.sheets import actions, paper
from bandeng.foundation.sheets.kinds import KINDS


class Command(BaseCommand):
    help = (
        "import_sheet places grids.gpkg --dry-run: says what loading the file would do. Without --dry-run it is loaded, "
        "whole or not at all. --returned FILE.xlsx writes the sheet back with its problems marked."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=sorted(KINDS))
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, load nothing")
        parser.add_argument("--datum", choices=DATUMS, default="wgs84", help="what the file's coordinates are in")
        parser.add_argument("--returned", type=Path, help="write the sheet back with a column of problems")
        parser.add_argument("--language", default="en", help="of what is said: en or zh-hans")

    def handle(self, *args: object, **options: object) -> None:
        kind, path = KINDS[str(options["kind"])], Path(str(options["file"]))
        try:
            content = path.read_bytes()
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        with translation.override(str(options["language"])):
            try:
                table, plan = actions.load_file(
                    SYSTEM, kind=kind, name=path.name, content=content, datum=str(options["datum"]), dry=bool(options["dry_run"]),
                )
            except Invalid as error:
                raise CommandError(f"{path.name}: {error}") from error
            for note in plan.notes:
                self.stdout.write(f"! {note}")
            for problem in plan.problems[:100]:
                mark = "x" if problem.grave else "?"
                self.stdout.write(f"{mark} row {problem.row} {problem.column}: {problem.text}")
            if len(plan.problems) > 100:
                self.stdout.write(f"… and {len(plan.problems) - 100} more")
            if options["returned"]:
                Path(str(options["returned"])).write_bytes(paper.returned(kind.columns, table, plan.problems))
        counts = f"{plan.new} new, {plan.changed} changed, {plan.same} the same"
        if plan.grave:
            raise CommandError(f"{plan.grave} rows are wrong; nothing was loaded ({counts}).")
        self.stdout.write(f"{'Would load' if options['dry_run'] else 'Loaded'}: {counts}.")
