"""Which OpenStreetMap tags make which kind of service point: one readable table, tested from top to bottom.

A rule is one or more tests joined by " & ": `key=value`, `key=*` (any value) or `key~pattern` (a regular
expression found anywhere in the value). An object gets the first kind that has a rule which holds, so the
special kinds stand above the general ones (a canteen for elders above the restaurant). The kinds are those
of GB 50180-2018 (城市居住区 规划设计标准, appendices B and C) and of the Ministry of Commerce's guide to
fifteen-minute life circles (城市一刻钟便民生活圈建设指南, 2021); keys are ours.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Test = Callable[[Mapping[str, str]], bool]


def _test(text: str) -> Test:
    """Compile one test of a rule. Raises ValueError for anything that is no test: a typing error in the
    table.
    """
    if match := re.fullmatch(r"([\w:]+)=(.+)", text):
        key, value = match.groups()
        if value == "*":
            return lambda tags: key in tags
        return lambda tags: tags.get(key) == value
    if match := re.fullmatch(r"([\w:]+)~(.+)", text):
        key, pattern = match[1], re.compile(match[2])
        return lambda tags: pattern.search(tags.get(key, "")) is not None
    raise ValueError(f"not a tag test: {text!r}")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of service point: key, Chinese and English name, and the rules of which one must hold."""

    key: str
    zh: str
    en: str
    rules: tuple[str, ...]
    tests: tuple[tuple[Test, ...], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        tests = tuple(tuple(_test(part) for part in rule.split(" & ")) for rule in self.rules)
        object.__setattr__(self, "tests", tests)

    def fits(self, tags: Mapping[str, str]) -> bool:
        return any(all(test(tags) for test in rule) for rule in self.tests)


_COMMUNITY = "name~居委会|村委会|社区服务|党群服务|便民服务站"

KINDS: tuple[Kind, ...] = (
    # people in need of a hand, before the general kinds that share their tags
    Kind("canteen", "社区食堂（老年助餐点）", "Community canteen", (
        "amenity=canteen & name~社区|长者|老年|助餐", "amenity=restaurant & name~长者|助餐|老年食堂|社区食堂",
        "amenity=fast_food & name~长者|助餐|社区食堂", "social_facility=soup_kitchen")),
    Kind("rest_station", "户外劳动者驿站", "Rest station for outdoor workers", (
        "name~驿站 & amenity=shelter", "name~红蜂|暖心驿站|劳动者驿站|骑手驿站",)),
    Kind("day_care", "老年人日间照料中心", "Elderly day-care centre", (
        "social_facility=day_care", "name~日间照料")),
    Kind("nursing_home", "养老院", "Home for the elderly", (
        "amenity=nursing_home", "social_facility=nursing_home", "social_facility=assisted_living",
        "social_facility=group_home & social_facility:for~senior")),
    Kind("nursery", "托儿所", "Nursery (under three)", ("amenity=childcare",)),
    Kind("kindergarten", "幼儿园", "Kindergarten", (
        "amenity=kindergarten", "amenity=school & name~幼儿园", "building=kindergarten & name=*")),
    Kind("primary_school", "小学", "Primary school", (
        "amenity=school & name~小学|九年一贯|实验学校", "amenity=school & isced:level~1")),
    Kind("middle_school", "中学", "Middle school", (
        "amenity=school & name~中学|初中|高中|附中|[一二三四五六七八九十]中$",
        "amenity=school & isced:level~[23]")),
    Kind("training", "培训教育点", "Training point", (
        "amenity=training", "amenity=prep_school", "amenity=language_school", "amenity=music_school",
        "amenity=driving_school")),
    Kind("school", "学校", "School", ("amenity=school",)),
    # health
    Kind("health_centre", "社区卫生服务中心", "Community health centre", (
        "name~卫生服务中心 & amenity=*", "name~卫生服务中心 & healthcare=*", "healthcare=centre")),
    Kind("health_station", "社区卫生服务站", "Community health station", (
        "name~卫生服务站|卫生室 & amenity=*", "name~卫生服务站|卫生室 & healthcare=*")),
    Kind("hospital", "医院", "Hospital", ("amenity=hospital", "healthcare=hospital")),
    Kind("clinic", "门诊部", "Clinic", (
        "amenity=clinic", "amenity=doctors", "healthcare=clinic", "healthcare=doctor", "amenity=dentist")),
    Kind("pharmacy", "药店", "Pharmacy", (
        "amenity=pharmacy", "shop=chemist & name~药", "healthcare=pharmacy")),
    # the house of the community and of the state
    Kind("subdistrict_office", "街道办事处", "Subdistrict office", (
        "name~街道办 & office=government", "name~街道办 & amenity=*", "amenity=townhall")),
    Kind("justice_office", "司法所", "Justice office", ("name~司法所",)),
    Kind("culture_centre", "文化活动中心", "Cultural centre", (
        "amenity=arts_centre", "amenity=community_centre & name~文化", "amenity=theatre")),
    Kind("community_station", "社区服务站", "Community service station", (
        "amenity=community_centre", f"office=government & {_COMMUNITY}",
        f"amenity=social_centre & {_COMMUNITY}",
        f"amenity=public_building & {_COMMUNITY}")),
    Kind("police", "派出所", "Police station", ("amenity=police",)),
    Kind("fire_station", "消防站", "Fire station", ("amenity=fire_station",)),
    Kind("property_office", "物业管理处", "Property-management office", ("office=property_management",)),
    Kind("library", "图书馆", "Library", ("amenity=library",)),
    # bread and salt
    Kind("market", "菜市场", "Fresh-food market", (
        "amenity=marketplace", "shop=supermarket & name~菜市场|生鲜|农贸", "shop=greengrocer")),
    Kind("supermarket", "综合超市", "Supermarket", ("shop=supermarket", "shop=general", "shop=wholesale")),
    Kind("convenience", "便利店", "Convenience store", ("shop=convenience", "shop=kiosk")),
    Kind("mall", "商场", "Shopping centre", ("shop=mall", "shop=department_store")),
    Kind("breakfast", "早餐店", "Breakfast shop", (
        "name~早餐|包子|豆浆|油条 & amenity=*", "cuisine~breakfast|baozi & amenity=*")),
    Kind("restaurant", "餐饮店", "Eating place", (
        "amenity=restaurant", "amenity=fast_food", "amenity=food_court", "amenity=canteen")),
    Kind("bakery", "蛋糕烘焙店", "Bakery", ("shop=bakery", "shop=pastry", "shop=confectionery")),
    Kind("cafe_tea", "茶艺咖啡馆", "Cafe or tea house", ("amenity=cafe", "shop=tea", "shop=coffee")),
    # small services
    Kind("laundry", "洗染店", "Laundry", ("shop=laundry", "shop=dry_cleaning")),
    Kind("hairdresser", "美容美发店", "Hairdresser", ("shop=hairdresser", "shop=beauty")),
    Kind("repair", "维修点", "Repair point", (
        "shop=repair", "craft=shoemaker", "craft=key_cutter", "craft=electronics_repair", "shop=bicycle",
        "shop=locksmith", "shop=electronics_repair")),
    Kind("photo_print", "照相文印店", "Photo and print shop", ("shop=copyshop", "shop=photo")),
    Kind("housekeeping", "家政服务点", "Housekeeping agency", ("craft=cleaning", "office=employment_agency")),
    Kind("parcel", "快递柜、驿站", "Parcel lockers or pick-up", (
        "amenity=parcel_locker", "amenity=post_depot", "shop=outpost", "name~菜鸟驿站|快递柜|丰巢")),
    Kind("post_office", "邮政营业场所", "Post office", ("amenity=post_office",)),
    Kind("bank", "银行", "Bank", ("amenity=bank",)),
    Kind("telecom", "电信营业厅", "Telecom shop", ("shop=mobile_phone", "office=telecommunication")),
    Kind("bookshop", "书店", "Bookshop", ("shop=books",)),
    Kind("wellness", "保健养生店", "Wellness shop", ("shop=massage", "shop=herbalist")),
    Kind("flower_gift", "鲜花礼品店", "Florist and gift shop", ("shop=florist", "shop=gift")),
    Kind("pet", "宠物服务站", "Pet services", ("shop=pet", "shop=pet_grooming", "amenity=veterinary")),
    # clean and tidy
    Kind("toilets", "公共厕所", "Public toilet", ("amenity=toilets",)),
    Kind("recycling", "再生资源回收点", "Recycling point", ("amenity=recycling",)),
    Kind("waste_station", "生活垃圾收集站", "Refuse collection station", (
        "amenity=waste_disposal", "amenity=waste_transfer_station")),
    # moving and playing
    Kind("metro", "轨道交通站点", "Metro or railway station", (
        "railway=subway_entrance", "station=subway", "railway=station")),
    Kind("bus_stop", "公交车站", "Bus stop", ("highway=bus_stop", "public_transport=platform & bus=yes",
                                           "public_transport=platform & name=*", "amenity=bus_station")),
    Kind("gym", "健身房", "Gym", ("leisure=fitness_centre",)),
    Kind("sports_hall", "体育馆（场）", "Sports hall", (
        "leisure=sports_centre", "leisure=stadium", "leisure=sports_hall")),
    Kind("court", "运动场地", "Sports ground", ("leisure=pitch", "leisure=track")),
    Kind("outdoor_fitness", "室外健身场地", "Outdoor fitness ground", ("leisure=fitness_station",)),
    Kind("playground", "儿童、老年人活动场地", "Playground", ("leisure=playground",)),
    Kind("park", "公园", "Park", ("leisure=park",)),
)


def kind_of(tags: Mapping[str, str]) -> str | None:
    """Return the key of the first kind that fits these tags, or None if the object serves nobody we list."""
    for kind in KINDS:
        if kind.fits(tags):
            return kind.key
    return None
