"""The invented town is only useful as long as it is a sound map: the promises its users build on."""

import json
from collections import Counter, defaultdict

import pytest
import shapely
from shapely import Point, STRtree, box
from shapely.geometry import shape

from bandeng.osm import read
from bandeng.sample.town import write_town
from bandeng.territory.division import divide

OLD_QUARTER = "胡同片"


class Town:
    def __init__(self, folder, seed=20261122):
        self.files = write_town(folder, seed)
        self.map = read(self.files.osm)
        self.places = defaultdict(list)
        for feature in json.loads(self.files.places.read_text(encoding="utf-8"))["features"]:
            kind = feature["properties"]["kind"]
            self.places[kind].append((feature["properties"], shape(feature["geometry"])))
        self.compounds = [
            area for area in self.map.areas if area.kind == "compound" and not area.name.endswith(OLD_QUARTER)
        ]
        self.walls = [line for line in self.map.lines if line.kind == "wall"]

    def shapes(self, kind):
        return [piece for _, piece in self.places[kind]]


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return Town(tmp_path_factory.mktemp("town"))


@pytest.fixture(scope="module", params=[20261122, 1, 7])
def any_town(request, tmp_path_factory):
    return Town(tmp_path_factory.mktemp("seeded"), request.param)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not(town, tmp_path):
    again, other = write_town(tmp_path / "a"), write_town(tmp_path / "b", seed=5)
    assert again.osm.read_bytes() == town.files.osm.read_bytes()
    assert again.places.read_bytes() == town.files.places.read_bytes()
    assert other.osm.read_bytes() != town.files.osm.read_bytes()


def test_it_reads_without_anything_left_out_or_repaired(any_town):
    assert not any_town.map.report.left_out
    assert not any_town.map.report.repaired


def test_it_has_the_size_of_a_small_district(any_town):
    assert 38 <= len(any_town.compounds) <= 52
    assert len(any_town.places["subdistrict"]) == 2
    assert len(any_town.places["community"]) == 8
    assert 50 <= len(any_town.places["grid"]) <= 70
    kinds = {point.kind for point in any_town.map.services}
    assert {
        "hospital",
        "kindergarten",
        "primary_school",
        "middle_school",
        "market",
        "supermarket",
        "convenience",
        "pharmacy",
        "bank",
        "bus_stop",
        "toilets",
        "post_office",
        "community_station",
        "canteen",
        "rest_station",
        "parcel",
        "park",
    } <= kinds


def test_gates_are_nodes_of_a_wall_and_of_a_way(any_town):
    on_walls = {corner for wall in any_town.walls for corner in wall.geometry.coords}
    on_ways = {corner for street in any_town.map.streets for corner in street.geometry.coords}
    assert len(any_town.map.gates) > 60
    for gate in any_town.map.gates:
        assert (gate.lon, gate.lat) in on_walls
        assert (gate.lon, gate.lat) in on_ways


def test_no_way_goes_through_a_wall_but_by_a_gate(any_town):
    gates = shapely.MultiPoint([(gate.lon, gate.lat) for gate in any_town.map.gates])
    walls = STRtree([wall.geometry for wall in any_town.walls])
    for street in any_town.map.streets:
        for number in walls.query(street.geometry, predicate="intersects"):
            crossing = street.geometry.intersection(any_town.walls[int(number)].geometry)
            assert crossing.difference(gates.buffer(2e-7)).is_empty, street.name


def test_compounds_are_walled_with_one_to_three_gates_and_six_to_twenty_houses(any_town):
    spots = [Point(gate.lon, gate.lat) for gate in any_town.map.gates]
    rings = STRtree([wall.geometry for wall in any_town.walls])
    houses = STRtree([building.geometry for building in any_town.map.buildings])
    for compound in any_town.compounds:
        edge = compound.geometry.exterior
        assert any(
            edge.equals(rings.geometries[int(n)]) or edge.hausdorff_distance(rings.geometries[int(n)]) < 1e-6
            for n in rings.query(edge)
        )
        assert 1 <= sum(edge.distance(spot) < 2e-7 for spot in spots) <= 3, compound.name
        inside = houses.query(compound.geometry, predicate="contains")
        assert 6 <= len(inside) <= 20, compound.name
        numbers = Counter(any_town.map.buildings[int(n)].number for n in inside)
        assert set(numbers) == {str(n) for n in range(1, len(inside) + 1)}


def test_schools_and_markets_have_houses(any_town):
    houses = [building.geometry for building in any_town.map.buildings]
    for area in any_town.map.areas:
        if area.kind in ("school", "hospital"):
            assert any(area.geometry.contains(house) for house in houses), area.name


def test_no_way_runs_through_a_house(any_town):
    houses = STRtree([building.geometry for building in any_town.map.buildings])
    for street in any_town.map.streets:
        assert not len(houses.query(street.geometry, predicate="crosses")), street.geometry.wkt


def test_the_street_network_is_one_piece(any_town):
    parent = {}

    def root(corner):
        while parent.setdefault(corner, corner) != corner:
            corner = parent[corner]
        return corner

    for street in any_town.map.streets:
        first, *rest = street.geometry.coords
        for corner in rest:
            parent[root(corner)] = root(first)
    assert len({root(corner) for corner in list(parent)}) == 1


def test_river_and_railway_are_crossed_only_by_bridges_and_underpasses(town):
    crossings = Counter()
    for line in town.map.lines:
        if line.kind not in ("rail", "river"):
            continue
        for street in town.map.streets:
            if street.geometry.crosses(line.geometry):
                crossings[line.kind, street.kind] += 1
    assert crossings["rail", "underpass"] == 2 * 2  # two ways under two tracks
    assert crossings["rail", "footbridge"] == 1 * 2
    assert sum(count for (kind, _), count in crossings.items() if kind == "rail") == 6
    assert sum(count for (kind, _), count in crossings.items() if kind == "river") == 4
    assert crossings["river", "footbridge"] == 1


def test_grids_tile_communities_and_so_up_to_the_district(any_town):
    for kind, above in (("grid", "community"), ("community", "subdistrict"), ("subdistrict", "district")):
        assert shapely.coverage_is_valid(any_town.shapes(kind))
        for properties, whole in any_town.places[above]:
            parts = [piece for own, piece in any_town.places[kind] if own["parent"] == properties["code"]]
            assert shapely.union_all(parts).equals(whole)
            assert sum(part.area for part in parts) == pytest.approx(whole.area, rel=1e-9)
            assert whole.geom_type == "Polygon"
            assert not whole.interiors


def test_codes_and_names_follow_the_tree(any_town):
    names = Counter(own["name"] for kind in any_town.places for own, _ in any_town.places[kind])
    assert names.most_common(1)[0][1] == 1
    for kind, digits in (("district", 6), ("subdistrict", 9), ("community", 12), ("grid", 15)):
        for own, _ in any_town.places[kind]:
            assert len(own["code"]) == digits
            assert own["code"].startswith("159999")
            assert own["parent"] == (own["code"][:-3] if kind != "district" else None)
            assert own["name_en"].isascii()
    community = {own["code"]: own["name"] for own, _ in any_town.places["community"]}
    for own, _ in any_town.places["grid"]:
        assert own["name"] == f"{community[own['parent']]}第{int(own['code'][-3:])}网格"
        assert own["households"] >= 0


def test_compounds_lie_in_one_grid_except_the_two_that_are_named(any_town):
    assert len(any_town.files.split_compounds) == 2
    for kind, share in (("grid", any_town.files.split_compounds), ("community", ())):
        for compound in any_town.compounds:
            area = compound.geometry.area
            touched = [
                p for p in any_town.shapes(kind) if p.intersection(compound.geometry).area > 1e-4 * area
            ]
            assert len(touched) == (2 if compound.name in share else 1), (kind, compound.name)


def test_one_name_is_one_street_one_compound_one_shop(any_town):
    by_name = defaultdict(list)
    for street in any_town.map.streets:
        if street.name:
            by_name[street.name].append(street.geometry)
    for name, pieces in by_name.items():  # a street may be cut by the river or a stretch never built, no more
        boxes = [piece.bounds for piece in pieces]
        spread = shapely.total_bounds([box(*bounds) for bounds in boxes])
        short_side = min((spread[2] - spread[0]) * 0.74, spread[3] - spread[1])
        assert short_side < 0.0045 or name.startswith(("滨河", "斜阳")), name
    assert max(Counter(compound.name for compound in any_town.compounds).values()) == 1
    shops = Counter(
        point.name
        for point in any_town.map.services
        if point.kind not in ("bus_stop",) and point.name
    )
    assert shops.most_common(1)[0][1] == 1


def test_some_communities_lack_a_canteen_so_that_life_circles_differ(town):
    canteens = [Point(point.lon, point.lat) for point in town.map.services if point.kind == "canteen"]
    having = sum(any(whole.contains(spot) for spot in canteens) for whole in town.shapes("community"))
    assert 0 < having < len(town.shapes("community"))


def test_its_map_can_be_divided_by_rule_like_a_real_one(any_town):
    features = divide(any_town.map, district_name="某区", subdistrict_name="某街道")["features"]
    grids = [shape(feature["geometry"]) for feature in features if feature["properties"]["kind"] == "grid"]
    assert len(grids) == len(any_town.compounds) + 2
    assert shapely.coverage_is_valid(grids)
    assert sum(grid.area for grid in grids) == pytest.approx(shape(features[0]["geometry"]).area, rel=1e-6)
