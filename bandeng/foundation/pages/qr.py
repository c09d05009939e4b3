"""QR codes as inline SVG."""

from __future__ import annotations

import io

import segno


def qr_svg(text: str) -> str:
    """Return a QR code as inline SVG."""
    out = io.BytesIO()
    segno.make(text, error="m").save(out, kind="svg", xmldecl=False, svgns=True, border=1, omitsize=True, nl=False)
    return out.getvalue().decode()
