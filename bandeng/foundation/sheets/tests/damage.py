"""Files as they come over a bad line or from a bad stick."""

from collections.abc import Iterator
from random import Random


def damages(content: bytes, times: int) -> Iterator[bytes]:
    """Yield *content* with some bytes changed, every tenth time cut off as well; the same on every run."""
    for seed in range(times):
        rng = Random(seed)
        spoilt = bytearray(content)
        for _ in range(rng.choice((1, 3, 8))):
            spoilt[rng.randrange(len(spoilt))] = rng.randrange(256)
        yield bytes(spoilt[: rng.randrange(len(spoilt))] if seed % 10 == 9 else spoilt)
