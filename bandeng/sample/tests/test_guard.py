"""Sample data never faces the world: not loaded where others are served, not shown to others where it is loaded."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection

from bandeng.people import demo
from bandeng.people.models import Account
from bandeng.sample import loading
from bandeng.site.management.commands import prepare

pytestmark = pytest.mark.django_db


@pytest.fixture
def present(db):
    Account.objects.create(email="x@demo.bandeng", name="x", password="!", is_sample=True)
    demo.forget()


@pytest.mark.parametrize("header", [
    "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Server", "Forwarded", "X-Real-IP", "Via",
])
def test_whatever_came_through_a_proxy_is_refused(present, client, header):
    assert client.get("/", headers={header: "127.0.0.1"}).status_code == 403
    assert client.get("/").status_code == 200


def test_a_request_without_address_is_refused(present, client):
    assert client.get("/", REMOTE_ADDR="").status_code == 403


@pytest.fixture
def no_database(monkeypatch):
    def fail(**condition):
        raise DatabaseError

    monkeypatch.setattr(Account.objects, "filter", fail)


def test_others_wait_until_the_database_has_said_that_there_are_no_demo_accounts(client, no_database):
    assert client.get("/", REMOTE_ADDR="203.0.113.9").status_code == 403
    assert demo.demo_accounts_present() is False  # pages do not call everything invented


@pytest.mark.parametrize("before", [True, False])
def test_while_the_database_is_away_its_last_answer_stands(no_database, monkeypatch, before):
    monkeypatch.setattr(demo, "_cached", (-100.0, before))
    assert demo.demo_accounts_present(unknown=not before) is before


@pytest.mark.parametrize(
    ("knob", "value", "named"),
    [("TRUST_FORWARDED_FOR", True, "BANDENG_PROXY"), ("BEHIND_HTTPS", True, "BANDENG_HTTPS"),
     ("ALLOWED_HOSTS", ["localhost", "bandeng.example"], "bandeng.example"), ("ALLOWED_HOSTS", ["*"], r"\*")],
)
def test_what_serves_others_loads_no_sample(settings, monkeypatch, knob, value, named):
    monkeypatch.setattr(loading, "load_small", lambda *args, **more: pytest.fail("was loaded"))
    setattr(settings, knob, value)
    with pytest.raises(CommandError, match=named):
        call_command("sample", "small")
    said = start(monkeypatch)
    assert "Starting empty" in said


def start(monkeypatch):
    """Let `prepare` come to its last step; return what it said."""
    command = prepare.Command(stdout=io.StringIO())
    command.started = 0.0
    command.load_sample()
    return command.stdout.getvalue()


def test_a_start_on_postgresql_stays_empty(monkeypatch):
    monkeypatch.setattr(connection, "vendor", "postgresql")
    monkeypatch.setattr(connection, "display_name", "PostgreSQL")
    monkeypatch.setattr(prepare, "call_command", lambda *words: pytest.fail("was loaded"))
    assert "the database is PostgreSQL" in start(monkeypatch)


def test_a_start_on_sqlite_for_this_machine_loads_it(monkeypatch):
    called = []
    monkeypatch.setattr(connection, "vendor", "sqlite")
    monkeypatch.setattr(prepare, "call_command", lambda *words: called.append(words))
    start(monkeypatch)
    assert called == [("sample", "small")]
