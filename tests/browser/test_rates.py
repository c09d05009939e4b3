"""A rating that is left out of the rates, the appeal against it, and the pages of the rates."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from bandeng.cases import claims
from bandeng.cases.actions import ending, intake, work
from bandeng.cases.models import Category, RatingExclusion
from bandeng.foundation.access import Actor
from bandeng.insight import actions
from bandeng.people.queries import actor_of, open_posts
from bandeng.people.roles import Role
from tests.browser.conftest import PHONE
from tests.browser.people import building
from tests.browser.test_accessible import faults_here
from tests.browser.test_clocks import act, login_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def rated():
    """A case whose requester said that it is not solved, and the code to follow it."""
    spot = building()
    done = intake.report(
        Actor(), report_key=claims.new_report_key(), category=Category.objects.get(code="9004"), lon=spot.lon, lat=spot.lat,
        words="楼道灯不亮")
    officer = actor_of(open_posts().filter(role=Role.GRID_OFFICER, place_id=done.case.grid_id).first().person_id)
    work.take(officer, case=done.case.pk)
    work.complete(officer, case=done.case.pk, answer="换好了。")
    ending.answer(Actor(claims=frozenset({done.case.pk})), case=done.case.pk, solved=False, grade=1)
    done.case.refresh_from_db()
    return done


def test_a_rating_is_left_out_appealed_against_and_counts_again(visit):
    done = rated()
    case = done.case
    officer = visit(f"/desk/{case.number}/", login=login_of(Role.GRID_OFFICER, case.grid_id), size=PHONE)
    officer.locator("summary", has_text="申请评价不计入统计").click()
    officer.get_by_label("反映的人说点错了").check()
    act_in = officer.locator("details[open]")
    act_in.locator("[name=evidence]").fill("他打电话来说点错了")
    act_in.get_by_role("button", name="申请评价不计入统计").click()
    expect(officer.locator(".said")).to_contain_text("由区里督办员裁定")
    supervisor = visit("/desk/?view=asked", login="supervisor", bypass_csp=True)
    supervisor.get_by_role("link", name=re.compile(case.number)).click()
    act(supervisor, "同意剔除，评价不计入", {"reason": "电话记录对得上"})
    assert faults_here(supervisor, "excluded") == []
    requester = visit(f"/c/{case.number}/{done.code}/", size=PHONE, javascript=False)
    expect(requester.locator("#appeal")).to_contain_text("电话记录对得上")
    expect(requester.locator("main")).not_to_contain_text("他打电话来说点错了")
    requester.locator("#appeal textarea").fill("我没有打过电话")
    requester.get_by_role("button", name="不同意，申诉").click()
    expect(requester.locator("#appeal")).to_contain_text("申诉在裁定")
    dispatcher = visit(f"/desk/{case.number}/", login="district")
    act(dispatcher, "裁定：申诉成立", {"reason": "号码不是他的"})
    assert RatingExclusion.objects.get(case=case).state == "upheld"
    requester.reload()
    expect(requester.locator("#appeal")).to_contain_text("您的评价计入统计")


@pytest.mark.parametrize("size", [PHONE, {"width": 1440, "height": 900}], ids=["phone", "desk"])
def test_the_rates_fit_the_screen_and_every_number_opens_its_cases(visit, size):
    actions.rebuild()
    page = visit("/board/rates/", size=size, bypass_csp=True)
    for path in ("/board/rates/?by=group", "/board/formulas/"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        assert faults_here(page, path) == []
    desk = visit("/desk/rates/", login="supervisor", size=size, bypass_csp=True)
    assert desk.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert faults_here(desk, "rates at the desk") == []
    desk.locator("main table a").nth(1).click()
    expect(desk.locator("ol.rows, .empty").first).to_be_visible()
