"""`manage.py import_map FILE.osm.pbf`: the base map, and what the places have not got, from an OpenStreetMap extract."""

from __future__ import annotations

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from bandeng.foundation.access import SYSTEM
from bandeng.osm import OsmError, read
from bandeng.territory.actions import OSM_CREDIT, load_map


class Command(BaseCommand):
    help = (
        "Draws the base map anew and adds compounds, buildings and names to search by to places that were imported before; "
        "what an office has entered is left as it is. Run it again with a newer extract at any time."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help=".osm, .osm.gz or .osm.pbf")

    def handle(self, *args: object, **options: object) -> None:
        path = Path(str(options["file"]))
        self.stdout.write(f"Reading {path.name} …")
        try:
            extract = read(path)
            loaded = load_map(SYSTEM, extract=extract, source=OSM_CREDIT, say=lambda text: self.stdout.write(f"  {text}"))
        except (OsmError, ValueError) as error:
            raise CommandError(str(error)) from error
        counts = ", ".join(f"{n} {kind}" for kind, n in loaded.places.items())
        self.stdout.write(f"The base map is drawn. Added {counts}; {loaded.addresses} names to search by.")
