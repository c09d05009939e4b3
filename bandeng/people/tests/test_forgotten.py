"""A forgotten password: a letter, or a link from whoever gives the posts; valid an hour, good once."""

import re
from io import StringIO

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from bandeng.foundation.access import Invalid, Refused, WrongState
from bandeng.foundation.journal.models import Entry
from bandeng.foundation.notify import outbox
from bandeng.foundation.notify.models import Message
from bandeng.people import forgotten, relays
from bandeng.people.actions import forgotten as acts
from bandeng.people.actions import help as helping
from bandeng.people.models import Account, Factor, Help
from bandeng.people.tests.keys import is_in, log_in_as, password, text
from tests.threads import together

NEW, REASON = "小板凳上坐一坐再说话", "密码忘了，本人来社区办的"


@pytest.fixture(autouse=True)
def letters(settings, clock):
    relays.forget()
    settings.EMAIL_HOST = "localhost"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def ask(client, login):
    return client.post(reverse("people:forgotten"), {"login": login})


def link_in_the_letter():
    outbox.send_due()
    return re.search(r"/login/new/\S+", mail.outbox[-1].body).group()


def set_new(client, link, first=NEW, second=None):
    client.get(link)
    return client.post(reverse("people:new_password"), {"new_password1": first, "new_password2": first if second is None else second})


def works(account, given):
    return Account.objects.get(pk=account.pk).check_password(given)


def test_a_letter_leads_to_a_new_password_and_every_log_in_ends(client, officer):
    elsewhere = Client()
    log_in_as(elsewhere, officer)
    assert ask(client, officer.email).status_code == 200
    link = link_in_the_letter()
    assert mail.outbox[-1].to == [officer.email]
    assert client.get(link).url == reverse("people:new_password")
    answer = set_new(client, link)
    assert answer.url == reverse("people:login")
    assert works(officer, NEW)
    assert elsewhere.get(reverse("cases:inbox")).status_code == 302
    assert not is_in(client)
    assert Message.objects.filter(recipient_id=officer.pk, subject="密码改了").exists()


def test_no_table_holds_the_link(client, officer):
    ask(client, officer.email)
    link_in_the_letter()
    message = Message.objects.get(recipient_kind="password")
    assert "/login/" not in f"{message.body}{message.url}{message.subject}"


def test_the_page_says_the_same_whoever_is_asked_for(client, officer, town):
    Account.objects.filter(pk=officer.pk).update(phone="0000-5550001")
    blocked = town.people["officer_a2"]
    Account.objects.filter(pk=blocked.pk).update(is_active=False)
    Account.objects.create_user(email="never@test.example", password=None, name="没来过")
    logins = officer.email, "0000-5550001", blocked.email, "never@test.example", "nobody@test.example"
    said = {text(ask(client, login)) for login in logins}
    plain = {re.sub(r'value="\w+"|nonce="[^"]+"', "", page) for page in said}
    assert len(plain) == 1
    outbox.send_due()
    assert {to for letter in mail.outbox for to in letter.to} == {officer.email}


def test_one_letter_in_a_quarter_of_an_hour_however_often_it_is_asked_for(client, officer, clock):
    for _ in range(5):
        ask(client, officer.email)
    outbox.send_due()
    assert len(mail.outbox) == 1
    clock.pass_by(minutes=15)
    ask(client, officer.email)
    outbox.send_due()
    assert len(mail.outbox) == 2


def test_without_a_mail_server_the_page_says_whom_to_ask(client, officer, settings):
    settings.EMAIL_HOST = ""
    assert "<form method=\"post\">" not in text(client.get(reverse("people:forgotten"))).split("<main")[1]
    ask(client, officer.email)
    assert not Message.objects.exists()


def test_the_link_is_good_once_and_for_an_hour(client, officer, clock):
    ask(client, officer.email)
    link = link_in_the_letter()
    clock.pass_by(minutes=59)
    assert client.get(link).status_code == 302
    clock.pass_by(minutes=2)
    assert client.get(reverse("people:new_password")).status_code == 410
    assert client.get(link).status_code == 410
    fresh = forgotten.address(officer)
    set_new(client, fresh)
    assert Client().get(fresh).status_code == 410


def test_two_who_use_one_link_at_once_set_one_password(officer):
    token = forgotten.new_token(officer)
    acts.set_new_password(account=officer.pk, token=token, password=NEW)
    with pytest.raises(WrongState):
        acts.set_new_password(account=officer.pk, token=token, password="another-one-entirely")
    assert works(officer, NEW)


@pytest.mark.parametrize("spoil", [lambda link: link[:-2] + "x/", lambda link: link.replace("/new/", "/new/9"),
                                   lambda link: link.rsplit("-", 1)[0] + "-/",
                                   lambda link: reverse("people:new_link", args=[10**12, "x-y"])])
def test_a_link_that_is_not_quite_it_opens_nothing(client, officer, spoil):
    assert client.get(spoil(forgotten.address(officer))).status_code == 410
    assert client.get(reverse("people:new_password")).status_code == 410


def test_one_persons_link_is_no_others(client, town, officer):
    token = forgotten.new_token(officer)
    assert client.get(reverse("people:new_link", args=[town.people["worker_a"].pk, token])).status_code == 410


@pytest.mark.parametrize(("first", "second"), [("short", None), (NEW, "不一样的密码呀呀呀"), ("", None), ("1234567890", None)])
def test_a_password_that_will_not_do_is_said_and_the_link_stays_good(client, officer, first, second):
    link = forgotten.address(officer)
    answer = set_new(client, link, first, second)
    assert answer.status_code == 422
    assert not works(officer, first or "x")
    assert set_new(client, link).status_code == 302


def test_second_factors_stay(client, secured):
    set_new(client, forgotten.address(secured.account))
    assert Factor.objects.filter(account=secured.account).exists()
    secured.account.refresh_from_db()
    answer = client.post(reverse("people:login"), {"username": secured.account.email, "password": NEW})
    assert answer.url == reverse("people:second")
    assert not is_in(client)


def test_wrong_passwords_of_before_no_longer_lock(client, officer):
    for _ in range(5):
        client.post(reverse("people:login"), {"username": officer.email, "password": "wrong"})
    assert client.post(reverse("people:login"), {"username": officer.email, "password": "wrong"}).status_code == 429
    set_new(client, forgotten.address(officer))
    assert client.post(reverse("people:login"), {"username": officer.email, "password": NEW}).status_code == 302


# From whoever gives the posts


def make(client, account, reason=REASON):
    return client.post(reverse("people:person_password", args=[account.pk]), {"reason": reason})


def shown_link(page):
    return "/login/new/" + re.search(r"<code>\S*/login/new/([^<]+)</code>", page).group(1)


def test_whom_no_letter_reaches_is_shown_a_link_once(client, town, officer):
    log_in_as(client, town.people["worker_a"])
    assert make(client, officer).url == reverse("people:password_link")
    link = shown_link(text(client.get(reverse("people:password_link"))))
    assert client.get(reverse("people:password_link")).status_code == 302
    assert set_new(Client(), link).status_code == 302
    assert works(officer, NEW)


def test_a_link_that_nobody_looked_at_is_not_shown_later(client, town, officer, clock):
    log_in_as(client, town.people["worker_a"])
    make(client, officer)
    clock.pass_by(minutes=6)
    assert client.get(reverse("people:password_link")).status_code == 302


def test_the_owner_reads_who_and_why(client, town, officer):
    helping.password_link(town.actor("worker_a"), account=officer.pk, reason=REASON)
    assert {message.channel for message in Message.objects.filter(recipient_id=officer.pk, body__contains=REASON)} == {"in_app", "email"}
    log_in_as(client, officer)
    page = text(client.get(reverse("people:security")))
    assert "给了设新密码的链接" in page
    assert REASON in page
    assert Entry.objects.get(action="account.password_link").person_id == town.people["worker_a"].pk


@pytest.mark.parametrize("name", ["officer_a1", "worker_b", "dispatcher_west", "auditor", "supervisor", "deputy_a1"])
def test_who_may_not_appoint_makes_no_link(client, town, officer, name):
    with pytest.raises(Refused):
        helping.password_link(town.actor(name), account=officer.pk, reason=REASON)
    log_in_as(client, town.people[name])
    make(client, officer)
    assert client.get(reverse("people:password_link")).status_code in (302, 404)
    assert not Help.objects.exists()


def test_nobody_makes_one_for_oneself(town):
    with pytest.raises(Refused):
        helping.password_link(town.actor("admin"), account=town.people["admin"].pk, reason=REASON)


def test_a_reason_is_wanted_and_what_was_typed_comes_back(client, town, officer):
    log_in_as(client, town.people["worker_a"])
    answer = make(client, officer, "忘")
    assert answer.status_code == 422
    assert 'value="忘"' in text(answer)
    with pytest.raises(Invalid):
        helping.password_link(town.actor("worker_a"), account=officer.pk, reason="x" * 201)


def test_who_was_never_here_is_invited_instead(town):
    fresh = Account.objects.create_user(phone="0000-5550009", password=None, name="没来过")
    with pytest.raises(WrongState):
        helping.password_link(town.actor("admin"), account=fresh.pk, reason=REASON)


@pytest.mark.parametrize("first", ["reset", "link"])
def test_password_and_second_factor_are_never_in_one_hand(town, secured, clock, first):
    def reset(name):
        helping.reset_factors(town.actor(name), account=secured.account.pk, reason=REASON)

    def link(name):
        helping.password_link(town.actor(name), account=secured.account.pk, reason=REASON)

    one, other = (reset, link) if first == "reset" else (link, reset)
    one("worker_a")
    with pytest.raises(Refused):
        other("worker_a")
    assert Help.objects.count() == 1
    other("head_a" if first == "link" else "admin")
    assert Help.objects.count() == 2


def test_the_command_line_prints_a_link(client, officer):
    out = StringIO()
    call_command("password_link", officer.email, "--reason", REASON, stdout=out)
    assert set_new(client, re.search(r"/login/new/\S+", out.getvalue()).group()).status_code == 302
    assert Help.objects.get().by_post is None
    for words in ((officer.email, "x"), ("nobody@test.example", REASON)):
        with pytest.raises(CommandError):
            call_command("password_link", words[0], "--reason", words[1])


def test_after_a_week_one_hand_may_do_the_other_thing(town, secured, clock):
    helping.password_link(town.actor("worker_a"), account=secured.account.pk, reason=REASON)
    clock.pass_by(days=8)
    helping.reset_factors(town.actor("worker_a"), account=secured.account.pk, reason=REASON)
    assert Help.objects.count() == 2


def test_a_password_changed_meanwhile_voids_the_letter(client, officer):
    link = forgotten.address(officer)
    password(client, officer)
    officer.set_password("something-else-again")
    officer.save()
    assert Client().get(link).status_code == 410


@pytest.mark.django_db(transaction=True)
def test_a_link_used_by_two_at_the_same_moment_counts_once(town):
    account = town.people["officer_a1"]
    token = forgotten.new_token(account)
    done = together(*[lambda n=n: acts.set_new_password(account=account.pk, token=token, password=f"{NEW}{n}") for n in range(3)])
    assert sum(isinstance(one, WrongState) for one in done) == 2
