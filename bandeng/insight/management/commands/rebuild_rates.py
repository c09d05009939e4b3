"""`manage.py rebuild_rates`: make the facts and counts of the rates anew from the cases."""

from __future__ import annotations

from django.core.management.base import BaseCommand

from bandeng.insight import actions


class Command(BaseCommand):
    help = "Reads every case anew and counts every period anew; nobody is locked out meanwhile, and the old numbers stand."

    def handle(self, *args: object, **options: object) -> None:
        def say(text: str) -> None:
            self.stdout.write(f"  {text}")
            self.stdout.flush()

        say(f"{actions.rebuild(say):,} cases")
