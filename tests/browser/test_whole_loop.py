"""The whole loop as people walk it: refusal and arbiter, merging and taking apart, parts, done again, paper, rules, questions."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from bandeng.cases import claims, rules
from bandeng.cases.actions import ending, intake, orders, paper, work
from bandeng.cases.actions.intake import Reported
from bandeng.cases.models import Case, Category, Order, PaperSlip
from bandeng.foundation.access import Actor
from bandeng.people.models import Unit
from bandeng.people.queries import actor_of, open_posts
from bandeng.people.roles import Role
from tests.browser.conftest import PHONE
from tests.browser.people import building, unfold
from tests.browser.test_accessible import faults_here
from tests.browser.test_clocks import act, fill, login_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def reported(words: str = "楼道灯不亮", code: str = "9004") -> Reported:
    spot, kind = building(), Category.objects.get(code=code, in_use=True)
    return intake.report(
        Actor(), report_key=claims.new_report_key(), category=kind, lon=spot.lon, lat=spot.lat, words=words)


def follow(visit, done: Reported, **more) -> Page:
    """Open the page of whoever reported, as from the QR code of the receipt."""
    return visit(f"/c/{done.case.number}/{done.code}/", **more)


def staff(role: str, place_id: int) -> Actor:
    return actor_of(open_posts().filter(role=role, place_id=place_id).first().person_id)


def test_a_unit_refuses_the_arbiter_rules_and_the_unit_does_it(visit):
    done = reported("路灯坏了一排", "6005")
    case = done.case
    unit = Unit.objects.get(name__contains="市政养护")
    boss = staff(Role.SUBDISTRICT_DISPATCHER, case.subdistrict_id)
    order = orders.whistle(boss, case=case.pk, units=[unit.pk], leader=None, kind="daily", occasion="hard", reason="来看看")[0]
    liaison = visit(f"/desk/{case.number}/", login="unit3", size=PHONE, bypass_csp=True)
    act(liaison, "不归我们办", {"ground": "这一段没有移交"})
    expect(liaison.locator("main")).to_contain_text("单位有异议")
    assert faults_here(liaison, "objected") == []
    arbiter = visit("/desk/", login="district")
    arbiter.locator(f'a[href="/desk/{case.number}/"]').first.click()
    act(arbiter, "异议不成立", {"reason": "去年九月已移交"})
    liaison.reload()
    expect(liaison.locator("main")).not_to_contain_text("不归我们办")  # once, and it is decided
    liaison.get_by_role("button", name="报到：已到场").first.click()
    act(liaison, "办完了", {"result": "换了整流器"})
    liaison.locator("summary", has_text="评这次吹哨").first.click()
    liaison.locator("details[open]").get_by_text("5", exact=True).click()
    liaison.locator("details[open]").get_by_role("button", name="评这次吹哨").click()
    expect(liaison.locator(".said")).to_contain_text("评好了")
    order.refresh_from_db()
    assert (order.state, order.whistle_grade) == ("resolved_claimed", 5)


def test_two_reports_are_merged_and_one_is_taken_apart_by_its_requester(visit):
    first, second = reported("三号楼的灯"), reported("五号楼的灯")
    worker = visit(f"/desk/{second.case.number}/", login=login_of(Role.COMMUNITY_WORKER, second.case.community_id), bypass_csp=True)
    act(worker, "和另一件合并", {"into": first.case.number})
    worker.goto(f"/desk/{first.case.number}/")
    expect(worker.locator("main")).to_contain_text("五号楼的灯")  # its words are kept and read
    assert faults_here(worker, "merged") == []
    resident = follow(visit, second, size=PHONE, bypass_csp=True)
    expect(resident.locator("main")).to_contain_text(f"和 {first.case.number} 合在一起办")
    resident.locator("summary", has_text="不是一回事").click()
    resident.locator("details[open] [name=reason]").fill("我说的是五号楼")
    resident.locator("details[open]").get_by_role("button", name="单独办").click()
    expect(resident.locator(".said")).to_contain_text("单独接着办")
    assert faults_here(resident, "taken apart") == []
    assert Case.objects.get(pk=second.case.pk).state == "filed"


def test_one_report_with_two_matters_is_split_and_both_are_followed(visit):
    done = reported("楼道灯不亮，单元门也关不上")
    officer = visit(f"/desk/{done.case.number}/", login=login_of(Role.GRID_OFFICER, done.case.grid_id), size=PHONE, bypass_csp=True)
    unfold(officer.locator("#do-split"))
    officer.locator("#do-split > summary").click()
    officer.locator("#do-split [name=category]").select_option(label="物业 · 门禁、单元门")
    officer.locator("#do-split [name=words]").fill("单元门关不上")
    officer.locator("#do-split").get_by_role("button", name="分出一件").click()
    expect(officer.locator(".said")).to_contain_text("各办各的")
    part = Case.objects.get(parent=done.case)
    expect(officer.locator("section[aria-label='分出来的']")).to_contain_text(part.number)
    assert faults_here(officer, "split") == []
    officer.get_by_role("button", name="我来办", exact=True).first.click()
    fill(officer, "答复：办好了", {"answer": "灯换了"})
    expect(officer.locator("main")).to_contain_text("还在等分出来的")
    resident = follow(visit, done, size=PHONE)
    resident.get_by_role("link", name=re.compile(part.number)).click()
    expect(resident.locator("main")).to_contain_text("单元门关不上")


def test_what_was_closed_is_done_again_once_as_of_right(visit):
    done = reported()
    officer = staff(Role.GRID_OFFICER, done.case.grid_id)
    work.take(officer, case=done.case.pk)
    work.complete(officer, case=done.case.pk, answer="换了灯泡")
    ending.answer(Actor(claims=frozenset({done.case.pk})), case=done.case.pk, solved=True, grade=4)
    resident = follow(visit, done, size=PHONE, bypass_csp=True)
    resident.locator("summary", has_text="没办好，要求重办").click()
    resident.locator("details[open] [name=reason]").fill("晚上又灭了")
    resident.locator("details[open]").get_by_role("button", name="要求重办").click()
    expect(resident.locator(".said")).to_contain_text("已经退回重办")
    assert faults_here(resident, "reopened") == []
    desk = visit("/desk/?view=reopened", login=login_of(Role.GRID_OFFICER, done.case.grid_id), size=PHONE)
    expect(desk.locator("main")).to_contain_text(done.case.number)
    expect(resident.locator("main")).not_to_contain_text("没办好，要求重办")


def test_a_pile_of_paper_is_entered_by_keyboard_and_followed_from_the_stub(visit):
    spot = building()
    community = spot.parent.parent
    login = login_of(Role.COMMUNITY_WORKER, community.pk)
    pad = paper.print_pad(staff(Role.COMMUNITY_WORKER, community.pk), community=community, count=2)
    page = visit("/desk/paper/", login=login, bypass_csp=True)
    assert faults_here(page, "paper") == []
    page.get_by_label("小区、楼号或路口").fill(f"{spot.compound.name}{spot.name}")
    for (slip, _code), kind, words in zip(pad, ("楼道灯", "电梯"), ("灯不亮", "电梯抖"), strict=True):
        page.get_by_label("单子编号").fill(slip.number)
        page.get_by_label("是什么事").fill(kind)
        page.get_by_label("纸上写的话").fill(words)
        page.keyboard.press("Tab")
        page.get_by_role("button", name="存下，录下一张").press("Enter")
        expect(page.locator(".said")).to_contain_text("接着录下一张")
        expect(page.get_by_label("小区、楼号或路口")).to_have_value(f"{spot.compound.name}{spot.name}")
    assert PaperSlip.objects.filter(case__isnull=False).count() == 2
    resident = visit(f"/p/{pad[0][0].number}/{pad[0][1]}/", size=PHONE)
    expect(resident.locator("main")).to_contain_text("灯不亮")


def test_a_rule_is_written_tried_switched_on_and_explained_on_the_case(visit):
    reported("下水堵了", "6004")
    page = visit("/desk/rule/", login="district", bypass_csp=True)
    page.get_by_label("规则怎么念").fill("下水直接给市政养护")
    page.get_by_label("哪些类别（编码，用逗号隔开）").fill("6004")
    page.get_by_label("派给谁").select_option(label="指定的单位")
    page.get_by_label("哪个单位").select_option(label="区市政养护中心")
    page.get_by_label("不等人看，直接派给单位").check()
    page.get_by_role("button", name="写下来").click()
    expect(page.locator(".said")).to_contain_text("还没有打开")
    assert faults_here(page, "rule") == []
    page.get_by_role("button", name="拿过去的件试").click()
    expect(page.locator("main")).to_contain_text("这条规则会管到")
    page.get_by_role("button", name="可以，打开").click()
    expect(page.locator(".said")).to_contain_text("照它走")
    assert faults_here(page, "rules") == []
    rules.forget()
    done = reported("下水又堵了", "6004")
    assert Order.objects.get(case=done.case).unit.name == "区市政养护中心"
    resident = follow(visit, done, size=PHONE)
    expect(resident.locator("main")).to_contain_text("按派单规则“下水直接给市政养护”")


@pytest.mark.parametrize("javascript", [True, False])
def test_whoever_is_shut_in_is_sent_on_with_and_without_scripts(visit, javascript):
    spot = building()
    page = visit("/report/", size=PHONE, javascript=javascript)
    page.get_by_label("小区、楼号或路口").fill(f"{spot.compound.name}{spot.name}")
    forward = page.get_by_role("button", name="下一步")
    if javascript:
        forward.click()
    page.locator("summary.tile", has_text="物业").first.click()
    page.locator("label.tile", has_text="电梯").click()
    if javascript:
        page.get_by_text("有", exact=True).click()
        forward.click()
    page.get_by_label("说说怎么回事").fill("电梯停在三楼和四楼之间")
    if javascript:
        forward.click()
    page.locator("button", has_text="交上去").last.click()
    if not javascript:
        expect(page.locator("main")).to_contain_text("这一类还有几个小问题")
        page.get_by_text("有", exact=True).click()
        page.locator("button", has_text="交上去").last.click()
    expect(page.get_by_role("alert")).to_contain_text("再打 119")
    assert not Case.objects.filter(words__contains="三楼和四楼").exists()
