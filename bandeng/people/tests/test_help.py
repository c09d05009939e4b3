"""Helping somebody who cannot get in: reset with a reason, unlock, end all log-ins; never for oneself."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from bandeng.foundation.access import Invalid, Refused, WrongState
from bandeng.foundation.journal.models import Entry
from bandeng.foundation.notify.models import Message
from bandeng.foundation.sealed.models import DataKey
from bandeng.people.actions import help as helping
from bandeng.people.models import Factor, Guard, Help, RecoveryCode
from bandeng.people.tests.keys import is_in, log_in_as, password, text, with_app

REASON = "手机丢了，本人来社区办的"


def post(client, name, account, **data):
    return client.post(reverse(f"people:{name}", args=[account.pk]), data, follow=True)


def test_a_reset_takes_factors_codes_key_lock_and_log_ins(client, town, secured):
    account = secured.account
    log_in = Client()
    password(log_in, account)
    log_in.post(reverse("people:second"), {"code": secured.app.code()})
    assert is_in(log_in)
    Guard.objects.update(wrong=20)
    log_in_as(client, town.people["worker_a"])
    assert "重置了" in text(post(client, "person_reset", account, reason=REASON))
    assert not Factor.objects.exists()
    assert not RecoveryCode.objects.exists()
    assert not DataKey.objects.exists()
    assert Guard.objects.get().wrong == 0
    assert log_in.get(reverse("cases:inbox")).status_code == 302


def test_the_owner_is_told_who_and_why(client, town, secured):
    helping.reset_factors(town.actor("worker_a"), account=secured.account.pk, reason=REASON)
    told = Message.objects.filter(recipient_id=secured.account.pk, subject__contains="重置")
    assert {message.channel for message in told} == {"in_app", "email"}
    assert all(REASON in message.body for message in told)
    log_in_as(client, secured.account)
    page = text(client.get(reverse("people:security")))
    assert REASON in page
    assert "槐树社区 社区工作人员" in page


def test_it_stands_in_the_journal_in_the_helpers_post(town, secured):
    helping.reset_factors(town.actor("worker_a"), account=secured.account.pk, reason=REASON)
    entry = Entry.objects.get(action="account.reset_factors")
    assert entry.person_id == town.people["worker_a"].pk
    assert entry.post_id == Help.objects.get().by_post_id == town.actor("worker_a").posts[0].id
    assert REASON not in entry.fields


@pytest.mark.parametrize("name", ["officer_a1", "worker_b", "dispatcher_west", "auditor", "supervisor", "deputy_a1"])
def test_who_may_not_appoint_may_not_reset(town, secured, name):
    with pytest.raises(Refused):
        helping.reset_factors(town.actor(name), account=secured.account.pk, reason=REASON)
    with pytest.raises(Refused):
        helping.unlock(town.actor(name), account=secured.account.pk)
    assert Factor.objects.exists()


def test_nobody_resets_the_own_factor(client, town, clock):
    admin = with_app(town.people["admin"])
    with pytest.raises(Refused):
        helping.reset_factors(town.actor("admin"), account=admin.account.pk, reason=REASON)
    password(client, admin.account)
    client.post(reverse("people:second"), {"code": admin.app.code()})
    assert client.get(reverse("people:person", args=[admin.account.pk])).url == reverse("people:security")
    post(client, "person_reset", admin.account, reason=REASON)
    assert Factor.objects.exists()


@pytest.mark.parametrize("reason", ["", "丢了", "长" * 201, "    "])
def test_a_reset_wants_a_reason_and_keeps_what_was_typed(client, town, secured, reason):
    log_in_as(client, town.people["worker_a"])
    answer = post(client, "person_reset", secured.account, reason=reason)
    assert answer.status_code == 422
    assert Factor.objects.exists()
    if reason.strip():
        assert reason in text(answer)
    with pytest.raises(Invalid):
        helping.reset_factors(town.actor("worker_a"), account=secured.account.pk, reason=reason)


def test_without_a_factor_there_is_nothing_to_reset(town, officer):
    with pytest.raises(WrongState):
        helping.reset_factors(town.actor("worker_a"), account=officer.pk, reason=REASON)


def locked_by_passwords(officer):
    for _ in range(5):
        answer = password(Client(), officer, "wrong")
    return answer.status_code == 429


def test_unlocking_forgets_wrong_passwords_and_wrong_codes(client, town, secured):
    assert locked_by_passwords(secured.account)
    Guard.objects.update(wrong=20)
    log_in_as(client, town.people["admin"])
    assert "解开了" in text(post(client, "person_unlock", secured.account))
    somebody = Client()
    assert password(somebody, secured.account).url == reverse("people:second")
    somebody.post(reverse("people:second"), {"code": secured.app.code()})
    assert is_in(somebody)
    assert Entry.objects.get(action="account.unlock").object_id == str(secured.account.pk)


def test_the_page_does_not_say_whether_somebody_mistyped(client, town, officer):
    log_in_as(client, town.people["admin"])
    before = text(client.get(reverse("people:person", args=[officer.pk])))
    assert locked_by_passwords(officer)
    after = text(client.get(reverse("people:person", args=[officer.pk])))
    without_token = [page.split("csrfmiddlewaretoken") [0] for page in (before, after)]
    assert without_token[0] == without_token[1]
    assert len(before) == len(after)


def test_the_system_administrator_ends_all_log_ins_of_somebody(client, town, officer):
    elsewhere = log_in_as(Client(), officer)
    log_in_as(client, town.people["admin"])
    post(client, "person_sessions", officer)
    assert elsewhere.get(reverse("cases:inbox")).status_code == 302
    assert client.get(reverse("cases:inbox")).status_code == 200
    assert Message.objects.filter(recipient_id=officer.pk, topic="security").exists()
    assert Entry.objects.filter(action="account.end_sessions").count() == 1


def test_nobody_else_ends_log_ins(client, town, officer):
    elsewhere = log_in_as(Client(), officer)
    log_in_as(client, town.people["worker_a"])
    assert "person_sessions" not in text(client.get(reverse("people:person", args=[officer.pk])))
    post(client, "person_sessions", officer)
    assert elsewhere.get(reverse("cases:inbox")).status_code == 200


def test_a_person_page_is_found_by_who_appoints_there_and_by_no_other(client, town, officer):
    for name, status in [("worker_a", 200), ("admin", 200), ("worker_b", 404), ("dispatcher_west", 404), ("auditor", 404)]:
        log_in_as(client, town.people[name])
        assert client.get(reverse("people:person", args=[officer.pk])).status_code == status, name
        client.logout()


@pytest.mark.parametrize("pk", [0, 999999999, 2**63, 10**30])
@pytest.mark.parametrize("name", ["person_reset", "person_password", "person_unlock", "person_sessions"])
def test_nobody_there_is_no_error(client, town, name, pk):
    log_in_as(client, town.people["admin"])
    answer = client.post(reverse(f"people:{name}", args=[pk]), {"reason": REASON}, follow=True)
    assert answer.status_code in {200, 404}


def test_the_list_finds_people_by_name_and_log_in(client, town):
    log_in_as(client, town.people["admin"])
    found = text(client.get(reverse("people:people"), {"q": "officer_a1@"}))
    assert "officer_a1" in found
    assert "worker_b" not in found
    assert "没有找到" in text(client.get(reverse("people:people"), {"q": "谁也不是"}))
    assert client.get(reverse("people:people"), {"q": "\x00", "page": "x"}).status_code == 200


# From the command line


def run(*words):
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def test_the_command_line_unlocks(officer):
    assert locked_by_passwords(officer)
    assert "can log in again" in run("unlock", officer.phone)
    assert password(Client(), officer).status_code == 302


def test_the_command_line_resets(secured):
    assert "no second factor" in run("reset_factor", secured.account.email, "--reason", REASON)
    assert not Factor.objects.exists()
    assert Help.objects.get().by_post is None
    with pytest.raises(CommandError):
        run("reset_factor", secured.account.email, "--reason", REASON)


@pytest.mark.parametrize("words", [("unlock", "nobody@test.example"), ("reset_factor", "nobody@test.example", "--reason", REASON),
                                   ("unlock", "")])
def test_the_command_line_says_when_there_is_nobody(town, words):
    with pytest.raises(CommandError):
        run(*words)


def test_the_command_line_wants_a_reason(secured):
    with pytest.raises(CommandError):
        run("reset_factor", secured.account.email, "--reason", "x")
