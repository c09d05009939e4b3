"""`manage.py begin`: the first step of a real district: its place and the first administrator."""

from __future__ import annotations

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from bandeng.foundation.access import SYSTEM
from bandeng.foundation.journal.writer import record
from bandeng.people.roles import Role
from bandeng.territory import codes
from bandeng.territory.locate import raise_version
from bandeng.territory.models import Place, PlaceKind


class Command(BaseCommand):
    help = "begin --code 150103 --district 某某区 --name 王明 --email wang@example.org: for an empty database."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--code", required=True, help="the district's six digits (GB/T 2260)")
        parser.add_argument("--district", required=True, help="the district's name")
        parser.add_argument("--name", required=True, help="the first administrator's name")
        parser.add_argument("--email")
        parser.add_argument("--phone")

    @transaction.atomic
    def handle(self, *args: object, **options: object) -> None:
        code = str(options["code"])
        if not codes.fits("district", code):
            raise CommandError(f"{code!r} is not six digits.")
        if Place.objects.exists():
            raise CommandError("There are places already: this district has begun.")
        if not codes.is_known_province(code):
            self.stdout.write(f"! GB/T 2260 knows no province {code[:2]}.")
        place = Place.objects.create(kind=PlaceKind.DISTRICT, code=code, name=str(options["district"]))
        record(SYSTEM, "place.create", place, fields=["name", "code"])
        raise_version()
        self.stdout.write(f"{place.name} is there.")
        call_command(
            "appoint", str(Role.SYSADMIN), name=options["name"], email=options["email"], phone=options["phone"], stdout=self.stdout
        )
        self.stdout.write("Next: ./bd run, log in, and load the sheets: docs/getting-started.md.")
