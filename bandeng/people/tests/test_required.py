"""Where a second factor is required: nothing of the workbench opens before it."""

import pytest
from django.test import Client
from django.urls import reverse

from bandeng.people.actions import second
from bandeng.people.models import Account, Factor, Post
from bandeng.people.roles import Role
from bandeng.people.second import totp
from bandeng.people.tests.keys import App, is_in, log_in_as, password, text, with_app


@pytest.fixture(autouse=True)
def required(settings):
    settings.SECOND_FACTOR = "required"


@pytest.fixture
def officer(town, clock):
    return town.people["officer_a1"]


def set_up(client, account):
    client.get(reverse("people:setup_app"))
    app = App(totp.secret_of(client.session["app_mark"], account.pk))
    return client.post(reverse("people:setup_app"), {"code": app.code()})


def test_without_one_the_password_leads_to_setting_it_up_and_nobody_is_in(client, officer):
    assert password(client, officer).url == reverse("people:setup")
    assert not is_in(client)
    page = text(client.get(reverse("people:setup")))
    assert "光有密码不够" in page
    assert "以后再说" not in page


def test_after_setting_it_up_one_is_in_and_sees_the_codes_then_the_page_that_was_wanted(client, officer):
    wanted = reverse("site:notices")
    client.post(f"{reverse('people:login')}?next={wanted}",
                {"username": officer.email, "password": "a quiet little stool", "next": wanted})
    answer = set_up(client, officer)
    assert answer.url == reverse("people:codes")
    assert is_in(client)
    page = text(client.get(answer.url))
    assert page.count("<li><code>") == 10
    assert f'href="{wanted}"' in page
    assert client.get(wanted).status_code == 200


def test_ten_minutes_are_enough_or_one_begins_anew(client, officer, clock):
    password(client, officer)
    clock.pass_by(minutes=11)
    assert client.get(reverse("people:setup_app")).url.startswith(reverse("people:login"))
    assert not Factor.objects.exists()


@pytest.mark.parametrize("name", ["cases:inbox", "cases:enter", "site:notices", "people:people"])
def test_a_session_from_before_it_was_required_is_led_to_setting_it_up(client, town, settings, clock, name):
    settings.SECOND_FACTOR = "offered"
    log_in_as(client, town.people["worker_a"])
    assert client.get(reverse(name)).status_code == 200
    settings.SECOND_FACTOR = "required"
    assert client.get(reverse(name)).url == reverse("people:setup")


def test_such_a_session_has_no_rights_on_other_pages_either(client, town, settings, clock):
    case = town.case()
    settings.SECOND_FACTOR = "offered"
    log_in_as(client, town.people["officer_a1"])
    settings.SECOND_FACTOR = "required"
    answer = client.get(reverse("site:home"))
    assert answer.wsgi_request.actor.posts == ()
    client.post(reverse("cases:verb", args=[case.number, "take"]))
    case.refresh_from_db()
    assert case.state == "received"


def test_such_a_session_goes_on_once_it_is_set_up(client, officer, settings):
    settings.SECOND_FACTOR = "offered"
    log_in_as(client, officer)
    settings.SECOND_FACTOR = "required"
    set_up(client, officer)
    assert client.get(reverse("cases:inbox")).status_code == 200


def test_who_has_one_shows_it_and_comes_in(client, officer):
    secured = with_app(officer)
    password(client, officer)
    client.post(reverse("people:second"), {"code": secured.app.code()})
    assert client.get(reverse("cases:inbox")).status_code == 200


def test_demo_accounts_are_never_forced(client, officer):
    Account.objects.filter(pk=officer.pk).update(is_sample=True)
    log_in_as(client, officer)
    assert client.get(reverse("cases:inbox")).status_code == 200


def test_without_a_post_none_is_asked_for(client, clock, db):
    account = Account.objects.create_user(email="x@test.example", password="a quiet little stool", name="x")
    log_in_as(client, account)
    assert is_in(client)


def test_a_volunteer_has_a_post_too(client, town, clock):
    assert password(client, town.people["leader"]).url == reverse("people:setup")


def test_a_post_that_comes_later_asks_for_it_with_the_next_click(client, town, clock):
    account = Account.objects.create_user(email="x@test.example", password="a quiet little stool", name="x")
    log_in_as(client, account)
    Post.objects.create(person=account, role=Role.GRID_DEPUTY, place=town.places["a1"], starts_on="2020-01-01")
    assert client.get(reverse("cases:inbox")).url == reverse("people:setup")


def test_a_reset_leads_to_setting_it_up_anew(client, town, officer):
    with_app(officer)
    second.forget_all(officer.guard)
    assert password(client, officer).url == reverse("people:setup")


def test_where_it_is_offered_the_page_can_be_left(client, town, settings, clock):
    settings.SECOND_FACTOR = "offered"
    log_in_as(client, town.people["worker_a"])
    assert "以后再说" in text(client.get(reverse("people:setup")))


def test_a_stranger_is_sent_to_the_log_in(db):
    client = Client()
    for name in ("setup", "setup_app"):
        assert client.get(reverse(f"people:{name}")).url.startswith(reverse("people:login"))
