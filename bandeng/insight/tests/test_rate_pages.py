"""The pages of the rates: what the public sees and does not, and what the desk finds behind every number."""

import csv
import io
import re

import pytest

from bandeng.cases.actions import ending, work
from bandeng.cases.tests.lives import whistled
from bandeng.insight import actions, formulas, rates
from bandeng.insight.joining import Line, join
from bandeng.insight.rate_views import _plain
from bandeng.insight.rates import Scope
from bandeng.insight.tests.test_rates import kept, week
from tests.district import IN_A1, IN_A2, IN_B1, IN_C1, IN_ELM, requester

pytestmark = pytest.mark.django_db


def lines(*counts, parent=None):
    return [Line(at, f"place {at}", {"received": n, "answers": n}, parent) for at, n in enumerate(counts, 1)]


def hidden(found, family="received"):
    return [line.key for line in found if family in line.hidden and line.key]


def rest(found):
    return next((line for line in found if not line.key), None)


# Joining


@pytest.mark.parametrize(("counts", "gone"), [
    ((5, 9, 30), []), ((2, 9, 30), [1, 2]), ((3, 3, 30), [1, 2]), ((1, 1, 7, 9), [1, 2, 3]), ((0, 9, 30), []), ((0, 4, 9), [2, 3]),
    ((4,), [1]), ((), [])])
def test_small_ones_are_joined_and_never_one_alone(counts, gone):
    found = join(lines(*counts), "others")
    assert hidden(found) == gone
    shown = sum(line.counts["received"] for line in found if line.key and "received" not in line.hidden)
    assert shown + (rest(found).counts.get("received", 0) if gone else 0) == sum(counts)


@pytest.mark.parametrize("counts", [(1, 2, 50, 60), (4, 5, 6), (3, 100), (1, 1, 1, 5)])
def test_nothing_comes_back_by_subtraction(counts):
    found = join(lines(*counts), "others")
    gone = [line for line in found if line.key and "received" in line.hidden]
    assert len(gone) != 1
    assert sum(line.counts["received"] for line in gone) >= formulas.SMALL or len(gone) == len(counts)


def test_within_a_parent_whose_total_is_shown_nothing_stands_alone_either():
    one, other = lines(3, 20, 40, parent="a"), lines(2, 30, 50, parent="b")
    for line in other:
        line.key += 10
    found = join([*one, *other], "others")
    assert hidden(found) == [1, 2, 11, 12]


def test_each_denominator_is_looked_at_for_itself():
    found = join([Line(1, "a", {"received": 50, "answers": 2}), Line(2, "b", {"received": 60, "answers": 20}),
                  Line(3, "c", {"received": 60, "answers": 30})], "others")
    assert hidden(found) == [] and hidden(found, "answers") == [1, 2]
    assert rest(found).counts == {"answers": 22, "solved": 0, "pleased": 0}


# For everybody


def test_before_anything_is_counted_the_pages_say_so(client, town, log_in):
    for path in ("/board/rates/", "/board/rates/?period=x&by=y", "/board/formulas/"):
        assert client.get(path).status_code == 200
    log_in(town, "supervisor")
    assert client.get("/desk/rates/").status_code == 200
    assert client.get("/desk/rates/cases/?what=received").url == client.get("/desk/rates/table.csv").url == "/desk/rates/"


HOLDERS = {IN_ELM: "officer_a1", IN_A1: "officer_a1", IN_B1: "officer_b1", IN_C1: "worker_c"}


def busy(town, clock):
    """Twenty-four cases: one in grid a2 is not answered, the others are called solved."""
    for where in [IN_ELM] * 8 + [IN_A1] * 2 + [IN_A2] + [IN_B1] * 6 + [IN_C1] * 7:
        case = town.case(where)
        if name := HOLDERS.get(where):
            work.take(town.actor(name), case=case.pk)
            work.complete(town.actor(name), case=case.pk, answer="疏通好了。")
            ending.answer(requester(case), case=case.pk, solved=True, grade=4)
    kept(clock)


@pytest.mark.parametrize("by", rates.PUBLIC_BY)
def test_the_public_sees_no_small_number(client, town, clock, by):
    busy(town, clock)
    page = client.get(f"/board/rates/?by={by}").content.decode()
    found = rates.joined(rates.all_periods()[0], by, rates.all_periods())
    for line in found:
        for family in ("received", "answers", "finish", "response"):
            n = line.counts.get(family, 0)
            assert n == 0 or n >= formulas.SMALL or family in line.hidden, (line, family)
    assert "24" in page


def test_grids_are_not_for_the_public(client, town, clock):
    busy(town, clock)
    assert "槐树第一网格" not in client.get("/board/rates/?by=grid").content.decode()


def test_places_stand_in_their_order_and_not_by_result(client, town, clock):
    busy(town, clock)
    page = client.get("/board/rates/?by=community").content.decode()
    names = [town.places[key].name for key in ("a", "b", "c")]
    table = page[page.index('id="by"'):]
    assert [table.index(name) for name in names] == sorted(table.index(name) for name in names)


def test_a_small_denominator_shows_what_chance_could_make_of_it(client, town, clock):
    busy(town, clock)
    page = client.get("/board/rates/").content.decode()
    low, high = formulas.wilson(23, 23)
    assert f"{low * 100:.0f}–{high * 100:.0f} %" in page


def test_the_figures_of_the_page_are_those_counted_by_hand(client, town, clock):
    week(town, clock)
    week(town, clock)
    kept(clock)
    page = re.sub(r"\s+", " ", client.get("/board/rates/").content.decode())
    assert "10 ÷ 12" in page  # response
    assert "4 ÷ 6" in page and "2 ÷ 6" in page  # solved, pleased
    assert "不到 5" in page  # two exclusions are too few to be told


def test_the_formulas_say_version_threshold_and_grounds(client, town):
    page = client.get("/board/formulas/").content.decode()
    for formula in formulas.FORMULAS:
        assert str(formula.name) in page and str(formula.words) in page
    for word in ("第 1 版", "第 2 版", "没有回音", "要求的事违反法律法规", "不到 5 件", "威尔逊"):
        assert word in page


# At the desk

SCOPES = {
    "supervisor": [Scope()], "dispatcher": [Scope()], "auditor": [Scope()], "dispatcher_west": "subdistrict", "worker_a": "community",
    "water": "unit", "officer_a1": [], "admin": [], "leader": [],
}


@pytest.mark.parametrize("name", SCOPES)
def test_everybody_reads_the_rates_of_what_they_may_see_and_of_nothing_else(client, town, clock, log_in, name):
    busy(town, clock)
    mine = rates.scopes(town.actor(name))
    wanted = SCOPES[name]
    assert (mine == wanted) if isinstance(wanted, list) else [one.kind for one in mine] == [wanted]
    log_in(town, name)
    for path in ("/desk/rates/", "/desk/rates/cases/?what=received", "/desk/rates/table.csv"):
        assert client.get(path).status_code == (200 if mine else 404), path
    others = {"all", f"community-{town.places['b'].pk}", f"subdistrict-{town.places['east'].pk}", f"unit-{town.units['roads'].pk}",
              "x", "community-", "community-0"} - {one.code for one in mine}
    for code in others:
        for path in ("/desk/rates/", "/desk/rates/cases/", "/desk/rates/table.csv"):
            assert client.get(path, {"scope": code, "what": "received"}).status_code == 404, (path, code)


def listed(client, **asked):
    page = client.get("/desk/rates/cases/", asked).content.decode()
    return set(re.findall(r"\d{6}-\d{4}", page))


@pytest.mark.parametrize(("name", "by"), [
    ("supervisor", "community"), ("worker_a", "grid"), ("dispatcher_west", "group"), ("supervisor", "firm")])
def test_behind_every_number_stand_as_many_cases(client, town, clock, log_in, name, by):
    week(town, clock)
    busy(town, clock)
    log_in(town, name)
    scope = rates.scopes(town.actor(name))[0]
    known = rates.all_periods()
    period = rates.period_of(known, "2026-03")
    tried = 0
    for key, counts in [("", rates.whole(period, scope)), *((line.key, line.counts) for line in rates.lines(period, scope, by, known))]:
        for what in formulas.MEASURES:
            if formulas.MEASURES[what].total:
                continue
            found = listed(client, period="2026-03", scope=scope.code, by=by, what=what, key=key)
            assert len(found) == counts.get(what, 0), (what, key)
            tried += bool(found)
    assert tried > 10


def test_a_unit_finds_its_own_cases(client, town, clock, log_in):
    case, _made = whistled(town)
    town.case()
    kept(clock)
    log_in(town, "water")
    assert listed(client, what="received") == {case.number}
    assert "1" in client.get("/desk/rates/").content.decode()


@pytest.mark.parametrize("query", [
    "what=nonsense", "what=", "", "what=received&key=x&page=x&period=%00", "what=received&key=99999999999999&by=unit",
    "what=received&by=season&key=99999", "what=received&page=9999", "what=received&key=²", "what=hops&by=x&key=1"])
def test_strange_addresses_never_break_the_server(client, town, clock, log_in, query):
    busy(town, clock)
    log_in(town, "supervisor")
    assert client.get(f"/desk/rates/cases/?{query}").status_code in (200, 404)
    assert client.get(f"/desk/rates/?{query}&period=9999-99").status_code == 200
    assert client.get(f"/desk/rates/table.csv?{query}").status_code == 200


def test_the_file_holds_numbers_and_no_words(client, town, clock, log_in):
    busy(town, clock)
    log_in(town, "supervisor")
    answer = client.get("/desk/rates/table.csv?by=community")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[1][:2] == ["合计", "24"]
    assert sum(int(row[1]) for row in rows[2:]) == 24
    assert all(re.fullmatch(r"\d*", value) for row in rows[1:] for value in row[1:])
    assert "attachment" in answer["Content-Disposition"]


def test_a_name_is_never_a_formula():
    assert _plain("=1+1") == "'=1+1"


@pytest.mark.parametrize("path", ["/board/rates/", "/board/rates/?by=compound", "/board/rates/?by=season", "/board/formulas/"])
def test_public_pages_take_few_queries(client, town, clock, django_assert_max_num_queries, path):
    busy(town, clock)
    client.get("/")
    with django_assert_max_num_queries(15):
        assert client.get(path).status_code == 200


@pytest.mark.parametrize("name", ["supervisor", "dispatcher_west", "worker_a", "water"])
def test_desk_pages_take_few_queries(client, town, clock, log_in, django_assert_max_num_queries, name):
    busy(town, clock)
    actions.count_changed()
    log_in(town, name)
    client.get("/")
    for path in ("/desk/rates/", "/desk/rates/cases/?what=received", "/desk/rates/table.csv", "/desk/rates/?by=season"):
        with django_assert_max_num_queries(15):
            assert client.get(path).status_code == 200
