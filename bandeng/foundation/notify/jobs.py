"""Sending what is in the outbox."""

from datetime import timedelta

from bandeng.foundation.jobs.registry import job
from bandeng.foundation.notify import outbox


@job("send_messages", every=timedelta(seconds=5))
def send_messages() -> str:
    sent, failed = outbox.send_due()
    if not sent and not failed:
        return ""
    lost = outbox.given_up()
    return f"sent {sent}, put off {failed}" + (f", given up in the last day: {lost}" if lost else "")
