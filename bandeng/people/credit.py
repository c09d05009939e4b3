"""The unified social credit code 统一社会信用代码 of organisations (GB 32100-2015): its form and its check digit.

Pure: no Django.
"""

from __future__ import annotations

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # without I, O, S, V and Z
_WEIGHTS = tuple(pow(3, position, 31) for position in range(17))


def clean(code: str) -> str:
    """Return a code as it is stored: capitals, no spaces or dashes."""
    return "".join(code.split()).replace("-", "").upper()


def check_digit(code: str) -> str:
    """Return the eighteenth character that belongs to the first seventeen: 31 − (Σ value × 3^position mod 31) mod 31.

    Raises ValueError for fewer than seventeen characters or one that is not of the alphabet.
    """
    if len(code) < 17:
        raise ValueError(f"{code!r} has fewer than seventeen characters")
    total = sum(ALPHABET.index(char) * weight for char, weight in zip(code, _WEIGHTS, strict=False))
    return ALPHABET[(31 - total % 31) % 31]


def fault(code: str) -> str:
    """Return what is wrong with a cleaned code: "length", "letters", "check"; "" when nothing is."""
    if len(code) != 18:
        return "length"
    if any(char not in ALPHABET for char in code):
        return "letters"
    return "" if check_digit(code) == code[17] else "check"
