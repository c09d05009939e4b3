"""Adding, naming and removing second factors and recovery codes."""

import pytest
from django.urls import reverse

from bandeng.foundation.access import Actor, Invalid, Refused, WrongState
from bandeng.foundation.journal.models import Entry
from bandeng.foundation.notify.models import Message
from bandeng.foundation.sealed.models import DataKey
from bandeng.people.actions import second
from bandeng.people.models import Factor, RecoveryCode
from bandeng.people.second import recovery, totp
from bandeng.people.tests.keys import App, is_in, log_in_as, password, show, text, with_app


def test_the_first_factor_comes_with_recovery_codes_that_are_shown_once(client, officer, clock):
    log_in_as(client, officer)
    page = text(client.get(reverse("people:setup_app")))
    secret = totp.secret_of(client.session["app_mark"], officer.pk)
    assert totp.spaced(secret) in page
    assert "otpauth://totp/" in page
    answer = client.post(reverse("people:setup_app"), {"code": App(secret).code(), "name": "工作手机"})
    assert answer.url == reverse("people:codes")
    shown = text(client.get(answer.url))
    assert shown.count("<li><code>") == 10
    assert "<li><code>" not in text(client.get(answer.url))
    assert Factor.objects.get(account=officer).name == "工作手机"
    assert is_in(client)


def test_a_wrong_first_code_adds_nothing_and_keeps_the_qr_code(client, officer, clock):
    log_in_as(client, officer)
    before = client.get(reverse("people:setup_app")).context["secret"]
    answer = client.post(reverse("people:setup_app"), {"code": "000000", "name": "我的"})
    assert answer.status_code == 422
    assert answer.context["secret"] == before
    assert 'value="我的"' in text(answer)
    assert not Factor.objects.exists()


def test_adding_wants_a_fresh_password(client, officer, clock):
    log_in_as(client, officer)
    clock.pass_by(minutes=11)
    for name in ("people:setup", "people:setup_app"):
        assert client.get(reverse(name)).url.startswith(reverse("people:confirm"))
    assert client.post(reverse("people:setup_passkey_begin")).status_code == 409


def test_the_same_app_is_not_added_twice(secured):
    with pytest.raises(WrongState):
        second.add_app(Actor(person_id=secured.account.pk), account=secured.account, mark="a mark for tests",
                       code=secured.app.code())


def test_there_is_a_most(secured):
    for number in range(second.MOST - 1):
        with_app(secured.account, f"mark {number}")
    with pytest.raises(WrongState):
        with_app(secured.account, "one too many")


def test_changes_of_factors_stand_in_the_journal_and_are_told_without_secrets(secured):
    entry = Entry.objects.get(action="factor.add")
    assert entry.object_id == str(Factor.objects.get().pk)
    assert entry.fields == "kind,name,recovery_codes"
    assert Message.objects.filter(recipient_id=secured.account.pk, topic="security").count() == 2


def test_nobody_changes_the_factors_of_somebody_else(town, secured):
    for name in ("admin", "worker_a", "auditor"):
        actor = town.actor(name)
        with pytest.raises(Refused):
            second.remove_factor(actor, account=secured.account, factor=Factor.objects.get().pk)
        with pytest.raises(Refused):
            second.new_codes(actor, account=secured.account)
        with pytest.raises(Refused):
            second.add_app(actor, account=secured.account, mark="m", code=App(totp.secret_of("m", secured.account.pk)).code())


def test_with_the_last_factor_codes_and_key_go(secured):
    actor = Actor(person_id=secured.account.pk)
    second.remove_factor(actor, account=secured.account, factor=Factor.objects.get().pk)
    assert not RecoveryCode.objects.exists()
    assert not DataKey.objects.exists()
    with pytest.raises(WrongState):
        second.new_codes(actor, account=secured.account)


def test_where_one_is_required_the_last_stays(secured, settings):
    settings.SECOND_FACTOR = "required"
    actor = Actor(person_id=secured.account.pk)
    with pytest.raises(WrongState):
        second.remove_factor(actor, account=secured.account, factor=Factor.objects.get().pk)
    with_app(secured.account, "another")
    second.remove_factor(actor, account=secured.account, factor=Factor.objects.order_by("pk").first().pk)
    assert Factor.objects.count() == 1


def test_a_new_set_makes_the_old_codes_void(client, secured):
    mark = second.new_codes(Actor(person_id=secured.account.pk), account=secured.account)
    password(client, secured.account)
    show(client, secured.codes[0])
    assert not is_in(client)
    show(client, recovery.codes_of(mark, secured.account.pk)[0])
    assert is_in(client)


@pytest.mark.parametrize("name", ["", " ", "长" * 41])
def test_a_name_is_wanted_and_not_too_long(secured, name):
    with pytest.raises(Invalid):
        second.rename_factor(Actor(person_id=secured.account.pk), account=secured.account,
                             factor=Factor.objects.get().pk, name=name)
