"""The catalogue of matters that comes with the product: data/categories.csv and data/questions.csv.

Residents' matters follow what people write about most (domain brief, sections 2.1, 3 and 8); events and components are
the two tables of digital city management (after CJ/T 214), without the mass incidents and publications that nobody
has to report here; beggars became "somebody needs help", which stops and records nothing. Classes of persons,
assemblies, petitions and the like are left out on purpose (section 7). Filing and closing conditions are our own words.
A district changes it on the page, by new versions; what it changed, `load` leaves alone.
"""

from __future__ import annotations

import csv
from pathlib import Path

from django.db import transaction

from bandeng.cases.models import Category, Question

DATA = Path(__file__).parent / "data"
_COPIED = (
    "code", "table", "group", "group_en", "icon", "name", "name_en", "limit_class", "unit_kind", "standard",
    "filing", "filing_en", "closing", "closing_en",
)


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of one of the two files, "categories" or "questions"."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@transaction.atomic
def load() -> int:
    """Put the kinds into the table that are not there in any version yet, with their questions. Return how many.

    Rows of a product that knew no conditions yet are given theirs, once.
    """
    given = list(enumerate(rows("categories"), 1))
    known = {row.code: row for row in Category.objects.order_by("version")}
    new = [_category(rank, row) for rank, row in given if row["code"] not in known]
    Category.objects.bulk_create(new)
    bare = [_filled(known[row["code"]], rank, row) for rank, row in given if row["code"] in known and _is_bare(known[row["code"]])]
    fields = [field.name for field in Category._meta.concrete_fields if field.name not in ("id", "code", "version", "in_use")]
    Category.objects.bulk_update(bare, fields, batch_size=100)
    made = {row.code: row for row in [*new, *bare]}
    Question.objects.bulk_create([_question(made[row["category"]], row) for row in rows("questions") if row["category"] in made])
    return len(new)


def _is_bare(row: Category) -> bool:
    return row.version == 1 and row.since is None and not row.filing


def _filled(old: Category, rank: int, row: dict[str, str]) -> Category:
    filled = _category(rank, row)
    filled.pk, filled.in_use = old.pk, old.in_use
    return filled


def _category(rank: int, row: dict[str, str]) -> Category:
    response, finish = _span(row["response"]), _span(row["finish"])
    return Category(
        **{name: row[name] for name in _COPIED}, rank=rank, danger=bool(row["danger"]), on_list=bool(row["community"]),
        response_amount=response[0], response_unit=response[1], finish_amount=finish[0], finish_unit=finish[1],
    )


def _span(text: str) -> tuple[int, str]:
    amount, _space, unit = text.partition(" ")
    return (int(amount), unit) if amount else (0, "")


def _question(category: Category, row: dict[str, str]) -> Question:
    return Question(
        category=category, nth=int(row["nth"]), code=row["code"], kind=row["kind"], words=row["words"], words_en=row["words_en"],
        required=bool(row["required"]), options=row["options"].replace(";", "\n"), options_en=row["options_en"].replace(";", "\n"),
    )
