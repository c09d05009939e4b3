import json

import pytest
from shapely.geometry import LineString, box, shape

from bandeng.osm import Area, Building, Extract, Gate, Line, Report, Street
from bandeng.osm.__main__ import main
from bandeng.osm.basemap import LAYERS, basemap

HOUSE = Building("w1", "", "3", 6, box(112.0, 41.0, 112.0004, 41.0002))
YARD = Area("w2", "compound", "槐树小区", box(111.9995, 40.9995, 112.001, 41.001))
ROAD = Street("w3", "arterial", "长街", LineString([(111.0, 41.0), (113.0, 41.0)]))
FAR = Street("w4", "lane", "远巷", LineString([(112.5, 41.5), (112.6, 41.5)]))
WALL = Line("w5", "wall", "", LineString(YARD.geometry.exterior.coords))
GATE = Gate("n6", "gate", "南门", 112.0, 40.9995)
LAKE = Area("w7", "water", "", box(112.0, 41.0, 114.0, 43.0))
EXTRACT = Extract(
    (ROAD, FAR), (WALL,), (GATE,), (HOUSE,), (YARD, LAKE), (), YARD.geometry.bounds, Report({}, {}, {})
)


def layers(result):
    return [feature["properties"]["layer"] for feature in result["features"]]


def corners(coordinates):
    if isinstance(coordinates[0], float):
        yield coordinates
    else:
        for part in coordinates:
            yield from corners(part)


def test_features_stand_bottom_to_top():
    found = layers(basemap(EXTRACT))
    assert found == sorted(found, key=LAYERS.index)
    assert set(found) == {"compound", "water", "building", "wall", "street", "gate", "label"}


def test_everything_is_cut_at_the_margin_and_what_lies_beyond_is_left_out():
    result = basemap(EXTRACT, margin_m=200)
    west, south, east, north = result["bbox"]
    assert YARD.geometry.bounds[1] - south == pytest.approx(200 / 111_320, rel=0.01)
    assert (YARD.geometry.bounds[0] - west) == pytest.approx(200 / 111_320 / 0.7547, rel=0.01)
    assert "远巷" not in json.dumps(result, ensure_ascii=False)
    for feature in result["features"]:
        for x, y in corners(feature["geometry"]["coordinates"]):
            assert west - 1e-6 <= x <= east + 1e-6
            assert south - 1e-6 <= y <= north + 1e-6


def test_own_bounds_may_be_asked_for():
    result = basemap(EXTRACT, bounds=(112.5, 41.49, 112.6, 41.51), margin_m=0)
    assert {feature["properties"].get("name") for feature in result["features"]} == {"远巷", None}


def test_coordinates_have_six_digits_and_shapes_stay_sound():
    for feature in basemap(EXTRACT)["features"]:
        assert shape(feature["geometry"]).is_valid
        for corner in corners(feature["geometry"]["coordinates"]):
            assert all(value == round(value, 6) for value in corner)


def test_streets_and_gates_say_their_class_and_empty_names_are_not_written():
    features = basemap(EXTRACT)["features"]
    by_layer = {feature["properties"]["layer"]: feature["properties"] for feature in features}
    assert by_layer["street"] == {"layer": "street", "class": "arterial", "name": "长街"}
    assert by_layer["gate"] == {"layer": "gate", "class": "gate", "name": "南门"}
    assert by_layer["label"] == {"layer": "label", "class": "compound", "name": "槐树小区"}
    assert by_layer["wall"] == {"layer": "wall"}


@pytest.mark.parametrize("wrong", [{"bounds": (2, 0, 1, 1)}, {"margin_m": -1}])
def test_what_is_no_box_is_refused(wrong):
    with pytest.raises(ValueError, match="not a box"):
        basemap(EXTRACT, **wrong)


def test_the_command_prints_a_summary_and_a_map(tmp_path, capsys):
    path = tmp_path / "map.osm"
    nodes = "".join(f"<node id='-{n}' lat='{41 + n / 1000}' lon='112'/>" for n in (1, 2))
    way = "<way id='-1'><nd ref='-1'/><nd ref='-2'/><tag k='highway' v='steps'/></way>"
    path.write_text(f"<osm version='0.6'>{nodes}{way}</osm>", encoding="utf-8")
    assert main(["summary", str(path)]) == 0
    assert "streets    1: steps 1" in capsys.readouterr().out
    assert main(["basemap", str(path)]) == 0
    assert layers(json.loads(capsys.readouterr().out)) == ["street"]


def test_the_command_says_in_one_sentence_what_is_wrong(tmp_path, capsys):
    assert main(["summary", str(tmp_path / "gone.osm")]) == 1
    assert capsys.readouterr().err == "There is no file gone.osm.\n"
