"""`manage.py rotate_seal_keys`: wrap every data key under the first key of BANDENG_SEAL_KEYS."""

from django.core.management.base import BaseCommand

from bandeng.foundation.sealed.models import DataKey
from bandeng.foundation.sealed.vault import rewrap


class Command(BaseCommand):
    help = "Put the new master key first in BANDENG_SEAL_KEYS, run this, then drop the old one."

    def handle(self, *args: object, **options: object) -> None:
        total = DataKey.objects.count()
        changed = 0
        for number, row in enumerate(DataKey.objects.iterator(chunk_size=500), start=1):
            changed += rewrap(row)
            if number % 5000 == 0:
                self.stdout.write(f"{number} of {total}")
        self.stdout.write(f"{changed} of {total} data keys wrapped anew.")
