"""Passkeys: registered once, signing in beside a password or alone, never around the lock-out."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from bandeng.people.models import Account, Factor, FactorKind, Guard
from bandeng.people.second import passkeys
from bandeng.people.tests.keys import HOST, Passkey, broken, is_in, log_in_as, password, text, with_app

LOCAL = {"HTTP_HOST": HOST}


@pytest.fixture(autouse=True)
def at_localhost(settings):
    settings.SITE_URL = "http://localhost:8000"


@pytest.fixture
def officer(town, clock):
    return town.people["officer_a1"]


def begin(client, name):
    answer = client.post(reverse(f"people:{name}_begin"))
    assert answer.status_code == 200, text(answer)
    return answer.json()


def register(client, key):
    options = begin(client, "setup_passkey")
    return client.post(reverse("people:setup_passkey"), {"credential": key.make(options)})


@pytest.fixture
def key(client, officer):
    """A passkey of the officer, who has logged out again."""
    made = Passkey()
    log_in_as(client, officer)
    assert register(client, made).url == reverse("people:codes")
    client.logout()
    return made


def alone(client, key, **changes):
    return client.post(reverse("people:passkey"), {"credential": key.sign(begin(client, "passkey"), **changes)})


def beside(client, account, key, **changes):
    password(client, account)
    return client.post(reverse("people:second_passkey"), {"credential": key.sign(begin(client, "second"), **changes)})


def test_a_passkey_is_added_and_only_its_public_half_is_kept(client, officer, key):
    factor = Factor.objects.get(account=officer)
    assert factor.kind == FactorKind.PASSKEY
    assert factor.transports == "internal"
    assert bytes(factor.secret) == b""
    private = key.key.private_numbers().private_value.to_bytes(32, "big")
    assert private not in bytes(factor.credential)


def test_the_authenticator_learns_no_number_of_the_account(client, officer, key):
    assert len(passkeys.user_id(officer.pk)) == 32
    assert str(officer.pk).encode() != passkeys.user_id(officer.pk)


def test_a_passkey_lets_in_after_the_password(client, officer, key):
    assert beside(client, officer, key).url == reverse("cases:inbox")
    assert is_in(client)


def test_a_passkey_lets_in_alone(client, officer, key):
    assert alone(client, key).url == reverse("cases:inbox")
    assert is_in(client)
    assert client.session["second"]


def test_a_passkey_alone_leads_to_the_page_that_was_wanted_and_to_no_other_site(client, key):
    for to, found in [("/desk/notices/", "/desk/notices/"), ("https://evil.example/", "/desk/"), ("//evil.example", "/desk/")]:
        options = begin(client, "passkey")
        answer = client.post(reverse("people:passkey"), {"credential": key.sign(options), "next": to})
        assert answer.url == found
        client.logout()


def test_alone_the_authenticator_must_have_checked_its_user(client, key):
    key.verifies = False
    alone(client, key)
    assert not is_in(client)


def test_beside_a_password_a_touch_is_enough(client, officer, key):
    key.verifies = False
    beside(client, officer, key)
    assert is_in(client)


def test_begin_names_nobody(client, key):
    options = begin(client, "passkey")["publicKey"]
    assert "allowCredentials" not in options
    assert options["userVerification"] == "required"


@pytest.mark.parametrize("changes", [
    {"signature": "AAAA"}, {"userHandle": "AAAA"}, {"clientDataJSON": "e30"}, {"authenticatorData": "AAAA"},
])
def test_a_changed_answer_is_refused(client, officer, key, changes):
    alone(client, key, **changes)
    assert not is_in(client)
    beside(client, officer, key, **changes)
    assert not is_in(client)


def test_a_turned_bit_in_the_signature_is_refused(client, key):
    answer = json.loads(key.sign(begin(client, "passkey")))
    answer["response"]["signature"] = broken(answer["response"]["signature"])
    client.post(reverse("people:passkey"), {"credential": json.dumps(answer)})
    assert not is_in(client)


@pytest.mark.parametrize("origin", ["http://localhost:9999", "https://localhost:8000", "http://evil.localhost:8000",
                                    "https://bandeng.example", "http://localhost:8000.evil.example"])
def test_a_signature_for_another_site_is_refused(client, key, origin):
    key.origin = origin
    alone(client, key)
    assert not is_in(client)


def test_an_answer_serves_once(client, key):
    answer = key.sign(begin(client, "passkey"))
    client.post(reverse("people:passkey"), {"credential": answer})
    assert is_in(client)
    client.logout()
    client.post(reverse("people:passkey"), {"credential": answer})
    assert not is_in(client)


def test_an_answer_serves_once_within_one_session_too(client, officer, key):
    alone(client, key)
    answer = key.sign(begin(client, "confirm"))
    for fresh in (True, False):
        session = client.session
        session["fresh"] = 0
        session.save()
        client.post(reverse("people:confirm_passkey"), {"credential": answer})
        assert (client.get(reverse("people:setup")).status_code == 200) is fresh


def test_an_answer_of_another_session_is_refused(client, key):
    answer = key.sign(begin(Client(), "passkey"))
    begin(client, "passkey")
    client.post(reverse("people:passkey"), {"credential": answer})
    assert not is_in(client)


def test_an_answer_to_another_question_is_refused(client, officer, key):
    """What was signed as the second step, where a touch is enough, does not serve as the only one."""
    password(client, officer)
    answer = key.sign(begin(client, "second"))
    client.post(reverse("people:passkey"), {"credential": answer})
    assert not is_in(client)


def test_five_minutes_later_the_answer_is_too_late(client, key, clock):
    options = begin(client, "passkey")
    clock.pass_by(minutes=6)
    client.post(reverse("people:passkey"), {"credential": key.sign(options)})
    assert not is_in(client)


@pytest.mark.parametrize("answer", ["", "{}", "[]", "null", "nonsense", "[" * 3000, "{\"rawId\": 5}", "x" * 30000,
                                    '{"rawId": "é", "response": {}}', "\x00"])
@pytest.mark.parametrize("name", ["passkey", "setup_passkey", "confirm_passkey"])
def test_nonsense_is_refused_in_words(client, officer, key, name, answer):
    if name != "passkey":
        alone(client, key)
    begin(client, name.replace("confirm_passkey", "confirm"))
    answered = client.post(reverse(f"people:{name}"), {"credential": answer}, follow=True)
    assert answered.status_code == 200
    assert "再试一次" in text(answered)
    assert Factor.objects.count() == 1


def test_a_passkey_of_somebody_else_is_no_second_step(client, town, officer, key):
    other = town.people["worker_a"]
    with_app(other)
    password(client, other)
    client.post(reverse("people:second_passkey"), {"credential": key.sign(begin(client, "second"))})
    assert not is_in(client)


def test_a_passkey_that_counts_back_is_a_copy(client, key):
    key.counts = True
    alone(client, key)
    assert is_in(client)
    client.logout()
    key.counter -= 1
    alone(client, key)
    assert not is_in(client)


def test_one_passkey_belongs_to_one_account(client, town, officer, key):
    log_in_as(client, town.people["worker_a"])
    assert register(client, key).url == reverse("people:setup")
    assert Factor.objects.get().account == officer


def test_the_browser_is_told_what_it_has_already(client, key):
    alone(client, key)
    assert len(begin(client, "setup_passkey")["publicKey"]["excludeCredentials"]) == 1


def test_a_removed_passkey_lets_nobody_in(client, officer, key):
    alone(client, key)
    client.post(reverse("people:factor_remove", args=[Factor.objects.get().pk]))
    client.logout()
    alone(client, key)
    assert not is_in(client)


def test_a_closed_account_stays_out_with_its_passkey(client, officer, key):
    Account.objects.filter(pk=officer.pk).update(is_active=False)
    alone(client, key)
    assert not is_in(client)


# Never around the lock


def test_wrong_codes_close_the_account_for_passkeys_too(client, officer, key):
    Guard.objects.filter(pk=officer.pk).update(wrong=20)
    assert alone(client, key).status_code == 429
    assert beside(client, officer, key).status_code == 429
    assert not is_in(client)
    assert Guard.objects.get(pk=officer.pk).wrong == 20


def test_wrong_passwords_close_this_address_for_passkeys_too(client, officer, key):
    stranger = Client()
    for _ in range(5):
        password(stranger, officer, "wrong")
    assert alone(client, key).status_code == 429
    assert not is_in(client)
    client.post(reverse("people:passkey"), {"credential": key.sign(begin(client, "passkey"))}, REMOTE_ADDR="10.9.8.7")
    assert is_in(client)


# Where they work


@pytest.mark.parametrize(("url", "host", "origin"), [
    ("https://bandeng.example", "bandeng.example", "https://bandeng.example"),
    ("https://bandeng.example:8443/", "bandeng.example", "https://bandeng.example:8443"),
    ("http://localhost:8000", "localhost", "http://localhost:8000"),
    ("http://127.0.0.1:8101", "localhost", "http://localhost:8101"),
])
def test_passkeys_belong_to_the_name_of_the_site(settings, url, host, origin):
    settings.SITE_URL = url
    assert passkeys.site() == passkeys.Site(host, origin)


@pytest.mark.parametrize("url", ["http://bandeng.example", "https://203.0.113.5", "http://192.168.1.5:8000", ""])
def test_without_name_or_https_there_are_none(client, officer, settings, url):
    settings.SITE_URL = url
    assert passkeys.site() is None
    assert client.post(reverse("people:passkey_begin")).status_code == 409
    log_in_as(client, officer)
    assert "用不了通行密钥" in text(client.get(reverse("people:setup")))


def test_under_another_name_the_page_says_where_they_work(client, officer):
    assert "data-passkey" in text(client.get(reverse("people:login"), **LOCAL))
    assert "data-passkey" not in text(client.get(reverse("people:login")))
    log_in_as(client, officer)
    assert "http://localhost:8000" in text(client.get(reverse("people:setup")))
