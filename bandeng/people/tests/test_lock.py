"""Guessing codes: counted one by one, from wherever they come, and locked."""

from datetime import timedelta

import pytest
from django.test import Client

from bandeng.foundation.access import Invalid
from bandeng.foundation.notify.models import Message
from bandeng.people.actions import second
from bandeng.people.models import Account, Guard, RecoveryCode
from bandeng.people.tests.keys import is_in, password, show, text, with_app
from tests.district import made_town
from tests.threads import errors, together


def guess(client, secured, times):
    answers = []
    for _ in range(times):
        password(client, secured.account)
        answers.append(show(client, secured.app.wrong()).status_code)
    return answers


def test_five_wrong_codes_lock_even_the_right_one_out(client, secured):
    assert guess(client, secured, 5) == [422, 422, 422, 422, 429]
    password(client, secured.account)
    assert show(client, secured.app.code()).status_code == 429
    assert not is_in(client)


def test_the_right_password_does_not_take_the_lock_away(client, secured):
    guess(client, secured, 4)
    for _ in range(3):
        password(client, secured.account)
    password(client, secured.account)
    assert show(client, secured.app.wrong()).status_code == 429


def test_the_lock_holds_from_every_address_and_in_every_session(client, secured):
    guess(client, secured, 5)
    elsewhere = Client(REMOTE_ADDR="10.9.8.7")
    password(elsewhere, secured.account)
    assert show(elsewhere, secured.app.code()).status_code == 429


def test_a_recovery_code_does_not_lead_around_the_lock(client, secured):
    guess(client, secured, 5)
    password(client, secured.account)
    assert show(client, secured.codes[0]).status_code == 429
    assert RecoveryCode.objects.filter(account=secured.account).count() == 10


def test_wrong_recovery_codes_count_like_wrong_digits(client, secured):
    for _ in range(5):
        password(client, secured.account)
        answer = show(client, "0000000000")
    assert answer.status_code == 429


def test_the_lock_opens_by_itself_and_grows_until_somebody_must_unlock(client, secured, clock):
    for minutes in (15, 30, 60):
        assert guess(client, secured, 5)[-1] == 429
        clock.pass_by(minutes=minutes, seconds=-5)
        password(client, secured.account)
        assert show(client, secured.app.code()).status_code == 429
        clock.pass_by(seconds=6)
    assert guess(client, secured, 5)[-1] == 429
    clock.pass_by(days=400)
    password(client, secured.account)
    answer = show(client, secured.app.code())
    assert answer.status_code == 429
    assert "要请人解锁" in text(answer)


def test_a_right_code_starts_anew(client, secured):
    for _ in range(2):
        guess(client, secured, 4)
        password(client, secured.account)
        show(client, secured.codes.pop())
        assert is_in(client)
        client.logout()


def test_whoever_is_guessed_at_is_told_that_the_password_is_known(client, secured):
    guess(client, secured, 5)
    told = Message.objects.filter(recipient_id=secured.account.pk, subject__contains="连续错了五次")
    assert {message.channel for message in told} == {"in_app", "email"}


def test_wrong_passwords_at_this_address_close_the_second_step_too(client, secured):
    password(client, secured.account)
    stranger = Client()
    for _ in range(5):
        password(stranger, secured.account, "wrong")
    assert show(client, secured.app.code()).status_code == 429
    assert not is_in(client)


@pytest.mark.django_db(transaction=True)
def test_guesses_sent_side_by_side_are_counted_one_by_one(clock):
    secured = with_app(made_town().people["officer_a1"])
    wrong = secured.app.wrong()
    results = together(*[lambda: second.check_code(account=Account.objects.get(pk=secured.account.pk), code=wrong)] * 8)
    assert len(errors(results)) == 8
    assert sum(isinstance(error, second.Locked) for error in results) == 4, "the fifth locks, three more are refused"
    assert Guard.objects.get(pk=secured.account.pk).wrong == 5


@pytest.mark.django_db(transaction=True)
def test_one_code_sent_twice_at_the_same_moment_lets_in_once(clock):
    secured = with_app(made_town().people["officer_a1"])
    for code in (secured.app.code(), secured.codes[0]):
        results = together(*[
            lambda code=code: second.check_code(account=Account.objects.get(pk=secured.account.pk), code=code)] * 2)
        assert [type(error) for error in errors(results)] == [Invalid]


def test_a_lock_is_a_matter_of_time_not_of_rows(secured, clock):
    Guard.objects.filter(pk=secured.account.pk).update(wrong=5, locked_until=clock.now + timedelta(minutes=1))
    assert second.lock_of(secured.account).until
    clock.pass_by(minutes=2)
    assert second.lock_of(secured.account) is None
