"""An account, a post, a name: what stands between them and somebody who would like to have them."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from bandeng.foundation.access import Invalid, Refused, WrongState
from bandeng.foundation.notify import outbox
from bandeng.foundation.notify.models import Message
from bandeng.people import neighbours, relays
from bandeng.people.actions import assign_post, be_absent, hand_over, show_name
from bandeng.people.actions import help as helping
from bandeng.people.actions.handover import Who
from bandeng.people.actions.invitations import Duty, withdraw_invitation
from bandeng.people.jobs import forget_relays
from bandeng.people.models import Absence, Account, Guard, Post
from bandeng.people.queries import actor_of, kept_posts
from bandeng.people.roles import Role
from bandeng.people.tests.guests import accept, invite, open_link, take
from bandeng.people.tests.keys import log_in_as, text, with_app

TODAY, PHONE, REASON = date(2026, 3, 9), "0000-6660001", "密码忘了，本人来社区办的"


def post_of(town, name):
    return Post.objects.get(person=town.people[name])


def new_dispatcher(town, on=None):
    done = hand_over(town.actor("admin"), post=post_of(town, "dispatcher").pk, to=Who("常新", PHONE), on=on)
    return Account.objects.get(pk=done.post.person_id)


@pytest.mark.parametrize("later", [0, 5])
def test_a_small_post_opens_no_account_with_a_great_one(town, clock, later):
    """Somebody written down as dispatcher, who was never here, is invited to a small post by a community."""
    person = new_dispatcher(town, TODAY + timedelta(days=later))
    with pytest.raises(WrongState):
        accept(invite(town, phone=PHONE))
    person.refresh_from_db()
    assert not person.has_usable_password()
    done = invite(town, "admin", role=Role.DISTRICT_DISPATCHER, place="district", phone=PHONE)
    assert accept(done).pk == person.pk


def test_written_down_by_the_community_its_invitation_opens(town, clock):
    done = hand_over(town.actor("worker_a"), post=post_of(town, "officer_a2").pk, to=Who("常新", PHONE))
    link = invite(town, role=Role.GRID_OFFICER, place="a2", phone=PHONE)
    assert accept(link).pk == done.post.person_id


def test_the_page_says_so_and_nothing_is_set(client, town, clock):
    person = new_dispatcher(town)
    open_link(client, invite(town, phone=PHONE))
    answer = take(client)
    assert answer.status_code == 422
    assert "先从那个岗位的邀请进来" in text(answer)
    person.refresh_from_db()
    assert not person.has_usable_password()


def test_a_telephone_and_an_address_of_two_people_invite_nobody(town, clock):
    one, other = town.people["officer_a1"], town.people["officer_b1"]
    with pytest.raises(Invalid):
        invite(town, email=one.email, phone=other.phone)


@pytest.mark.parametrize("phone", ["12345678@qq.com", "1234567abc", "call me 1234567", "+", "--------", "1" * 21])
def test_a_telephone_number_is_a_number(town, clock, phone):
    with pytest.raises(Invalid):
        invite(town, phone=phone)
    with pytest.raises(Invalid):
        hand_over(town.actor("worker_a"), post=post_of(town, "officer_a2").pk, to=Who("某人", phone.replace("@", "")))


def test_what_looks_like_both_finds_by_the_right_column(town):
    Account.objects.create(phone="1234567@x.cn", name="占号的")
    right = Account.objects.create_user(email="1234567@x.cn", password="a new quiet stool", name="本人")
    assert Account.objects.get_by_natural_key("1234567@x.cn") == right


def test_a_post_goes_to_no_account_of_another_name(town, clock):
    known = town.people["officer_b1"]
    with pytest.raises(Invalid):
        hand_over(town.actor("worker_a"), post=post_of(town, "officer_a2").pk, to=Who("不是这个人", known.phone))
    done = hand_over(town.actor("worker_a"), post=post_of(town, "officer_a2").pk, to=Who(known.name, known.phone))
    assert done.post.person_id == known.pk


# Helping


def test_who_will_have_a_great_post_is_not_helped_by_a_small_one(town, clock):
    person = town.people["officer_a1"]
    assign_post(town.actor("admin"), person=person, role=Role.SYSADMIN, place=town.places["district"],
                starts_on=TODAY + timedelta(days=5))
    with pytest.raises(Refused):
        helping.password_link(town.actor("worker_a"), account=person.pk, reason=REASON)


def test_an_unlock_is_told_to_the_owner_and_is_no_way_to_try_codes_for_ever(town, clock):
    secured = with_app(town.people["officer_a1"])
    for _ in range(3):
        helping.unlock(town.actor("worker_a"), account=secured.account.pk)
    assert Message.objects.filter(recipient_id=secured.account.pk, subject="您的账号被解锁了", channel="in_app").count() == 3
    Guard.objects.filter(pk=secured.account.pk).update(wrong=5)
    with pytest.raises(WrongState):
        helping.unlock(town.actor("worker_a"), account=secured.account.pk)
    assert Guard.objects.get(pk=secured.account.pk).wrong == 5
    clock.pass_by(days=1, minutes=1)
    helping.unlock(town.actor("worker_a"), account=secured.account.pk)


def test_who_opened_a_link_to_a_new_password_does_not_unlock(town, clock):
    secured = with_app(town.people["officer_a1"])
    helping.password_link(town.actor("worker_a"), account=secured.account.pk, reason=REASON)
    with pytest.raises(Refused):
        helping.unlock(town.actor("worker_a"), account=secured.account.pk)
    helping.unlock(town.actor("head_a"), account=secured.account.pk)


def test_of_somebodys_other_posts_a_small_office_sees_nothing(client, town, clock):
    deputy = town.people["auditor"]
    be_absent(town.actor("worker_a"), post=post_of(town, "officer_a2").pk, starts_on=TODAY, ends_on=TODAY + timedelta(days=3),
              deputy=Who(deputy.name, deputy.email))
    log_in_as(client, town.people["worker_a"])
    page = text(client.get(reverse("people:person", args=[deputy.pk])))
    assert "代班网格员" in page
    assert "审计员" not in page
    assert deputy.email not in page
    assert '<span class="state' not in page  # whether there is a second factor


# Hand-over


def test_the_deputy_goes_with_whoever_they_stood_in_for(town, clock):
    post = post_of(town, "officer_a2")
    be_absent(town.actor("worker_a"), post=post.pk, starts_on=TODAY, ends_on=TODAY + timedelta(days=300),
              deputy=Who("代班的", "0000-6660002"))
    deputy = Absence.objects.get().deputy
    assert actor_of(deputy.person_id).posts
    hand_over(town.actor("worker_a"), post=post.pk, to=Who("常新", PHONE))
    assert actor_of(deputy.person_id).posts == ()
    deputy.refresh_from_db()
    assert deputy.ends_on == TODAY


def test_a_hand_over_for_a_later_day_invites_the_next_holder(client, town, clock):
    log_in_as(client, town.people["worker_a"])
    answer = client.post(reverse("people:post_act", args=[post_of(town, "officer_a2").pk, "hand_over"]), {
        "name": "常新", "login": PHONE, "on": (TODAY + timedelta(days=7)).isoformat()})
    assert answer.url == reverse("people:invited")
    assert kept_posts().get(person__phone=PHONE).starts_on == TODAY + timedelta(days=7)


def test_the_holders_own_word_takes_the_place_of_the_offices(town, clock):
    done = hand_over(town.actor("worker_a"), post=post_of(town, "officer_a2").pk, to=Who("常新", PHONE), called="小常", shows_name=True)
    assert Message.objects.filter(recipient_id=done.post.person_id, subject__contains="公开了").exists()
    accept(invite(town, role=Role.GRID_OFFICER, place="a2", phone=PHONE), duty=Duty(called="常师傅", shows_name=False))
    done.post.refresh_from_db()
    assert (done.post.called, done.post.shows_name, done.post.consent_on) == ("常师傅", False, None)


def test_consent_has_its_day(town, clock):
    accept(invite(town), duty=Duty(called="王师傅", shows_name=True))
    assert Post.objects.get(person__phone="13800000001").consent_on == TODAY


def test_a_name_shown_by_others_is_told_to_its_holder(town, clock):
    post = post_of(town, "officer_a2")
    show_name(town.actor("worker_a"), post=post.pk, shows=True, called="老王")
    assert Message.objects.filter(recipient_id=post.person_id, subject__contains="老王").exists()
    own = post_of(town, "officer_a1")
    show_name(town.actor("officer_a1"), post=own.pk, shows=True, called="老李")
    assert not Message.objects.filter(recipient_id=own.person_id, subject__contains="老李").exists()


def test_a_leaders_telephone_is_the_leaders_own(town, clock):
    done = hand_over(town.actor("worker_a"), post=post_of(town, "leader").pk, to=Who("新楼长", PHONE))
    assert done.post.duty_phone == ""


# Words for a leader


@pytest.mark.parametrize("words", ["三单元有人打人，老王要自杀", "有人晕倒了", "看这里 http://evil.example/x", "上www.evil.example领奖"])
def test_danger_to_a_person_and_web_addresses_are_not_passed_on(client, town, words):
    with pytest.raises(Invalid):
        neighbours.relay(town.actor("worker_b"), post=post_of(town, "leader").pk, words=words)
    page = reverse("people:neighbours", args=[town.places["building"].pk])
    answer = client.post(page, {"post": post_of(town, "leader").pk, "words": words})
    assert answer.status_code == 422
    assert words in text(answer)
    assert not Message.objects.filter(topic="relay").exists()


def test_without_a_mail_server_no_letter_is_written_anywhere(town, settings, tmp_path):
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    helping.end_sessions(town.actor("admin"), account=town.people["officer_a1"].pk)
    outbox.send_due()
    assert Message.objects.get(channel="email").state == "dropped"


def test_words_passed_on_are_forgotten_after_thirty_days(town, clock):
    neighbours.relay(town.actor("worker_b"), post=post_of(town, "leader").pk, words="三单元的灯修好了，谢谢。")
    Message.objects.filter(topic="relay").update(created_at=timezone.now() - timedelta(days=29))
    forget_relays()
    assert Message.objects.filter(topic="relay", body__contains="三单元").exists()
    Message.objects.filter(topic="relay").update(created_at=timezone.now() - timedelta(days=31))
    forget_relays()
    assert not Message.objects.filter(topic="relay").exclude(body="").exists()


def test_letters_to_strangers_have_an_end(client, town, settings, clock):
    settings.EMAIL_HOST = "localhost"
    relays.forget()
    for name in [name for name in town.people if name.startswith(("officer", "worker", "head", "chief", "dispatcher", "water"))]:
        client.post(reverse("people:forgotten"), {"login": town.people[name].email})
    assert Message.objects.filter(recipient_kind="password").count() == relays.MOST
    relays.forget()


def test_a_post_is_ended_on_its_page_by_the_administrator_alone(client, town, clock):
    page = reverse("people:post_act", args=[post_of(town, "officer_a2").pk, "end"])
    log_in_as(client, town.people["worker_a"])
    assert client.post(page).status_code == 404
    client.logout()
    log_in_as(client, town.people["admin"])
    assert client.post(page, {"on": ""}).status_code == 302
    assert town.actor("officer_a2").posts == ()


def test_an_invitation_taken_back_leaves_no_officer_whom_nobody_knows(town, clock):
    hand_over(town.actor("worker_a"), post=post_of(town, "officer_a2").pk, to=Who("常新", PHONE))
    done = invite(town, role=Role.GRID_OFFICER, place="a2", phone=PHONE)
    withdraw_invitation(town.actor("worker_a"), invitation=done.invitation.pk)
    assert not kept_posts().filter(person__phone=PHONE).exists()
