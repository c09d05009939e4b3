"""Jobs: run at their time by one worker, and a broken one stops nobody."""

import threading
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from bandeng.foundation.jobs import registry
from bandeng.foundation.jobs.models import Job
from bandeng.foundation.jobs.registry import Entry

pytestmark = pytest.mark.django_db(transaction=True)  # a failed job closes the connection


@pytest.fixture
def ran(monkeypatch):
    """A registry of our own: `count`, which notes that it ran, and `broken`."""
    done = []

    def broken():
        raise ValueError("the well is dry")

    def count():
        done.append(1)
        return "counted"

    monkeypatch.setattr(
        registry, "REGISTRY",
        {"broken": Entry("broken", timedelta(minutes=1), broken), "count": Entry("count", timedelta(minutes=1), count)},
    )
    registry.ensure_rows()
    return done


def test_a_due_job_runs_once_and_waits_for_its_next_time(ran):
    registry.run_due()
    registry.run_due()
    assert ran == [1]
    row = Job.objects.get(name="count")
    assert (row.ok, row.said, row.runs) == (True, "counted", 1)
    assert row.next_run_at > timezone.now()


def test_a_broken_job_is_shown_and_the_others_go_on(ran):
    assert registry.run_due() == 2
    row = Job.objects.get(name="broken")
    assert row.ok is False
    assert "the well is dry" in row.said
    assert ran == [1]


def test_a_broken_job_is_tried_again_at_its_next_time(ran):
    registry.run_due()
    Job.objects.update(next_run_at=timezone.now())
    registry.run_due()
    assert Job.objects.get(name="broken").runs == 2


def test_a_claimed_job_is_left_alone(ran):
    Job.objects.update(claimed_until=timezone.now() + timedelta(minutes=1))
    assert registry.run_due() == 0


def test_the_claim_of_a_killed_worker_runs_out(ran):
    Job.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    registry.run_due()
    assert ran == [1]


def test_a_job_without_code_is_left_alone(ran):
    Job.objects.create(name="gone", next_run_at=timezone.now())
    registry.run_due()
    assert Job.objects.get(name="gone").runs == 0


def test_rows_are_made_once(ran):
    registry.ensure_rows()
    assert Job.objects.count() == 2


def test_a_job_that_runs_is_not_started_by_another_worker(ran, monkeypatch):
    def run():
        ran.append(1)
        assert registry._claim_and_run("slow") is False  # what a second worker with the same list does
        return "ran"

    monkeypatch.setitem(registry.REGISTRY, "slow", Entry("slow", timedelta(minutes=1), run))
    registry.ensure_rows()
    assert registry._claim_and_run("slow") is True
    assert Job.objects.get(name="slow").ok, Job.objects.get(name="slow").said


def test_two_workers_claim_a_job_once(ran):
    barrier = threading.Barrier(2)

    def work():
        barrier.wait()
        try:
            registry.run_due()
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert ran == [1]


def test_the_worker_runs_what_is_due_and_stops(ran):
    call_command("worker", "--once")
    assert ran == [1]


def test_the_worker_runs_one_named_job(ran, capsys):
    call_command("worker", "--job", "count")
    assert ran == [1]
    assert "counted" in capsys.readouterr().out


def test_the_worker_names_the_jobs_there_are(ran, capsys):
    with pytest.raises(SystemExit):
        call_command("worker", "--job", "nonsense")
    assert "broken, count" in capsys.readouterr().err


def test_the_product_registers_its_jobs():
    names = {"seal_journal", "send_messages", "close_silent_cases", "erase_contacts", "clear_claim_tries"}
    assert names <= registry.REGISTRY.keys()
