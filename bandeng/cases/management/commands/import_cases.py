"""`manage.py import_cases FILE.csv`: load messages that citizens wrote elsewhere, as cases of this district."""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError, CommandParser

from bandeng.cases import catalogue
from bandeng.cases.actions.intake import report
from bandeng.cases.models import Category, Source
from bandeng.foundation.access import SYSTEM, Invalid
from bandeng.foundation.clock.moment import at
from bandeng.territory.models import Place, PlaceKind

ZONE = ZoneInfo("Asia/Shanghai")
FIELDS = ("id", "time", "title", "text", "label")
TIMES = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y-%m-%d", "%Y/%m/%d")


def parse_time(given: str) -> datetime:
    """Return the moment of a cell, taken as local time. Raises ValueError with a sentence."""
    for form in TIMES:
        try:
            return datetime.strptime(given.strip(), form).replace(tzinfo=ZONE)
        except ValueError:
            continue
    raise ValueError(f"time {given!r} is none of 2026-11-22 09:30:00, 2026/11/22 9:30, 2026-11-22")


class Command(BaseCommand):
    help = (
        "Columns: id, time, title, text, label (another name: --column text=内容). Rows with lon and lat use them; "
        "others are put at a compound of the district, chosen by their id. Phones and ID numbers are masked. "
        "Rows that cannot be taken are written to FILE.rejected.csv with the reason."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--column", action="append", default=[], metavar="FIELD=COLUMN")
        parser.add_argument("--category", action="append", default=[], metavar="LABEL=CODE",
                            help="which category a label means; others become B009")
        parser.add_argument("--limit", type=int, default=0, help="only the first so many rows")
        parser.add_argument("--keep-times", action="store_true",
                            help="count limits from the time in the file; otherwise from now")

    def handle(self, *args: object, **options: object) -> None:
        path = Path(str(options["file"]))
        columns = dict(zip(FIELDS, FIELDS, strict=True)) | self._pairs(options["column"])
        catalogue.load()
        categories = {category.code: category for category in Category.objects.filter(in_use=True)}
        labels = self._pairs(options["category"])
        if wrong := sorted(set(labels.values()) - set(categories)):
            raise CommandError(f"No category {', '.join(wrong)}. There are: {', '.join(sorted(categories))}.")
        homes = list(Place.objects.filter(kind=PlaceKind.COMPOUND, lon__isnull=False).order_by("pk"))
        if not homes:
            raise CommandError("There are no compounds yet: run import_neighbourhood first.")
        rows = self._read(path, columns)
        if int(str(options["limit"])):
            rows = rows[: int(str(options["limit"]))]
        rejected: list[dict[str, str]] = []
        said: Counter[str] = Counter()
        for number, row in enumerate(rows, start=1):
            try:
                said[self._take(row, columns, labels, categories, homes, bool(options["keep_times"]))] += 1
            except (ValueError, Invalid) as error:
                rejected.append({**row, "reason": str(error)})
            if number % 200 == 0 or number == len(rows):
                self.stdout.write(f"  {number} of {len(rows)}")
        self._reject(path, rejected)
        self.stdout.write(f"{said['new']} loaded, {said['again']} there already, {len(rejected)} rejected.")

    def _pairs(self, given: object) -> dict[str, str]:
        pairs = {}
        for item in given if isinstance(given, list) else []:
            key, equals, value = item.partition("=")
            if not equals:
                raise CommandError(f"{item!r}: want NAME=VALUE.")
            pairs[key.strip()] = value.strip()
        return pairs

    def _read(self, path: Path, columns: dict[str, str]) -> list[dict[str, str]]:
        try:
            with path.open(encoding="utf-8-sig", newline="") as handle:
                reader = csv.DictReader(handle)
                rows = [{k: v or "" for k, v in row.items() if k} for row in reader]
                names = reader.fieldnames or []
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise CommandError(f"{path}: {error}") from error
        if columns["text"] not in names:
            raise CommandError(f"{path} has no column {columns['text']!r}; it has: {', '.join(names)}. Use --column.")
        return rows

    def _take(
        self, row: dict[str, str], columns: dict[str, str], labels: dict[str, str],
        categories: dict[str, Category], homes: list[Place], keep_times: bool,
    ) -> str:
        def cell(field: str) -> str:
            return row.get(columns[field], "").strip()

        title, text = cell("title"), cell("text")
        words = text if not title or text.startswith(title) else f"{title}\n{text}"
        if not text:
            raise ValueError("no text")
        ident = cell("id") or hashlib.sha256(words.encode()).hexdigest()
        home = homes[int(hashlib.sha256(ident.encode()).hexdigest(), 16) % len(homes)]
        lon, lat = home.lon or 0.0, home.lat or 0.0
        if row.get("lon") and row.get("lat"):
            lon, lat = float(row["lon"]), float(row["lat"])
        category = categories[labels.get(cell("label"), "B009")]
        given = {
            "report_key": f"import/{ident}", "category": category, "lon": lon, "lat": lat, "words": words,
            "place_text": home.name, "source": Source.IMPORT,
        }
        if keep_times:
            with at(parse_time(cell("time"))):
                return "again" if report(SYSTEM, **given).again else "new"
        return "again" if report(SYSTEM, **given).again else "new"

    def _reject(self, path: Path, rejected: list[dict[str, str]]) -> None:
        if not rejected:
            return
        out = Path(f"{path.name}.rejected.csv")
        with out.open("w", encoding="utf-8-sig", newline="") as handle:
            writer = csv.DictWriter(handle, fieldnames=list(rejected[0]), extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rejected)
        self.stdout.write(f"Rejected rows are in {out.resolve()}.")
