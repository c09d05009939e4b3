"""Service points: written by hand, by sheet and by map; found near a place; who may."""

import json

import pytest
from django.urls import reverse

from bandeng.directory import actions, policies, queries
from bandeng.directory.models import Origin, ServicePoint
from bandeng.foundation.access import SYSTEM, Invalid, Refused
from bandeng.foundation.sheets import actions as sheets
from bandeng.foundation.sheets import paper
from bandeng.foundation.sheets.kinds import KINDS
from bandeng.osm.model import ServicePoint as MapPoint
from bandeng.territory.locate import locate
from tests.district import IN_A1, IN_C1, IN_ELM, OUTSIDE, at

CANTEEN = {"kind": "canteen", "name": "槐树社区食堂", "hours": "周一至周五 11:00-13:00；节假日休息", "phone": "000-1234"}


def written(town, who="worker_a", where=IN_A1, point=None, **more):
    return actions.save(town.actor(who), point=point, lon=where[0], lat=where[1], **{**CANTEEN, **more})


def test_a_community_writes_down_a_place_and_everybody_sees_whether_it_is_open(town, clock, client):
    row = written(town)
    page = client.get(reverse("directory:point", args=[row.pk])).content.decode()
    assert "没开，11:00 开" in page  # it is Monday, ten o'clock
    clock.pass_by(hours=1, minutes=30)
    assert "开着，到 13:00" in client.get(reverse("directory:index")).content.decode()
    assert (row.origin, row.community, row.hours) == (Origin.HAND, town.places["a"], "Mo-Fr 11:00-13:00; PH off")


@pytest.mark.parametrize("name", ["worker_b", "officer_a1", "water", "auditor", "dispatcher_east", "leader"])
def test_who_may_not_write_down_places_there(town, name):
    with pytest.raises(Refused):
        written(town, name)
    assert not ServicePoint.objects.exists()


def test_office_community_and_subdistrict_may(town):
    allowed = {name for name, actor in town.everybody().items() if policies.editor(actor, locate(*IN_A1))}
    assert allowed == {"admin", "worker_a", "head_a", "dispatcher_west", "chief_west"}


def test_nobody_moves_a_place_out_of_another_community_into_the_own(town):
    row = written(town, "worker_c", IN_C1)
    with pytest.raises(Refused):
        written(town, "worker_a", IN_A1, point=row.pk)


@pytest.mark.parametrize(("change", "where", "field"), [
    ({"kind": "castle"}, IN_A1, "kind"), ({"name": " "}, IN_A1, "name"), ({"hours": "看心情"}, IN_A1, "hours"), ({}, OUTSIDE, "lon"),
])
def test_what_is_wrong_is_said_at_its_field(town, change, where, field):
    with pytest.raises(Invalid) as error:
        written(town, where=where, **change)
    assert error.value.field == field


def map_point(osm_id="n1", kind="pharmacy", name="惠民药店", where=IN_ELM, hours="Mo-Su 08:00-21:00"):
    return MapPoint(osm_id, kind, name, *where, hours)


def test_a_map_adds_what_is_new_and_brings_its_own_up_to_date(town):
    assert actions.load_map_points(SYSTEM, [map_point(), map_point("n2", where=OUTSIDE)]) == actions.FromMap(1, 0, 0)
    assert actions.load_map_points(SYSTEM, [map_point()]) == actions.FromMap(0, 0, 0)
    assert actions.load_map_points(SYSTEM, [map_point(hours="Mo-Su 09:00-20:00")]).changed == 1
    assert ServicePoint.objects.get().hours == "Mo-Su 09:00-20:00"


def test_a_map_never_overwrites_what_somebody_put_right(town):
    actions.load_map_points(SYSTEM, [map_point()])
    row = ServicePoint.objects.get()
    written(town, where=IN_ELM, point=row.pk, kind="pharmacy", name="惠民药店", hours="每天 7:00-22:00")
    assert actions.load_map_points(SYSTEM, [map_point(hours="24/7")]) == actions.FromMap(0, 0, 1)
    row.refresh_from_db()
    assert row.hours == "Mo-Su 07:00-22:00"


def test_the_same_name_and_kind_close_by_is_the_same_place(town):
    written(town, kind="pharmacy", name="惠民药店", where=IN_ELM)
    near = (IN_ELM[0] + 0.0003, IN_ELM[1])
    assert actions.load_map_points(SYSTEM, [map_point(where=near)]).left == 1
    assert actions.load_map_points(SYSTEM, [map_point(where=at(1.5, 1.5))]).new == 1


def test_what_a_map_draws_twice_is_one_place_however_often_it_is_read(town):
    twice = [map_point(), map_point("w2", where=(IN_ELM[0] + 0.0002, IN_ELM[1]), hours="24/7")]
    assert actions.load_map_points(SYSTEM, twice) == actions.FromMap(1, 0, 0)
    assert actions.load_map_points(SYSTEM, twice) == actions.FromMap(0, 0, 0)


def test_an_object_that_the_map_replaced_is_still_the_same_place(town):
    actions.load_map_points(SYSTEM, [map_point()])
    assert actions.load_map_points(SYSTEM, [map_point("w9", hours="24/7")]).changed == 1
    assert ServicePoint.objects.get().origin_id == "w9"


def sheet(*rows):
    content = paper.filled(KINDS["services"].columns, rows)
    return sheets.load_file(SYSTEM, kind=KINDS["services"], name="a.xlsx", content=content)[1]


ROW = {"kind": "药店", "name": "惠民药店", "lon": str(IN_ELM[0]), "lat": str(IN_ELM[1]), "hours": "每天 8:00-21:00"}


def test_a_sheet_is_loaded_and_loaded_again(town):
    assert sheet(ROW).new == 1
    assert sheet(ROW).same == 1
    assert sheet({**ROW, "hours": "24小时"}).changed == 1
    assert ServicePoint.objects.get().hours == "00:00-24:00"


def test_an_address_will_do_for_a_spot(town):
    plan = sheet({**ROW, "lon": "", "lat": "", "address": "榆钱小区1号楼"})
    assert (plan.new, plan.problems[0].grave) == (1, False)


@pytest.mark.parametrize(("change", "column"), [
    ({"kind": "城堡"}, "kind"), ({"name": ""}, "name"), ({"hours": "看心情"}, "hours"), ({"lon": "东"}, "lon"),
    ({"lon": "", "lat": "", "address": "没有的路"}, "address"), ({"lon": "", "lat": ""}, "lon"), ({"lon": "30", "lat": "100"}, "lon"),
    ({"lon": str(OUTSIDE[0]), "lat": str(OUTSIDE[1])}, "lon"),
])
def test_each_fault_is_named_at_its_cell(town, change, column):
    plan = sheet({**ROW, **change})
    assert {(one.row, one.column) for one in plan.problems if one.grave} == {(2, column)}
    assert not ServicePoint.objects.exists()


@pytest.mark.parametrize("kind", ["Point", "Polygon", "MultiPolygon"])
def test_an_empty_outline_is_like_none(town, kind):
    def planned(**values):
        feature = {"type": "Feature", "geometry": {"type": kind, "coordinates": []}, "properties": {**ROW, **values}}
        content = json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()
        return sheets.load_file(SYSTEM, kind=KINDS["services"], name="a.geojson", content=content, dry=True)[1]

    assert planned().new == 1
    nowhere = planned(lon="", lat="")
    assert [(one.column, one.grave) for one in nowhere.problems] == [("lon", True)]
    assert planned(lon="", lat="", address="榆钱小区1号楼").new == 1


def test_nearest_come_first_and_only_what_is_within_reach(town, clock):
    for name, where in (("近", at(0.6, 0.5)), ("中", at(1.2, 0.5)), ("远", at(7, 3.5))):
        written(town, "admin", where, name=name, kind="toilets", hours="")
    rows, total = queries.find(at=at(0.5, 0.5))
    assert ([row.point.name for row in rows], total) == (["近", "中"], 2)
    assert rows[0].distance == pytest.approx(96, abs=3)


def test_only_what_is_open_now(town, clock):
    written(town, name="早", hours="每天 8:00-11:00")
    written(town, name="晚", hours="每天 18:00-20:00")
    written(town, name="不知道", hours="")
    assert [row.point.name for row in queries.find(open_now=True)[0]] == ["早"]


@pytest.mark.parametrize("query", [
    {"group": "x"}, {"q": "'\0"}, {"near": "没有的路"}, {"lon": "x", "lat": "y"}, {"page": "-1"}, {"page": "99999"},
    {"open": "1", "q": "药"},
])
def test_rubbish_in_the_address_finds_a_page(town, client, query):
    assert client.get(reverse("directory:index"), query).status_code == 200


def test_the_form_gives_back_what_was_typed(town, log_in):
    client = log_in(town, "worker_a")
    answer = client.post(reverse("directory:new"), {**CANTEEN, "lon": IN_A1[0], "lat": IN_A1[1], "hours": "看心情"})
    assert answer.status_code == 422
    assert "看心情" in answer.content.decode() and "槐树社区食堂" in answer.content.decode()


def test_a_place_that_is_no_more_is_not_shown(town, log_in, client):
    row = written(town)
    assert log_in(town, "worker_b").post(reverse("directory:end", args=[row.pk])).status_code == 404
    assert log_in(town, "worker_a").post(reverse("directory:end", args=[row.pk])).status_code == 302
    assert client.get(reverse("directory:point", args=[row.pk])).status_code == 404


def test_pages_take_few_queries(town, client, django_assert_max_num_queries):
    for number in range(60):
        written(town, name=f"药店{number}", kind="pharmacy", hours="每天 8:00-21:00")
    client.get("/")
    for query in ({}, {"group": "health", "open": "1"}, {"near": "榆钱小区"}):
        with django_assert_max_num_queries(15):
            assert client.get(reverse("directory:index"), query).status_code == 200
