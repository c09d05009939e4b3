"""The sheet of places: what it would do, what is wrong in it, what it does."""

import pytest
import shapely

from bandeng.foundation.access import SYSTEM, Invalid
from bandeng.foundation.journal.models import Entry
from bandeng.foundation.sheets import actions, outlines, paper
from bandeng.foundation.sheets.kinds import KINDS
from bandeng.foundation.sheets.models import Upload
from bandeng.territory import locate
from bandeng.territory.models import AddressPoint, Boundary, PastBoundary, Place
from tests.district import at

KIND = KINDS["places"]


def sheet(*rows):
    """Return an .xlsx of rows given as dicts."""
    return paper.filled(KIND.columns, rows)


def load(content, name="a.xlsx", dry=False, datum="wgs84"):
    return actions.load_file(SYSTEM, kind=KIND, name=name, content=content, dry=dry, datum=datum)[1]


def wrong(plan):
    return {(one.row, one.column) for one in plan.problems if one.grave}


def box(x0, y0, x1, y1):
    return shapely.box(*at(x0, y0), *at(x1, y1))


START = (
    {"kind": "区县", "code": "150103", "name": "某区"}, {"kind": "街道", "code": "150103001", "name": "一街"},
    {"kind": "社区", "code": "150103001001", "name": "一社区"},
    {"kind": "网格", "code": "150103001001001", "name": "一网格", "households": "1,200"},
    {"kind": "小区", "name": "槐树小区", "parent": "150103001001", "sort": "老旧小区"},
    {"kind": "楼栋", "name": "3号楼", "parent": "150103001001001", "compound": "槐树小区",
     "lon": "111.65", "lat": "40.81"},
    {"kind": "单元", "name": "1单元", "parent": "槐树小区/3号楼"},
)


def test_a_district_begins_with_one_sheet_in_any_order(db):
    plan = load(sheet(*reversed(START)))
    assert (plan.new, plan.changed, plan.same, plan.problems) == (7, 0, 0, [])
    stairwell = Place.objects.get(kind="stairwell")
    assert stairwell.parent.compound.name == "槐树小区"
    assert stairwell.parent.parent.households == 1200
    assert Place.objects.get(code="150103001").sort == "street"
    assert Place.objects.get(code="150103001001").sort == "residents"
    assert AddressPoint.objects.filter(folded="槐树小区3号楼").count() == 1


def test_loading_the_same_again_changes_nothing(db):
    load(sheet(*START))
    entries = Entry.objects.filter(action__startswith="place").count()
    plan = load(sheet(*START))
    assert (plan.new, plan.changed, plan.same) == (0, 0, 7)
    assert Entry.objects.filter(action__startswith="place").count() == entries == 7


def test_loading_again_updates_and_leaves_alone_what_is_empty(db):
    load(sheet(*START))
    plan = load(sheet({"kind": "网格", "code": "150103001001001", "name": "一网格（新）"}))
    grid = Place.objects.get(code="150103001001001")
    assert (plan.new, plan.changed) == (0, 1)
    assert (grid.name, grid.households) == ("一网格（新）", 1200)
    assert Entry.objects.get(action="place.change").fields == "name"


def test_a_dry_run_writes_nothing(db):
    assert load(sheet(*START), dry=True).new == 7
    assert not Place.objects.exists()
    assert not Upload.objects.filter(content__isnull=False).exists()


FAULTS = [
    ({"kind": "网络", "code": "150103001001002", "name": "x"}, "kind"),
    ({"kind": "网格", "code": "15010300100100", "name": "x"}, "code"),
    ({"kind": "网格", "name": "x"}, "code"),
    ({"kind": "网格", "code": "150103001001002"}, "name"),
    ({"kind": "网格", "code": "150103001001002", "name": "x" * 81}, "name"),
    ({"kind": "网格", "code": "150103009009001", "name": "x"}, "parent"),
    ({"kind": "网格", "code": "150103001001002", "name": "x", "parent": "150103001"}, "parent"),
    ({"kind": "网格", "code": "150103001001002", "name": "x", "households": "很多"}, "households"),
    ({"kind": "网格", "code": "150103001001002", "name": "x", "lon": "111.6"}, "lon"),
    ({"kind": "网格", "code": "150103001001002", "name": "x", "lon": "东经111", "lat": "40"}, "lon"),
    ({"kind": "网格", "code": "150103001001002", "name": "x", "sort": "老旧小区"}, "sort"),
    ({"kind": "社区", "code": "150103001001001", "name": "x"}, "code"),
    ({"kind": "区县", "code": "150104", "name": "另一个区"}, "kind"),
    ({"kind": "楼栋", "name": "9号楼", "parent": "150103001001001", "compound": "没有的小区"}, "compound"),
    ({"kind": "单元", "name": "9单元", "parent": "槐树小区/9号楼"}, "parent"),
    ({"kind": "小区", "name": "梧桐苑", "parent": "150103001001001"}, "parent"),
]


@pytest.mark.parametrize(("row", "column"), FAULTS)
def test_each_fault_is_named_at_its_cell_and_nothing_is_loaded(db, row, column):
    load(sheet(*START))
    plan = load(sheet(row, {"kind": "网格", "code": "150103001001009", "name": "好的一行"}))
    assert wrong(plan) == {(2, column)}
    assert not Place.objects.filter(code="150103001001009").exists()


def test_the_same_place_twice_in_a_file_is_a_fault_of_the_second(db):
    plan = load(sheet(*START, {"kind": "网格", "code": "150103001001001", "name": "又一次"}))
    assert wrong(plan) == {(9, "code")}


def test_a_code_of_another_kind_of_place_is_a_fault(db):
    load(sheet(*START))
    Place.objects.filter(kind="compound").update(code="150103001001C001")
    plan = load(sheet({"kind": "小区", "code": "150103001001C001", "name": "槐树小区"}))
    assert plan.same == 1


def test_an_unknown_province_is_only_a_doubt(db):
    plan = load(sheet({"kind": "区县", "code": "990103", "name": "没有的区"}))
    assert [(one.column, one.grave) for one in plan.problems] == [("code", False)]
    assert Place.objects.count() == 1


def test_child_of_a_row_that_is_wrong_points_there(db):
    rows = [*START[:2], {"kind": "社区", "code": "150103001001", "name": ""}, START[3]]
    plan = load(sheet(*rows))
    assert wrong(plan) == {(4, "name"), (5, "parent")}
    assert "先改那一行" in next(one.text for one in plan.problems if one.row == 5)


def test_numbers_are_held_by_the_compound_not_by_the_grid(db):
    load(sheet(*START, {"kind": "小区", "name": "梧桐苑", "parent": "150103001001"}))
    plan = load(sheet({"kind": "楼栋", "name": "3栋", "parent": "150103001001001", "compound": "梧桐苑"},
                      {"kind": "楼栋", "name": "3栋", "parent": "150103001001001", "compound": "槐树小区"}))
    assert (plan.new, plan.changed) == (1, 1)  # 3栋 of the other compound is 3号楼 there


# -- outlines -------------------------------------------------------------------------------------------------


def features(*rows):
    return outlines.geojson(rows)


def grid_row(code, name, shape):
    return {"kind": "grid", "code": code, "name": name}, shape


def test_outlines_move_the_lines_and_keep_the_old_ones(town, django_capture_on_commit_callbacks):
    old = bytes(Boundary.objects.get(place=town.places["a1"]).wkb)
    with django_capture_on_commit_callbacks(execute=True):
        plan = load(features(grid_row("990100001001001", "槐树第一网格", box(0, 0, 3, 2)),
                             grid_row("990100001001002", "槐树第二网格", box(3, 0, 4, 2))), "a.geojson")
    assert plan.changed == 2
    assert locate.locate(*at(2.5, 1)).grid.name == "槐树第一网格"
    assert bytes(PastBoundary.objects.get(place=town.places["a1"]).wkb) == old


def test_open_cases_follow_lines_that_a_file_moves(town, clock, django_capture_on_commit_callbacks):
    case = town.case(at(2.5, 1))
    assert case.grid == town.places["a2"]
    with django_capture_on_commit_callbacks(execute=True):
        load(features(grid_row("990100001001001", "槐树第一网格", box(0, 0, 3, 2)),
                      grid_row("990100001001002", "槐树第二网格", box(3, 0, 4, 2))), "a.geojson")
    case.refresh_from_db()
    assert case.grid == town.places["a1"]
    assert case.events.get(action="redrawn").detail == "槐树第二网格 → 槐树第一网格"


def test_overlaps_and_holes_are_said_before_loading(town):
    plan = load(features(grid_row("990100001001001", "槐树第一网格", box(0, 0, 2.5, 2)),
                         grid_row("990100001001002", "槐树第二网格", box(2, 0, 3, 2))), "a.geojson", dry=True)
    said = "\n".join(plan.notes)
    assert "重叠" in said and "不归任何" in said


def test_an_outline_elsewhere_is_refused_and_one_partly_outside_doubted(town):
    plan = load(features(grid_row("990100001001001", "槐树第一网格", box(5, 0, 6, 2)),
                         grid_row("990100001001002", "槐树第二网格", box(2, 0, 4.4, 2))), "a.geojson", dry=True)
    assert wrong(plan) == {(1, "parent")}
    assert any(one.row == 2 and not one.grave and "之外" in one.text for one in plan.problems)


def test_lines_are_no_boundaries(town):
    plan = load(features(grid_row("990100001001001", "槐树第一网格", shapely.LineString([at(0, 0), at(1, 1)]))), "a.geojson", dry=True)
    assert len(wrong(plan)) == 1


@pytest.mark.parametrize("shape", [shapely.Polygon(), shapely.Point(), shapely.MultiPolygon(), shapely.GeometryCollection()])
def test_an_empty_outline_is_like_none(town, shape):
    rows = [grid_row("990100001001001", "槐树第一网格", shape), grid_row("990100001001009", "新网格", shape)]
    bare = load(features(*[(values, None) for values, _shape in rows]), "a.geojson", dry=True)
    plan = load(features(*rows), "a.geojson", dry=True)
    assert (plan.new, plan.same, plan.grave) == (bare.new, bare.same, bare.grave) == (1, 1, 0)
    assert plan.notes == bare.notes


def test_a_file_in_gcj02_is_said_to_look_like_it(town):
    rows = [(values, outlines.from_wgs84(shape, "gcj02")) for values, shape in (
        grid_row("990100001001001", "槐树第一网格", box(0, 0, 2, 2)), grid_row("990100001001002", "槐树第二网格", box(2, 0, 4, 2)),
        grid_row("990100001002001", "北门第一网格", box(0, 2, 4, 4)), grid_row("990100002001001", "东岗第一网格", box(4, 0, 8, 4)))]
    said = load(features(*rows), "a.geojson", dry=True).notes[0]
    assert "GCJ-02" in said
    right = load(features(*rows), "a.geojson", dry=True, datum="gcj02")
    assert "对过了" in right.notes[0]
    assert not right.grave


def test_points_of_a_sheet_are_turned_back_too(db):
    load(sheet(*START))
    load(sheet({"kind": "楼栋", "name": "5号楼", "parent": "150103001001001", "compound": "槐树小区", "lon": "111.65", "lat": "40.81"}),
         datum="bd09")
    made = Place.objects.get(name="5号楼")
    assert 0.008 < ((made.lon - 111.65) ** 2 + (made.lat - 40.81) ** 2) ** 0.5 < 0.02


def test_what_is_written_out_is_read_in_without_a_change(town):
    rows = list(KIND.export(SYSTEM))
    for name, content in (("a.xlsx", paper.filled(KIND.columns, (row.values for row in rows))),
                          ("a.geojson", outlines.geojson((row.values, row.shape) for row in rows))):
        plan = load(content, name, dry=True)
        assert (plan.new, plan.grave) == (0, 0), plan.problems
        assert plan.changed == sum(1 for row in rows if row.layer in ("subdistrict", "community"))  # their sort, by their code


# -- two at once, and who may ---------------------------------------------------------------------------------


def test_a_plan_that_was_made_before_somebody_elses_change_is_not_written(town):
    upload = actions.try_out(SYSTEM, kind=KIND, name="a.xlsx", content=sheet({"kind": "网格", "code": "990100001001003", "name": "新"}))
    _table, plan = actions.planned(SYSTEM, upload)
    locate.raise_version()
    with pytest.raises(Invalid, match="再试一遍"):
        plan.write(None)


@pytest.mark.django_db(transaction=True)
def test_of_two_loadings_of_one_upload_one_wins():
    from tests.threads import errors, together

    upload = actions.try_out(SYSTEM, kind=KIND, name="a.xlsx", content=sheet(*START))
    results = together(*[lambda: actions.load(SYSTEM, upload=upload.pk)] * 2)
    assert len(errors(results)) == 1
    assert isinstance(errors(results)[0], Invalid)
    assert Place.objects.count() == 7


def test_an_upload_is_sealed_and_forgotten_in_a_day(town, clock):
    secret = "一个谁也不该看见的名字"
    upload = actions.try_out(town.actor("admin"), kind=KIND, name="a.csv",
                             content=f"层级,编码,名称\n网格,990100001001003,{secret}\n".encode())
    assert secret.encode() not in bytes(upload.content)
    clock.pass_by(hours=25)
    assert actions.forget_old() == 1
    upload.refresh_from_db()
    assert (upload.content, upload.data_key) == (None, None)
