"""The fast reader finds what `bandeng.osm` finds, and squares besides."""

import os
from pathlib import Path

import numpy as np
import pytest

from bandeng.osm import OsmError, read
from bandeng.walking import build, path, snap
from bandeng.walking.reading import read_walkable

FILES = sorted((Path(os.environ.get("BANDENG_DATA", "/nowhere")) / "osm").glob("*.osm.pbf"))


def said(streets):
    return sorted((s.osm_id, s.kind, s.access, len(set(s.geometry.coords)), s.geometry.bounds) for s in streets)


@pytest.mark.skipif(not FILES, reason="BANDENG_DATA names no folder with extracts")
@pytest.mark.parametrize("file", FILES or [pytest.param(None, marks=pytest.mark.skip(reason="no extracts are named"))],
                         ids=lambda file: file.name.split(".")[0] if file else "none")
def test_both_readers_find_the_same(file):
    ours, theirs = read_walkable(file), read(file)
    numbers = {street.osm_id for street in theirs.streets}
    assert said(s for s in ours.streets if s.osm_id in numbers) == said(theirs.streets)
    key = lambda gate: (gate.osm_id, gate.kind, gate.lon, gate.lat, gate.access)  # noqa: E731
    assert sorted(map(key, ours.gates)) == sorted(map(key, theirs.gates))
    walls = [sorted((line.osm_id, line.geometry.length) for line in each.lines if line.kind == "wall") for each in (ours, theirs)]
    assert [osm_id for osm_id, _ in walls[0]] == [osm_id for osm_id, _ in walls[1]]
    assert [length for _, length in walls[0]] == pytest.approx([length for _, length in walls[1]])
    compounds = [{a.osm_id: a.geometry.area for a in each.areas if a.kind == "compound"} for each in (ours, theirs)]
    assert compounds[0] == pytest.approx(compounds[1])
    alone = read_walkable(file, barriers=False)
    assert len(alone.streets) == len(ours.streets) and not alone.gates


def square_file(tmp_path, sign=1, ring="area"):
    """A square 100 m wide with a street to its south-west and one to its north-east corner."""
    places = {1: (0, 0), 2: (12, 0), 3: (12, 9), 4: (0, 9), 5: (-10, 0), 6: (22, 9)}
    nodes = "".join(f"<node id='{sign * n}' version='1' lon='{112 + x / 1e4:.7f}' lat='{41 + y / 1e4:.7f}'/>"
                    for n, (x, y) in places.items())
    ways = "".join(
        f"<way id='{n}' version='1'>" + "".join(f"<nd ref='{sign * ref}'/>" for ref in refs)
        + "".join(f"<tag k='{k}' v='{v}'/>" for k, v in told.items()) + "</way>"
        for n, (refs, told) in enumerate([((1, 2, 3, 4, 1), {"highway": "pedestrian", ring: "yes"}),
                                          ((5, 1), {"highway": "residential"}), ((3, 6), {"highway": "residential"})], start=1))
    file = tmp_path / "square.osm"
    file.write_text(f"<?xml version='1.0'?><osm version='0.6'>{nodes}{ways}</osm>")
    return file


def test_a_square_is_crossed_and_not_only_walked_round(tmp_path):
    network = build(read_walkable(square_file(tmp_path)))
    ends = snap(network, np.array([(111.999, 41), (112.0022, 41.0009)]))
    assert path(network, ends).metres == pytest.approx(2 * 83.9 + np.hypot(100.7, 100.1), abs=1)


def test_a_ring_that_is_no_area_is_walked_round(tmp_path):
    network = build(read_walkable(square_file(tmp_path, ring="lit")))
    ends = snap(network, np.array([(111.999, 41), (112.0022, 41.0009)]))
    assert path(network, ends).metres == pytest.approx(2 * 83.9 + 100.7 + 100.1, abs=1)


def test_objects_not_yet_uploaded_are_read_too(tmp_path):
    assert len(read_walkable(square_file(tmp_path, sign=-1, ring="lit")).streets) == 3


def test_missing_and_broken_files_are_refused_in_a_sentence(tmp_path):
    with pytest.raises(OsmError, match=r"There is no file none\.osm"):
        read_walkable(tmp_path / "none.osm")
    (tmp_path / "broken.osm.pbf").write_bytes(b"nothing of the kind")
    with pytest.raises(OsmError, match="cannot be read"):
        read_walkable(tmp_path / "broken.osm.pbf")
