"""What maps ask for: compressed, made once for each version, and only the version in force."""

import gzip
import json

import pytest
from django.urls import reverse

from bandeng.territory import locate, queries
from bandeng.territory.models import BaseMap, Boundary, BoundaryVersion

pytestmark = pytest.mark.django_db


def address(name):
    info = queries.map_context()
    return {"base": info.url, "areas": info.areas}[name]


@pytest.mark.parametrize("name", ["base", "areas"])
def test_maps_travel_compressed(client, town, name):
    plain = client.get(address(name))
    packed = client.get(address(name), headers={"Accept-Encoding": "br, gzip"})
    assert "Content-Encoding" not in plain
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert json.loads(plain.content)["type"] == "FeatureCollection"
    assert "Accept-Encoding" in plain["Vary"]
    assert "max-age=31536000" in packed["Cache-Control"]


def test_who_refuses_gzip_gets_none(client, town):
    answer = client.get(address("base"), headers={"Accept-Encoding": "gzip;q=0, identity"})
    assert "Content-Encoding" not in answer


def test_no_page_with_a_form_is_compressed(client, town):
    assert "Content-Encoding" not in client.get("/", headers={"Accept-Encoding": "gzip"})


@pytest.mark.parametrize("away", [-1, 1, 1000])
def test_another_version_of_the_outlines_is_not_found(client, town, away):
    version = locate.index().version
    answer = client.get(reverse("territory:areas", args=[max(0, version + away)]))
    assert answer.status_code == 404
    assert "max-age=31536000" not in answer.get("Cache-Control", "")


def test_the_outlines_are_made_once_for_each_version(client, town, monkeypatch):
    made = []
    real = queries.shapely.to_geojson
    monkeypatch.setattr(queries.shapely, "to_geojson", lambda shape: made.append(1) or real(shape))
    first = client.get(address("areas"))
    once = len(made)
    assert client.get(address("areas")).content == first.content
    assert len(made) == once > 0


def test_a_change_by_another_worker_is_seen_by_its_version(client, town):
    before = client.get(address("areas"))
    Boundary.objects.filter(place=town.places["a1"]).delete()
    BoundaryVersion.objects.update(number=99)
    after = client.get(reverse("territory:areas", args=[99]))
    assert len(after.json()["features"]) == len(before.json()["features"]) - 1
    assert client.get(before.request["PATH_INFO"]).status_code == 404


def test_a_new_base_map_has_a_new_address(client, town):
    old = address("base")
    client.get(old)
    BaseMap.objects.update(digest="1" * 16, geojson='{"type":"FeatureCollection","features":[1]}')
    assert client.get(reverse("territory:base", args=["1" * 16])).json()["features"] == [1]
