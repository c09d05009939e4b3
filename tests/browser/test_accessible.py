"""axe finds nothing, and nothing is wider than the screen."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from bandeng.cases.models import Case
from bandeng.directory.models import ServicePoint
from bandeng.people.models import Account
from tests.browser.conftest import DESK, PHONE
from tests.browser.people import (
    add_app,
    building,
    fill_report,
    give_code,
    give_password,
    invite,
    send,
    wrong_code,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"

PUBLIC = ["/", "/grid/", "/grid/?q=小区", "/report/", "/emergency/", "/follow/", "/board/", "/board/?number=1", "/board/map/",
          "/board/deferred/",
          "/board/journal/", "/rights/", "/more/", "/places/", "/places/?near=小区&open=1", "/login/",
          "/login/forgotten/", "/login/new/", "/style/", "/nowhere/"]


def violations(page) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [f"{v['id']}: {v['help']} — {n['html'][:160]}" for v in found for n in v["nodes"]]


def faults_here(page, what: str) -> list[str]:
    """Return everything that axe or the ruler finds on the page as it stands."""
    if page.locator("[data-map]").count():
        page.wait_for_selector("[data-map][data-ready]", timeout=20000)
    width = page.viewport_size["width"]
    faults = [f"{what} {width}: {fault}" for fault in violations(page)]
    wide = page.evaluate("document.documentElement.scrollWidth")
    return [*faults, f"{what} {width}: {wide} px wide"] if wide > width else faults


def look(page, paths: list[str]) -> None:
    """Open each page; fail with everything that axe or the ruler finds."""
    faults = []
    for path in paths:
        page.goto(path)
        faults += faults_here(page, path)
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_public_pages(visit, size):
    page = visit("/", size=size, bypass_csp=True)
    shown = Case.objects.exclude(state__in=["not_filed", "redirected", "withdrawn", "merged"]).first()
    point, house = ServicePoint.objects.exclude(hours="").first(), building()
    look(page, [*PUBLIC, f"/board/cases/{shown.number}/", f"/places/{point.pk}/", f"/neighbours/{house.pk}/"])


def test_public_pages_in_large_type(visit):
    page = visit("/", size=PHONE, bypass_csp=True)
    page.context.add_cookies([{"name": "large", "value": "2", "url": page.url}])
    look(page, PUBLIC)


def test_public_pages_in_the_dark(visit):
    page = visit("/", size=PHONE, bypass_csp=True)
    page.emulate_media(color_scheme="dark")
    look(page, PUBLIC)


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_workbench_pages(visit, size):
    page = visit("/desk/", size=size, login="supervisor", bypass_csp=True)
    paths = ["/desk/", "/desk/?number=1", "/desk/?view=all", "/desk/?view=ended", "/desk/report/", "/desk/notices/"]
    numbers = Case.objects.order_by("state", "pk").distinct().values_list("number", flat=True)[:6]
    look(page, [*paths, *[f"/desk/{number}/" for number in numbers]])


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_pages_between(visit, size):
    """What is seen only on the way: places to choose from, a stop for danger, the receipt, a step too late."""
    steps = size == PHONE
    spot = building()
    page = visit("/report/", size=size, bypass_csp=True)
    fill_report(page, place=spot.compound.name[:2], code="9001", words="三楼有人要跳楼", steps=steps)
    page.locator("button", has_text="交上去").last.click()
    expect(page.get_by_role("alert")).to_contain_text("这里不收这样的事")
    faults = faults_here(page, "danger")
    page.get_by_role("link", name="去改写的话").click()
    expect(page.get_by_label("说说怎么回事")).to_be_focused()
    page.goto("/report/")
    fill_report(page, place=spot.compound.name[:2], code="9001", words="三楼堆了纸箱", steps=steps)
    page.locator("button", has_text="交上去").last.click()
    expect(page.get_by_text("是这里吗")).to_be_visible()
    faults += faults_here(page, "choice")
    page.locator("input[name=choice]").first.check()
    for _ in range(3 * steps):
        page.get_by_role("button", name="下一步").click()
    number, _code = send(page)
    faults += faults_here(page, "receipt")
    page.reload()
    expect(page.locator("main")).to_contain_text("查询码只显示一次")
    faults += faults_here(page, "receipt again")
    page.goto(f"/follow/{number}/")
    faults += faults_here(page, "follow")
    page.locator("summary", has_text="补充几句").click()
    page.get_by_label("想补充什么").fill("还有两箱")
    Case.objects.filter(number=number).update(state="closed", closed_at=timezone.now())
    page.locator("summary", has_text="撤回").click()
    page.get_by_label("为什么").fill("已经搬走了")
    page.get_by_role("button", name="撤回", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_role("region", name="您刚才写的").get_by_label("为什么")).to_have_value("已经搬走了")
    faults += faults_here(page, "too late")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_pages_of_ones_own_log_in(visit, size):
    """Security without and with factors, setting up, codes, confirming, the second step, the lock."""
    page = visit("/desk/security/", size=size, login="community1", bypass_csp=True, at="localhost")
    look(page, ["/desk/security/", "/desk/security/add/", "/desk/security/confirm/", "/desk/security/password/",
                "/desk/security/codes/"])
    secret = add_app(page)
    faults = faults_here(page, "codes")
    page.goto("/desk/security/")
    for summary in page.locator("main details summary").all():
        summary.click()
    faults += faults_here(page, "security")
    page.get_by_role("button", name="退出登录").click()
    give_password(page, "community1")
    faults += faults_here(page, "second")
    for _ in range(5):
        give_code(page, wrong_code(secret))
    faults += faults_here(page, "locked")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_pages_of_people_and_of_accepting(visit, size):
    page = visit("/desk/people/", size=size, login="community1", bypass_csp=True)
    look(page, ["/desk/people/", "/desk/people/?q=x", "/desk/people/invite/", "/desk/people/invite/?role=grid_officer"])
    joining = invite(page, name="王明", phone="138 0000 0001")
    faults = faults_here(page, "invited")
    page.goto("/desk/people/")
    faults += faults_here(page, "people")
    page.locator("ul.rows a.line").first.click()
    for summary in page.locator("main details summary").all():
        summary.click()
    faults += faults_here(page, "post")
    page.goto(f"/desk/people/{Account.objects.get(email='grid1@demo.bandeng').pk}/")
    for summary in page.locator("main details summary").all():
        summary.click()
    faults += faults_here(page, "person")
    page.locator("details", has_text="设新密码的链接").get_by_label("原因").fill("密码忘了，本人来的")
    page.get_by_role("button", name="开链接").click()
    faults += faults_here(page, "link to a new password")
    link = page.locator("main .card code").inner_text().split("/login/new/")[1]
    new = visit(f"/login/new/{link}", size=size, bypass_csp=True)
    faults += faults_here(new, "new password")
    look(page, ["/desk/people/vacant/", "/desk/people/units/", f"/neighbours/{building().pk}/"])
    guest = visit(joining, size=size, bypass_csp=True)
    faults += faults_here(guest, "join")
    guest.get_by_role("button", name="接受").click()
    guest.goto("/join/nothing/")
    faults += faults_here(guest, "gone")
    assert not faults, "\n".join(faults)


def test_pages_of_ones_own_log_in_in_large_type(visit):
    page = visit("/desk/security/", size=PHONE, login="community1", bypass_csp=True)
    page.context.add_cookies([{"name": "large", "value": "2", "url": page.url}])
    look(page, ["/desk/security/", "/desk/security/add/", "/desk/security/add/app/", "/desk/security/confirm/", "/desk/people/",
                "/desk/people/invite/", "/desk/people/invite/?role=grid_officer"])
