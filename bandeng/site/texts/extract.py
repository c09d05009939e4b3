"""Finding every translatable text in Python files and templates, without GNU xgettext.

Python is read by Babel's extractor; a template is first turned by Django's own `templatize` into calls of
gettext, as makemessages does it, and then read by the same extractor.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from django.utils.translation.template import templatize

TEMPLATE_SUFFIXES = {".html", ".txt", ".xml", ".svg"}
KEYWORDS: dict[str, tuple | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


class Key(NamedTuple):
    """What makes two texts one: context, text, plural text (both others may be empty)."""

    context: str
    text: str
    plural: str


@dataclass
class Text:
    """One text and the files it occurs in, relative to the root."""

    key: Key
    files: set[str] = field(default_factory=set)


def sources(root: Path) -> Iterator[Path]:
    """Python files and templates of the product under *root*/bandeng, in order; no tests, no migrations."""
    for path in sorted((root / "bandeng").rglob("*")):
        parts = path.relative_to(root).parts
        if {"tests", "migrations", "__pycache__"} & set(parts):
            continue
        if path.suffix == ".py" or ("templates" in parts and path.suffix in TEMPLATE_SUFFIXES):
            yield path


def texts(root: Path) -> list[Text]:
    """Every translatable text of the product."""
    found: dict[Key, Text] = {}
    for path in sources(root):
        for key in texts_of(path):
            found.setdefault(key, Text(key)).files.add(path.relative_to(root).as_posix())
    return list(found.values())


def texts_of(path: Path) -> Iterator[Key]:
    """The texts of one file."""
    source = path.read_text(encoding="utf-8")
    return texts_in(source if path.suffix == ".py" else _templatized(source, path))


def _templatized(source: str, path: Path) -> str:
    """The template as Python. Indentation means nothing there, and would stop Python's tokenizer."""
    return "\n".join(line.lstrip() for line in templatize(source, origin=str(path)).splitlines())


def texts_in(source: str) -> Iterator[Key]:
    """The texts of Python source."""
    from babel.messages.extract import extract  # only developers have it; pages must not need it

    for _, message, _, context in extract("python", BytesIO(source.encode()), keywords=KEYWORDS):
        text, plural = _pair(message)
        if text:
            yield Key(context or "", text, plural)


def _pair(message: str | Iterable[str | None]) -> tuple[str, str]:
    """Babel gives a string, or for plurals a tuple."""
    if isinstance(message, str):
        return message, ""
    words = [word or "" for word in message]
    return words[0], words[1] if len(words) > 1 else ""
