"""Posts: rights come from them alone, and a grid has one officer."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from bandeng.foundation.access import NOBODY, Invalid, Refused
from bandeng.foundation.journal.models import Entry
from bandeng.people import policies, queries
from bandeng.people.actions import assign_post, end_post
from bandeng.people.models import Account, Post
from bandeng.people.queries import actor_of
from bandeng.people.roles import SEATS, Role
from tests.district import made_town
from tests.threads import errors, together


@pytest.fixture
def newcomer(db):
    return Account.objects.create(email="new@test.example", name="new", password="!")


def officer_post(town):
    return Post.objects.get(place=town.places["a1"], role=Role.GRID_OFFICER)


def test_a_grid_without_officer_can_be_given_one(town, newcomer):
    post = assign_post(town.actor("admin"), person=newcomer, role=Role.GRID_OFFICER, place=town.places["c1"])
    assert actor_of(newcomer.pk).posts[0].id == post.pk
    assert Entry.objects.get(action="post.assign").object_id == str(post.pk)


def test_a_second_open_officer_is_refused_in_words(town, newcomer):
    with pytest.raises(Invalid) as caught:
        assign_post(town.actor("admin"), person=newcomer, role=Role.GRID_OFFICER, place=town.places["a1"])
    assert caught.value.field == "place"
    assert not actor_of(newcomer.pk).posts


def test_the_database_itself_refuses_a_second_open_officer(town, newcomer):
    with pytest.raises(IntegrityError), transaction.atomic():
        Post.objects.create(
            person=newcomer, role=Role.GRID_OFFICER, place=town.places["a1"], starts_on=date(2026, 1, 1)
        )


def test_a_deputy_may_stand_beside_the_officer(town, newcomer):
    assign_post(town.actor("admin"), person=newcomer, role=Role.GRID_DEPUTY, place=town.places["a1"])
    assert Post.objects.filter(place=town.places["a1"]).count() == 3


def test_after_a_handover_the_next_officer_can_come(town, newcomer):
    end_post(town.actor("admin"), post=officer_post(town))
    assign_post(town.actor("admin"), person=newcomer, role=Role.GRID_OFFICER, place=town.places["a1"])
    entries = Entry.objects.filter(action__in=["post.end", "post.assign"]).values_list("action", "person_id")
    assert sorted(entries) == [("post.assign", town.people["admin"].pk), ("post.end", town.people["admin"].pk)]


@pytest.mark.django_db(transaction=True)
def test_two_officers_appointed_at_the_same_moment_make_one(newcomer):
    town = made_town()
    other = Account.objects.create(email="other@test.example", name="other", password="!")
    admin, grid = town.actor("admin"), town.places["c1"]
    results = together(*[
        lambda person=person: assign_post(admin, person=person, role=Role.GRID_OFFICER, place=grid)
        for person in (newcomer, other)
    ])
    assert [type(error) for error in errors(results)] == [Invalid]
    assert Post.objects.filter(place=grid, role=Role.GRID_OFFICER).count() == 1


@pytest.mark.parametrize(
    ("role", "seat"), [(Role.GRID_OFFICER, "a"), (Role.COMMUNITY_WORKER, "a1"), (Role.SYSADMIN, "west"),
                       (Role.UNIT_LIAISON, "a")],
)
def test_a_role_sits_only_where_it_belongs(town, newcomer, role, seat):
    with pytest.raises(Invalid):
        assign_post(town.actor("admin"), person=newcomer, role=role, place=town.places[seat])


def test_every_role_has_a_seat():
    assert set(SEATS) == set(Role.values)


@pytest.mark.parametrize("name", ["officer_a1", "worker_b", "chief_west", "supervisor", "auditor", "water_head"])
def test_who_may_not_appoint_there_gives_and_ends_no_posts(town, newcomer, name):
    with pytest.raises(Refused):
        assign_post(town.actor(name), person=newcomer, role=Role.GRID_DEPUTY, place=town.places["a1"])
    with pytest.raises(Refused):
        end_post(town.actor(name), post=officer_post(town))


def test_ending_a_post_takes_its_rights_at_once(town):
    person = town.people["officer_a1"]
    end_post(town.actor("admin"), post=officer_post(town))
    assert not actor_of(person.pk).posts


def test_a_post_gives_rights_from_its_first_day_until_the_day_it_ends(town):
    today, person = timezone.localdate(), town.people["officer_a1"]
    for first, last, held in [(today, today, False), (today, today + timedelta(1), True), (today + timedelta(1), None, False),
                              (today - timedelta(9), today - timedelta(1), False), (today - timedelta(9), None, True)]:
        officer_post(town).__class__.objects.filter(person=person).update(starts_on=first, ends_on=last)
        assert bool(actor_of(person.pk).posts) is held, (first, last)


def test_a_post_cannot_end_before_it_began(town):
    with pytest.raises(IntegrityError), transaction.atomic():
        Post.objects.filter(person=town.people["officer_a1"]).update(ends_on=date(2019, 1, 1))


def test_a_post_is_on_a_place_or_in_a_unit_and_not_both(town, newcomer):
    for place, unit in [(None, None), (town.places["a"], town.units["water"])]:
        with pytest.raises(IntegrityError), transaction.atomic():
            Post.objects.create(person=newcomer, role=Role.UNIT_HEAD, place=place, unit=unit, starts_on=date(2026, 1, 1))


def test_may_see_and_visible_agree_about_posts(town):
    posts = list(Post.objects.all())
    for actor in [NOBODY, *town.everybody().values()]:
        by_filter = set(Post.objects.filter(policies.visible(actor)))
        assert by_filter == {post for post in posts if policies.may(actor, "see", post)}


def test_the_public_sees_a_name_only_with_consent(town):
    post = officer_post(town)
    Post.objects.filter(pk=post.pk).update(called="张师傅")
    assert queries.grid_officer(town.places["a1"].pk).name == ""
    Post.objects.filter(pk=post.pk).update(shows_name=True)
    assert queries.grid_officer(town.places["a1"].pk).name == "张师傅"


def test_the_deputy_is_shown_while_there_is_no_officer(town):
    end_post(town.actor("admin"), post=officer_post(town), on=timezone.localdate() - timedelta(1))
    assert queries.grid_officer(town.places["a1"].pk).role == Role.GRID_DEPUTY
    assert queries.grid_officer(town.places["c1"].pk) is None


def test_building_an_actor_takes_one_query(town, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert len(actor_of(town.people["officer_a1"].pk).posts) == 1
