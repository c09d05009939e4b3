"""The standard catalogue of matters: two taps. Data, put into the table by `load`; a district may change it.

Majors follow what people write about most (domain brief, sections 2.1, 3 and 8); classes of persons,
assemblies, petitions and the like are left out on purpose (section 7).
"""

from __future__ import annotations

from django.db import transaction

from bandeng.cases.models import Category

# code, name, English, limit class, danger of a place
Row = tuple[str, str, str, str, bool]
GROUPS: list[tuple[str, str, str, list[Row]]] = [
    ("物业", "Property", "property", [
        ("1001", "电梯", "Lifts", "hazard", False), ("1002", "门禁、单元门", "Entrance doors", "normal", False),
        ("1003", "物业服务", "Property service", "normal", False), ("1004", "房屋漏水、外墙", "Leaks and facades", "complex", False),
        ("1005", "加装、维修资金", "Repairs fund", "complex", False), ("1009", "物业其他", "Property, other", "normal", False),
    ]),
    ("市容环卫", "Streets and cleaning", "street", [
        ("2001", "垃圾没清", "Rubbish", "normal", False), ("2002", "占道摆摊", "Stalls in the way", "normal", False),
        ("2003", "小广告", "Flyers on walls", "normal", False), ("2004", "油烟、焚烧", "Smoke and fumes", "normal", False),
        ("2005", "乱搭乱建", "Unlawful building", "complex", False), ("2009", "市容其他", "Streets, other", "normal", False),
    ]),
    ("供暖", "Heating", "heat", [
        ("3001", "暖气不热", "Cold radiators", "utilities", False), ("3002", "暖气管漏水", "Leaking heating pipe", "utilities", True),
        ("3009", "供暖其他", "Heating, other", "normal", False),
    ]),
    ("停车交通", "Parking and traffic", "car", [
        ("4001", "乱停车", "Bad parking", "normal", False), ("4002", "堵消防通道", "Fire lane blocked", "hazard", True),
        ("4003", "红绿灯、标志", "Lights and signs", "hazard", False), ("4004", "共享单车", "Shared bicycles", "normal", False),
        ("4009", "交通其他", "Traffic, other", "normal", False),
    ]),
    ("噪声", "Noise", "noise", [
        ("5001", "施工噪声", "Building noise", "normal", False), ("5002", "商铺、广场舞", "Shops and dancing", "normal", False),
        ("5009", "噪声其他", "Noise, other", "normal", False),
    ]),
    ("水电气", "Water, power, gas", "water", [
        ("6001", "停水、水管漏", "Water", "utilities", False), ("6002", "停电、线路", "Power", "utilities", False),
        ("6003", "燃气味、漏气", "Smell of gas", "emergency", True), ("6004", "下水堵了、返水", "Blocked drains", "hazard", False),
        ("6005", "路灯不亮", "Street lights", "normal", False),
    ]),
    ("道路设施", "Roads and covers", "danger", [
        ("7001", "井盖坏了、丢了", "Manhole covers", "hazard", True), ("7002", "路面塌陷、坑洼", "Holes in the road", "hazard", True),
        ("7003", "积水、结冰", "Standing water, ice", "hazard", False), ("7004", "护栏、台阶、坡道", "Railings, steps, ramps", "normal", False),
        ("7005", "健身器材、座椅", "Fitness gear, benches", "normal", False),
    ]),
    ("绿化", "Trees and green", "tree", [
        ("8001", "树枝要修、要倒", "Branches, leaning trees", "hazard", False), ("8002", "绿地被占、枯死", "Green spoilt", "normal", False),
    ]),
    ("楼道消防", "Stairwells and fire safety", "fire", [
        ("9001", "楼道堆东西", "Things in the stairwell", "normal", False), ("9002", "飞线充电", "Charging by loose cable", "hazard", False),
        ("9003", "消防设施坏了", "Fire equipment broken", "hazard", False), ("9004", "楼道灯不亮", "Stairwell lamp out", "normal", False),
    ]),
    ("一老一小", "Old and young", "care", [
        ("A001", "助餐、老年食堂", "Meals for the old", "normal", False), ("A002", "活动场地", "Places to meet and play", "complex", False),
        ("A003", "无障碍", "Step-free access", "complex", False),
    ]),
    ("问一问、其他", "Questions, other", "dots", [
        ("B001", "问政策、怎么办事", "How do I …", "query", False), ("B002", "提建议", "Suggestions", "complex", False),
        ("B009", "其他", "Something else", "normal", False),
    ]),
]


@transaction.atomic
def load() -> int:
    """Put the catalogue into the table; rows that are there already are brought up to date. Return how many."""
    rank = 0
    for group, group_en, icon, rows in GROUPS:
        for code, name, name_en, limit_class, danger in rows:
            rank += 1
            Category.objects.update_or_create(
                code=code,
                defaults={
                    "group": group, "group_en": group_en, "icon": icon, "name": name, "name_en": name_en,
                    "limit_class": limit_class, "danger": danger, "rank": rank,
                },
            )
    return rank
