"""The sheet of posts 岗位: who is officer, worker, leader or liaison where.

Accounts that are new get no password: whoever is to log in is invited. A building or stairwell leader is a
volunteer: the name is shown only with consent, the default is a relay through the page. Telephone numbers and
addresses of people are read, never written out again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bandeng.foundation.access import Actor, PostRef
from bandeng.foundation.clock.moment import today
from bandeng.foundation.journal.models import Entry
from bandeng.foundation.journal.writer import entry
from bandeng.foundation.sheets.kinds import Plan, Shaped, SheetKind, register
from bandeng.foundation.sheets.table import Column, Row, Table
from bandeng.people.models import Account, Post, Unit, login_name
from bandeng.people.queries import open_posts
from bandeng.people.roles import SEATS, Role
from bandeng.people.sheets.cells import Cells, words_of
from bandeng.people.sheets.units import loader
from bandeng.territory.models import Place
from bandeng.territory.sheets.finding import NotFound, PlaceFinder

COLUMNS = (
    Column("role", gettext_lazy("岗位"), True, choices=tuple(Role.labels), wide=16),
    Column("seat", gettext_lazy("在哪里"), True, wide=30, note=gettext_lazy(
        "地方的编码或名称；楼栋长写“小区/3号楼”，单元长写“小区/3号楼/1单元”，单位联络员写单位名称")),
    Column("name", gettext_lazy("姓名"), True, wide=12),
    Column("phone", gettext_lazy("手机"), note=gettext_lazy("手机、邮箱至少一个：凭它认人、登录。不会再导出来"), wide=16),
    Column("email", gettext_lazy("邮箱"), wide=24),
    Column("called", gettext_lazy("大家怎么叫"), note=gettext_lazy("如 张师傅；本人同意才公开"), wide=12),
    Column("shows_name", gettext_lazy("同意公开"), choices=("是", "否"), note=gettext_lazy(  # untranslated: as cells are read
        "本人同意公开称呼和值班电话才写“是”；不写就由网页转达"), wide=10),
    Column("duty_phone", gettext_lazy("值班电话"), note=gettext_lazy("岗位上的电话，换人不换号"), wide=16),
    Column("starts_on", gettext_lazy("任职起"), note=gettext_lazy("2026-01-01；空着就从今天起"), wide=12),
    Column("ends_on", gettext_lazy("任职止"), note=gettext_lazy("离任的填：从这一天起不再任职"), wide=12),
)
Seat = tuple[str, int]  # "place" or "unit", and its id


@dataclass
class Wanted:
    """One row: the post as it should be, and the account that holds it."""

    post: Post
    person: Account
    changes: list[str] = field(default_factory=list)

    @property
    def is_new(self) -> bool:
        return self.post.pk is None


class Reader(Cells):
    """Reads the rows of one table."""

    def __init__(self) -> None:
        super().__init__()
        self.places, self.roles = PlaceFinder(), words_of(Role.choices)
        self.units = {unit.name: unit for unit in Unit.objects.filter(ended_on__isnull=True)}
        self.accounts: dict[str, Account] = {}
        for account in Account.objects.all():
            for login in (account.email, account.phone):
                if login:
                    self.accounts[login] = account
        self.held: dict[tuple[str, Seat], list[Post]] = {}
        for post in open_posts().select_related("person"):
            self.held.setdefault((post.role, _seat_of(post)), []).append(post)
        self.seen: dict[Any, int] = {}

    def read(self, row: Row) -> Wanted | None:
        role = self.choice(row, "role", self.roles)
        seat = self._seat(row, role) if role else None
        if not self.text(row, "name", 40):
            self.wrong(row, "name", _("没有姓名。"))
        phone, email = self._logins(row)
        called, duty = self.text(row, "called", 20), self.text(row, "duty_phone", 30)
        shows = self.yes(row, "shows_name")
        starts, ends = self.day(row, "starts_on"), self.day(row, "ends_on")
        if starts and ends and ends < starts:
            self.wrong(row, "ends_on", _("任职止早于任职起。"))
        if self.is_wrong(row) or seat is None:
            return None
        person, post = self._who(row, role, seat, phone, email)
        if person is None or self._twice(row, role, seat, person) or self._taken(row, role, seat, person, ends):
            return None
        return self._want(row, role, seat, person, post, called, duty, shows, starts, ends)

    def _seat(self, row: Row, role: str) -> Place | Unit | None:
        if not row["seat"]:
            self.wrong(row, "seat", _("没有写在哪里。"))
            return None
        if SEATS[role] == "unit":
            if unit := self.units.get(row["seat"]):
                return unit
            self.wrong(row, "seat", _("没有叫“%(name)s”的单位。先导单位，再导岗位。") % {"name": row["seat"]})
            return None
        try:
            return self.places.find(row["seat"], (SEATS[role],))
        except NotFound as error:
            self.wrong(row, "seat", str(error))
            return None

    def _logins(self, row: Row) -> tuple[str, str]:
        phone, email = login_name(row["phone"]), login_name(row["email"])
        if phone and not phone.lstrip("+").replace("-", "").isdigit():
            self.wrong(row, "phone", _("“%(text)s”不像电话号码。") % {"text": row["phone"]})
        elif phone and len(phone) > 20:
            self.wrong(row, "phone", _("电话号码太长了。"))
        if email:
            try:
                validate_email(email)
            except ValidationError:
                self.wrong(row, "email", _("“%(text)s”不像邮箱地址。") % {"text": row["email"]})
        return phone, email

    def _who(self, row: Row, role: str, seat: Place | Unit, phone: str, email: str) -> tuple[Account | None, Post | None]:
        """Return the account of a row, new or known, and the post it holds here already."""
        by_phone, by_email = self.accounts.get(phone) if phone else None, self.accounts.get(email) if email else None
        if by_phone and by_email and by_phone is not by_email:
            self.wrong(row, "phone", _("手机和邮箱是两个不同的人的。"))
            return None, None
        person = by_phone or by_email
        here = self.held.get((role, _key(seat)), [])
        if person is None and not phone and not email:
            named = [post for post in here if post.person.name == row["name"]]
            if len(named) != 1:
                self.wrong(row, "phone", _("手机、邮箱至少写一个。"))
                return None, None
            return named[0].person, named[0]
        if person is None:
            person = Account(name=row["name"], phone=phone or None, email=email or None)
            for login in (phone, email):
                if login:
                    self.accounts[login] = person
        elif person.name != row["name"]:
            self.doubt(row, "name", _("这个手机或邮箱登记的是另一个姓名，姓名不改。"))
        return person, next((post for post in here if post.person_id and post.person_id == person.pk), None)

    def _twice(self, row: Row, role: str, seat: Place | Unit, person: Account) -> bool:
        if other := self.seen.get((role, _key(seat), id(person))):
            self.wrong(row, "name", _("和第 %(n)s 行重复。") % {"n": other})
            return True
        self.seen[role, _key(seat), id(person)] = row.number
        return False

    def _taken(self, row: Row, role: str, seat: Place | Unit, person: Account, ends: date | None) -> bool:
        """Whether a grid would get a second officer: one grid, one officer (一格一员)."""
        if role != Role.GRID_OFFICER or (ends and ends <= today()):
            return False
        others = [post for post in self.held.get((role, _key(seat)), []) if post.person_id != person.pk and post.ends_on is None]
        if others:
            self.wrong(row, "seat", _("这个网格已经有网格员。换人请在“岗位”页办交接，没办完的事会一起交过去。"))
            return True
        if other := self.seen.get(("officer", _key(seat))):
            self.wrong(row, "seat", _("一个网格一位网格员：第 %(n)s 行已经是这个网格的了。") % {"n": other})
            return True
        self.seen["officer", _key(seat)] = row.number
        return False

    def _want(self, row: Row, role: str, seat: Place | Unit, person: Account, post: Post | None, called: str, duty: str,
              shows: bool, starts: date | None, ends: date | None) -> Wanted:
        is_unit = isinstance(seat, Unit)
        made = post or Post(role=role, place=None if is_unit else seat, unit=seat if is_unit else None, starts_on=starts or today())
        values: dict[str, Any] = {"called": called, "duty_phone": duty, "starts_on": starts, "ends_on": ends}
        if row["shows_name"]:
            values["shows_name"] = shows
            if shows and not made.shows_name:
                values["consent_on"] = today()
        wanted = Wanted(made, person)
        for key, value in values.items():
            if value not in ("", None) and getattr(made, key) != value:
                setattr(made, key, value)
                wanted.changes.append(key)
        return wanted


def _key(seat: Place | Unit) -> Seat:
    return ("unit" if isinstance(seat, Unit) else "place"), seat.pk


def _seat_of(post: Post) -> Seat:
    return ("unit", post.unit_id) if post.unit_id else ("place", post.place_id or 0)


def plan(actor: Actor, table: Table) -> Plan:
    """Work out what loading a table of posts would do."""
    reader = Reader()
    # Who leaves is read first, so that the grid is free for who comes, whichever row stands above.
    rows = sorted(table.rows, key=lambda row: not row["ends_on"])
    wanted = [one for row in rows if (one := reader.read(row))]
    made = Plan(
        new=sum(one.is_new for one in wanted), changed=sum(bool(one.changes) and not one.is_new for one in wanted),
        problems=reader.problems,
    )
    made.same = len(wanted) - made.new - made.changed
    if fresh := len({id(one.person) for one in wanted if one.person.pk is None}):
        made.notes.append(_("有 %(n)s 位是新登记的，还没有密码；要登录的请发邀请。") % {"n": fresh})
    made.write = lambda post: write(actor, post, wanted)
    return made


def write(actor: Actor, post: PostRef | None, wanted: list[Wanted]) -> None:
    """Write what is wanted, in the caller's transaction: accounts, posts, journal."""
    fresh = list({id(one.person): one.person for one in wanted if one.person.pk is None}.values())
    for person in fresh:
        person.set_unusable_password()
    Account.objects.bulk_create(fresh, batch_size=500)
    made, changed = [one for one in wanted if one.is_new], [one for one in wanted if one.changes and not one.is_new]
    for one in made:
        one.post.person = one.person
    Post.objects.bulk_update([one.post for one in changed], ["called", "duty_phone", "shows_name", "consent_on", "starts_on", "ends_on"],
                             batch_size=300)
    Post.objects.bulk_create([one.post for one in made], batch_size=500)
    entries = [entry(actor, "account.create", person, post=post, fields=["name"]) for person in fresh]
    entries += [entry(actor, "post.assign", one.post, post=post, fields=["person", "role", "place", "unit"]) for one in made]
    entries += [entry(actor, "post.change", one.post, post=post, fields=one.changes) for one in changed]
    Entry.objects.bulk_create(entries, batch_size=500)


def export(actor: Actor) -> Iterator[Shaped]:
    """Yield every post of today as a row of the sheet, without anybody's telephone number or address."""
    rows = open_posts().select_related("person", "unit", "place__compound", "place__parent__compound")
    for post in sorted(rows, key=lambda row: (list(Role.values).index(row.role), row.pk)):
        yield Shaped({
            "role": str(Role(post.role).label), "seat": _path(post.place) if post.place else post.unit.name if post.unit else "",
            "name": post.person.name, "called": post.called, "shows_name": "是" if post.shows_name else "否",  # untranslated: as read
            "duty_phone": post.duty_phone, "starts_on": post.starts_on, "ends_on": post.ends_on or "",
        })


def _path(place: Place) -> str:
    if place.code:
        return place.code
    if place.kind == "stairwell" and place.parent:
        return f"{_path(place.parent)}/{place.name}"
    return f"{place.compound.name}/{place.name}" if place.compound else place.name


register(SheetKind(
    name="posts", title=gettext_lazy("岗位"), rank=3, columns=COLUMNS, grant=loader, plan=plan, export=export,
    hint=gettext_lazy("网格员、社区工作人员、楼栋长、单元长、单位联络员。"),
))
