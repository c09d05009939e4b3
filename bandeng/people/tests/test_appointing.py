"""Who may appoint whom: the table, its filters and its forms say the same."""

import pytest

from bandeng.foundation.access import NOBODY, Invalid, Refused
from bandeng.people import appointing, policies
from bandeng.people.actions import assign_post
from bandeng.people.models import Account, Post
from bandeng.people.queries import actor_of
from bandeng.people.roles import SEATS, Role
from bandeng.territory.models import Place, PlaceKind

# name of the town -> (role, seat) that they may give; the system administrator may all
MAY = {
    "worker_a": {("grid_officer", "a1"), ("grid_officer", "a2"), ("grid_deputy", "a1"), ("grid_deputy", "a2"),
                 ("building_leader", "building"), ("stairwell_leader", "stairwell")},
    "dispatcher_west": {("community_worker", "a"), ("community_worker", "b"), ("community_head", "a"), ("community_head", "b")},
    "water_head": {("unit_liaison", "water")},
    "worker_b": {("grid_officer", "b1"), ("grid_deputy", "b1")},
    "dispatcher_east": {("community_worker", "c"), ("community_head", "c")},
    "officer_a1": set(), "deputy_a1": set(), "leader": set(), "water": set(), "dispatcher": set(), "supervisor": set(),
    "auditor": set(), "firm": set(),
}
MAY |= {"head_a": MAY["worker_a"], "chief_west": MAY["dispatcher_west"]}


@pytest.fixture
def places(town):
    stairwell = Place.objects.create(name="1单元", kind=PlaceKind.STAIRWELL, parent=town.places["building"])
    return town.places | {"stairwell": stairwell}


def every(town, places):
    """Every role on every seat that fits it."""
    for role, kind in SEATS.items():
        if kind == "unit":
            yield from ((str(role), name, None, unit) for name, unit in town.units.items())
        else:
            yield from ((str(role), name, place, None) for name, place in places.items() if place.kind == kind)


@pytest.mark.parametrize("name", MAY)
def test_each_may_give_what_the_table_says_and_nothing_else(town, places, name):
    actor = town.actor(name)
    found = {(role, seat) for role, seat, place, unit in every(town, places)
             if policies.appointing_post(actor, role, place, unit.pk if unit else None)}
    assert found == MAY[name]


def test_the_system_administrator_may_give_all_and_a_stranger_nothing(town, places):
    for role, _seat, place, unit in every(town, places):
        args = (role, place, unit.pk if unit else None)
        assert policies.appointing_post(town.actor("admin"), *args)
        assert not policies.appointing_post(NOBODY, *args)


@pytest.mark.parametrize("name", [*MAY, "admin"])
def test_the_choices_of_the_form_are_what_may_be_given(town, places, name):
    actor = town.actor(name)
    offered = {(role, seat.key) for role in Role.values for seat in appointing.seats(actor, role)}
    allowed = {(role, f"place:{place.pk}" if place else f"unit:{unit.pk}") for role, _seat, place, unit in every(town, places)
               if policies.appointing_post(actor, role, place, unit.pk if unit else None)}
    buildings = {("building_leader", f"place:{place.pk}") for place in Place.objects.filter(kind=PlaceKind.BUILDING)}
    assert offered - buildings == allowed - buildings
    assert bool(offered & buildings) == bool(allowed & buildings)
    assert {role for role, _ in offered} <= set(policies.appointable(actor))
    for role, key in offered:
        assert any(appointing.find_seat(actor, role, key))


@pytest.mark.parametrize("key", ["", "place:", "place:x", "unit:1", "place:99999999999999999", "place:²", "x:1", "place:-1"])
def test_no_seat_is_found_by_nonsense(town, key):
    assert appointing.find_seat(town.actor("worker_a"), Role.GRID_OFFICER, key) == (None, None)


def test_no_seat_is_found_where_one_may_not_appoint(town):
    there = town.places["b1"].pk
    assert appointing.find_seat(town.actor("worker_a"), Role.GRID_OFFICER, f"place:{there}") == (None, None)
    assert appointing.find_seat(town.actor("worker_a"), Role.SYSADMIN, f"place:{town.places['district'].pk}") == (None, None)


def test_a_seat_is_found_by_part_of_its_name_or_of_what_is_above_it(town):
    admin = town.actor("admin")
    names = lambda sought: [seat.name for seat in appointing.seats(admin, Role.BUILDING_LEADER, sought)]  # noqa: E731
    assert names("松风") == ["松风小区 1号楼"]
    assert names("榆钱 2号") == ["榆钱小区 2号楼"]
    assert names("没有的") == []
    [unit] = appointing.seats(admin, Role.UNIT_HEAD, "水务")
    assert unit.name == "试验水务公司"


def test_a_grid_with_an_officer_is_marked_and_stands_last(town):
    found = appointing.seats(town.actor("admin"), Role.GRID_OFFICER)
    assert [seat.taken for seat in found] == [False, True, True, True]
    assert not any(seat.taken for seat in appointing.seats(town.actor("admin"), Role.GRID_DEPUTY))


def test_may_see_and_visible_agree_about_every_post_of_the_table(town, places):
    person = Account.objects.create(email="x@test.example", name="x", password="!")
    for role, _seat, place, unit in every(town, places):
        if role != Role.GRID_OFFICER:
            assign_post(town.actor("admin"), person=person, role=role, place=place, unit=unit)
    posts = list(Post.objects.select_related("place__parent__parent__parent"))
    for actor in [NOBODY, *town.everybody().values()]:
        assert set(Post.objects.filter(policies.visible(actor))) == {p for p in posts if policies.may(actor, "see", p)}


def test_a_community_gives_posts_in_its_own_grids_and_no_others(town):
    person = Account.objects.create(email="x@test.example", name="x", password="!")
    worker = town.actor("worker_a")
    post = assign_post(worker, person=person, role=Role.GRID_DEPUTY, place=town.places["a2"])
    assert actor_of(person.pk).posts[0].id == post.pk
    with pytest.raises(Refused):
        assign_post(worker, person=person, role=Role.GRID_DEPUTY, place=town.places["b1"])
    with pytest.raises(Refused):
        assign_post(worker, person=person, role=Role.COMMUNITY_HEAD, place=town.places["a"])
    with pytest.raises(Invalid):
        assign_post(worker, person=person, role=Role.GRID_OFFICER, place=town.places["a1"])


def test_only_the_system_administrator_ends_posts(town):
    post = Post.objects.get(person=town.people["officer_a1"])
    for name, actor in town.everybody().items():
        assert policies.may(actor, "end", post) is (name == "admin")


@pytest.mark.parametrize("action", ["nonsense", ""])
def test_what_no_rule_knows_nobody_may(town, action):
    admin, post = town.actor("admin"), Post.objects.first()
    assert not policies.may(admin, action, post)
    assert not policies.may_help(admin, action, post.person, [post])


# Helping


@pytest.mark.parametrize(("name", "whom", "may"), [
    ("admin", "officer_a1", {"reset", "unlock", "end_sessions"}), ("admin", "supervisor", {"reset", "unlock", "end_sessions"}),
    ("admin", "admin", set()), ("worker_a", "officer_a1", {"reset", "unlock"}), ("worker_a", "leader", {"reset", "unlock"}),
    ("worker_a", "officer_b1", set()), ("worker_a", "head_a", set()), ("worker_a", "worker_a", set()),
    ("worker_a", "admin", set()), ("dispatcher_west", "worker_a", {"reset", "unlock"}), ("dispatcher_west", "officer_a1", set()),
    ("water_head", "water", {"reset", "unlock"}), ("water_head", "roads", set()), ("auditor", "officer_a1", set()),
    ("officer_a1", "deputy_a1", set()),
])
def test_who_may_help_whom(town, name, whom, may):
    account = town.people[whom]
    posts = list(account.posts.all())
    found = {action for action in ("reset", "unlock", "end_sessions") if policies.may_help(town.actor(name), action, account, posts)}
    assert found == may


def test_a_small_post_opens_no_way_to_a_great_one(town):
    """The system administrator is also a building leader in community a."""
    account = town.people["admin"]
    assign_post(town.actor("admin"), person=account, role=Role.BUILDING_LEADER, place=town.places["building"])
    assert not policies.may_help(town.actor("worker_a"), "reset", account, list(account.posts.all()))


def test_who_has_no_post_is_helped_by_the_system_administrator_alone(town):
    account = Account.objects.create(email="x@test.example", name="x", password="!")
    assert [name for name, actor in town.everybody().items() if policies.may_help(actor, "reset", account, [])] == ["admin"]
