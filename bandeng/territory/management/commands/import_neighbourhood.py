"""`manage.py import_neighbourhood FILE.osm.pbf`: a real neighbourhood from an OpenStreetMap extract."""

from __future__ import annotations

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from bandeng.foundation.access import SYSTEM
from bandeng.osm import OsmError, read
from bandeng.territory.actions import OSM_CREDIT, load_neighbourhood
from bandeng.territory.division import divide
from bandeng.territory.models import Place


class Command(BaseCommand):
    help = (
        "Loads compounds, buildings, gates and streets of an extract into an empty database. Without "
        "--boundaries, grids are drawn round its compounds by a simple rule and marked as drawn by rule."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help=".osm, .osm.gz or .osm.pbf")
        parser.add_argument("--boundaries", type=Path, help="GeoJSON with district, subdistricts, communities, grids")
        parser.add_argument("--district", default="未定名区", help="name of the district, without --boundaries")
        parser.add_argument("--subdistrict", default="未定名街道")
        parser.add_argument("--communities", type=int, default=4)

    def handle(self, *args: object, **options: object) -> None:
        if Place.objects.exists():
            raise CommandError("There are places already. Import into an empty database (BANDENG_HOME or DATABASE_URL).")
        path = Path(str(options["file"]))
        self.stdout.write(f"Reading {path.name} …")
        try:
            extract = read(path)
        except OsmError as error:
            raise CommandError(str(error)) from error
        if given := options["boundaries"]:
            try:
                boundaries = json.loads(Path(str(given)).read_text(encoding="utf-8"))
            except (OSError, ValueError) as error:
                raise CommandError(f"{given}: {error}") from error
        else:
            self.stdout.write("No boundaries given: drawing grids round the compounds by rule …")
            boundaries = divide(
                extract, district_name=str(options["district"]), subdistrict_name=str(options["subdistrict"]),
                communities=int(str(options["communities"])),
            )
        try:
            loaded = load_neighbourhood(
                SYSTEM, extract=extract, boundaries=boundaries, source=OSM_CREDIT,
                say=lambda text: self.stdout.write(f"  {text}"),
            )
        except (ValueError, KeyError) as error:
            raise CommandError(f"Nothing was loaded: {error}") from error
        counts = ", ".join(f"{n} {kind}" for kind, n in loaded.places.items())
        self.stdout.write(f"Loaded {counts}; {loaded.addresses} names to search by.")
