"""`manage.py messages`: keep the English catalogue in step with the Chinese texts of the code."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from bandeng.site.texts import catalogue, extract, untranslated


class Command(BaseCommand):
    help = "Bring bandeng/locale/en/LC_MESSAGES/django.po up to date, check it, or compile it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        group = parser.add_mutually_exclusive_group()
        group.add_argument("--check", action="store_true", help="change nothing; fail if anything is missing")
        group.add_argument("--compile", action="store_true", help="write the .mo files that pages read")
        parser.add_argument("--root", type=Path, default=settings.BASE_DIR, help="where bandeng/ lies")

    def handle(self, *args: object, root: Path, check: bool, compile: bool, **options: object) -> None:
        locale = root / "bandeng" / "locale"
        file = locale / "en" / "LC_MESSAGES" / "django.po"
        if compile:
            self.stdout.write(f"{catalogue.compile_all(locale)} catalogues compiled.")
            return
        texts = extract.texts(root)
        if check:
            self.check_all(root, file, texts)
            return
        came, went = catalogue.update(file, texts)
        left = sum(1 for _ in catalogue.problems(file, texts))
        self.stdout.write(f"{len(texts)} texts: {came} new, {went} gone, {left} missing or wrong.")

    def check_all(self, root: Path, file: Path, texts: list[extract.Text]) -> None:
        """List every problem, then fail when there was one."""
        found = [*catalogue.problems(file, texts), *untranslated.problems(root)]
        for line in found:
            self.stderr.write(line)
        if dead := catalogue.unused(file, texts):
            self.stdout.write(f"{dead} entries are no longer used; manage.py messages removes them.")
        if found:
            raise CommandError(f"{len(found)} texts need work.")
        self.stdout.write(f"{len(texts)} texts, all in both languages.")
