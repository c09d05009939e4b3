"""Logging in: by e-mail or phone, locked after five wrong passwords, telling strangers nothing."""

import pytest
from axes.models import AccessLog
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import IntegrityError, transaction
from django.urls import reverse

from bandeng.people.backends import EmailOrPhone
from bandeng.people.models import Account
from tests.district import PASSWORD


def log_in(client, username, password=PASSWORD, **more):
    return client.post(reverse("people:login"), {"username": username, "password": password}, **more)


def logged_in(client):
    return "_auth_user_id" in client.session


def test_an_officer_logs_in_by_email_and_comes_to_the_inbox(client, officer):
    assert log_in(client, officer.email).url == reverse("cases:inbox")
    assert logged_in(client)


@pytest.mark.parametrize("change", [str.upper, lambda name: f"  {name} "])
def test_capitals_and_spaces_around_an_email_do_not_matter(client, officer, change):
    log_in(client, change(officer.email))
    assert logged_in(client)


def test_an_officer_logs_in_by_phone(client, officer):
    log_in(client, officer.phone)
    assert logged_in(client)


@pytest.mark.parametrize("password", ["wrong", "", PASSWORD.upper()])
def test_a_wrong_password_stays_out(client, officer, password):
    assert log_in(client, officer.email, password).status_code == 200
    assert not logged_in(client)


def test_a_closed_account_stays_out(client, officer):
    Account.objects.filter(pk=officer.pk).update(is_active=False)
    log_in(client, officer.email)
    assert not logged_in(client)


def test_closing_an_account_ends_its_sessions(client, officer):
    log_in(client, officer.email)
    Account.objects.filter(pk=officer.pk).update(is_active=False)
    assert client.get(reverse("cases:inbox")).status_code == 302


def test_five_wrong_passwords_lock_even_the_right_one_out(client, officer):
    answers = [log_in(client, officer.email, "wrong").status_code for _ in range(5)]
    assert answers == [200, 200, 200, 200, 429]
    assert log_in(client, officer.email).status_code == 429
    assert not logged_in(client)


def test_four_wrong_passwords_and_a_right_one_start_anew(client, officer):
    for _ in range(2):
        for _ in range(4):
            log_in(client, officer.email, "wrong")
        log_in(client, officer.email)
        assert logged_in(client)
        client.logout()


def test_a_lock_out_holds_for_its_own_account_and_address_only(client, town, officer):
    for _ in range(5):
        log_in(client, officer.email, "wrong")
    log_in(client, officer.email, REMOTE_ADDR="10.9.8.7")
    assert logged_in(client)
    client.logout()
    log_in(client, town.people["worker_a"].email)
    assert logged_in(client)


def test_another_spelling_of_the_name_does_not_open_the_lock(client, officer):
    spellings = [str.upper, str.title, lambda name: f" {name}", lambda name: f"{name}  ", lambda name: name]
    answers = [log_in(client, change(officer.email), "wrong").status_code for change in spellings]
    assert answers[-1] == 429
    for change in spellings:
        assert log_in(client, change(officer.email)).status_code == 429
    assert not logged_in(client)


def test_the_lock_does_not_tell_that_two_names_are_one_person(client, officer):
    for _ in range(4):
        log_in(client, officer.phone, "wrong")
    assert log_in(client, officer.email, "wrong").status_code == 200
    assert log_in(client, officer.phone, "wrong").status_code == 429


def test_a_right_password_by_phone_starts_the_phone_anew(client, officer):
    for _ in range(2):
        for _ in range(4):
            log_in(client, officer.phone, "wrong")
        log_in(client, officer.phone)
        assert logged_in(client)
        client.logout()


def test_the_lock_looks_through_a_trusted_proxy(client, settings, officer):
    settings.TRUST_FORWARDED_FOR = True
    for _ in range(5):
        log_in(client, officer.email, "wrong", HTTP_X_FORWARDED_FOR="203.0.113.5")
    assert log_in(client, officer.email, HTTP_X_FORWARDED_FOR="203.0.113.5").status_code == 429
    log_in(client, officer.email, HTTP_X_FORWARDED_FOR="203.0.113.6")
    assert logged_in(client)


def test_without_a_proxy_nobody_says_where_they_come_from(client, settings, officer):
    for number in range(5):
        log_in(client, officer.email, "wrong", HTTP_X_FORWARDED_FOR=f"203.0.113.{number}")
    assert log_in(client, officer.email, HTTP_X_FORWARDED_FOR="203.0.113.9").status_code == 429


@pytest.mark.parametrize("username", ["officer_a1@test.example", "nobody@test.example", "", "000-0"])
def test_an_unknown_account_costs_one_password_hash_like_a_known_one(town, monkeypatch, username):
    hashed = []
    real = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda self, *args: hashed.append(1) or real(self, *args))
    assert EmailOrPhone().authenticate(None, username=username, password="wrong") is None
    assert hashed == [1]


def test_known_and_unknown_accounts_get_the_same_answer(client, officer):
    known = log_in(client, officer.email, "wrong").content.decode()
    unknown = log_in(client, "nobody@test.example", "wrong").content.decode()
    said = "密码不对"
    assert said in known
    assert said in unknown


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_logging_in_leads_to_no_other_site(client, officer, to):
    answer = client.post(
        reverse("people:login") + "?next=" + to, {"username": officer.email, "password": PASSWORD, "next": to}
    )
    assert answer.url == reverse("cases:inbox")


def test_logging_out_wants_a_post(client, officer):
    log_in(client, officer.email)
    assert client.get(reverse("people:logout")).status_code == 405
    assert logged_in(client)
    client.post(reverse("people:logout"))
    assert not logged_in(client)


def test_an_account_needs_an_email_or_a_phone(db):
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.create(name="x", password="!")


def test_an_email_is_kept_in_small_letters(db):
    account = Account.objects.create_user(email="Ann@Test.Example", password=PASSWORD, name="Ann")
    assert account.email == "ann@test.example"
    assert account.check_password(PASSWORD)


def test_nothing_notes_when_somebody_logged_in(client, officer):
    log_in(client, officer.email)
    assert officer.last_login is None
    assert not AccessLog.objects.exists()
