"""`manage.py import_services FILE.osm.pbf`: service points from an OpenStreetMap extract."""

from __future__ import annotations

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from bandeng.directory.actions import load_map_points
from bandeng.foundation.access import SYSTEM
from bandeng.osm import OsmError, read


class Command(BaseCommand):
    help = (
        "Adds the named service points of an extract and brings those up to date that came from one; what was written by hand or "
        "by sheet is left as it is. Run it again with a newer extract at any time."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help=".osm, .osm.gz or .osm.pbf")

    def handle(self, *args: object, **options: object) -> None:
        path = Path(str(options["file"]))
        self.stdout.write(f"Reading {path.name} …")
        try:
            done = load_map_points(SYSTEM, read(path).services)
        except (OsmError, ValueError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{done.new} new, {done.changed} changed, {done.left} left as somebody had put them right.")
