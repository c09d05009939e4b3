"""Printing what was measured, and what is missed as missed."""

from __future__ import annotations

import sys
import unicodedata
from dataclasses import asdict, dataclass


@dataclass
class Line:
    """One figure against its target; `least` is True where more is better."""

    part: str
    name: str
    value: float
    unit: str
    target: float | None = None
    least: bool = True
    note: str = ""
    rival: float | None = None  # Signalen's figure, where there is one

    @property
    def met(self) -> bool | None:
        if self.target is None:
            return None
        return self.value >= self.target if self.least else self.value <= self.target

    @property
    def verdict(self) -> str:
        return {True: "met", False: "MISSED", None: ""}[self.met]


def wide(text: str, width: int) -> str:
    """Pad *text*, where a Chinese character is two columns wide."""
    taken = sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
    return text + " " * max(0, width - taken)


def number(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def say(text: str = "") -> None:
    """Write a line at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def show(line: Line) -> None:
    """Print one figure."""
    sign = "≥" if line.least else "≤"
    target = f"{sign} {number(line.target)}" if line.target is not None else ""
    ours = f"{number(line.value)} {line.unit}"
    rival = f"Signalen {number(line.rival)}, {number(line.value / line.rival)} x" if line.rival else ""
    say(f"  {wide(line.name, 44)} {ours:>14}  {target:>9} {line.verdict:7} {rival:26} {line.note}".rstrip())


def rows(lines: list[Line]) -> list[dict]:
    """Return the figures for a file."""
    return [{**asdict(line), "met": line.met} for line in lines]
