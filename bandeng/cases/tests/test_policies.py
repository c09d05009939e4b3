"""Who may see and do what: from the tables, for everybody in the district."""

import pytest

from bandeng.cases import machine, policies
from bandeng.cases.actions import filing, orders, work
from bandeng.cases.models import Case, Order
from bandeng.foundation.access import NOBODY, SYSTEM, Actor, Refused
from bandeng.people.models import Account, Post
from bandeng.people.queries import actor_of
from tests.district import IN_A1, IN_A2, IN_B1, IN_C1, requester

CASE_ACTIONS = sorted({m.action for m in machine.CASE_MOVES} | set(policies.OTHER))
ORDER_ACTIONS = sorted({m.action for m in machine.ORDER_MOVES} - {"whistle", "dispatch"})


@pytest.fixture
def cases(town, clock):
    """Cases in every grid; the one in elm was whistled to water and roads, the one in c1 went to parks."""
    made = {name: town.case(where) for name, where in
            [("elm", (100.005, 30.005)), ("a1", IN_A1), ("a2", IN_A2), ("b1", IN_B1), ("c1", IN_C1)]}
    west, units = town.actor("dispatcher_west"), town.units
    work.pass_up(town.actor("officer_a1"), case=made["elm"].pk, reason="要几家一起来。")
    work.pass_up(town.actor("worker_a"), case=made["elm"].pk, reason="请街道吹哨。")
    orders.whistle(west, case=made["elm"].pk, units=[units["water"].pk, units["roads"].pk], leader=units["water"].pk,
                   kind="daily", occasion="hard", reason="请到场。")
    orders.dispatch(town.actor("worker_c"), case=made["c1"].pk, units=[units["parks"].pk], leader=None, reason="请修枝。")
    for case in made.values():
        case.refresh_from_db()
    return made


@pytest.fixture
def actors(town, cases):
    found = {**town.everybody(), "nobody": NOBODY, "requester": requester(cases["elm"])}
    person = town.people["leader"]
    Post.objects.create(person=person, role="grid_deputy", place=town.places["a2"], starts_on="2020-01-01")
    Post.objects.create(person=person, role="unit_liaison", unit=town.units["parks"], starts_on="2020-01-01")
    stranger = Account.objects.create(email="no-post@test.example", name="x", password="!")
    return {**found, "two posts": actor_of(person.pk), "no post": actor_of(stranger.pk),
            "claims two": Actor(claims=frozenset({cases["b1"].pk, cases["c1"].pk, 10**9}))}


def seen(actor):
    return set(Case.objects.filter(policies.visible(actor)))


def test_may_see_and_visible_agree_for_everybody_about_every_case(actors, cases):
    for name, actor in actors.items():
        one_by_one = {case for case in cases.values() if policies.may(actor, "see", case)}
        assert seen(actor) == one_by_one, name


@pytest.mark.parametrize(
    ("name", "sees"),
    [("nobody", ""), ("no post", ""), ("leader", ""), ("admin", ""), ("requester", "elm"),
     ("officer_a1", "elm a1"), ("deputy_a1", "elm a1"), ("officer_a2", "a2"), ("worker_a", "elm a1 a2"),
     ("head_a", "elm a1 a2"), ("worker_b", "b1"), ("dispatcher_west", "elm a1 a2 b1"), ("dispatcher_east", "c1"),
     ("water", "elm"), ("water_head", "elm"), ("firm", ""), ("parks", "c1"), ("two posts", "a2 c1"),
     ("supervisor", "elm a1 a2 b1 c1"), ("dispatcher", "elm a1 a2 b1 c1"), ("auditor", "elm a1 a2 b1 c1"),
     ("claims two", "b1 c1")],
)
def test_everybody_sees_their_own_part(actors, cases, name, sees):
    assert seen(actors[name]) == {cases[key] for key in sees.split()}


def doers(actors, action, case, order=None):
    return {name for name, actor in actors.items() if policies.may(actor, action, case, order)}


MAY_NOT = [
    # an auditor and a system administrator only look
    *[("auditor", action) for action in CASE_ACTIONS if action not in ("see", "see_notes", "report")],
    *[("admin", action) for action in CASE_ACTIONS if action != "report"],
    *[("nobody", action) for action in CASE_ACTIONS if action != "report"],
    *[("firm", action) for action in CASE_ACTIONS if action != "report"],
    *[("officer_a2", action) for action in CASE_ACTIONS if action != "report"],
    *[("worker_b", action) for action in CASE_ACTIONS if action != "report"],
    *[("dispatcher_east", action) for action in CASE_ACTIONS if action != "report"],
    # the requester's word is the requester's
    *[(name, action) for name in ("officer_a1", "worker_a", "dispatcher_west", "supervisor", "water")
      for action in ("answer_yes", "answer_no", "rate", "reopen", "withdraw", "add_words")],
    # the requester reads no notes and moves nothing else
    *[("requester", action) for action in ("see_notes", "take", "complete", "open_contact", "note", "release", "whistle")],
    # a community does not whistle, a grid does not dispatch, a unit does not answer for the district
    ("worker_a", "whistle"), ("officer_a1", "whistle"), ("officer_a1", "dispatch"), ("officer_a1", "redirect"),
    ("worker_a", "not_file"), ("water", "complete"), ("water", "take"), ("water", "release"), ("officer_a1", "release"),
    # only time closes silently, only the district closes by exception, only the system erases
    *[(name, "close_by_silence") for name in ("supervisor", "dispatcher_west", "requester")],
    *[(name, "close_by_exception") for name in ("dispatcher_west", "worker_a", "requester", "water")],
    *[(name, "erase") for name in ("supervisor", "dispatcher_west", "requester")],
    # the matter went up to the subdistrict: grid and community no longer hold it
    *[(name, action) for name in ("officer_a1", "worker_a") for action in ("take", "complete", "pass_up")],
]


@pytest.mark.parametrize("action", CASE_ACTIONS)
def test_who_may_not_touch_a_case(actors, cases, action):
    allowed = doers(actors, action, cases["elm"])
    assert not allowed & {name for name, forbidden in MAY_NOT if forbidden == action}


ORDER_DOERS = {"unit": {"water", "water_head"}, "arbiter": {"supervisor", "dispatcher"},
               "holder": {"dispatcher_west", "chief_west"}}


@pytest.mark.parametrize("action", ORDER_ACTIONS)
def test_who_may_touch_an_order(actors, cases, action):
    order = Order.objects.get(case=cases["elm"], unit__name="试验水务公司")
    words = {who for m in machine.ORDER_MOVES if m.action == action for who in m.who} - {"system"}
    assert doers(actors, action, cases["elm"], order) == set().union(*(ORDER_DOERS[who] for who in words))


def test_every_case_action_may_be_done_by_somebody(actors, cases):
    actors["system"] = SYSTEM
    for case in cases.values():
        actors[f"requester of {case.pk}"] = requester(case)
    unused = {a for a in CASE_ACTIONS if not any(doers(actors, a, case) for case in cases.values())}
    assert unused == set()


def test_a_community_may_act_for_its_grids(actors, cases):
    assert {"officer_a1", "deputy_a1", "worker_a", "head_a"} == doers(actors, "take", cases["a1"])


def test_what_went_up_to_the_community_is_no_longer_the_grids(actors, cases, town):
    work.pass_up(town.actor("officer_a1"), case=cases["a1"].pk, reason="办不了")
    cases["a1"].refresh_from_db()
    assert doers(actors, "take", cases["a1"]) == {"worker_a", "head_a"}


def test_a_case_without_officer_lies_with_the_community(actors, cases):
    assert cases["c1"].level == "community"
    assert doers(actors, "complete", cases["c1"]) == {"worker_c"}


@pytest.mark.parametrize("act", [
    lambda a, case: work.take(a, case=case), lambda a, case: work.note(a, case=case, words="x"),
    lambda a, case: work.pass_up(a, case=case, reason="x"), lambda a, case: filing.set_slip(a, case=case, slip="red"),
    lambda a, case: work.redirect(a, case=case, channel="110", reason="x"),
    lambda a, case: work.complete(a, case=case, answer="x"),
])
@pytest.mark.parametrize("name", ["nobody", "no post", "officer_a2", "worker_b", "firm", "auditor", "admin"])
def test_an_action_refuses_by_itself_whoever_calls_it(actors, cases, act, name):
    with pytest.raises(Refused):
        act(actors[name], cases["a1"].pk)
    cases["a1"].refresh_from_db()
    assert cases["a1"].state == "received"


def test_grant_names_the_post_in_which_the_act_is_done(actors, cases, town):
    post = policies.grant(actors["officer_a1"], "take", cases["a1"])
    assert post.id == town.people["officer_a1"].posts.get().pk
