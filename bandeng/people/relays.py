"""How often something may be sent from one address in an hour. Kept in this process only; nothing is written down."""

from __future__ import annotations

import hashlib
import time
from collections import defaultdict

MOST = 10
HOUR = 3600.0
MANY = 10_000  # addresses
_sent: dict[str, list[float]] = defaultdict(list)


def too_many(address: str) -> bool:
    """Count one and return whether it is over the limit of this hour."""
    present = time.monotonic()
    key = hashlib.sha256(address.encode()).hexdigest()
    recent = [moment for moment in _sent[key] if present - moment < HOUR]
    _sent[key] = [*recent, present][-MOST - 1 :]
    if len(_sent) > MANY:  # the addresses longest silent are forgotten; nobody empties the others' counts
        for old in sorted(_sent, key=lambda one: _sent[one][-1])[: MANY // 2]:
            del _sent[old]
    return len(recent) >= MOST


def forget() -> None:
    """Forget all counts (between tests)."""
    _sent.clear()
