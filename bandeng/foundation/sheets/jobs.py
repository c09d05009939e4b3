"""What happens to uploads by time alone."""

from datetime import timedelta

from bandeng.foundation.jobs.registry import job
from bandeng.foundation.sheets.actions import forget_old


@job("forget_uploads", every=timedelta(hours=1))
def forget_uploads() -> str:
    """Drop files that nobody loaded within a day."""
    done = forget_old()
    return f"forgot {done} files that were not loaded" if done else ""
