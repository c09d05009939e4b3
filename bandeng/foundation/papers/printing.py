"""Setting papers with typst, in a Chinese face that comes with the installation.

A paper is a .typ file beside the room that prints it; its values reach it as one JSON text, so that nothing that
somebody typed is ever read as markup.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import segno
import typst
from django.conf import settings

FONTS = ("400Regular", "700Bold")


class CannotPrint(Exception):
    """The paper could not be set: a fault of the installation. The text is for whoever runs it."""


@lru_cache(maxsize=1)
def _fonts() -> tuple[str, ...]:
    folder = Path(settings.CJK_FONTS)
    found = tuple(str(folder / name) for name in FONTS if (folder / name).is_dir())
    if not found:
        raise CannotPrint(f"no Chinese typeface in {folder}: run ./bd run once, it installs one")
    return found


def pdf(paper: Path, values: Mapping[str, Any]) -> bytes:
    """Return the PDF of a paper. In the .typ file: `#let it = json(bytes(sys.inputs.it))`. Raises CannotPrint."""
    try:
        return typst.compile(
            str(paper), font_paths=list(_fonts()), ignore_system_fonts=True, sys_inputs={"it": json.dumps(values, ensure_ascii=False)},
        )
    except (RuntimeError, OSError, typst.TypstError) as error:
        raise CannotPrint(f"{paper.name}: {error}") from error


def qr_svg(text: str) -> str:
    """Return a QR code as SVG text, for `image(bytes(…), format: "svg")`."""
    return segno.make(text, error="m").svg_inline(scale=4, border=0, dark="#26221d")
