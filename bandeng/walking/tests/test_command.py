"""The commands, from an extract to answers, and their one-sentence refusals."""

import csv
import io
import json
import os

import pytest
import shapely

from bandeng.walking.__main__ import main
from bandeng.walking.stale import HERE

OSM = """<?xml version='1.0' encoding='UTF-8'?><osm version='0.6'>
<node id='1' version='1' lon='112' lat='41'/><node id='2' version='1' lon='112.005' lat='41'/>
<node id='3' version='1' lon='112.01' lat='41'/><node id='4' version='1' lon='112.005' lat='41.003'/>
<node id='5' version='1' lon='112.0099' lat='41.0001'><tag k='amenity' v='pharmacy'/><tag k='name' v='药店'/></node>
<way id='1' version='1'><nd ref='1'/><nd ref='2'/><nd ref='3'/><tag k='highway' v='residential'/></way>
<way id='2' version='1'><nd ref='2'/><nd ref='4'/><tag k='highway' v='footway'/></way></osm>"""


@pytest.fixture
def town(tmp_path):
    (tmp_path / "town.osm").write_text(OSM, encoding="utf-8")
    (tmp_path / "homes.csv").write_text("name,lon,lat\n东门,112.0001,41.0001\n北头,112.005,41.003\n", encoding="utf-8-sig")
    arguments = ["prepare", str(tmp_path / "town.osm"), str(tmp_path / "town.walk"), "--services", str(tmp_path / "s.csv")]
    assert main(arguments) == 0
    return tmp_path


def ask(town, capsys, command, *options, points="homes.csv"):
    capsys.readouterr()
    code = main([command, str(town / "town.walk"), str(town / points), *options])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_nearest_tells_metres_and_minutes_of_each_kind(town, capsys):
    code, out, _ = ask(town, capsys, "nearest", "--facilities", str(town / "s.csv"), "--kinds", "pharmacy,market")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert code == 0 and [row["name"] for row in rows] == ["东门", "北头"]
    assert float(rows[0]["pharmacy_m"]) == pytest.approx(0.0098 * 83_900 + 22, abs=3)
    assert rows[0]["market_m"] == rows[0]["market_min"] == ""


def test_reach_lists_facilities_with_their_band_and_bearing(town, capsys):
    _, out, _ = ask(town, capsys, "reach", "--facilities", str(town / "s.csv"))
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [(row["origin"], row["facility"], row["within_min"], row["bearing"]) for row in rows] == [
        ("东门", "药店", "15", "90"), ("北头", "药店", "15", "180")]


def test_zones_are_geojson_features_that_grow(town, capsys):
    _, out, _ = ask(town, capsys, "zones", "--minutes", "2,4")
    features = json.loads(out)["features"]
    areas = [shapely.area(shapely.from_geojson(json.dumps(feature["geometry"]))) for feature in features]
    assert [feature["properties"]["minutes"] for feature in features] == [2, 4, 2, 4]
    assert 0 < areas[0] < areas[1]
    assert features[0]["properties"]["gap_m"] == pytest.approx(11.1, abs=0.2)


def test_a_path_goes_to_a_file(town, capsys):
    code, out, _ = ask(town, capsys, "path", "--out", str(town / "way.geojson"))
    way = json.loads((town / "way.geojson").read_text())["features"][0]
    assert code == 0 and out == ""
    assert way["geometry"]["type"] == "LineString" and way["properties"]["metres"] == pytest.approx(745, abs=10)


@pytest.mark.parametrize(("table", "sentence"), [
    ("lon,lat\n0,0\n", "No point of bad.csv lies within"),
    ("lon,lat\n", "no points in bad.csv"),
    ("x,y\n1,2\n", "needs the columns lon and lat"),
    ("lon,lat\nwest,2\n", "Row 1 of bad.csv"),
    ("lon,lat\n1120,41\n", "no place on earth"),
    ("lon,lat\nnan,41\n", "no place on earth"),
])
def test_bad_points_are_refused_in_one_sentence(town, capsys, table, sentence):
    (town / "bad.csv").write_text(table, encoding="utf-8")
    code, out, err = ask(town, capsys, "zones", points="bad.csv")
    assert code == 1 and out == "" and sentence in err and err.count("\n") == 1


def test_points_in_the_sea_among_others_are_told_and_left_without_an_answer(town, capsys):
    (town / "mixed.csv").write_text("lon,lat\n0,0\n112.0001,41\n", encoding="utf-8")
    code, out, err = ask(town, capsys, "nearest", "--facilities", str(town / "s.csv"), points="mixed.csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert code == 0 and "1 of 2 points" in err
    assert rows[0]["pharmacy_m"] == "" and rows[0]["gap_m"] == "" and rows[1]["pharmacy_m"] != ""


def test_no_facilities_at_all_is_an_answer(town, capsys):
    (town / "none.csv").write_text("kind,name,lon,lat\n", encoding="utf-8")
    code, out, err = ask(town, capsys, "reach", "--facilities", str(town / "none.csv"))
    assert code == 0 and len(out.splitlines()) == 1 and "0 of 0 facilities" in err


@pytest.mark.parametrize("minutes", ["10,5", "0", "five"])
def test_times_that_will_not_do_are_refused(town, capsys, minutes):
    code, _, err = ask(town, capsys, "zones", "--minutes", minutes)
    assert code == 1 and "minutes" in err


@pytest.mark.skipif("NUMBA_CACHE_DIR" in os.environ, reason="the loops are kept elsewhere")
def test_warming_leaves_the_loops_compiled():
    assert main(["warm"]) == 0
    assert any(compiled.name.startswith("nearest._kinds") for compiled in (HERE / "__pycache__").glob("*.nbc"))


def test_missing_files_and_files_without_streets_are_refused(town, capsys):
    assert main(["prepare", str(town / "none.osm"), str(town / "x.walk")]) == 1
    assert "There is no file none.osm" in capsys.readouterr().err
    (town / "empty.osm").write_text("<osm version='0.6'><node id='1' version='1' lon='1' lat='1'><tag k='shop' v='bakery'/></node></osm>")
    assert main(["prepare", str(town / "empty.osm"), str(town / "x.walk")]) == 1
    assert ask(town, capsys, "zones", points="none.csv")[0] == 1
    assert main(["zones", str(town / "s.csv"), str(town / "homes.csv")]) == 1
    assert "no walking network" in capsys.readouterr().err
