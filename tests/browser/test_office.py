"""The district's office: sheets with mistakes in them, lines that are redrawn, and who sees what of it."""

from __future__ import annotations

import io
import re

import pytest
from playwright.sync_api import Page, expect
from python_calamine import CalamineWorkbook

from bandeng.cases import claims
from bandeng.cases.actions import intake
from bandeng.cases.models import Case, Category, Order
from bandeng.foundation.access import Actor
from bandeng.foundation.sheets import paper
from bandeng.foundation.sheets.kinds import KINDS
from bandeng.people.models import Post, Unit
from bandeng.people.queries import open_posts
from bandeng.people.roles import Role
from bandeng.territory.models import Place
from tests.browser.conftest import PHONE
from tests.browser.test_accessible import faults_here

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COMMUNITY = "159999001001"
# Ten mistakes in three sheets: what stands in the cell, and what should.
PLACES = [
    {"kind": "网络", "code": f"{COMMUNITY}901", "name": "专属网格一"}, {"kind": "网格", "code": f"{COMMUNITY}90", "name": "专属网格二"},
    {"kind": "小区", "name": "新建小区", "parent": "159999009009"},
    {"kind": "网格", "code": f"{COMMUNITY}903", "name": "专属网格三", "households": "约三百"},
]
UNITS = [
    {"name": "新来的物业", "kind": "物业公司", "seat": "没有的街道"}, {"name": "新来的热力", "kind": "暖气", "seat": "159999"},
    {"name": "新来的社会组织", "kind": "社会组织", "seat": "159999001", "serves": "没有的小区"},
]
POSTS = [
    {"role": "网格长", "seat": f"{COMMUNITY}901", "name": "孙某", "phone": "0000-4440001"},
    {"role": "网格员", "seat": f"{COMMUNITY}901", "name": "周某"},
    {"role": "社区工作人员", "seat": COMMUNITY, "name": "吴某", "email": "不是邮箱"},
]
MENDED = {
    "places": {("kind", "网络"): "网格", ("code", f"{COMMUNITY}90"): f"{COMMUNITY}902", ("parent", "159999009009"): COMMUNITY,
               ("households", "约三百"): "300"},
    "units": {("seat", "没有的街道"): "159999001", ("kind", "暖气"): "水电气热企业", ("serves", "没有的小区"): ""},
    "posts": {("role", "网格长"): "网格员", ("seat", f"{COMMUNITY}901"): f"{COMMUNITY}901", ("email", "不是邮箱"): "wu@example.org"},
}


def send(page: Page, kind: str, content: bytes) -> None:
    page.goto(f"/desk/sheets/{kind}/")
    page.get_by_label("文件", exact=True).set_input_files({"name": f"{kind}.xlsx", "mimeType": XLSX, "buffer": content})
    page.get_by_role("button", name="试一遍").click()


def mend(content: bytes, kind: str) -> bytes:
    """Correct the returned sheet, as the office does in Excel, and leave its column of problems in."""
    lines = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    titles = {f"{column.title}*" if column.needed else str(column.title): column.name for column in KINDS[kind].columns}
    names = [titles.get(head, head) for head in lines[0]]
    rows = [{name: MENDED[kind].get((name, value), value) for name, value in zip(names, line, strict=True)} for line in lines[1:]]
    for row in rows:
        if kind == "posts" and row["name"] == "周某":
            row["phone"], row["seat"] = "0000-4440002", f"{COMMUNITY}902"
    return paper.filled(KINDS[kind].columns, rows)


def test_an_office_loads_three_sheets_with_ten_mistakes_mends_them_and_loads_again(visit):
    office = visit("/desk/sheets/", login="admin")
    wrong = 0
    for kind, rows in (("places", PLACES), ("units", UNITS), ("posts", POSTS)):
        before = Place.objects.count(), Unit.objects.count(), Post.objects.count()
        send(office, kind, paper.filled(KINDS[kind].columns, rows))
        expect(office.locator("h1")).to_contain_text("行不对，先改好")
        expect(office.get_by_role("button", name="导入", exact=True)).to_have_count(0)
        wrong += office.locator("tbody .state.late").count()
        with office.expect_download() as coming:
            office.get_by_role("link", name="下载标了问题的表").click()
        returned = coming.value.path().read_bytes()
        assert (Place.objects.count(), Unit.objects.count(), Post.objects.count()) == before
        send(office, kind, mend(returned, kind))
        expect(office.locator("h1")).to_have_text("可以导入")
        office.get_by_role("button", name="导入", exact=True).click()
        expect(office.locator(".said")).to_contain_text(f"新增 {len(rows)} 行")
    assert wrong == 10
    assert Post.objects.get(person__name="孙某").place.code == f"{COMMUNITY}901"


def test_the_pages_of_sheets_and_places_are_accessible(visit):
    faults = []
    for size in (PHONE, None):
        page = visit("/desk/sheets/", login="admin", bypass_csp=True, **({"size": size} if size else {}))
        community = Place.objects.get(code=COMMUNITY)
        send(page, "places", paper.filled(KINDS["places"].columns, PLACES))
        faults += faults_here(page, "trial")
        for path in ("/desk/sheets/", "/desk/sheets/places/", "/desk/sheets/posts/", f"/desk/places/{community.pk}/", "/desk/places/check/",
                     f"/desk/places/{community.pk}/draw/"):
            page.goto(path)
            faults += faults_here(page, path)
        page.locator("summary", has_text="切开").click()
        faults += faults_here(page, "split")
    assert not faults, "\n".join(faults)


STREET = [(112.4783520, 41.8405650), (112.4839310, 41.8408250)]  # along the park, through the seventh grid
NORTH, SOUTH = (112.4811, 41.8420), (112.4811, 41.8395)


def report(spot: tuple[float, float]) -> Case:
    kind = Category.objects.get(code="6005")
    return intake.report(Actor(), report_key=claims.new_report_key(), category=kind, lon=spot[0], lat=spot[1], words="灯不亮").case


def test_a_grid_is_split_along_a_street_and_its_open_case_follows(visit):
    grid = Place.objects.get(code=f"{COMMUNITY}007")
    stays, goes = report(NORTH), report(SOUTH)
    assert stays.grid == goes.grid == grid
    office = visit(f"/desk/places/{grid.parent_id}/draw/", login="subdistrict1")
    office.wait_for_selector("#drawmap[data-drawing]", timeout=20000)
    office.locator("summary", has_text="切开").click()
    office.locator("details[open]").get_by_label("网格", exact=True).select_option(str(grid.pk))
    ends = office.evaluate(
        """points => { const box = document.getElementById("drawmap"), at = box.getBoundingClientRect();
        box.map.jumpTo({ center: [112.4811, 41.8407], zoom: 15.4 });
        return points.map((point) => { const p = box.map.project(point); return [at.x + p.x, at.y + p.y]; }); }""", STREET)
    for number, (x, y) in enumerate(ends, start=1):
        office.mouse.click(x, y)
        expect(office.locator("details[open] [data-drawn]")).to_contain_text(f"{number} 个点")
    expect(office.locator("details[open] [data-points]")).to_have_value(re.compile(r"\S+ \S+ \S+"))  # the street's bend is in it
    office.locator("details[open]").get_by_label("新网格的名字").fill("铁西社区第八网格")
    office.locator("details[open]").get_by_role("button", name="看看会怎样").first.click()
    expect(office.locator("h1")).to_have_text("会变成这样")
    expect(office.locator("main")).to_contain_text("件没办完的事会跟着换网格")
    office.get_by_role("button", name="就这样改").click()
    expect(office.locator(".said")).to_contain_text("改好了")
    for case in (stays, goes):
        case.refresh_from_db()
    assert {stays.grid.name, goes.grid.name} == {"铁西社区第7网格", "铁西社区第八网格"}
    moved = goes if goes.grid != grid else stays
    community = visit(f"/desk/{moved.number}/", login="community1")
    expect(community.locator("main")).to_contain_text("网格线重新划了：铁西社区第7网格 → 铁西社区第八网格")


def test_a_liaison_sees_only_what_is_theirs(visit):
    order = Order.objects.filter(case__closed_at__isnull=True).exclude(state="cancelled").select_related("unit", "case").first()
    other = Case.objects.filter(closed_at__isnull=True).exclude(orders__unit=order.unit).first()
    login = Post.objects.get(unit=order.unit, role=Role.UNIT_LIAISON).person.email.split("@")[0]
    liaison = visit("/desk/", login=login)
    expect(liaison.get_by_role("link", name="表格")).to_have_count(0)
    assert liaison.goto(f"/desk/{order.case.number}/").status == 200
    for path in (f"/desk/{other.number}/", "/desk/sheets/", f"/desk/places/{other.community_id}/draw/", "/desk/jobs/"):
        assert liaison.goto(path).status == 404, path


def test_an_officer_leaves_and_the_next_one_finds_the_inbox(visit):
    post = open_posts().get(role=Role.GRID_OFFICER, person__email="grid1@demo.bandeng")
    left = Case.objects.filter(grid=post.place, closed_at__isnull=True).first() or report((post.place.lon, post.place.lat))
    before = visit("/desk/", login="grid1", size=PHONE)
    expect(before.locator("main")).to_contain_text(left.number)
    community = visit(f"/desk/people/posts/{post.pk}/", login="community1")
    community.locator("summary", has_text="办交接").click()
    form = community.locator("details[open]")
    form.get_by_label("姓名").fill("常新")
    form.get_by_label("手机或邮箱").fill("0000-6660001")
    form.get_by_role("button", name="办交接").click()
    expect(community.locator("h1")).to_have_text("请常新扫一扫")
    expect(community.locator(".said")).to_contain_text("件一起过去了")
    link = "/join/" + community.locator("main .card code").inner_text().split("/join/")[1]
    officer = visit(link, size=PHONE)
    officer.get_by_label("想一个密码").fill("安静的小板凳有九号那么多")
    officer.get_by_label("再写一遍密码").fill("安静的小板凳有九号那么多")
    officer.get_by_role("button", name="接受").click()
    officer.get_by_role("link", name="以后再说").click()
    expect(officer.locator("h1")).to_have_text("收件箱")
    expect(officer.locator("main")).to_contain_text(left.number)
    before.goto("/desk/")
    expect(before.locator("main")).to_contain_text("您现在没有岗位")
    assert before.goto(f"/desk/{left.number}/").status == 404
