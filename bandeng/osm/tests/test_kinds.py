import pytest

from bandeng.osm.kinds import KINDS, Kind, kind_of


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({"amenity": "pharmacy"}, "pharmacy"),
        ({"amenity": "restaurant", "name": "老街饭馆"}, "restaurant"),
        ({"amenity": "restaurant", "name": "柳湾长者食堂"}, "canteen"),
        ({"amenity": "shelter", "name": "红蜂驿站"}, "rest_station"),
        ({"amenity": "shelter"}, None),
        ({"shop": "outpost", "name": "菜鸟驿站"}, "parcel"),
        ({"amenity": "clinic", "name": "杨树社区卫生服务站"}, "health_station"),
        ({"amenity": "clinic", "name": "长凳街道社区卫生服务中心"}, "health_centre"),
        ({"amenity": "clinic", "name": "张大夫诊所"}, "clinic"),
        ({"amenity": "school", "name": "槐荫小学"}, "primary_school"),
        ({"amenity": "school", "name": "第一中学"}, "middle_school"),
        ({"amenity": "school", "name": "某学校"}, "school"),
        ({"amenity": "school", "name": "机关幼儿园"}, "kindergarten"),
        ({"amenity": "community_centre", "name": "杨树社区党群服务中心"}, "community_station"),
        ({"amenity": "community_centre", "name": "文化活动中心"}, "culture_centre"),
        ({"office": "government", "name": "长凳街道办事处"}, "subdistrict_office"),
        ({"office": "government", "name": "税务局"}, None),
        ({"shop": "supermarket", "name": "邻里生鲜超市"}, "market"),
        ({"shop": "supermarket"}, "supermarket"),
        ({"highway": "bus_stop"}, "bus_stop"),
        ({"public_transport": "platform"}, None),
        ({"amenity": "parking"}, None),
        ({}, None),
    ],
)
def test_the_most_special_kind_wins(tags, kind):
    assert kind_of(tags) == kind


def test_keys_are_unique_and_every_kind_has_names_and_rules():
    keys = [kind.key for kind in KINDS]
    assert len(set(keys)) == len(keys) >= 45
    assert all(kind.zh and kind.en.isascii() and kind.rules for kind in KINDS)


@pytest.mark.parametrize("rule", ["amenity", "amenity:bank", "=x", "amenity=bank&name=x y & oops"])
def test_a_typing_error_in_the_table_is_found_at_once(rule):
    with pytest.raises(ValueError, match="not a tag test"):
        Kind("x", "某", "some", (rule,))
