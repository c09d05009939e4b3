"""The sealer's job."""

from datetime import timedelta

from bandeng.foundation.jobs.registry import job
from bandeng.foundation.journal import sealer


@job("seal_journal", every=timedelta(seconds=1))
def seal_journal() -> str:
    done = sealer.seal()
    return f"sealed {done} rows" if done else ""
