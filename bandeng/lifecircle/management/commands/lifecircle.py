"""`manage.py lifecircle import FILE.osm.pbf`: the walking network of the district, and what serves people in it."""

from __future__ import annotations

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from bandeng.directory.actions import load_map_points
from bandeng.foundation.access import SYSTEM
from bandeng.lifecircle import network
from bandeng.osm import OsmError, read
from bandeng.walking import WalkError


class Command(BaseCommand):
    help = "Makes the walking network of the life circles from an OpenStreetMap extract, and brings its service points up to date."

    def add_arguments(self, parser: CommandParser) -> None:
        kinds = parser.add_subparsers(dest="what", required=True)
        importing = kinds.add_parser("import", help="read an extract")
        importing.add_argument("file", type=Path, help=".osm, .osm.gz or .osm.pbf")

    def handle(self, *args: object, **options: object) -> None:
        path = Path(str(options["file"]))
        self.stdout.write(f"Reading {path.name} …")
        try:
            extract = read(path)
            self.stdout.write("Building the walking network …")
            made = network.keep(extract)
            points = load_map_points(SYSTEM, extract.services)
        except (OsmError, WalkError, ValueError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{len(made):,} junctions and gates, {len(made.edge_length):,} stretches of way; {int(made.gate_assumed.sum())} gates assumed. "
            f"{points.new} new service points, {points.changed} changed.")
