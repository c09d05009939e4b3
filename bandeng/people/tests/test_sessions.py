"""One's own log-ins: seen by nobody else, ended one by one, over when password or factor changes."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bandeng.foundation.access import Refused
from bandeng.foundation.journal.models import Entry
from bandeng.people import browsers
from bandeng.people.actions import accounts, change_password, end_post
from bandeng.people.jobs import clear_sessions
from bandeng.people.models import Post, Session
from bandeng.people.sessions import mark_of, opened
from bandeng.people.tests.keys import BACKEND, is_in, log_in_as, text, with_app
from tests.district import PASSWORD

PHONE = "Mozilla/5.0 (Linux; Android 10; HLK-AL00) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/99.0 Mobile Safari/537.36"
SECURITY = "people:security"


def somewhere(account, agent=""):
    return log_in_as(Client(HTTP_USER_AGENT=agent), account)


def may_work(client):
    return client.get(reverse("cases:inbox")).status_code == 200


def test_the_page_lists_where_one_is_logged_in_and_which_is_this_one(client, officer, clock):
    somewhere(officer, PHONE)
    log_in_as(client, officer)
    page = text(client.get(reverse(SECURITY)))
    assert "Chrome · Android 手机" in page
    assert page.count("这一个") == 1
    assert page.count("今天登录") == 0, "the days are those of the clock of this test"
    assert "3月9日" in page


def test_the_day_of_use_moves_on_and_no_hour_is_kept(client, officer, clock):
    log_in_as(client, officer)
    began = clock.now.date()
    clock.pass_by(days=3)
    client.get(reverse("cases:inbox"))
    [one] = opened(officer.pk, client.session.session_key)
    assert (one.began, one.used, one.this_one) == (began, began + timedelta(days=3), True)
    assert set(client.session["here"]) == {"browser", "began", "used"}


def test_one_log_in_is_ended_from_elsewhere(client, officer):
    other = somewhere(officer, PHONE)
    log_in_as(client, officer)
    answer = client.post(reverse("people:session_end"), {"mark": mark_of(other.session.session_key)}, follow=True)
    assert "那一处退出了" in text(answer)
    assert not may_work(other)
    assert may_work(client)


def test_all_others_are_ended_at_once(client, officer):
    others = [somewhere(officer) for _ in range(3)]
    log_in_as(client, officer)
    answer = client.post(reverse("people:session_end"), follow=True)
    assert "别处的 3 个登录退出了" in text(answer)
    assert not any(may_work(other) for other in others)
    assert may_work(client)


@pytest.mark.parametrize("mark", ["nonsense", "\x00", "0" * 500])
def test_a_mark_of_nothing_ends_nothing(client, officer, mark):
    log_in_as(client, officer)
    assert client.post(reverse("people:session_end"), {"mark": mark}).status_code == 302
    assert may_work(client)


def test_nobody_sees_or_ends_the_log_ins_of_others(client, town, officer):
    theirs = somewhere(officer, PHONE)
    log_in_as(client, town.people["admin"])
    assert "Android" not in text(client.get(reverse(SECURITY)))
    assert "Android" not in text(client.get(reverse("people:person", args=[officer.pk])))
    client.post(reverse("people:session_end"), {"mark": mark_of(theirs.session.session_key)})
    assert may_work(theirs)
    with pytest.raises(Refused):
        accounts.end_other_sessions(town.actor("admin"), account=officer, keep="")


def test_the_key_of_a_session_stands_on_no_page(client, officer):
    other = somewhere(officer)
    log_in_as(client, officer)
    page = text(client.get(reverse(SECURITY)))
    assert other.session.session_key not in page
    assert client.session.session_key not in page


def test_ending_log_ins_is_noted_nowhere(client, officer):
    somewhere(officer)
    log_in_as(client, officer)
    client.post(reverse("people:session_end"))
    assert not Entry.objects.filter(object_kind="people.account").exists()


def test_a_new_password_ends_the_others_and_keeps_this_one(client, officer):
    other = somewhere(officer)
    log_in_as(client, officer)
    client.post(reverse("people:password"), {
        "old_password": PASSWORD, "new_password1": "another quiet stool", "new_password2": "another quiet stool"})
    assert may_work(client)
    assert not may_work(other)
    assert Session.objects.filter(account=officer).count() == 1


def test_a_new_factor_ends_the_others(officer, clock):
    other = somewhere(officer)
    assert Session.objects.filter(account=officer).count() == 1
    with_app(officer)
    assert not Session.objects.filter(account=officer).exists()
    assert not may_work(other)


def test_a_log_in_that_was_under_way_when_the_factor_came_is_over(officer, clock):
    """The password was right before there was a factor: the session must not outlive it."""
    before = type(officer).objects.get(pk=officer.pk)
    with_app(officer)
    late = Client()
    late.force_login(before, backend=BACKEND)
    assert not may_work(late)


def test_a_password_set_by_a_program_ends_all(officer):
    other = somewhere(officer)
    change_password(accounts.Actor(system=True), account=officer, password="another quiet stool")
    assert not may_work(other)


def test_a_closed_account_is_out_at_once(client, officer):
    log_in_as(client, officer)
    type(officer).objects.filter(pk=officer.pk).update(is_active=False)
    assert client.get(reverse("cases:inbox")).url.startswith(reverse("people:login"))


def test_an_ended_post_gives_no_rights_with_the_next_click(client, town, officer):
    log_in_as(client, officer)
    number = town.case().number
    assert client.get(reverse("cases:case", args=[number])).status_code == 200
    end_post(town.actor("admin"), post=Post.objects.get(person=officer))
    assert client.get(reverse("cases:case", args=[number])).status_code != 200
    assert client.get(reverse("cases:inbox")).status_code == 403


def test_logging_out_leaves_no_row(client, officer):
    log_in_as(client, officer)
    client.post(reverse("people:logout"))
    assert not is_in(client)
    assert not Session.objects.filter(account=officer).exists()


def test_a_session_of_a_resident_belongs_to_nobody(client, town):
    client.get(reverse("people:login"))
    session = client.session
    session["claims"] = [1]
    session.save()
    assert Session.objects.get().account_id is None


def test_what_has_run_out_is_not_listed_and_is_cleared(client, officer):
    log_in_as(client, officer)
    Session.objects.update(expire_date=timezone.now() - timedelta(minutes=1))
    assert opened(officer.pk, None) == []
    assert clear_sessions() == "cleared 1 ended sessions"
    assert not Session.objects.exists()


@pytest.mark.parametrize(("agent", "said"), [
    (PHONE, "Chrome · Android 手机"),
    (PHONE + " MicroMessenger/8.0.48", "微信 · Android 手机"),
    ("Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 Chrome/114 Safari/537.36 ArkWeb HuaweiBrowser/5", "华为浏览器 · 鸿蒙手机"),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605 Version/17.0 Mobile Safari/604", "Safari · iPhone"),
    ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/124 Safari/537.36 Edg/124", "Edge · Windows 电脑"),
    ("Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0", "Firefox · Linux 电脑"),
    ("curl/8", "没认出来的浏览器"), ("", "没认出来的浏览器"), ("\x00é" * 400, "没认出来的浏览器"),
])
def test_browsers_are_said_in_plain_words(agent, said):
    assert browsers.words(browsers.kinds(agent)) == said
