"""The people of the sample district: invented, marked, and all with the same printed password."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from django.contrib.auth.hashers import make_password
from django.db.models import Count
from django.utils import timezone

from bandeng.cases.machine import WORK, Level
from bandeng.cases.models import Case
from bandeng.people.models import Account, Post, Unit, UnitKind, UnitServes
from bandeng.people.roles import Role
from bandeng.territory.models import Place, PlaceKind

PASSWORD = "xiaobandeng"  # noqa: S105  printed at start; the server answers only this machine
_SURNAMES = list("赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎")
_GIVEN = list("明芳丽军勇敏静涛超娟霞平刚桂英玉兰建国秀珍志强淑华海燕春梅文斌雪晨阳欣雨佳")

# name, English, kind, what it is asked for
UNITS = [
    ("区城市管理局", "Urban Management Bureau", UnitKind.DEPARTMENT, "占道、乱搭建、广告、市容"),
    ("区住房建设局", "Housing Bureau", UnitKind.DEPARTMENT, "房屋、物业监管、老旧小区"),
    ("区市政养护中心", "Road Maintenance Centre", UnitKind.DEPARTMENT, "道路、井盖、路灯、排水"),
    ("区园林中心", "Parks Centre", UnitKind.DEPARTMENT, "树木、绿地、公园"),
    ("区环卫中心", "Cleansing Centre", UnitKind.DEPARTMENT, "垃圾、清扫、公厕"),
    ("区市场监管局", "Market Supervision Bureau", UnitKind.DEPARTMENT, "经营、油烟、价格、电梯"),
    ("区消防救援大队", "Fire Brigade", UnitKind.DEPARTMENT, "消防通道、消防设施"),
    ("区交警大队", "Traffic Police", UnitKind.DEPARTMENT, "停车、信号灯、标志"),
    ("板凳热力公司", "Bandeng Heating", UnitKind.UTILITY, "供暖"),
    ("板凳水务公司", "Bandeng Water", UnitKind.UTILITY, "供水、排水"),
    ("板凳供电所", "Bandeng Power", UnitKind.UTILITY, "供电、线路"),
    ("板凳燃气公司", "Bandeng Gas", UnitKind.UTILITY, "燃气"),
]
FIRMS = [
    ("和顺物业", "Heshun Property"), ("安居物业", "Anju Property"), ("青禾物业", "Qinghe Property"),
    ("邻里物业", "Linli Property"),
]


def featured() -> list[tuple[str, str, str]]:
    """Return (log-in, role, where) of the accounts worth looking at: one chain of places with work in hand."""
    held = Case.objects.filter(state__in=WORK, level=Level.GRID, grid__posts__role=Role.GRID_OFFICER)
    busy = held.values("grid").annotate(n=Count("pk")).order_by("-n", "grid").first()
    grid = Place.objects.select_related("parent").filter(pk=busy["grid"]).first() if busy else None
    chain = [grid, grid.parent, grid.parent.parent] if grid and grid.parent else []
    roles = (Role.GRID_OFFICER, Role.COMMUNITY_WORKER, Role.SUBDISTRICT_DISPATCHER)
    posts = [Post.objects.filter(role=role, place=place).first() for role, place in zip(roles, chain, strict=False)]
    names = ("unit3", "unit9", "firm1", "district", "supervisor", "auditor", "admin")
    posts += [Post.objects.filter(person__email=f"{name}@demo.bandeng").first() for name in names]
    return [
        (str(post.person.email).split("@")[0], str(post.get_role_display()), (post.place or post.unit).name)
        for post in posts if post
    ]


class Crew:
    """Makes accounts and posts; keeps who is who for the stories."""

    def __init__(self, rng: Random, since: date | None = None) -> None:
        self.rng = rng
        self._hash = make_password(PASSWORD)  # one hash for all: 130 separate ones would take a minute
        self.start = since or timezone.localdate() - timedelta(days=400)
        self._number = 0

    def unsaved(self, login: str) -> Account:
        """Return an account that is not written yet."""
        name = self.rng.choice(_SURNAMES) + "".join(self.rng.sample(_GIVEN, self.rng.choice((1, 2, 2))))
        return Account(email=f"{login}@demo.bandeng", name=name, password=self._hash, is_sample=True)

    def person(self, login: str) -> Account:
        account = self.unsaved(login)
        account.save(force_insert=True)
        return account

    def post(
        self, login: str, role: str, place: Place | None = None, unit: Unit | None = None
    ) -> Post:
        person = self.person(login)
        self._number += 1
        title = "师傅" if self.rng.random() < 0.5 else "姐"
        return Post.objects.create(
            person=person, role=role, place=place, unit=unit, starts_on=self.start,
            duty_phone=f"0000-555{self._number:04d}", called=f"{person.name[0]}{title}", shows_name=True,
        )


def staff(rng: Random, since: date | None = None) -> Crew:
    """Fill every post of the district: officers, workers, dispatchers, liaisons."""
    crew = Crew(rng, since)
    district = Place.objects.get(kind=PlaceKind.DISTRICT)
    for number, grid in enumerate(Place.objects.filter(kind=PlaceKind.GRID).order_by("code"), start=1):
        if number == 7:
            continue  # one grid has no officer at the moment: its community stands in
        crew.post(f"grid{number}", Role.GRID_OFFICER, grid)
    for number, community in enumerate(Place.objects.filter(kind=PlaceKind.COMMUNITY).order_by("code"), start=1):
        crew.post(f"community{number}", Role.COMMUNITY_WORKER, community)
        crew.post(f"head{number}", Role.COMMUNITY_HEAD, community)
    for number, sub in enumerate(Place.objects.filter(kind=PlaceKind.SUBDISTRICT).order_by("code"), start=1):
        crew.post(f"subdistrict{number}", Role.SUBDISTRICT_DISPATCHER, sub)
        crew.post(f"chief{number}", Role.SUBDISTRICT_HEAD, sub)
    crew.post("district", Role.DISTRICT_DISPATCHER, district)
    crew.post("supervisor", Role.DISTRICT_SUPERVISOR, district)
    crew.post("auditor", Role.AUDITOR, district)
    crew.post("admin", Role.SYSADMIN, district)
    _units(crew, district)
    return crew


def leaders(since: date) -> int:
    """Give every third compound a leader for its first building, every other one by name; return how many."""
    crew = Crew(Random(2399), since)  # noqa: S311  apart, so that the district's stories stay as they are
    crew._number = 5000
    made = 0
    for compound in Place.objects.filter(kind=PlaceKind.COMPOUND).order_by("pk")[::3]:
        home = Place.objects.filter(kind=PlaceKind.BUILDING, compound=compound).order_by("pk").first()
        if home:
            made += 1
            post = crew.post(f"leader{made}", Role.BUILDING_LEADER, home)
            post.shows_name = bool(made % 2)
            post.consent_on = since if post.shows_name else None
            post.save(update_fields=["shows_name", "consent_on"])
    return made


def _units(crew: Crew, district: Place) -> None:
    for number, (name, name_en, kind, does) in enumerate(UNITS, start=1):
        unit = Unit.objects.create(name=name, name_en=name_en, kind=kind, does=does, seat=district,
                                   duty_phone=f"0000-666{number:04d}")
        crew.post(f"unit{number}", Role.UNIT_LIAISON, unit=unit)
    compounds = list(Place.objects.filter(kind=PlaceKind.COMPOUND).order_by("pk"))
    for number, (name, name_en) in enumerate(FIRMS, start=1):
        firm = Unit.objects.create(name=name, name_en=name_en, kind=UnitKind.PROPERTY, does="小区物业",
                                   seat=district, duty_phone=f"0000-777{number:04d}")
        crew.post(f"firm{number}", Role.UNIT_LIAISON, unit=firm)
        for compound in compounds[number - 1 :: 5]:  # every fifth compound has no firm
            UnitServes.objects.create(unit=firm, compound=compound, starts_on=crew.start)
