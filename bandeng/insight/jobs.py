"""What keeps the rates up to date."""

from datetime import timedelta

from bandeng.foundation.jobs.registry import job
from bandeng.insight import actions

TURN = 20.0  # seconds: the same worker sends messages and closes cases, and has to come round


@job("keep_rates", every=timedelta(minutes=5))
def keep_rates() -> str:
    if actions.never_read():
        actions.begin_anew()
    if actions.under_way():
        anew = actions.read_on(seconds=TURN) or 0
        if actions.under_way():
            return f"read {anew} cases anew, more to come"
        counted = actions.count_changed(patient=False, seconds=TURN)
        return f"made the rates of {anew} cases anew, counted {counted} periods"
    read = actions.keep_facts()
    counted = actions.count_changed(seconds=TURN)
    return f"read {read} cases, counted {counted} periods" if read or counted else ""
