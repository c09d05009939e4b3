"""`manage.py sample small` loads the sample district; `manage.py sample who` says whom to log in as."""

from __future__ import annotations

import time

from django.core.management.base import BaseCommand, CommandError, CommandParser

from bandeng.people import demo
from bandeng.people.models import Account
from bandeng.sample import loading, source
from bandeng.sample.people import PASSWORD, featured
from bandeng.territory.models import Place


class Command(BaseCommand):
    help = (
        "small: loads the invented sample district into an empty database. source: the same at the size of a whole district "
        "(730 grids, three years of cases). who: prints the demo accounts."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["small", "source", "who"])
        parser.add_argument("--cases", type=int, help="how many (small: 420; source: 180,000, three years of 60,000)")

    def handle(self, *args: object, **options: object) -> None:
        if options["what"] == "who":
            return self.who()
        if why := demo.why_no_sample():
            raise CommandError(f"{why}: this installation faces others, and demo accounts may not. Nothing was loaded.")
        if Place.objects.exists():
            raise CommandError("There are places already. The sample wants an empty database.")
        started = time.monotonic()

        def say(text: str) -> None:
            self.stdout.write(f"  {time.monotonic() - started:5.1f} s  {text}")
            self.stdout.flush()

        cases = {"cases": int(str(options["cases"]))} if options["cases"] else {}
        if options["what"] == "source":
            source.load_source(say, **cases)
        else:
            loading.load_small(say, **cases)
        say("The sample district is ready")
        return None

    def who(self) -> None:
        """Print the demo accounts, one a line."""
        if not Account.objects.filter(is_sample=True).exists():
            self.stdout.write("No sample district is loaded; log in with an account of your own.")
            return
        self.stdout.write(f"Demo accounts, all with the password {PASSWORD}:")
        for login, role, where in featured():
            self.stdout.write(f"  {login + '@demo.bandeng':28} {role} · {where}")
