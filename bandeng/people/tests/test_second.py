"""The second factor: nobody is in before it, a code counts once, guessing leads nowhere."""


import pytest
from django.test import Client
from django.urls import reverse

from bandeng.foundation.notify.models import Message
from bandeng.people.models import Account, Factor, Guard, RecoveryCode
from bandeng.people.second import recovery, totp
from bandeng.people.second.digits import digits
from bandeng.people.tests.keys import App, is_in, password, show, text, with_app

# On the way in


def test_after_the_right_password_nobody_is_in_yet(client, secured):
    assert password(client, secured.account).url == reverse("people:second")
    assert not is_in(client)
    assert client.get(reverse("cases:inbox")).url.startswith(reverse("people:login"))


def test_the_code_of_the_app_lets_in(client, secured):
    password(client, secured.account)
    assert show(client, secured.app.code()).url == reverse("cases:inbox")
    assert is_in(client)


@pytest.mark.parametrize("typed", ["{} {}", "{}-{}", " {}{} "])
def test_a_code_may_be_typed_with_spaces(client, secured, typed):
    password(client, secured.account)
    code = secured.app.code()
    show(client, typed.format(code[:3], code[3:]))
    assert is_in(client)


def test_full_width_digits_are_digits():
    assert digits("１２３ 456") == "123456"
    assert digits("12345a") == ""


def test_a_telephone_may_be_half_a_minute_off_and_no_more(client, secured, clock):
    clock.pass_by(minutes=5)
    for steps, fits in [(-2, False), (2, False), (-1, True), (0, True), (1, True)]:
        password(client, secured.account)
        show(client, secured.app.code(steps=steps))
        assert is_in(client) is fits, steps
        client.logout()


def test_a_code_counts_once(client, secured):
    password(client, secured.account)
    code = secured.app.code()
    show(client, code)
    elsewhere = Client()
    password(elsewhere, secured.account)
    assert "用过了" in text(show(elsewhere, code))
    assert not is_in(elsewhere)


def test_an_earlier_code_is_void_once_a_later_one_was_used(client, secured):
    password(client, secured.account)
    show(client, secured.app.code(steps=1))
    elsewhere = Client()
    password(elsewhere, secured.account)
    show(elsewhere, secured.app.code())
    assert not is_in(elsewhere)


@pytest.mark.parametrize("code", ["", "12345", "abcdef", "1" * 200, "\x00", "六位数字"])
def test_what_is_no_code_is_said_and_counts_for_nothing(client, secured, code):
    password(client, secured.account)
    assert show(client, code).status_code == 422
    assert not is_in(client)
    assert Guard.objects.get(pk=secured.account.pk).wrong == 0


def test_the_session_changes_its_key_at_both_steps(client, secured):
    client.get(reverse("people:login"))
    session = client.session
    session["claims"] = [7]
    session.save()
    client.cookies["sessionid"] = session.session_key
    before = session.session_key
    password(client, secured.account)
    between = client.cookies["sessionid"].value
    show(client, secured.app.code())
    after = client.cookies["sessionid"].value
    assert len({before, between, after}) == 3
    assert client.session["claims"] == [7], "what the browser follows as a resident stays"


def test_ten_minutes_after_the_password_one_begins_anew(client, secured, clock):
    password(client, secured.account)
    clock.pass_by(minutes=9, seconds=59)
    assert client.get(reverse("people:second")).status_code == 200
    clock.pass_by(seconds=2)
    answer = show(client, secured.app.code())
    assert answer.url == reverse("people:login")
    assert "从头登录" in text(client.get(answer.url))
    assert not is_in(client)


def test_a_password_changed_meanwhile_ends_the_way_in(client, secured):
    password(client, secured.account)
    secured.account.set_password("something else entirely")
    secured.account.save()
    show(client, secured.app.code())
    assert not is_in(client)


def test_an_account_closed_meanwhile_stays_out(client, secured):
    password(client, secured.account)
    Account.objects.filter(pk=secured.account.pk).update(is_active=False)
    show(client, secured.app.code())
    assert not is_in(client)


def test_without_a_password_the_second_page_leads_to_the_first(client, db):
    assert client.get(reverse("people:second")).url == reverse("people:login")
    assert show(client, "123456").url == reverse("people:login")


def test_one_comes_to_the_page_that_one_wanted(client, secured):
    wanted = reverse("site:notices")
    client.post(f"{reverse('people:login')}?next={wanted}",
                {"username": secured.account.email, "password": "a quiet little stool", "next": wanted})
    assert show(client, secured.app.code()).url == wanted


def test_the_half_way_state_adds_no_other_factor(client, secured):
    """A stolen password must not be enough to add a factor of one's own."""
    password(client, secured.account)
    for name in ("people:setup", "people:setup_app"):
        assert client.get(reverse(name)).url == reverse("people:second")
    mark = "a mark of the thief"
    session = client.session
    session["app_mark"] = mark
    session.save()
    thief = App(totp.secret_of(mark, secured.account.pk))
    client.post(reverse("people:setup_app"), {"code": thief.code()})
    assert client.post(reverse("people:setup_passkey_begin")).status_code == 409
    assert Factor.objects.count() == 1


def test_the_half_way_state_opens_no_page_of_security(client, secured):
    password(client, secured.account)
    for name in ("people:security", "people:confirm", "people:codes", "people:password"):
        assert client.get(reverse(name)).url.startswith(reverse("people:login"))


# Recovery codes


def test_a_recovery_code_lets_in_once(client, secured):
    password(client, secured.account)
    show(client, recovery.spaced(secured.codes[0]))
    assert is_in(client)
    client.logout()
    password(client, secured.account)
    show(client, secured.codes[0])
    assert not is_in(client)
    assert RecoveryCode.objects.filter(account=secured.account).count() == 9


def test_using_a_recovery_code_is_told_with_how_many_are_left(client, secured):
    password(client, secured.account)
    show(client, secured.codes[3])
    message = Message.objects.filter(recipient_id=secured.account.pk, subject__contains="备用码").first()
    assert "还剩 9 个" in message.body


def test_ten_codes_of_ten_digits_all_different():
    codes = recovery.codes_of("m", 1)
    assert len(set(codes)) == 10
    assert all(len(code) == 10 and code.isdigit() for code in codes)
    assert not set(codes) & set(recovery.codes_of("m", 2))


def test_the_code_of_somebody_else_is_wrong(client, town, secured):
    other = with_app(town.people["worker_a"])
    password(client, secured.account)
    for code in (other.codes[0], other.app.code()):
        show(client, code)
    assert not is_in(client)


def test_neither_secret_nor_codes_stand_in_the_database(secured):
    row = Factor.objects.get(account=secured.account)
    secret = secured.app.totp.secret
    assert secret.encode() not in bytes(row.secret)
    hashes = [bytes(code.code_hash) for code in RecoveryCode.objects.all()]
    assert all(code.encode() not in one for code in secured.codes for one in hashes)
