"""Sending what is in the outbox."""

from datetime import timedelta

from bandeng.foundation.jobs.registry import job
from bandeng.foundation.notify import outbox


@job("send_messages", every=timedelta(seconds=5))
def send_messages() -> str:
    sent, failed = outbox.send_due()
    return f"sent {sent}, put off {failed}" if sent or failed else ""
