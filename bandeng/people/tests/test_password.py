"""Changing one's own password."""

import pytest
from django.test import Client
from django.urls import reverse

from bandeng.foundation.journal.models import Entry
from tests.district import PASSWORD

NEW = "another quiet stool"
BACKEND = "bandeng.people.backends.EmailOrPhone"


@pytest.fixture
def officer(town, client):
    client.force_login(town.people["officer_a1"], backend=BACKEND)
    return town.people["officer_a1"]


def change(client, old=PASSWORD, new=NEW, again=NEW):
    return client.post(
        reverse("people:password"), {"old_password": old, "new_password1": new, "new_password2": again}
    )


def test_a_stranger_is_sent_to_the_login(client, db):
    assert client.get(reverse("people:password")).url.startswith(reverse("people:login"))


def test_the_page_asks_for_the_old_password_and_twice_the_new_one(client, officer):
    page = client.get(reverse("people:password")).content.decode()
    assert page.count('type="password"') == 3


def test_a_new_password_replaces_the_old_one_and_ends_other_sessions(client, officer):
    elsewhere = Client()
    elsewhere.force_login(officer, backend=BACKEND)
    assert change(client).url == reverse("people:security")
    officer.refresh_from_db()
    assert officer.check_password(NEW)
    assert client.get(reverse("people:password")).status_code == 200
    assert elsewhere.get(reverse("people:password")).status_code == 302
    assert Entry.objects.get(action="account.password").object_id == str(officer.pk)


@pytest.mark.parametrize("given", [
    {"old": "wrong"}, {"again": "something else"}, {"new": "short", "again": "short"}, {"new": "1234567890", "again": "1234567890"},
    {"new": "officer_a1", "again": "officer_a1"}, {"new": "officer_a1@test", "again": "officer_a1@test"},
])
def test_what_does_not_fit_changes_nothing(client, officer, given):
    answer = change(client, **given)
    assert answer.status_code == 200
    assert "error" in answer.content.decode()
    officer.refresh_from_db()
    assert officer.check_password(PASSWORD)
    assert not Entry.objects.filter(action="account.password").exists()


def test_guessing_the_old_password_in_an_open_session_is_counted_like_at_the_log_in(client, officer):
    assert [change(client, old="wrong").status_code for _ in range(5)] == [200, 200, 200, 200, 429]
    assert change(client).status_code == 429
    officer.refresh_from_db()
    assert officer.check_password(PASSWORD)
