"""Accepting an invitation: account and post come together, once, and only to whom it was meant for."""

import pytest
from django.test import Client
from django.urls import reverse

from bandeng.foundation.access import Actor, Refused, WrongState
from bandeng.foundation.journal.models import Entry
from bandeng.people import guests
from bandeng.people.actions import end_post
from bandeng.people.actions import invitations as acts
from bandeng.people.models import Account, Invitation, Post
from bandeng.people.queries import actor_of
from bandeng.people.roles import Role
from bandeng.people.tests.guests import NEW, PHONE, accept, invite, open_link, take
from bandeng.people.tests.keys import is_in, log_in_as, password, text
from tests.district import made_town
from tests.threads import errors, together


def test_the_page_says_who_invites_to_what_before_anything_is_asked(client, town, clock):
    page = text(open_link(client, invite(town)))
    for said in ("worker_a", "槐树社区", "社区工作人员", "槐树第一网格", "代班网格员", PHONE, "至少十个字符"):
        assert said in page


def test_opening_the_link_uses_nothing_up_and_leaves_no_secret_in_the_address(client, town, clock):
    done = invite(town)
    for _ in range(3):
        open_link(client, done)
    assert done.token not in text(client.get(reverse("people:join")))
    assert guests.find_open(done.token)


def test_accepting_makes_account_and_post_and_leads_to_the_second_factor(client, town, clock):
    open_link(client, invite(town))
    assert take(client).url == reverse("people:setup")
    person = Account.objects.get(phone=PHONE)
    post = Post.objects.get(person=person)
    assert (post.role, post.place, post.called, post.shows_name) == (Role.GRID_DEPUTY, town.places["a1"], "王师傅", True)
    assert person.check_password(NEW)
    assert is_in(client)
    assert client.get(reverse("cases:inbox")).status_code == 200
    row = Invitation.objects.get()
    assert row.post == post
    assert not row.data_key_id


def test_everything_stands_in_the_journal_and_names_the_inviter_in_the_post(client, town, clock):
    open_link(client, invite(town))
    take(client)
    found = {entry.action: entry for entry in Entry.objects.all()}
    assert found["post.assign"].person_id == town.people["worker_a"].pk
    assert found["invitation.accept"].person_id == Account.objects.get(phone=PHONE).pk
    assert "account.create" in found


def test_a_link_works_once(client, town, clock):
    done = invite(town)
    open_link(client, done)
    take(client)
    other = Client()
    assert other.get(reverse("people:join_link", args=[done.token])).status_code == 410


def test_an_opened_page_is_void_when_the_invitation_was_sent_again(client, town, clock):
    done = invite(town)
    open_link(client, done)
    acts.invite_again(town.actor("worker_a"), invitation=done.invitation.pk)
    assert take(client).status_code == 410
    assert not Account.objects.filter(phone=PHONE).exists()


@pytest.mark.parametrize("given", [
    {"password": "short", "again": "short"}, {"password": "1234567890", "again": "1234567890"}, {"again": "something else"},
    {"password": PHONE, "again": PHONE}, {"name": ""}, {"name": "长" * 41}, {"called": "长" * 21}, {"duty_phone": "1" * 31},
])
def test_what_does_not_fit_makes_nothing(client, town, clock, given):
    open_link(client, invite(town))
    answer = take(client, **given)
    assert answer.status_code == 422
    assert "error" in text(answer)
    assert not Account.objects.filter(phone=PHONE).exists()
    assert take(client).status_code == 302


def test_the_name_stands_on_public_pages_only_with_consent(client, town, clock):
    open_link(client, invite(town))
    take(client, shows_name="")
    assert not Post.objects.get(person__phone=PHONE).shows_name


def test_a_role_without_public_face_is_not_asked_for_one(client, town, clock):
    done = invite(town, "admin", role=Role.UNIT_LIAISON, unit="water")
    assert "邻居怎么称呼您" not in text(open_link(client, done))
    take(client)
    assert Post.objects.get(person__phone=PHONE).called == ""


def test_a_grid_taken_meanwhile_gives_the_proper_message_and_makes_no_account(client, town, clock):
    done = invite(town, "admin", role=Role.GRID_OFFICER, place="c1")
    open_link(client, done)
    Post.objects.create(person=town.people["worker_c"], role=Role.GRID_OFFICER, place=town.places["c1"], starts_on="2020-01-01")
    answer = take(client)
    assert "已经有网格员" in text(answer)
    assert not Account.objects.filter(phone=PHONE).exists()
    assert guests.find_open(done.token), "it can be accepted once the grid is free"


def test_an_inviter_who_may_no_longer_appoint_has_invited_in_vain(client, town, clock):
    open_link(client, invite(town))
    end_post(town.actor("admin"), post=Post.objects.get(person=town.people["worker_a"]))
    assert "不能安排这个岗位" in text(take(client))
    assert not Account.objects.filter(phone=PHONE).exists()


@pytest.mark.django_db(transaction=True)
def test_accepting_twice_at_the_same_moment_makes_one_account_and_one_post(clock):
    done = invite(made_town())
    results = together(lambda: accept(done), lambda: accept(done))
    assert [type(error) for error in errors(results)] == [WrongState]
    assert Post.objects.filter(person__phone=PHONE).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_invitations_of_one_person_accepted_at_the_same_moment_make_one_account(clock):
    town = made_town()
    one, two = invite(town), invite(town, place="a2")
    results = together(lambda: accept(one), lambda: accept(two))
    assert [type(error) for error in errors(results)] == [WrongState]
    assert Account.objects.filter(phone=PHONE).count() == 1
    assert Invitation.objects.filter(ended_at__isnull=True).count() == 1


# With an account


@pytest.fixture
def for_officer_b(town, clock):
    """The officer of b1 is asked to stand in for a1."""
    return invite(town, name="officer_b1", phone=town.people["officer_b1"].phone)


def test_who_has_an_account_logs_in_and_only_takes_the_post(client, town, for_officer_b):
    person = town.people["officer_b1"]
    page = text(open_link(client, for_officer_b))
    assert "已经有账号" in page
    assert 'type="password"' not in page
    answer = client.post(reverse("people:join"))
    assert answer.url == f"{reverse('people:login')}?next={reverse('people:join')}"
    client.post(answer.url, {"username": person.email, "password": "a quiet little stool", "next": reverse("people:join")})
    assert client.post(reverse("people:join"), {"called": ""}).status_code == 302
    assert {post.role for post in actor_of(person.pk).posts} == {Role.GRID_OFFICER, Role.GRID_DEPUTY}
    assert person.check_password("a quiet little stool")


def test_somebody_else_who_is_logged_in_cannot_take_it(client, town, for_officer_b):
    log_in_as(client, town.people["worker_a"])
    open_link(client, for_officer_b)
    client.post(reverse("people:join"), {"called": "x"})
    assert not is_in(client)
    assert actor_of(town.people["officer_b1"].pk).posts_as(Role.GRID_DEPUTY) == ()
    with pytest.raises(Refused):
        acts.accept_as(Actor(person_id=town.people["worker_a"].pk), invitation=for_officer_b.invitation.pk,
                       hashed=guests.token_hash(for_officer_b.token))


def test_an_account_that_is_there_gets_no_new_password_by_an_invitation(town, for_officer_b):
    with pytest.raises(WrongState, match="已经有账号"):
        accept(for_officer_b)
    assert town.people["officer_b1"].check_password("a quiet little stool")


def test_the_same_post_is_not_taken_twice(town, clock):
    done = invite(town, name="deputy_a1", phone=town.people["deputy_a1"].phone)
    with pytest.raises(WrongState, match="已经在这个岗位上"):
        acts.accept_as(Actor(person_id=town.people["deputy_a1"].pk), invitation=done.invitation.pk,
                       hashed=guests.token_hash(done.token))


def test_a_new_holder_begins_with_nothing_of_whoever_was_logged_in(client, town, clock):
    log_in_as(client, town.people["worker_a"])
    session = client.session
    session["claims"] = [1]
    session.save()
    open_link(client, invite(town))
    take(client)
    assert client.session["_auth_user_id"] == str(Account.objects.get(phone=PHONE).pk)
    assert "claims" not in client.session


@pytest.mark.parametrize("token", ["x", "x" * 43, "é" * 50, "x" * 5000])
def test_a_made_up_link_opens_nothing(client, town, token):
    invite(town)
    assert client.get(reverse("people:join_link", args=[token])).status_code == 410
    assert client.get(reverse("people:join")).status_code == 410
    assert take(client).status_code == 410


def test_where_it_is_required_the_second_factor_comes_before_the_log_in(client, town, clock, settings):
    settings.SECOND_FACTOR = "required"
    open_link(client, invite(town))
    assert take(client).url == reverse("people:setup")
    assert not is_in(client)
    assert client.get(reverse("people:setup")).status_code == 200
    assert password(Client(), Account.objects.get(phone=PHONE), NEW).url == reverse("people:setup")


def test_whoever_was_logged_in_is_out_before_the_new_holder_is_in(client, town, clock, settings):
    log_in_as(client, town.people["worker_a"])
    settings.SECOND_FACTOR = "required"
    open_link(client, invite(town))
    take(client)
    assert not is_in(client)


def test_the_action_itself_wants_the_token_in_force_and_in_time(town, clock):
    done = invite(town)
    acts.invite_again(town.actor("worker_a"), invitation=done.invitation.pk)
    with pytest.raises(WrongState):
        accept(done)
    done = invite(town, place="a2")
    clock.pass_by(days=8)
    with pytest.raises(WrongState):
        accept(done)
    assert not Account.objects.filter(phone=PHONE).exists()
