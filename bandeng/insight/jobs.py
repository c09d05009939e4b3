"""What keeps the rates up to date."""

from datetime import timedelta

from bandeng.foundation.jobs.registry import job
from bandeng.insight import actions


@job("keep_rates", every=timedelta(minutes=5))
def keep_rates() -> str:
    if actions.never_read():
        return f"made the rates of {actions.rebuild()} cases anew"
    read = actions.keep_facts()
    counted = actions.count_changed()
    return f"read {read} cases, counted {counted} periods" if read or counted else ""
