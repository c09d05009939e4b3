"""The sample district: lived through by the real actions, the same every time, writing to nobody."""

import re
from collections import Counter
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from bandeng.cases.machine import CaseState
from bandeng.cases.models import Case, CommunityRule, Contact, Event, Limit, Order, RoutingRule
from bandeng.foundation.journal import sealer
from bandeng.foundation.journal.models import Entry
from bandeng.foundation.notify.models import Message
from bandeng.foundation.sealed.models import DataKey
from bandeng.people import demo
from bandeng.people.models import Account, Post
from bandeng.people.roles import Role
from bandeng.sample import loading
from bandeng.sample.people import PASSWORD
from bandeng.territory import queries
from bandeng.territory.models import Place, PlaceKind

CASES = 60
# Long past, so that the calendar knows every day of it, whatever today is.
PRESENT = datetime(2026, 3, 9, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
pytestmark = pytest.mark.django_db


def load(monkeypatch, present=PRESENT, **more):
    queries.forget()  # what the process knows of the district before, which was rolled back
    monkeypatch.setattr(timezone, "now", lambda: present)
    loading.load_small(lambda text: None, cases=CASES, **more)
    monkeypatch.undo()


@pytest.fixture(scope="module")
def sample(django_db_setup, django_db_blocker):
    """The loaded district, once for all tests that only look."""
    patch = pytest.MonkeyPatch()
    with django_db_blocker.unblock(), transaction.atomic():
        load(patch)
        yield
        transaction.set_rollback(True)



def picture_of_it():
    """Everything about the cases that a seed should decide."""
    return {
        "states": Counter(Case.objects.values_list("state", flat=True)),
        "orders": Counter(Order.objects.values_list("state", flat=True)),
        "cases": list(Case.objects.order_by("pk").values_list(
            "number", "state", "level", "category__code", "words", "created_at", "due_at", "closed_at")),
        "names": list(Account.objects.order_by("pk").values_list("email", "name")),
        "limits": Counter((kind, ended is None) for kind, ended in Limit.objects.values_list("kind", "ended_at")),
        "contacts": Contact.objects.count(),
    }


def loaded_and_forgotten(monkeypatch, **more):
    with transaction.atomic():
        load(monkeypatch, **more)
        found = picture_of_it()
        transaction.set_rollback(True)
    return found


def test_the_same_seed_and_moment_give_the_same_district(monkeypatch):
    first, second = loaded_and_forgotten(monkeypatch), loaded_and_forgotten(monkeypatch)
    assert first == second
    assert sum(first["states"].values()) >= CASES


def test_another_seed_gives_another_district(monkeypatch):
    assert loaded_and_forgotten(monkeypatch)["cases"] != loaded_and_forgotten(monkeypatch, seed=7)["cases"]


def test_a_failing_load_leaves_no_case(monkeypatch):
    def fail(*args):
        raise ZeroDivisionError

    monkeypatch.setattr(loading, "live_through", fail)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        load(monkeypatch)
    assert not Case.objects.exists()


def test_no_message_waits_for_the_post(sample):
    assert Message.objects.exists()
    assert not Message.objects.exclude(channel="in_app").exists()
    assert not Message.objects.exclude(state="sent").exists()


def test_every_account_is_marked_and_so_only_this_machine_is_answered(sample, client):
    assert Account.objects.count() > 60
    demo.forget()
    assert not Account.objects.filter(is_sample=False).exists()
    assert client.get("/", REMOTE_ADDR="203.0.113.9").status_code == 403
    assert client.get("/").status_code == 200


def test_nobody_in_it_can_be_reached_for_real(sample):
    assert not Account.objects.exclude(email__endswith="@demo.bandeng").exists()
    assert not Post.objects.exclude(duty_phone__startswith="0000-").exists()


def test_every_grid_has_an_officer_but_one(sample):
    grids = Place.objects.filter(kind=PlaceKind.GRID)
    assert grids.count() >= 55
    assert Post.objects.filter(role=Role.GRID_OFFICER, place__in=grids).values("place").distinct().count() == grids.count() - 1


def test_every_role_that_the_loop_needs_is_filled(sample):
    filled = set(Post.objects.values_list("role", flat=True))
    assert {Role.GRID_OFFICER, Role.COMMUNITY_WORKER, Role.COMMUNITY_HEAD, Role.SUBDISTRICT_DISPATCHER, Role.UNIT_LIAISON,
            Role.DISTRICT_SUPERVISOR, Role.AUDITOR, Role.SYSADMIN} <= filled


def test_the_cases_stand_in_many_states_and_never_in_the_future(sample):
    assert len(set(Case.objects.values_list("state", flat=True))) >= 6
    assert not Case.objects.filter(created_at__gt=PRESENT).exists()
    assert not Entry.objects.filter(at__gt=PRESENT, action__startswith="case.").exists()
    assert {row.state for row in Case.objects.filter(closed_at=None)} <= {
        CaseState.RECEIVED, CaseState.FILED, CaseState.HANDLING, CaseState.FIELD_CHECK, CaseState.CALLBACK,
        CaseState.REOPENED,
    }


def test_every_rarer_way_of_the_loop_is_to_be_found(sample):
    wanted = {"grant_extension", "ask_extension", "ask_deferral", "defer", "wait", "add_words", "split", "object_not_filed",
              "ask_exclusion", "grant_exclusion", "give_plan", "ask_partner"}
    assert wanted <= set(Event.objects.values_list("action", flat=True))
    assert Case.objects.filter(supporters__gt=0).exists()
    assert RoutingRule.objects.get().is_on
    assert CommunityRule.objects.filter(may_whistle=True).count() == 1


def test_the_cases_were_lived_through_by_the_real_actions(sample):
    """What the actions keep in step is in step: due dates, data keys, the journal."""
    for case in Case.objects.all():
        running = case.limits.filter(order=None, met_at=None, ended_at=None, stopped=False).values_list("due_at", flat=True)
        assert case.due_at == min(running, default=None)
        assert case.events.filter(action="split_off" if case.parent_id else "report").count() == 1
    whole = Case.objects.filter(parent=None)  # contact and key hang on what was reported, not on its parts
    assert DataKey.objects.count() == whole.filter(erased_at=None).count()
    assert Entry.objects.filter(action="case.report").count() == whole.count()
    sealer.seal()
    assert list(sealer.verify()) == []


def test_every_case_lies_in_its_chain_of_places(sample):
    for case in Case.objects.select_related("grid__parent", "community"):
        assert case.grid.parent == case.community
        assert case.community.parent_id == case.subdistrict_id


def test_a_second_load_is_refused(sample):
    with pytest.raises(CommandError, match="empty database"):
        call_command("sample", "small")


def test_the_command_says_whom_to_log_in_as(sample, capsys):
    call_command("sample", "who")
    said = capsys.readouterr().out
    assert PASSWORD in said
    named = re.findall(r"\S+@demo\.bandeng", said)
    assert len(named) > 5
    assert all(Account.objects.get(email=email).check_password(PASSWORD) for email in named)


def test_without_demo_accounts_no_password_is_printed(capsys):
    Account.objects.update(is_sample=False)
    call_command("sample", "who")
    assert PASSWORD not in capsys.readouterr().out
