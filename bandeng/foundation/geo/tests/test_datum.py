"""The three datums of Chinese maps: known points, round trips, and what lies abroad."""


import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandeng.foundation.geo.datum import DATUMS, convert

TOWNS = {
    "Hohhot": (111.6708, 40.8183),
    "Beijing": (116.3975, 39.9087),
    "Shenzhen": (114.0579, 22.5431),
    "Kashgar": (75.9891, 39.4677),
    "Mohe": (122.5370, 52.9720),
    "Sanya": (109.5082, 18.2479),
    "Shanghai": (121.4737, 31.2304),
}
PAIRS = [(a, b) for a in DATUMS for b in DATUMS if a != b]


def metres(lon, lat, other_lon, other_lat):
    east = np.radians(np.asarray(other_lon) - lon) * np.cos(np.radians(lat))
    return np.hypot(east, np.radians(np.asarray(other_lat) - lat)) * 6371000.0


@pytest.mark.parametrize(
    ("wgs", "gcj"),
    [  # points published with several open implementations of the formula
        ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
        ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
        ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
        ((116.404, 39.915), (116.41024449916938, 39.91640428150164)),
    ],
)
def test_known_points_of_gcj(wgs, gcj):
    assert metres(*gcj, *convert(*wgs, "wgs84", "gcj02")) < 0.001
    assert metres(*wgs, *convert(*gcj)) < 0.001


def test_known_points_of_baidu():
    assert metres(116.41036949371029, 39.92133699351021, *convert(116.404, 39.915, "gcj02", "bd09")) < 0.001
    # the usual inverse, with which this point is published, is itself only good to half a metre
    assert metres(116.39762729119315, 39.90865673957631, *convert(116.404, 39.915, "bd09", "gcj02")) < 1.0


@pytest.mark.parametrize("town", TOWNS)
@pytest.mark.parametrize("way", PAIRS)
def test_towns_come_back(town, way):
    source, target = way
    start = TOWNS[town]
    there = convert(*start, source, target)
    assert 100 < metres(*start, *there) < 2500
    assert metres(*start, *convert(*there, target, source)) < 0.001


@given(st.floats(73.7, 134.8), st.floats(18.0, 53.5), st.sampled_from(PAIRS))
def test_every_point_comes_back_within_a_millimetre(lon, lat, way):
    source, target = way
    back = convert(*convert(lon, lat, source, target), target, source)
    assert metres(lon, lat, *back) < 0.001


def test_the_whole_country_comes_back_within_a_millimetre():
    lon, lat = np.meshgrid(np.arange(73.7, 134.8, 0.037), np.arange(18.0, 53.5, 0.037))
    for target in ("gcj02", "bd09"):
        back = convert(*convert(lon, lat, "wgs84", target), target, "wgs84")
        assert metres(lon, lat, *back).max() < 0.001, target


@pytest.mark.parametrize("way", PAIRS)
@pytest.mark.parametrize("town", [(139.69, 35.69), (2.35, 48.86), (-74.0, 40.71), (151.2, -33.87)])
def test_abroad_nothing_changes(town, way):
    assert convert(*town, *way) == town


@pytest.mark.parametrize("datum", DATUMS)
def test_the_same_datum_changes_nothing(datum):
    assert convert(116.4, 39.9, datum, datum) == (116.4, 39.9)


def test_numbers_give_floats_and_arrays_arrays():
    lon, lat = convert(116.4, 39.9)
    assert type(lon) is type(lat) is float
    lons, lats = convert([116.4, np.nan, 2.35], [39.9, 39.9, 48.86])
    assert (lons[0], lats[0]) == (lon, lat)
    assert np.isnan(lons[1])
    assert lons[2] == 2.35
    assert convert(np.empty(0), np.empty(0))[0].shape == (0,)


def test_the_input_is_left_alone():
    lon, lat = np.array([116.4]), np.array([39.9])
    convert(lon, lat)
    assert (lon[0], lat[0]) == (116.4, 39.9)


@pytest.mark.parametrize("way", [("wgs-84", "gcj02"), ("gcj02", "cgcs2000")])
def test_an_unknown_datum_is_named_with_the_allowed_ones(way):
    with pytest.raises(ValueError, match="wgs84, gcj02, bd09"):
        convert(116.4, 39.9, *way)
