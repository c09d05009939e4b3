"""`manage.py appoint`: give somebody an account and a post, from the command line."""

from __future__ import annotations

import secrets

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from bandeng.foundation.access import SYSTEM, Invalid
from bandeng.people.actions import assign_post, create_account, create_unit
from bandeng.people.models import Account, Unit, UnitKind, login_name
from bandeng.people.roles import SEATS, Role
from bandeng.territory.models import Place, PlaceKind


class Command(BaseCommand):
    help = (
        "appoint grid_officer --place 159998001001001 --email wang@example.org --name 王明: makes the account when it "
        "is new (and prints its password once) and gives it the post. Liaisons: --unit 区供热公司."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("role", choices=Role.values)
        parser.add_argument("--email")
        parser.add_argument("--phone")
        parser.add_argument("--name", required=True)
        parser.add_argument("--place", help="code of the place (default: the district)")
        parser.add_argument("--unit", help="name of the unit; made as a department of the district when it is new")
        parser.add_argument("--duty-phone", default="")
        parser.add_argument("--called", default="", help="how neighbours call the holder; shown on public pages")
        parser.add_argument("--password", help="otherwise one is made and printed")

    @transaction.atomic
    def handle(self, *args: object, **options: object) -> None:
        role = str(options["role"])
        email, phone = login_name(options["email"]), login_name(options["phone"])
        if not email and not phone:
            raise CommandError("Give --email or --phone: with it one logs in.")
        place, unit = self._seat(role, options)
        person = Account.objects.filter(email=email).first() if email else None
        person = person or (Account.objects.filter(phone=phone).first() if phone else None)
        if person is None:
            password = str(options["password"] or secrets.token_urlsafe(12))
            try:
                validate_password(password)
            except ValidationError as error:
                raise CommandError(" ".join(error.messages)) from error
            person = create_account(SYSTEM, email=email, phone=phone, password=password, name=str(options["name"]))
            if not options["password"]:
                self.stdout.write(f"New account {person.get_username()}, password (shown once): {password}")
        called = str(options["called"])
        try:
            assign_post(
                SYSTEM, person=person, role=role, place=place, unit=unit, duty_phone=str(options["duty_phone"]),
                called=called, shows_name=bool(called),
            )
        except Invalid as error:
            raise CommandError(str(error)) from error
        where = place or unit
        self.stdout.write(f"{person.name}: {Role(role).value} · {where.name if where else ''}")

    def _seat(self, role: str, options: dict) -> tuple[Place | None, Unit | None]:
        district = Place.objects.filter(kind=PlaceKind.DISTRICT).first()
        if district is None:
            raise CommandError("There are no places yet: run import_neighbourhood first.")
        if SEATS[role] == "unit":
            if not options["unit"]:
                raise CommandError(f"A {role} belongs to a unit: give --unit NAME.")
            unit = Unit.objects.filter(name=options["unit"]).first()
            if unit is None:
                unit = create_unit(SYSTEM, name=options["unit"], kind=UnitKind.DEPARTMENT, seat=district)
                self.stdout.write(f"New unit {unit.name}.")
            return None, unit
        place = Place.objects.filter(code=options["place"]).first() if options["place"] else district
        if place is None:
            raise CommandError(f"No place has the code {options['place']}.")
        if place.kind != SEATS[role]:
            codes = Place.objects.filter(kind=SEATS[role]).order_by("code").values_list("code", "name")[:20]
            there = ", ".join(f"{code} {name}" for code, name in codes)
            raise CommandError(f"A {role} sits at a {SEATS[role]}, {place.name} is a {place.kind}. There are: {there}")
        return place, None
