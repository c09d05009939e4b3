"""Jobs: run at their time by one worker, and a broken one stops nobody."""

import threading
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bandeng.foundation.jobs import registry
from bandeng.foundation.jobs.models import Job
from bandeng.foundation.jobs.registry import Entry, Worker

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
        assert Worker()._claim_and_run("slow") is False  # what a second worker with the same list does
        return "ran"

    monkeypatch.setitem(registry.REGISTRY, "slow", Entry("slow", timedelta(minutes=1), run))
    registry.ensure_rows()
    assert Worker()._claim_and_run("slow") is True
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


# -- jobs that have nothing to do ------------------------------------------------------------------------------


class Quick:
    """A job for every second that says what it is told to, at a clock of our own."""

    def __init__(self, monkeypatch):
        self.ran, self.says, self.now = 0, "", timezone.now()
        monkeypatch.setattr(registry, "REGISTRY", {"quick": Entry("quick", timedelta(seconds=1), self.run)})
        monkeypatch.setattr(registry.timezone, "now", lambda: self.now)
        registry.ensure_rows()

    def run(self):
        self.ran += 1
        if isinstance(self.says, Exception):
            raise self.says
        return self.says

    def rounds(self, worker, seconds):
        """Let the worker go round each second; return how often it wrote."""
        with CaptureQueriesContext(connection) as queries:
            for _ in range(seconds):
                self.now += timedelta(seconds=1)
                worker.run_due()
        return sum(query["sql"].startswith(("UPDATE", "INSERT")) for query in queries)

    @property
    def row(self):
        return Job.objects.get(name="quick")


@pytest.fixture
def quick(monkeypatch):
    return Quick(monkeypatch)


def test_an_idle_job_runs_each_second_but_is_written_down_once_a_minute(quick):
    assert quick.rounds(Worker(), 300) <= 2 * 5 + 3
    assert quick.ran == 300
    assert 300 - 61 <= quick.row.runs <= 300
    assert quick.now - quick.row.finished_at <= timedelta(seconds=62)


@pytest.mark.parametrize("says", ["did something", ValueError("dry")])
def test_what_a_held_job_did_or_broke_is_written_down_at_once(quick, says):
    worker = Worker()
    quick.rounds(worker, 5)
    quick.says = says
    quick.rounds(worker, 1)
    row = quick.row
    assert (row.ok, row.runs, row.claimed_until) == (says == "did something", 6, None)
    assert str(says) in row.said
    assert row.next_run_at == quick.now + timedelta(seconds=1)
    quick.rounds(worker, 1)
    assert quick.ran == 7


def test_that_a_job_runs_at_all_and_that_it_runs_again_is_seen_at_once(quick):
    worker = Worker()
    quick.rounds(worker, 1)
    assert (quick.row.runs, quick.row.finished_at) == (1, quick.now)
    quick.says = ValueError("dry")
    quick.rounds(worker, 1)
    assert quick.row.ok is False
    quick.says = ""
    quick.rounds(worker, 1)
    assert quick.row.ok is True


def test_what_one_worker_holds_another_leaves_alone(quick):
    one, other = Worker(), Worker()
    for _ in range(200):
        quick.now += timedelta(seconds=1)
        before = quick.ran
        one.run_due()
        other.run_due()
        assert quick.ran == before + 1
    one.release()
    other.release()
    assert quick.row.runs == quick.ran


def test_a_released_job_is_free_at_its_next_time(quick):
    worker = Worker()
    quick.rounds(worker, 3)
    worker.release()
    assert (quick.row.claimed_until, quick.row.runs) == (None, 3)
    assert quick.row.next_run_at == quick.now + timedelta(seconds=1)
    assert Worker().run_due() == 0
    quick.now += timedelta(seconds=1)
    assert Worker().run_due() == 1


def test_what_a_killed_worker_held_is_run_by_another_after_two_minutes(quick):
    quick.rounds(Worker(), 30)
    other = Worker()
    quick.rounds(other, 85)
    assert quick.ran == 30
    quick.rounds(other, 10)
    assert quick.ran > 30


def test_a_worker_that_slept_does_not_take_back_what_another_holds(quick):
    sleeper, other = Worker(), Worker()
    quick.rounds(sleeper, 3)
    quick.now += timedelta(minutes=5)
    other.run_due()
    held = quick.row.claimed_until
    sleeper.run_due()
    assert quick.row.claimed_until == held
    assert quick.ran == 4


def test_a_worker_that_ends_holds_nothing(quick):
    call_command("worker", "--once")
    assert quick.row.claimed_until is None
