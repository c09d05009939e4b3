"""Recovery codes 备用码: ten codes on paper, ten digits each, for the day the telephone is gone.

Digits can be typed on any telephone and read out to anybody. The codes of a set are derived from a random mark and
the hash key outside the database; the mark is forgotten when they have been shown, and the database keeps keyed hashes.
"""

from __future__ import annotations

import secrets

from bandeng.foundation.sealed.vault import fingerprint

COUNT = 10
DIGITS = 10


def new_mark() -> str:
    """Return a fresh random mark for a set of codes."""
    return secrets.token_urlsafe(24)


def codes_of(mark: str, account_id: int) -> list[str]:
    """Return the codes of a set, in order, all different."""
    found: dict[str, None] = {}
    number = 0
    while len(found) < COUNT:
        value = int.from_bytes(fingerprint("recovery-set", f"{account_id}/{mark}/{number}"), "big")
        found[f"{value % 10**DIGITS:0{DIGITS}d}"] = None
        number += 1
    return list(found)


def code_hash(account_id: int, code: str) -> bytes:
    """Return what the database keeps of a code."""
    return fingerprint("recovery-code", f"{account_id}/{code}")


def spaced(code: str) -> str:
    """Return a code as it is printed."""
    return f"{code[:5]} {code[5:]}"
