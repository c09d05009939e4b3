"""The page of rights shows that the erasing job has run: a promise that nobody can check is none."""

from __future__ import annotations

from bandeng.foundation.jobs.models import Job
from bandeng.foundation.jobs.registry import run_now


def test_the_last_erasure_is_shown_to_everybody(client, db):
    assert "上一次" not in client.get("/rights/").content.decode()
    run_now("erase_contacts")
    assert "到期的资料每小时找一遍、删一遍。上一次：" in client.get("/rights/").content.decode()


def test_one_that_failed_is_not_hidden(client, db):
    run_now("erase_contacts")
    Job.objects.update(ok=False)
    assert "上一次删除没有做完" in client.get("/rights/").content.decode()
