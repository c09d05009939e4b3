"""`manage.py worker`: run due jobs until told to stop."""

from __future__ import annotations

import signal
import threading
from contextlib import suppress

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, OperationalError, close_old_connections

from bandeng.foundation.jobs import registry


class Command(BaseCommand):
    help = "Runs the jobs (sealing, messages, call-backs, erasure) at their time."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="run what is due and stop")
        parser.add_argument("--job", help="run this one job now and stop")

    def handle(self, *args: object, **options: object) -> None:
        registry.ensure_rows()
        if name := options["job"]:
            if name not in registry.REGISTRY:
                self.stderr.write(f"No job {name!r}. There are: {', '.join(sorted(registry.REGISTRY))}.")
                raise SystemExit(1)
            self.stdout.write(registry.run_now(str(name)) or "Nothing to do.")
            return
        stop = threading.Event()
        if not options["once"]:
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, lambda *_: stop.set())
        worker = registry.Worker()
        try:
            self.go_on(worker, stop, once=bool(options["once"]))
        finally:
            with suppress(DatabaseError):  # held jobs are free again after two minutes at the latest
                worker.release()

    def go_on(self, worker: registry.Worker, stop: threading.Event, *, once: bool) -> None:
        """Run what is due, each second, until told to stop."""
        while True:
            try:
                worker.run_due()
            except OperationalError as error:  # the database is away for a moment
                self.stderr.write(f"worker: {error}; trying again")
                close_old_connections()
            if once or stop.wait(1.0):
                return
