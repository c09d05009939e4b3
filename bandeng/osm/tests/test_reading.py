import gzip
from xml.sax.saxutils import quoteattr

import osmium
import pytest
from shapely import Point

from bandeng.osm import OsmError, read


class Drawing:
    """A small file by hand: nodes are named by (x, y) in units of 1e-4 degrees from 112 E, 41 N."""

    def __init__(self):
        self.nodes, self.ways, self.relations = {}, [], []

    def node(self, place, **tags):
        number, known = self.nodes.setdefault(place, (len(self.nodes) + 1, {}))
        known.update(tags)
        return number

    def way(self, places, **tags):
        self.ways.append(([self.node(place) for place in places], tags))
        return len(self.ways)

    def multipolygon(self, members, **tags):
        self.relations.append((members, {"type": "multipolygon", **tags}))

    def xml(self, sign=1):
        def tagged(tags):
            return "".join(
                f"<tag k={quoteattr(k.replace('__', ':'))} v={quoteattr(v)}/>" for k, v in tags.items()
            )

        lines = ["<?xml version='1.0' encoding='UTF-8'?><osm version='0.6'>"]
        for (x, y), (number, tags) in self.nodes.items():
            place = f"lat='{41 + y / 1e4:.7f}' lon='{112 + x / 1e4:.7f}'"
            lines.append(f"<node id='{sign * number}' version='1' {place}>{tagged(tags)}</node>")
        for number, (refs, tags) in enumerate(self.ways, start=1):
            inner = "".join(f"<nd ref='{sign * ref}'/>" for ref in refs)
            lines.append(f"<way id='{sign * number}' version='1'>{inner}{tagged(tags)}</way>")
        for number, (members, tags) in enumerate(self.relations, start=1):
            inner = "".join(f"<member type='way' ref='{sign * ref}' role='{role}'/>" for ref, role in members)
            lines.append(f"<relation id='{sign * number}' version='1'>{inner}{tagged(tags)}</relation>")
        return "\n".join([*lines, "</osm>"])


def square(west, south, size=2):
    east, north = west + size, south + size
    return [(west, south), (east, south), (east, north), (west, north), (west, south)]


@pytest.fixture
def drawing():
    return Drawing()


@pytest.fixture
def reading(drawing, tmp_path):
    def read_it(sign=1):
        path = tmp_path / "map.osm"
        path.write_text(drawing.xml(sign), encoding="utf-8")
        return read(path)

    return read_it


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({"highway": "primary"}, "arterial"),
        ({"highway": "trunk_link"}, "arterial"),
        ({"highway": "tertiary"}, "street"),
        ({"highway": "living_street"}, "lane"),
        ({"highway": "service"}, "lane"),
        ({"highway": "footway"}, "footway"),
        ({"highway": "steps"}, "steps"),
        ({"highway": "footway", "bridge": "yes"}, "footbridge"),
        ({"highway": "primary", "bridge": "yes"}, "arterial"),
        ({"highway": "primary", "tunnel": "yes"}, "underpass"),
        ({"highway": "footway", "tunnel": "yes"}, "underpass"),
        ({"highway": "footway", "tunnel": "building_passage"}, "footway"),
    ],
)
def test_streets_are_told_apart(drawing, reading, tags, kind):
    drawing.way([(0, 0), (5, 0)], name="长街", **tags)
    (street,) = reading().streets
    assert (street.kind, street.name) == (kind, "长街")


@pytest.mark.parametrize(
    "tags", [{"highway": "construction"}, {"highway": "platform"}, {"highway": "pedestrian", "area": "yes"}]
)
def test_what_nobody_walks_along_is_no_street(drawing, reading, tags):
    drawing.way(square(0, 0), **tags)
    drawing.node((9, 9), amenity="bank")
    assert not reading().streets


def test_foot_beats_access_and_motorways_are_closed_to_walkers(drawing, reading):
    drawing.way([(0, 0), (1, 0)], highway="service", access="private", foot="yes")
    drawing.way([(0, 0), (2, 0)], highway="service", access="private")
    drawing.way([(0, 0), (3, 0)], highway="motorway")
    drawing.way([(0, 0), (4, 0)], highway="residential")
    assert [street.access for street in reading().streets] == ["yes", "private", "no", ""]


def test_a_shared_node_is_the_same_coordinate(drawing, reading):
    drawing.way([(0, 0), (3, 3), (7, 1)], highway="residential")
    drawing.way([(3, 3), (3, 9)], highway="footway")
    one, other = reading().streets
    assert one.geometry.coords[1] == other.geometry.coords[0]


@pytest.mark.parametrize("suffix", [".osm", ".osm.gz", ".osm.pbf"])
@pytest.mark.parametrize("sign", [1, -1])
def test_every_format_and_sign_of_ids_gives_the_same(drawing, tmp_path, suffix, sign):
    drawing.way(square(0, 0), landuse="residential", name="槐树小区")
    drawing.way(square(4, 4), building="yes", addr__housenumber="3号楼", building__levels="6")
    drawing.node((2, 0), barrier="gate")
    path = tmp_path / f"map{suffix}"
    text = drawing.xml(sign).encode()
    if suffix == ".osm":
        path.write_bytes(text)
    elif suffix == ".osm.gz":
        path.write_bytes(gzip.compress(text))
    else:
        plain = tmp_path / "plain.osm"
        plain.write_bytes(text)
        with osmium.SimpleWriter(str(path)) as out:
            for item in osmium.FileProcessor(str(plain)):
                out.add(item)
    extract = read(path)
    assert [area.name for area in extract.areas] == ["槐树小区"]
    (building,) = extract.buildings
    assert (building.number, building.levels) == ("3", 6)
    assert building.osm_id == f"w{sign * 2}"
    assert extract.areas[0].geometry.area == pytest.approx(4e-8)
    assert len(extract.gates) == 1


def test_a_multipolygon_is_put_together_from_pieces_with_its_hole(drawing, reading):
    one = drawing.way([(0, 0), (10, 0), (10, 10)])
    two = drawing.way([(0, 0), (0, 10), (10, 10)])
    hole = drawing.way(square(4, 4))
    drawing.multipolygon(
        [(one, "outer"), (two, "outer"), (hole, "inner")], landuse="residential", name="大院"
    )
    (area,) = reading().areas
    assert (area.osm_id, area.name) == ("r1", "大院")
    assert area.geometry.area == pytest.approx(96e-8)


def test_a_cut_off_multipolygon_is_left_out_and_counted(drawing, reading):
    part = drawing.way([(0, 0), (10, 0), (10, 10)])
    drawing.multipolygon([(part, "outer"), (77, "outer")], landuse="residential")
    drawing.way([(0, 0), (5, 0)], highway="residential")
    extract = reading()
    assert not extract.areas
    assert extract.report.left_out["multipolygon cut by the edge of the extract"] == 1


def test_a_bow_tie_is_repaired_and_a_flat_ring_left_out(drawing, reading):
    drawing.way([(0, 0), (4, 4), (4, 0), (0, 4), (0, 0)], building="yes")
    drawing.way([(9, 0), (10, 0), (11, 0), (9, 0)], building="yes")
    drawing.way([(9, 5), (10, 5), (11, 6)], building="yes")
    extract = reading()
    (building,) = extract.buildings
    assert building.geometry.is_valid
    assert building.geometry.area == pytest.approx(8e-8)
    assert extract.report.repaired["polygon that crossed itself"] == 1
    assert extract.report.left_out == {"polygon without an area": 1, "area that is not closed": 1}


def test_a_way_with_unknown_nodes_keeps_the_known_ones_and_a_polygon_is_left_out(drawing, tmp_path):
    drawing.way([(0, 0), (1, 0), (2, 0)], highway="residential")
    drawing.way([(0, 0), (1, 1), (2, 0), (0, 0)], building="yes")
    lines = [line for line in drawing.xml().split("\n") if "<node id='3'" not in line]
    path = tmp_path / "cut.osm"
    path.write_text("\n".join(lines), encoding="utf-8")
    extract = read(path)
    assert len(extract.streets[0].geometry.coords) == 2
    assert not extract.buildings
    assert extract.report.left_out["area cut by the edge of the extract"] == 1


def test_gates_openings_and_entrances_count_where_they_let_people_in(drawing, reading):
    drawing.way(square(0, 0, 10), barrier="wall")
    drawing.way(square(2, 2), building="yes")
    drawing.node((0, 0), barrier="lift_gate", name="东门", access="private")
    drawing.node((10, 0), barrier="bollard")
    drawing.node((10, 10), entrance="main")
    drawing.node((2, 2), entrance="main")
    drawing.node((50, 50), barrier="bollard")
    extract = reading()
    assert [(gate.kind, gate.name, gate.access) for gate in extract.gates] == [
        ("lift_gate", "东门", "private"),
        ("opening", "", ""),
        ("entrance", "", ""),
    ]
    assert extract.report.left_out == {
        "entrance of a building, not of a compound": 1,
        "bollard on an open street": 1,
    }


def test_lines_above_ground_only(drawing, reading):
    drawing.way([(0, 0), (9, 0)], railway="rail")
    drawing.way([(0, 1), (9, 1)], railway="subway", tunnel="yes")
    drawing.way([(0, 2), (9, 2)], waterway="river", name="凳子河")
    drawing.way([(0, 3), (9, 3)], barrier="fence")
    extract = reading()
    assert [line.kind for line in extract.lines] == ["rail", "river", "wall"]
    assert extract.report.left_out == {"railway below ground": 1}


@pytest.mark.parametrize(
    ("tags", "number"),
    [
        ({"name": "学生公寓3号楼"}, "3"),
        ({"addr__housenumber": "12号楼"}, "12"),
        ({"ref": "7"}, "7"),
        ({"addr__housenumber": "8"}, "8"),
        ({"name": "2号楼", "addr__housenumber": "88"}, "2"),
        ({"name": "科技大厦"}, ""),
        ({"name": "5A座"}, "5A"),
        ({}, ""),
    ],
)
def test_the_number_of_a_building(drawing, reading, tags, number):
    drawing.way(square(0, 0), building="yes", **tags)
    assert reading().buildings[0].number == number


@pytest.mark.parametrize(
    ("text", "levels"), [("6", 6), ("6.0", 6), ("0", None), ("many", None), ("9999", None)]
)
def test_levels_are_a_sound_number_or_unknown(drawing, reading, text, levels):
    drawing.way(square(0, 0), building="yes", building__levels=text)
    assert reading().buildings[0].levels == levels


def test_a_place_mapped_as_house_and_as_node_is_one_service_point(drawing, reading):
    drawing.way(square(0, 0, 10), amenity="hospital", name="人民医院")
    drawing.node((5, 5), amenity="hospital", name="人民医院")
    drawing.node((5, 6), amenity="pharmacy", name="院内药房", opening_hours="24/7", phone="0000")
    drawing.node((900, 900), amenity="pharmacy", name="院内药房")
    extract = reading()
    assert sorted((point.kind, point.osm_id[0]) for point in extract.services) == [
        ("hospital", "w"),
        ("pharmacy", "n"),
        ("pharmacy", "n"),
    ]
    near = next(point for point in extract.services if point.opening_hours)
    assert (near.opening_hours, near.phone) == ("24/7", "0000")
    assert extract.report.left_out == {"service point mapped twice": 1}


def test_the_point_of_a_bent_area_lies_inside_it(drawing, reading):
    drawing.way([(0, 0), (10, 0), (10, 10), (9, 10), (9, 1), (0, 1), (0, 0)], leisure="park", name="弯公园")
    extract = reading()
    (park,) = extract.services
    assert extract.areas[0].geometry.contains(Point(park.lon, park.lat))


def test_bounds_are_where_people_live(drawing, reading):
    for number in range(150):
        drawing.way(square(number % 15 * 5, number // 15 * 5), building="yes")
    drawing.way([(0, 0), (9000, 0)], highway="primary")
    drawing.way(square(5000, 5000), building="yes")  # one stray house, far away
    west, south, east, north = reading().bounds
    assert (west, south) == pytest.approx((112, 41))
    assert (east, north) == pytest.approx((112 + 72e-4, 41 + 47e-4))


def test_bounds_without_houses_are_those_of_all_that_was_read(drawing, reading):
    drawing.way([(0, 0), (10, 20)], highway="primary")
    assert reading().bounds == pytest.approx((112, 41, 112.001, 41.002))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("page.osm", b"<html><body>hello", "cannot be read as OpenStreetMap data"),
        ("half.osm", b"<osm version='0.6'><node id='1' lat='1' lon", "cannot be read as OpenStreetMap data"),
        ("noise.osm.pbf", b"x" * 100, "cannot be read as OpenStreetMap data"),
        ("note.txt", b"hello", "cannot be read as OpenStreetMap data"),
        ("zero.osm", b"", "cannot be read as OpenStreetMap data"),
        ("empty.osm", b"<osm version='0.6'></osm>", "holds no streets"),
    ],
)
def test_a_file_that_is_no_map_is_one_clear_error(tmp_path, name, content, words):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(OsmError, match=words) as caught:
        read(path)
    assert name in str(caught.value)


def test_a_missing_file_is_the_same_error(tmp_path):
    with pytest.raises(OsmError, match=r"There is no file gone\.osm"):
        read(tmp_path / "gone.osm")
