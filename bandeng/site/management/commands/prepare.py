"""`manage.py prepare`: what `./bd run` does before it starts the server, in one process.

Database tables, compiled texts, static files, and the sample town when there is no place at all in an SQLite that
serves this machine only. What is up to date is left alone, so that a second start takes little time.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from bandeng.cases import catalogue as catalogue_of_matters
from bandeng.people import demo
from bandeng.site.texts import catalogue

SAMPLE_SIZE = "small"


class Command(BaseCommand):
    help = "Make database, texts and static files ready to run; load the sample town into an empty database."
    # The checks run with `migrate`, when there is something to migrate.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-sample", action="store_true", help="leave an empty database empty")

    def handle(self, *args: object, **options: object) -> None:
        self.started = float(os.environ.get("BANDENG_STARTED") or time.time())
        settings.HOME.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            self.migrate()
        except OperationalError as error:
            raise CommandError(f"The database cannot be reached: {str(error).strip()}") from error
        self.load_catalogue()
        self.compile_texts()
        self.collect_static()
        if not options["no_sample"]:
            self.load_sample()

    def say(self, text: str) -> None:
        """One progress line, in step with those of bd."""
        self.stdout.write(f"[{time.time() - self.started:6.1f} s] {text}")
        self.stdout.flush()

    def migrate(self) -> None:
        """Bring the tables up to date."""
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if plan:
            self.say(f"Bringing the database up to date ({len(plan)} steps) …")
            call_command("migrate", interactive=False, verbosity=0)

    def load_catalogue(self) -> None:
        """Put the kinds of matters that came with this version into the table; what the district changed stays."""
        if loaded := catalogue_of_matters.load():
            self.say(f"Loaded {loaded} kinds of matters.")

    def compile_texts(self) -> None:
        """Compile the catalogues whose .po is newer; the .mo files are not kept in git."""
        for locale in settings.LOCALE_PATHS:
            if done := catalogue.compile_all(Path(locale)):
                self.say(f"Compiled {done} catalogue of texts.")

    def collect_static(self) -> None:
        """Collect, hash and compress static files when a source has changed since last time."""
        stamp, now = settings.HOME / "static.stamp", static_fingerprint()
        if settings.STATIC_ROOT.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == now:
            return
        self.say("Collecting the static files …")
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(now, encoding="utf-8")

    def load_sample(self) -> None:
        """Load the sample town when there is no place, the command exists, and the installation is for trying out."""
        if "sample" not in get_commands() or apps.get_model("territory", "Place").objects.exists():
            return
        why = demo.why_no_sample()
        if not why and connection.vendor != "sqlite":
            why = f"the database is {connection.display_name}"
        if why:
            self.say(f"Starting empty, without the sample town: {why}.")
            return
        self.say("Loading the sample town …")
        call_command("sample", SAMPLE_SIZE)


def static_fingerprint() -> str:
    """A hash over name, size and time of every static source: it changes when one of them may have."""
    total = hashlib.sha256()
    for line in sorted(_static_sources()):
        total.update(line.encode())
    return total.hexdigest()


def _static_sources() -> Iterator[str]:
    for finder in get_finders():
        for path, storage in finder.list([]):
            prefix = getattr(storage, "prefix", None) or ""
            status = os.stat(storage.path(path))
            yield f"{prefix}/{path} {status.st_size} {status.st_mtime_ns}\n"
