"""How a real district begins: from nothing, by command line, sheets and a map extract."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from bandeng.foundation.access import SYSTEM
from bandeng.foundation.sheets import actions, outlines
from bandeng.foundation.sheets.kinds import KINDS
from bandeng.people.models import Post
from bandeng.people.roles import Role
from bandeng.sample.town import write_town
from bandeng.territory import addresses, tree
from bandeng.territory.models import BaseMap, Boundary, Place, PlaceKind

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return write_town(tmp_path_factory.mktemp("town"))


def run(*words, **more):
    out = StringIO()
    call_command(*[str(word) for word in words], stdout=out, **more)
    return out.getvalue()


def begin(**more):
    return run("begin", **{"code": "159999", "district": "板凳区", "name": "王明", "email": "wang@example.org", **more})


def rows_of(path):
    """Return the town's boundaries as a file of places."""
    from shapely.geometry import shape

    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    return outlines.geojson(
        ({key: value for key, value in feature["properties"].items() if key in ("kind", "code", "name", "households")},
         shape(feature["geometry"])) for feature in features
    )


def test_a_district_begins_with_its_place_and_an_administrator():
    said = begin()
    assert "password" in said
    assert Post.objects.get().role == Role.SYSADMIN
    with pytest.raises(CommandError, match="already"):
        begin()


@pytest.mark.parametrize(("more", "word"), [({"code": "12"}, "six digits"), ({"email": None}, "--email or --phone")])
def test_a_bad_beginning_leaves_nothing(more, word):
    with pytest.raises(CommandError, match=word):
        begin(**more)
    assert not Place.objects.exists()


def test_places_from_a_file_then_the_map_then_everything_is_found(files):
    begin()
    actions.load_file(SYSTEM, kind=KINDS["places"], name="a.geojson", content=rows_of(files.places))
    assert Place.objects.filter(kind=PlaceKind.GRID).count() == 63
    assert tree.faults() == []
    said = run("import_map", files.osm)
    assert "base map is drawn" in said
    assert Place.objects.filter(kind=PlaceKind.BUILDING).count() > 500
    assert BaseMap.objects.count() == 1
    spot = Place.objects.filter(kind=PlaceKind.BUILDING, compound__isnull=False).select_related("compound").first()
    assert addresses.find(f"{spot.compound.name}{spot.name}")[0].exact


def test_a_map_loaded_twice_adds_nothing_and_an_offices_names_stay(files):
    begin()
    actions.load_file(SYSTEM, kind=KINDS["places"], name="a.geojson", content=rows_of(files.places))
    run("import_map", files.osm)
    counts = Place.objects.count(), Boundary.objects.count()
    run("import_map", files.osm)
    assert (Place.objects.count(), Boundary.objects.count()) == counts


def test_a_map_before_any_community_is_refused(files):
    begin()
    with pytest.raises(CommandError, match="import the places first"):
        run("import_map", files.osm)


def test_an_extract_that_is_none_is_said_to_be_none(tmp_path):
    begin()
    broken = tmp_path / "x.osm.pbf"
    broken.write_bytes(b"no map")
    with pytest.raises(CommandError):
        run("import_map", broken)
