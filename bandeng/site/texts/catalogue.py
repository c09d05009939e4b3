"""The .po file: brought up to date with the code, checked, compiled; by polib, without GNU gettext."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import polib

from bandeng.site.texts.extract import Key, Text

WRAP = 100
HEADER = {
    "Project-Id-Version": "bandeng",
    "Language": "en",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=2; plural=(n != 1);",
}
CHINESE = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|(?<!%)%[sdrf]|\{\w*\}")


def key_of(entry: polib.POEntry) -> Key:
    """What makes an entry the same: context, text, plural text."""
    return Key(entry.msgctxt or "", entry.msgid, entry.msgid_plural or "")


def read(path: Path) -> polib.POFile:
    """The catalogue, or a new one with the header of ours."""
    if path.exists():
        return polib.pofile(str(path), encoding="utf-8", wrapwidth=WRAP)
    catalogue = polib.POFile(encoding="utf-8", wrapwidth=WRAP)
    catalogue.metadata = dict(HEADER)
    return catalogue


def update(path: Path, texts: Iterable[Text]) -> tuple[int, int]:
    """Bring the file up to date, keeping every translation; return how many texts came and went.

    Sorted by text and without line numbers, so that a change of code changes few lines here. The file is
    written only when something is different. Nothing is guessed: a changed text is a new text.
    """
    old = read(path)
    before = {key_of(entry): entry for entry in old if not entry.obsolete}
    new = polib.POFile(encoding="utf-8", wrapwidth=WRAP)
    new.metadata = old.metadata or dict(HEADER)
    wanted = {text.key: text for text in texts}
    for key in sorted(wanted):
        new.append(_entry(wanted[key], before.get(key)))
    content = str(new)
    if not path.exists() or path.read_text(encoding="utf-8") != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return len(wanted.keys() - before.keys()), len(before.keys() - wanted.keys())


def _entry(text: Text, old: polib.POEntry | None) -> polib.POEntry:
    context, msgid, plural = text.key
    entry = polib.POEntry(
        msgctxt=context or None,
        msgid=msgid,
        msgid_plural=plural,
        occurrences=[(file, "") for file in sorted(text.files)],
        flags=["python-format"] if "%(" in msgid + plural else [],
    )
    if plural:
        entry.msgstr_plural = dict(old.msgstr_plural) if old else {0: "", 1: ""}
    else:
        entry.msgstr = old.msgstr if old else ""
    if old:
        entry.tcomment = old.tcomment
        entry.flags += [flag for flag in old.flags if flag == "fuzzy"]
    return entry


def problems(path: Path, texts: Iterable[Text]) -> Iterator[str]:
    """What is wrong with the catalogue, one line each."""
    entries = {key_of(entry): entry for entry in read(path) if not entry.obsolete}
    for text in sorted(texts, key=lambda text: text.key):
        where, entry = sorted(text.files)[0], entries.get(text.key)
        if not CHINESE.search(text.key.text):
            continue  # gettext shows the text itself, and that is not Chinese
        if entry is None:
            yield f"{where}: not in the catalogue (run manage.py messages): {shown(text.key.text)}"
        elif not all(_forms(entry)):
            yield f"{where}: not translated: {shown(text.key.text)}"
        elif entry.fuzzy:
            yield f"{where}: marked fuzzy, therefore not used: {shown(text.key.text)}"
        elif wrong := _wrong_placeholders(entry):
            yield f"{where}: placeholders differ ({wrong}): {shown(text.key.text)}"


def unused(path: Path, texts: Iterable[Text]) -> int:
    """How many entries belong to no text any more."""
    return len({key_of(entry) for entry in read(path)} - {text.key for text in texts})


def _forms(entry: polib.POEntry) -> list[str]:
    if entry.msgid_plural:
        return [entry.msgstr_plural.get(0, ""), entry.msgstr_plural.get(1, "")]
    return [entry.msgstr]


def _wrong_placeholders(entry: polib.POEntry) -> str:
    """The placeholders that only one side has. An English singular may leave the number out: "one case"."""
    wanted = _placeholders(entry.msgid) | _placeholders(entry.msgid_plural or "")
    *singular, last = [_placeholders(form) for form in _forms(entry)]
    wrong = wanted ^ last
    for form in singular:
        wrong |= form - wanted
    return ", ".join(sorted(wrong))


def _placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))


def shown(text: str) -> str:
    """A text on one line, cut short."""
    line = " ".join(text.split())
    return line if len(line) <= 60 else line[:59] + "…"


def compile_all(locale: Path) -> int:
    """Compile every .po that is newer than its .mo; return how many were."""
    done = 0
    for source in sorted(locale.glob("*/LC_MESSAGES/django.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        part = target.with_suffix(f".{os.getpid()}.part")  # two may compile at once; pages read whole files
        polib.pofile(str(source), encoding="utf-8").save_as_mofile(str(part))
        part.replace(target)
        done += 1
    return done
