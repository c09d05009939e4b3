"""What people and files send as text, made fit to be kept, shown and printed."""

from __future__ import annotations

# NUL is refused by PostgreSQL; half of a surrogate pair, legal in JSON, by UTF-8; bidirectional controls make a text
# read otherwise than it is.
_DROPPED = dict.fromkeys([
    *range(9), 11, 12, *range(14, 32), *range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A),
    *range(0xD800, 0xE000), 0xFEFF,
])


def clean(value: str) -> str:
    """Return *value* without control, surrogate and bidirectional characters, with plain line ends, stripped."""
    return value.replace("\r\n", "\n").replace("\r", "\n").translate(_DROPPED).strip()
