"""The sheets of units and of posts."""

import pytest

from bandeng.foundation.access import SYSTEM
from bandeng.foundation.journal.models import Entry
from bandeng.foundation.sheets import actions, paper
from bandeng.foundation.sheets.kinds import KINDS, kinds_for
from bandeng.people.models import Account, Post, Unit, UnitServes
from bandeng.people.queries import who_serves
from bandeng.people.roles import Role


def load(kind, *rows, dry=False):
    content = paper.filled(KINDS[kind].columns, rows)
    return actions.load_file(SYSTEM, kind=KINDS[kind], name="a.xlsx", content=content, dry=dry)[1]


def wrong(plan):
    return {(one.row, one.column) for one in plan.problems if one.grave}


FIRM = {"name": "松风物业", "kind": "物业公司", "seat": "东街街道", "credit_code": "91350100M000100Y43", "serves": "松风小区"}


def test_a_unit_is_made_with_its_seat_and_the_compounds_it_serves(town):
    assert load("units", FIRM).new == 1
    unit = Unit.objects.get(name="松风物业")
    assert (unit.kind, unit.seat, unit.credit_code) == ("property", town.places["east"], "91350100M000100Y43")
    assert [row.compound for row in unit.serves.all()] == [town.places["pine"]]


def test_loading_units_again_changes_nothing_and_what_is_empty_stays(town):
    load("units", FIRM)
    assert load("units", FIRM).same == 1
    assert load("units", {key: FIRM[key] for key in ("name", "kind", "seat")}).same == 1
    assert UnitServes.objects.filter(unit__name="松风物业", ends_on__isnull=True).count() == 1


def test_a_compound_that_is_no_longer_named_is_no_longer_served_from_today(town, clock):
    load("units", FIRM)
    plan = load("units", {**FIRM, "serves": "榆钱小区", "serves_from": "2026-03-01"})
    assert plan.changed == 1
    rows = {row.compound.name: row for row in UnitServes.objects.filter(unit__name="松风物业")}
    assert rows["松风小区"].ends_on is not None
    assert rows["榆钱小区"].ends_on is None and str(rows["榆钱小区"].starts_on) == "2026-03-01"
    assert any("榆钱物业" in one.text for one in plan.problems)  # it is served already, and that is said


def test_a_wrong_check_digit_warns_and_does_not_block(town):
    plan = load("units", {**FIRM, "credit_code": "91350100M000100Y44"})
    assert [(one.column, one.grave) for one in plan.problems] == [("credit_code", False)]
    assert Unit.objects.get(name="松风物业").credit_code.endswith("44")


@pytest.mark.parametrize(("change", "column"), [
    ({"name": ""}, "name"), ({"kind": "什么"}, "kind"), ({"seat": "没有这里"}, "seat"), ({"seat": "1号楼"}, "seat"),
    ({"serves": "没有的小区"}, "serves"), ({"serves_from": "去年"}, "serves_from"), ({"does": "长" * 201}, "does"),
    ({"credit_code": "9" * 25}, "credit_code"),
])
def test_each_fault_of_a_unit_is_named_at_its_cell(town, change, column):
    assert wrong(load("units", {**FIRM, **change})) == {(2, column)}
    assert not Unit.objects.filter(name="松风物业").exists()


# -- posts ----------------------------------------------------------------------------------------------------

OFFICER = {"role": "网格员", "seat": "990100002001001", "name": "赵师傅本人", "phone": "000-7770001", "called": "赵师傅"}
LEADER = {"role": "楼栋长", "seat": "榆钱小区/2号楼", "name": "钱阿姨本人", "phone": "000-7770002", "called": "钱阿姨"}


def test_posts_are_made_with_accounts_that_cannot_log_in_yet(town):
    plan = load("posts", OFFICER, LEADER)
    assert plan.new == 2 and "还没有密码" in plan.notes[0]
    post = Post.objects.get(role=Role.BUILDING_LEADER, person__name="钱阿姨本人")
    assert post.place.name == "2号楼"
    assert not post.person.has_usable_password()
    assert Entry.objects.filter(action="post.assign").count() == 2


def test_a_name_is_shown_only_with_consent(town):
    load("posts", LEADER)
    place = Post.objects.get(person__name="钱阿姨本人").place_id
    assert who_serves(place, Role.BUILDING_LEADER).name == ""
    assert load("posts", {**LEADER, "shows_name": "是"}).changed == 1
    assert who_serves(place, Role.BUILDING_LEADER).name == "钱阿姨"


def test_loading_posts_again_changes_nothing(town):
    load("posts", OFFICER, LEADER)
    plan = load("posts", OFFICER, LEADER)
    assert (plan.new, plan.changed, plan.same) == (0, 0, 2)
    assert Account.objects.filter(phone="000-7770001").count() == 1


def test_what_is_written_out_has_nobodys_number_and_is_read_in_again(town):
    load("posts", LEADER)
    rows = [dict(row.values) for row in KINDS["posts"].export(SYSTEM)]
    assert not {"phone", "email"} & {key for row in rows for key in row}
    plan = load("posts", *rows, dry=True)
    assert (plan.new, plan.changed, wrong(plan)) == (0, 0, set())


@pytest.mark.parametrize(("change", "column"), [
    ({"role": "国王"}, "role"), ({"role": ""}, "role"), ({"seat": ""}, "seat"), ({"seat": "槐树社区"}, "seat"), ({"name": ""}, "name"),
    ({"phone": ""}, "phone"), ({"phone": "打我电话"}, "phone"), ({"email": "不是邮箱"}, "email"), ({"shows_name": "也许"}, "shows_name"),
    ({"starts_on": "2026-13-01"}, "starts_on"), ({"starts_on": "2026-03-01", "ends_on": "2026-02-01"}, "ends_on"),
    ({"called": "称" * 21}, "called"), ({"seat": "990100001001001"}, "seat"),  # has an officer already
])
def test_each_fault_of_a_post_is_named_at_its_cell(town, change, column):
    before = Post.objects.count()
    assert wrong(load("posts", {**OFFICER, **change})) == {(2, column)}
    assert Post.objects.count() == before


def test_two_officers_for_one_grid_are_a_fault_of_the_second(town):
    plan = load("posts", OFFICER, {**OFFICER, "name": "另一位", "phone": "000-7770009"})
    assert wrong(plan) == {(3, "seat")}


def test_phone_of_one_and_address_of_another_are_a_fault(town):
    one, two = town.people["officer_a1"], town.people["officer_a2"]
    assert wrong(load("posts", {**OFFICER, "phone": one.phone, "email": two.email})) == {(2, "phone")}


def test_only_the_office_loads_sheets(town):
    allowed = {name for name, actor in town.everybody().items() if kinds_for(actor)}
    assert allowed == {"admin"}


def test_many_leaders_are_loaded_in_few_queries(town, django_assert_max_num_queries):
    rows = [{**LEADER, "name": f"组长{n}", "phone": f"000-88{n:05d}"} for n in range(300)]
    content = paper.filled(KINDS["posts"].columns, rows)
    with django_assert_max_num_queries(40):
        plan = actions.load_file(SYSTEM, kind=KINDS["posts"], name="a.xlsx", content=content)[1]
    assert plan.new == 300
