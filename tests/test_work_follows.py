"""Splitting, merging, moving and drawing grids; who may; what follows."""

import pytest
import shapely
from django.urls import reverse

from bandeng.cases.actions import work
from bandeng.cases.lines import inbox
from bandeng.foundation.access import SYSTEM, Invalid, Refused
from bandeng.foundation.journal.models import Entry
from bandeng.foundation.notify.models import Message
from bandeng.foundation.sheets import actions, paper
from bandeng.foundation.sheets.kinds import KINDS
from bandeng.people.models import Account, Post
from bandeng.people.queries import actor_of, open_posts
from bandeng.people.roles import SEATS, Role
from bandeng.territory import locate, policies, tree
from bandeng.territory.lines import redrawing
from bandeng.territory.models import Boundary, PastBoundary, Place, Succession
from tests.district import IN_A1, at
from tests.threads import errors, together

ACROSS = [at(-1, 1), at(3, 1)]  # cuts a1 into a lower and an upper half


NEW_OFFICER = {"role": "网格员", "seat": "990100001001001", "name": "赵师傅本人", "phone": "000-7770001", "called": "赵师傅"}


def load_posts(*rows):
    content = paper.filled(KINDS["posts"].columns, rows)
    return actions.load_file(SYSTEM, kind=KINDS["posts"], name="a.xlsx", content=content)


def ids(town, *names):
    return [town.places[name].pk for name in names]


def shape_of(place):
    return shapely.from_wkb(bytes(Boundary.objects.get(place=place).wkb))


@pytest.fixture
def admin(town):
    return town.actor("admin")


@pytest.fixture
def split(town, admin, django_capture_on_commit_callbacks):
    """Split a1 along y = 1, the lower half staying."""
    def go(**more):
        with django_capture_on_commit_callbacks(execute=True):
            return redrawing.split(admin, grid=town.places["a1"].pk, line=ACROSS, name="槐树第三网格", **more)
    return go


def test_a_split_makes_a_grid_with_the_next_code_and_leaves_no_gap(town, split):
    outcome = split()
    made = Place.objects.get(name="槐树第三网格")
    assert (made.code, made.parent) == ("990100001001003", town.places["a"])
    halves = shapely.union(shape_of(made), shape_of(town.places["a1"]))
    assert halves.area == pytest.approx(shapely.box(*at(0, 0), *at(2, 2)).area, rel=1e-6)
    assert [part.before is None for part in outcome.parts] == [False, True]
    assert tree.faults() == []


def test_a_split_is_written_into_succession_with_its_shares(town, split):
    split()
    rows = Succession.objects.filter(old=town.places["a1"]).order_by("pk")
    assert [row.new.name for row in rows] == ["槐树第一网格", "槐树第三网格"]
    assert sum(row.share for row in rows) == pytest.approx(1)


def test_the_outline_before_is_kept(town, split):
    before = bytes(Boundary.objects.get(place=town.places["a1"]).wkb)
    split()
    assert bytes(PastBoundary.objects.get(place=town.places["a1"]).wkb) == before


def test_open_cases_follow_a_split_and_say_so(town, clock, split):
    stays, goes = town.case(at(0.5, 0.5)), town.case(at(0.5, 1.5))
    outcome = split()
    made = Place.objects.get(name="槐树第三网格")
    for case in (stays, goes):
        case.refresh_from_db()
    moved, other = (goes, stays) if goes.grid_id == made.pk else (stays, goes)
    assert (outcome.cases, other.grid, moved.community) == (1, town.places["a1"], town.places["a"])
    assert moved.events.filter(action="redrawn").count() == 1
    assert not other.events.filter(action="redrawn").exists()
    assert Entry.objects.filter(action="case.redrawn", object_id=str(moved.pk)).count() == 1
    assert moved.boundary_version == locate.index().version


def test_closed_cases_change_hands_without_a_word(town, clock, split):
    case = town.case(at(0.5, 1.5))
    work.not_file(town.actor("dispatcher_west"), case=case.pk, reason="看过没有")
    split()
    case.refresh_from_db()
    here = locate.locate(case.lon, case.lat).grid.id
    assert case.grid_id == here
    assert not case.events.filter(action="redrawn").exists()


def test_until_a_new_grid_has_an_officer_its_community_has_the_work(town, clock, split):
    case = town.case(at(0.5, 1.5))
    split()
    case.refresh_from_db()
    if case.grid_id == town.places["a1"].pk:  # the upper half stayed: look at the lower one
        case = town.case(at(0.5, 0.5))
    rows, _total = inbox(town.actor("worker_a"))
    assert case.pk in [row.pk for row in rows]


def test_buildings_go_to_the_grid_that_holds_them(town, split):
    split()
    for building in Place.objects.filter(kind="building", compound=town.places["elm"]):
        assert building.parent_id == locate.locate(building.lon, building.lat).grid.id


def test_trying_out_changes_nothing_and_says_the_same(town, clock, admin):
    town.case(at(0.5, 1.5)), town.case(at(0.5, 0.5))
    version, entries = locate.index(fresh=True).version, Entry.objects.count()
    tried = redrawing.split(admin, grid=town.places["a1"].pk, line=ACROSS, name="槐树第三网格", dry=True)
    assert tried.cases == 1
    assert (locate.index(fresh=True).version, Entry.objects.count()) == (version, entries)
    assert not Place.objects.filter(name="槐树第三网格").exists()
    assert redrawing.split(admin, grid=town.places["a1"].pk, line=ACROSS, name="槐树第三网格").cases == tried.cases


def test_a_merge_ends_the_other_grid_and_its_post(town, clock, admin, django_capture_on_commit_callbacks):
    case = town.case(at(3, 1))
    with django_capture_on_commit_callbacks(execute=True):
        outcome = redrawing.merge(admin, grid=ids(town, "a1")[0], other=ids(town, "a2")[0])
    case.refresh_from_db()
    ended = Place.objects.get(pk=town.places["a2"].pk)
    assert (outcome.cases, case.grid) == (1, town.places["a1"])
    assert ended.ended_on is not None
    assert Post.objects.get(place=ended, role=Role.GRID_OFFICER).ends_on is not None
    assert town.actor("officer_a2").posts == ()
    assert Message.objects.filter(recipient_id=town.people["officer_a2"].pk, topic="post").count() == 1
    assert locate.locate(*at(3, 1)).grid.name == "槐树第一网格"
    assert Succession.objects.get(old=ended).share == 1


def test_moving_a_line_moves_the_neighbour_and_its_work(town, clock, admin):
    case = town.case(at(2.5, 1))
    ring = [at(0, 0), at(3, 0), at(3, 2), at(0, 2)]
    outcome = redrawing.reshape(admin, grid=town.places["a1"].pk, outline=ring)
    case.refresh_from_db()
    assert (outcome.cases, case.grid) == (1, town.places["a1"])
    assert {part.place.name for part in outcome.parts} == {"槐树第一网格", "槐树第二网格"}
    assert Succession.objects.filter(old=town.places["a2"], new=town.places["a1"]).count() == 1


def test_a_new_grid_may_be_carved_out_of_several(town, clock, admin):
    case = town.case(at(2.2, 1))
    outcome = redrawing.draw(admin, community=town.places["a"].pk, outline=[at(1, 0), at(3, 0), at(3, 2), at(1, 2)], name="中间网格")
    case.refresh_from_db()
    assert case.grid.name == "中间网格"
    assert outcome.cases == 1
    assert tree.faults() == []


@pytest.mark.parametrize(("act", "field"), [
    (lambda a, t: redrawing.split(a, grid=t.places["a1"].pk, line=[at(5, 5), at(6, 6)], name="x"), "shape"),
    (lambda a, t: redrawing.split(a, grid=t.places["a1"].pk, line=ACROSS, name=" "), "name"),
    (lambda a, t: redrawing.split(a, grid=t.places["a1"].pk, line=ACROSS, name="槐树第二网格"), "name"),
    (lambda a, t: redrawing.split(a, grid=t.places["elm"].pk, line=ACROSS, name="x"), "shape"),
    (lambda a, t: redrawing.merge(a, grid=t.places["a1"].pk, other=t.places["a1"].pk), "other"),
    (lambda a, t: redrawing.merge(a, grid=t.places["a1"].pk, other=t.places["b1"].pk), "shape"),
    (lambda a, t: redrawing.reshape(a, grid=t.places["a1"].pk, outline=[at(5, 1), at(7, 1), at(7, 3)]), "shape"),
    (lambda a, t: redrawing.draw(a, community=t.places["a1"].pk, outline=[at(0, 0), at(1, 0), at(1, 1)], name="x"), "shape"),
])
def test_what_cannot_be_drawn_is_said_and_nothing_changes(town, admin, act, field):
    version = locate.index(fresh=True).version
    with pytest.raises(Invalid) as error:
        act(admin, town)
    assert error.value.field == field
    assert locate.index(fresh=True).version == version
    assert not PastBoundary.objects.exists()


def test_only_the_office_and_the_own_subdistrict_may_draw(town):
    allowed = {name for name, actor in town.everybody().items() if policies.drawer(actor, town.places["a"])}
    assert allowed == {"admin", "dispatcher_west", "chief_west"}
    for name in ("worker_a", "dispatcher_east", "officer_a1", "water", "auditor"):
        with pytest.raises(Refused):
            redrawing.split(town.actor(name), grid=town.places["a1"].pk, line=ACROSS, name="x")


def test_the_roles_that_policies_name_by_their_words_are_roles():
    assert set(policies.LOADERS) | set(policies.DRAWERS) <= set(SEATS)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_split_one_grid_at_the_same_moment_nobody_breaks_it():
    from tests.district import made_town

    town = made_town()
    admin, grid = town.actor("admin"), town.places["a1"].pk
    results = together(
        lambda: redrawing.split(admin, grid=grid, line=ACROSS, name="甲"),
        lambda: redrawing.split(admin, grid=grid, line=ACROSS, name="乙"),
    )
    assert len(errors(results)) == 1  # the second finds the grid too small to be cut there
    assert isinstance(errors(results)[0], Invalid)
    locate.forget()
    assert tree.faults() == []
    assert Place.objects.filter(name__in=["甲", "乙"]).count() == 1


def test_who_leaves_and_who_comes_may_stand_in_one_sheet_and_the_new_one_has_the_inbox(town, clock):
    case = town.case(IN_A1)
    load_posts(NEW_OFFICER, {**NEW_OFFICER, "name": "officer_a1", "phone": town.people["officer_a1"].phone, "called": "",
                             "ends_on": "2026-03-09"})
    fresh = Account.objects.get(phone="000-7770001")
    assert [row.pk for row in inbox(actor_of(fresh.pk))[0]] == [case.pk]
    assert not open_posts(clock.now.date()).filter(person=town.people["officer_a1"]).exists()


# -- pages ----------------------------------------------------------------------------------------------------


def points(line):
    return " ".join(f"{lon},{lat}" for lon, lat in line)


def test_the_page_shows_first_and_does_then(town, log_in):
    client = log_in(town, "dispatcher_west")
    page = reverse("territory:draw", args=[town.places["a"].pk])
    sent = {"way": "split", "grid": town.places["a1"].pk, "points": points(ACROSS), "name": "槐树第三网格"}
    shown = client.post(page, sent)
    assert "会变成这样" in shown.content.decode()
    assert not Place.objects.filter(name="槐树第三网格").exists()
    assert client.post(page, {**sent, "sure": "1"}).status_code == 302
    assert Place.objects.filter(name="槐树第三网格").exists()


@pytest.mark.parametrize("sent", [
    {"way": "split", "grid": "x", "points": "1,2", "name": ""}, {"way": "split", "points": "a,b c"}, {"way": "nothing"}, {},
    {"way": "merge", "grid": "1", "other": "2"}, {"way": "draw", "points": "999,999 1,1", "name": "x"}, {"way": "reshape", "points": ""},
    {"way": "draw", "points": "nan,nan 1,1 2,2", "name": "x"}, {"way": "draw", "points": "1,1," * 500, "name": "\0"},
])
def test_rubbish_on_the_drawing_page_is_an_error_in_words(town, log_in, sent):
    client = log_in(town, "admin")
    answer = client.post(reverse("territory:draw", args=[town.places["a"].pk]), sent)
    assert answer.status_code in (200, 422)
    if "way" in sent and sent["way"] != "nothing":
        assert answer.status_code == 422
        if sent.get("name", "").strip("\0"):
            assert f'value="{sent["name"]}"' in answer.content.decode()


@pytest.mark.parametrize("name", ["worker_a", "officer_a1", "water", "auditor", "dispatcher_east"])
def test_who_may_not_draw_finds_no_page(town, log_in, name):
    client = log_in(town, name)
    assert client.get(reverse("territory:draw", args=[town.places["a"].pk])).status_code == 404
    assert client.get(reverse("territory:places")).status_code == 302


def test_the_tree_can_be_walked_from_district_to_building(town, log_in):
    client = log_in(town, "officer_a1")
    answer = client.get(reverse("territory:places"), follow=True)
    for name in ("西街街道", "槐树社区", "榆钱小区", "1号楼"):
        link = answer.content.decode().split(name)[0].rsplit('href="', 1)[1].split('"')[0]
        answer = client.get(link)
        assert f"<h1>{name}</h1>" in answer.content.decode()


def test_faults_in_the_lines_are_listed_with_their_size(town, log_in, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        Boundary.objects.filter(place=town.places["a1"]).update(wkb=shapely.to_wkb(shapely.box(*at(0, 0), *at(1, 2))))
        locate.raise_version()
    page = log_in(town, "admin").get(reverse("territory:check")).content.decode()
    assert "没人管" in page and "槐树社区" in page


def test_tracing_is_for_those_who_draw_and_takes_no_rubbish(town, client, log_in):
    page = reverse("territory:trace")
    assert client.get(page, {"points": "1,2"}).status_code == 403
    log_in(town, "admin")
    assert client.get(page, {"points": "x"}).status_code == 400
    assert client.get(page, {"points": points([at(0, 0)] * 61)}).status_code == 400
    assert client.get(page, {"points": points(ACROSS)}).json()["points"] == [list(point) for point in ACROSS]
