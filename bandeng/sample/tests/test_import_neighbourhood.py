"""Loading a neighbourhood from a map extract: the invented town, read like any other."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from bandeng.sample.town import write_town
from bandeng.territory import addresses
from bandeng.territory.locate import locate
from bandeng.territory.models import Boundary, Place, PlaceKind

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return write_town(tmp_path_factory.mktemp("town"))


def load(*words):
    out = StringIO()
    call_command("import_neighbourhood", *[str(word) for word in words], stdout=out)
    return out.getvalue()


def test_with_boundaries_every_building_lies_in_one_grid_and_at_most_one_compound(files):
    load(files.osm, "--boundaries", files.places)
    assert Place.objects.filter(kind=PlaceKind.COMMUNITY).count() == 8
    buildings = Place.objects.filter(kind=PlaceKind.BUILDING).select_related("parent", "compound")
    assert buildings.count() > 500
    assert all(building.parent.kind == PlaceKind.GRID for building in buildings)
    spot = buildings.filter(compound__isnull=False).first()
    chain = locate(spot.lon, spot.lat)
    assert (chain.grid.id, chain.compound.id, chain.building.id) == (spot.parent_id, spot.compound_id, spot.pk)
    assert addresses.find(f"{spot.compound.name}{spot.name}")[0].exact


def test_without_boundaries_grids_are_drawn_by_rule_and_say_so(files):
    said = load(files.osm, "--district", "某区", "--subdistrict", "某街道", "--communities", "3")
    assert "by rule" in said
    grids = Place.objects.filter(kind=PlaceKind.GRID)
    assert grids.count() > 20
    assert all(grids.values_list("by_rule", flat=True))


def test_a_file_that_is_no_map_changes_nothing(tmp_path):
    path = tmp_path / "x.osm.pbf"
    path.write_bytes(b"not a map")
    with pytest.raises(CommandError):
        load(path)
    assert not Place.objects.exists()


def test_boundaries_with_a_missing_parent_load_nothing_at_all(files, tmp_path):
    path = tmp_path / "bad.geojson"
    path.write_text(files.places.read_text(encoding="utf-8").replace('"parent":"159999001"', '"parent":"000"'), encoding="utf-8")
    with pytest.raises(CommandError, match="Nothing was loaded"):
        load(files.osm, "--boundaries", path)
    assert not Place.objects.exists()
    assert not Boundary.objects.exists()


def test_a_second_import_is_refused(files):
    load(files.osm, "--boundaries", files.places)
    with pytest.raises(CommandError, match="already"):
        load(files.osm)
