"""`manage.py verify_journal`: is the journal what was written?"""

from django.core.management.base import BaseCommand, CommandError, CommandParser

from bandeng.foundation.journal.models import Chain, Entry
from bandeng.foundation.journal.sealer import verify


class Command(BaseCommand):
    help = "Finds changed, missing and cut rows of the journal; exit status 1 when there are any."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--head", metavar="NUMBER:CODE", help="a published head to compare with")

    def handle(self, *args: object, **options: object) -> None:
        published = None
        if given := options["head"]:
            number, _, code = str(given).partition(":")
            if not number.isdigit() or len(code) != 64:
                raise CommandError("--head wants NUMBER:CODE as the public board prints it (64 hex digits).")
            published = int(number), code
        faults = list(verify(published))
        for fault in faults[:50]:
            self.stderr.write(fault.what)
        chain = Chain.objects.filter(pk=1).first()
        waiting = Entry.objects.filter(seq__isnull=True).count()
        if faults:
            raise CommandError(f"{len(faults)} faults in the journal.")
        self.stdout.write(f"The journal is whole: {chain.seq if chain else 0} rows sealed, {waiting} waiting.")
