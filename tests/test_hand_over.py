"""Handing a post over with its work, standing in, grids that nobody looks after, leaders and the notice board."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from bandeng.cases.lines import inbox
from bandeng.cases.tests.lives import whistled
from bandeng.foundation.access import Invalid, Refused, WrongState
from bandeng.foundation.journal.models import Entry
from bandeng.foundation.notify.models import Message
from bandeng.people import neighbours, relays
from bandeng.people.actions import be_absent, come_back, hand_over, show_name
from bandeng.people.actions.handover import Who
from bandeng.people.models import Absence, Account, Invitation, Post
from bandeng.people.queries import actor_of, grid_officer
from bandeng.people.roles import Role
from bandeng.people.vacancies import vacancies
from bandeng.people.views.neighbours import values
from bandeng.territory.models import Place, PlaceKind
from tests.district import IN_A2
from tests.threads import errors, together

NEXT = Who("赵接手", "zhao@example.org")
TODAY = date(2026, 3, 9)


def post_of(town, name):
    return Post.objects.get(person=town.people[name])


def numbers(actor):
    return {row.number for row in inbox(actor)[0]}


def test_the_next_officer_has_the_inbox_and_the_last_one_nothing(town, clock):
    case = town.case(IN_A2)
    old = post_of(town, "officer_a2")
    done = hand_over(town.actor("worker_a"), post=old.pk, to=NEXT)
    assert done.work == 1
    assert numbers(actor_of(done.post.person_id)) == {case.number}
    assert town.actor("officer_a2").posts == ()
    old.refresh_from_db()
    assert (old.ends_on, done.post.starts_on, done.post.duty_phone) == (TODAY, TODAY, old.duty_phone)
    assert {row.action for row in Entry.objects.filter(action__startswith="post.")} >= {"post.end", "post.hand_over"}
    assert Message.objects.filter(topic="post", recipient_id__in=[old.person_id, done.post.person_id]).count() == 2


def test_name_and_consent_do_not_pass_on_with_the_post(town, clock):
    show_name(town.actor("officer_a2"), post=post_of(town, "officer_a2").pk, shows=True, called="老王")
    done = hand_over(town.actor("admin"), post=post_of(town, "officer_a2").pk, to=NEXT)
    assert (done.post.called, done.post.shows_name, done.post.consent_on) == ("", False, None)


def test_a_hand_over_may_be_for_a_later_day(town, clock):
    done = hand_over(town.actor("admin"), post=post_of(town, "officer_a2").pk, to=NEXT, on=TODAY + timedelta(days=7))
    assert len(town.actor("officer_a2").posts) == 1
    assert actor_of(done.post.person_id).posts == ()


def test_a_liaison_hands_over_the_orders_of_the_unit(town, clock):
    whistled(town, units=("water", "roads"))
    done = hand_over(town.actor("water_head"), post=post_of(town, "water").pk, to=NEXT)
    assert done.work == 1
    assert len(inbox(actor_of(done.post.person_id))[0]) == 1


@pytest.mark.parametrize("name", ["officer_a2", "worker_b", "dispatcher_west", "water", "auditor", "leader", "supervisor"])
def test_who_may_not_appoint_may_not_hand_over(town, clock, name):
    with pytest.raises(Refused):
        hand_over(town.actor(name), post=post_of(town, "officer_a2").pk, to=NEXT)
    assert not Account.objects.filter(email="zhao@example.org").exists()


@pytest.mark.parametrize(("who", "field"), [
    (Who("officer_a2", "officer_a2@test.example"), "to"), (Who("", "new@example.org"), "name"), (Who("x", "不是邮箱@"), "to"),
    (Who("x", "12"), "to"), (Who("x", ""), "to"),
])
def test_a_wrong_next_holder_is_said_and_nothing_changes(town, clock, who, field):
    accounts = Account.objects.count()
    with pytest.raises(Invalid) as error:
        hand_over(town.actor("admin"), post=post_of(town, "officer_a2").pk, to=who)
    assert error.value.field == field
    assert post_of(town, "officer_a2").ends_on is None
    assert Account.objects.count() == accounts


def test_what_was_handed_over_is_not_handed_over_again(town, clock):
    post = post_of(town, "officer_a2").pk
    hand_over(town.actor("admin"), post=post, to=NEXT)
    with pytest.raises(WrongState):
        hand_over(town.actor("admin"), post=post, to=Who("另一位", "other@example.org"))


@pytest.mark.django_db(transaction=True)
def test_of_two_hand_overs_at_the_same_moment_one_wins():
    from tests.district import made_town

    town = made_town()
    post, admin = post_of(town, "officer_a2").pk, town.actor("admin")
    results = together(
        lambda: hand_over(admin, post=post, to=Who("甲", "jia@example.org")),
        lambda: hand_over(admin, post=post, to=Who("乙", "yi@example.org")),
    )
    assert len(errors(results)) == 1 and isinstance(errors(results)[0], WrongState)
    assert Post.objects.filter(place=town.places["a2"], role=Role.GRID_OFFICER, ends_on__isnull=True).count() == 1


# -- absence ------------------------------------------------------------------------------------------------------


def away(town, days=5, who="worker_a", deputy=None, post="officer_a2", start=TODAY):
    return be_absent(town.actor(who), post=post_of(town, post).pk, starts_on=start, ends_on=start + timedelta(days=days), deputy=deputy)


def test_a_deputy_has_the_work_for_that_time_and_the_officer_keeps_the_post(town, clock):
    case = town.case(IN_A2)
    row = away(town, deputy=Who("officer_b1", "officer_b1@test.example"))
    assert numbers(town.actor("officer_b1")) >= {case.number}
    assert numbers(town.actor("officer_a2")) == {case.number}
    assert grid_officer(town.places["a2"].pk).role == Role.GRID_DEPUTY
    assert row.deputy.ends_on == TODAY + timedelta(days=5)


def test_without_a_deputy_the_community_has_the_work_and_the_grid_stands_on_the_list(town, clock):
    case = town.case(IN_A2)
    assert case.number not in numbers(town.actor("worker_a"))
    assert {row.grid.name for row in vacancies(town.actor("admin"))} == {"东岗第一网格"}
    away(town, who="officer_a2")
    assert case.number in numbers(town.actor("worker_a"))
    rows = {row.grid.name: row.officer for row in vacancies(town.actor("admin"))}
    assert rows["槐树第二网格"] == post_of(town, "officer_a2") and rows["东岗第一网格"] is None
    assert {row.grid.name for row in vacancies(town.actor("worker_a"))} == {"槐树第二网格"}


def test_coming_back_early_ends_the_deputys_post(town, clock):
    row = away(town, deputy=Who("officer_b1", "officer_b1@test.example"))
    come_back(town.actor("officer_a2"), absence=row.pk)
    row.refresh_from_db()
    assert (row.ends_on, row.deputy.ends_on) == (TODAY, TODAY)
    with pytest.raises(WrongState):
        come_back(town.actor("officer_a2"), absence=row.pk)


def test_an_officer_announces_an_absence_but_names_no_deputy(town, clock):
    away(town, who="officer_a2")
    with pytest.raises(Refused):
        away(town, who="officer_a1", post="officer_a1", deputy=Who("officer_b1", "officer_b1@test.example"))
    for name in ("officer_b1", "worker_b", "water", "auditor"):
        with pytest.raises(Refused):
            away(town, who=name, post="officer_a1")


@pytest.mark.parametrize(("days", "start"), [(0, TODAY), (-3, TODAY), (400, TODAY), (5, TODAY - timedelta(days=30))])
def test_impossible_times_are_refused(town, clock, days, start):
    with pytest.raises(Invalid):
        away(town, days=days, start=start)


def test_two_absences_do_not_overlap(town, clock):
    away(town)
    with pytest.raises(Invalid):
        away(town, start=TODAY + timedelta(days=2))
    assert Absence.objects.count() == 1


# -- leaders ------------------------------------------------------------------------------------------------------


@pytest.fixture
def stairwell(town):
    return Place.objects.create(kind=PlaceKind.STAIRWELL, name="1单元", parent=town.places["building"])


def test_a_leaders_name_and_number_are_shown_with_consent_only(town, clock, client):
    page = reverse("people:neighbours", args=[town.places["building"].pk])
    post = post_of(town, "leader")
    Post.objects.filter(pk=post.pk).update(called="李阿姨", duty_phone="000-999")
    shown = client.get(page).content.decode()
    assert "李阿姨" not in shown and "000-999" not in shown and "leader" not in shown
    show_name(town.actor("leader"), post=post.pk, shows=True)
    assert "李阿姨" in client.get(page).content.decode()
    post.refresh_from_db()
    assert post.consent_on == TODAY
    show_name(town.actor("leader"), post=post.pk, shows=False)
    assert "李阿姨" not in client.get(page).content.decode()


@pytest.mark.parametrize("name", ["officer_b1", "worker_b", "water", "auditor"])
def test_nobody_else_consents_for_a_leader(town, clock, name):
    with pytest.raises(Refused):
        show_name(town.actor(name), post=post_of(town, "leader").pk, shows=True, called="李阿姨")


def test_words_are_passed_on_with_numbers_masked_and_without_a_sender(town, clock, client):
    relays.forget()
    page = reverse("people:neighbours", args=[town.places["building"].pk])
    answer = client.post(page, {"post": post_of(town, "leader").pk, "words": "1单元的灯坏了，打13812345678"})
    assert answer.status_code == 302
    message = Message.objects.get(topic="relay", channel="in_app")
    assert message.recipient_id == town.people["leader"].pk
    assert "灯坏了" in message.body and "13812345678" not in message.body
    entry = Entry.objects.get(action="post.relay")
    assert (entry.person_id, entry.fields) == (None, "words")


@pytest.mark.parametrize(("post", "words"), [("officer", "在吗"), ("leader", " "), ("leader", "长" * 300), ("x", "在吗")])
def test_relays_go_to_leaders_only(town, clock, client, post, words):
    relays.forget()
    number = {"officer": post_of(town, "officer_a1").pk, "leader": post_of(town, "leader").pk}.get(post, post)
    answer = client.post(reverse("people:neighbours", args=[town.places["building"].pk]), {"post": number, "words": words})
    assert answer.status_code == 422
    assert not Message.objects.filter(topic="relay").exists()


def test_too_many_words_from_one_address_are_refused(town, clock, client):
    relays.forget()
    page, post = reverse("people:neighbours", args=[town.places["building"].pk]), post_of(town, "leader").pk
    answers = [client.post(page, {"post": post, "words": f"第{n}句"}).status_code for n in range(relays.MOST + 1)]
    assert answers == [302] * relays.MOST + [422]
    relays.forget()


def test_the_notice_board_names_officer_leaders_and_community(town, clock, log_in, stairwell):
    show_name(town.actor("officer_a1"), post=post_of(town, "officer_a1").pk, shows=True, called="王师傅")
    sheet = values(stairwell)
    assert ["网格员", "王师傅", "000-111222"] in sheet["rows"]
    assert ["楼栋长", "扫码，网页转达", ""] in sheet["rows"]
    assert ["社区", "槐树社区", "000-111222"] in sheet["rows"]
    answer = log_in(town, "worker_a").get(reverse("people:board", args=[stairwell.pk]))
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF") and len(answer.content) > 10_000


def test_the_notice_board_is_printed_by_staff_and_for_buildings_only(town, client, log_in):
    assert client.get(reverse("people:board", args=[town.places["building"].pk])).status_code == 404
    assert log_in(town, "worker_a").get(reverse("people:board", args=[town.places["a1"].pk])).status_code == 404
    assert neighbours.neighbourhood(town.places["building"]).officer


# -- pages --------------------------------------------------------------------------------------------------------


def test_the_page_hands_over_and_shows_the_way_in_for_who_is_new(town, clock, log_in):
    client = log_in(town, "worker_a")
    post = post_of(town, "officer_a2")
    assert "办交接" in client.get(reverse("people:post", args=[post.pk])).content.decode()
    answer = client.post(reverse("people:post_act", args=[post.pk, "hand_over"]), {"name": "赵接手", "login": "000-5550001"}, follow=True)
    assert "交接好了" in answer.content.decode()
    assert "/join/" in answer.content.decode()  # the link by which the next holder sets a password
    assert Invitation.objects.get().post is None


def test_who_was_written_down_comes_in_by_the_link_and_has_the_post_once(town, clock, client, log_in):
    staff = log_in(town, "worker_a")
    post = post_of(town, "officer_a2")
    page = staff.post(reverse("people:post_act", args=[post.pk, "hand_over"]), {"name": "赵接手", "login": "000-5550001"}, follow=True)
    link = page.content.decode().split("/join/")[1].split('"')[0].split("<")[0]
    guest = type(client)()
    guest.get(f"/join/{link}")
    secret = "a long quiet evening"
    answer = guest.post("/join/", {"name": "赵接手", "password": secret, "again": secret, "called": "", "duty_phone": ""})
    assert answer.status_code == 302, answer.content.decode()
    person = Account.objects.get(phone="000-5550001")
    assert person.has_usable_password()
    assert Post.objects.filter(person=person).count() == 1


@pytest.mark.parametrize("act", ["hand_over", "be_away", "show_name", "back", "nothing"])
@pytest.mark.parametrize("name", ["officer_b1", "worker_b", "water"])
def test_who_may_not_see_a_post_finds_no_page_of_it(town, clock, log_in, name, act):
    client, post = log_in(town, name), post_of(town, "officer_a2").pk
    assert client.get(reverse("people:post", args=[post])).status_code == 404
    assert client.post(reverse("people:post_act", args=[post, act]), {"name": "x", "login": "000-1234567"}).status_code == 404
    assert post_of(town, "officer_a2").ends_on is None


def test_bad_input_comes_back_at_its_field(town, clock, log_in):
    client, post = log_in(town, "worker_a"), post_of(town, "officer_a2").pk
    answer = client.post(reverse("people:post_act", args=[post, "be_away"]), {"starts_on": "2026-03-09", "ends_on": "昨天"})
    assert answer.status_code == 422 and "昨天" in answer.content.decode()
    answer = client.post(reverse("people:post_act", args=[post, "hand_over"]), {"name": "赵", "login": "12"})
    assert answer.status_code == 422 and "没写对" in answer.content.decode()


def test_lists_of_vacant_grids_and_units(town, clock, log_in):
    assert "东岗第一网格" in log_in(town, "admin").get(reverse("people:vacant")).content.decode()
    assert "榆钱物业" in log_in(town, "officer_a1").get(reverse("people:units"), {"q": "物业"}).content.decode()
    assert log_in(town, "water").get(reverse("people:vacant")).status_code == 404
