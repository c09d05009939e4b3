"""A compound's circle on a made network: how far on foot, which way, and what the standard says."""

from __future__ import annotations

from math import cos, radians
from types import MappingProxyType

import pytest
from django.core.management import CommandError, call_command
from shapely import LineString

from bandeng import osm, walking
from bandeng.directory.models import ServicePoint
from bandeng.lifecircle import circles, network, standard
from bandeng.osm.kinds import KINDS
from bandeng.osm.model import Report, Street
from tests.district import IN_ELM

pytestmark = pytest.mark.django_db
DEGREE = 111_320.0


def at(east: float, north: float) -> tuple[float, float]:
    """Return the point so many metres east and north of where the compound is asked for."""
    return IN_ELM[0] + east / (DEGREE * cos(radians(IN_ELM[1]))), IN_ELM[1] + north / DEGREE


@pytest.fixture
def streets(settings, tmp_path):
    """One street 3 km to the east, with a branch 500 m north after its first 400 m."""
    settings.HOME = tmp_path
    circles.forget()
    rows = (
        Street("w1", "street", "长街", LineString([at(0, 0), at(400, 0), at(3000, 0)])),
        Street("w2", "lane", "短巷", LineString([at(400, 0), at(400, 500)])),
    )
    none = MappingProxyType({})
    network.keep(osm.Extract(rows, (), (), (), (), (), (*at(0, 0), *at(3000, 500)), Report(none, none, none)))
    yield
    circles.forget()


def serves(kind: str, east: float, north: float = 0.0, name: str = "某处") -> ServicePoint:
    lon, lat = at(east, north)
    return ServicePoint.objects.create(kind=kind, name=name, lon=lon, lat=lat, origin="hand")


def judged(key: str, walker: str = "adult") -> circles.Judged:
    circles._points = None
    found = circles.circle(*IN_ELM, walker)
    return next(one for one in circles.judge(found) if one.need.key == key)


def test_a_walk_follows_the_streets(streets, db):
    serves("pharmacy", 400, 300)
    found = circles.circle(*IN_ELM)
    (one,) = found.near
    assert one.metres == pytest.approx(700, abs=2)
    assert one.straight == pytest.approx(500, abs=2)
    assert (one.minutes, one.direction, one.band) == (9, "东北", 10)


def test_waiting_takes_time_and_makes_no_way_longer(streets, db):
    serves("pharmacy", 600)
    adult, elder = circles.circle(*IN_ELM).near[0], circles.circle(*IN_ELM, "elder").near[0]
    assert adult.metres == elder.metres == pytest.approx(600, abs=2)
    assert adult.minutes < elder.minutes


def test_an_old_person_gets_less_far(streets, db):
    serves("pharmacy", 1000)
    assert len(circles.circle(*IN_ELM).near) == 1
    assert circles.circle(*IN_ELM, "elder").near == ()


def test_the_stricter_of_line_and_walk_counts(streets, db):
    serves("pharmacy", 250)
    assert (judged("pharmacy").state, judged("pharmacy").why) == ("met", "")
    ServicePoint.objects.all().delete()
    serves("pharmacy", 350)  # five minutes on foot, but more than 300 m as the crow flies
    assert judged("pharmacy").state == "far"
    assert "300 米" in judged("pharmacy").why
    ServicePoint.objects.all().delete()
    serves("kindergarten", 200, 0)
    assert judged("kindergarten").state == "met"
    ServicePoint.objects.all().delete()
    serves("breakfast", 400, 400)
    assert judged("breakfast").state == "far"
    assert "走过去 10 分钟" in judged("breakfast").why


def test_no_data_is_no_absence(streets, db):
    assert judged("pharmacy").state == "unknown"
    serves("pharmacy", 2500)
    assert judged("pharmacy").state == "absent"


def test_what_the_size_decides_says_that_it_was_not_looked_at(streets, db):
    serves("park", 100)
    assert (judged("park_5").state, judged("park_5").why) == ("met", "大小没有核过")


def test_without_a_network_or_far_from_every_way_there_is_no_circle(streets, settings, tmp_path, db):
    assert circles.circle(IN_ELM[0] - 1, IN_ELM[1]) is None
    circles.forget()
    settings.HOME = tmp_path / "empty"
    assert circles.circle(*IN_ELM) is None
    assert circles.zones(*IN_ELM) == []


def test_zones_lie_within_each_other(streets, db):
    found = circles.zones(*IN_ELM)
    assert [band for band, _shape in found] == [15, 10, 5]
    assert all(shape["type"] in ("Polygon", "MultiPolygon") for _band, shape in found)


# The table


def test_every_kind_of_the_table_is_a_kind_of_service_point():
    known = {kind.key for kind in KINDS}
    assert {kind for need in standard.needs() for kind in need.kinds} <= known
    assert len({need.key for need in standard.needs()}) == len(standard.needs())
    assert all(need.minutes in (5, 8, 10, 15) and need.sources for need in standard.needs())


# Pages


def test_the_page_of_a_compound_says_it_all(streets, client, town):
    point = serves("pharmacy", 200, 0, "益民药店")
    place = town.places["elm"]
    place.lon, place.lat = IN_ELM
    place.save()
    page = client.get(f"/circle/{place.pk}/")
    text = page.content.decode()
    assert page.status_code == 200
    assert "益民药店" in text
    assert "东 200 米" in text
    assert f"/places/{point.pk}/" in text
    assert "凭记忆写下的标准" in text
    assert "老人走" in client.get(f"/circle/{place.pk}/?walker=elder").content.decode()


def test_whoever_has_no_circle_is_told(client, town, settings, tmp_path):
    settings.HOME = tmp_path
    circles.forget()
    place = town.places["elm"]
    place.lon, place.lat = IN_ELM
    place.save()
    assert "还算不出来" in client.get(f"/circle/{place.pk}/").content.decode()


@pytest.mark.parametrize("path", ["/circle/0/", "/circle/999999/"])
def test_what_is_no_compound_is_not_found(client, town, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("query", ["near=没有这个地方xyz", "lon=a&lat=b", "lon=nan&lat=1", "lon=0&lat=0", "walker=x", "near=%00"])
def test_strange_questions_get_a_page(client, town, query):
    assert client.get(f"/circle/?{query}").status_code in (200, 404)


# The command


def test_a_file_that_is_not_there_is_told_in_one_sentence(settings, tmp_path, db):
    settings.HOME = tmp_path
    with pytest.raises(CommandError, match="no file"):
        call_command("lifecircle", "import", str(tmp_path / "none.osm.pbf"))


def test_an_extract_without_streets_makes_no_network(settings, tmp_path):
    settings.HOME = tmp_path
    none = MappingProxyType({})
    with pytest.raises(walking.WalkError):
        network.keep(osm.Extract((), (), (), (), (), (), (0, 0, 1, 1), Report(none, none, none)))
    assert network.opened() is None
