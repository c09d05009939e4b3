"""More time, and time that stands still: asked for on a phone, granted at a desk, read by everybody."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from bandeng.cases import claims
from bandeng.cases.actions import intake
from bandeng.cases.models import Case, Category
from bandeng.foundation.access import Actor
from bandeng.foundation.clock.moment import today
from bandeng.people.queries import open_posts
from bandeng.people.roles import Role
from tests.browser.conftest import PHONE
from tests.browser.people import building, unfold
from tests.browser.test_accessible import faults_here

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def new_case() -> Case:
    spot = building()
    kind = Category.objects.get(code="9004")
    return intake.report(
        Actor(), report_key=claims.new_report_key(), category=kind, lon=spot.lon, lat=spot.lat, words="楼道灯不亮").case


def login_of(role: str, place_id: int) -> str:
    return open_posts().filter(role=role, place_id=place_id).first().person.email.split("@")[0]


def act(page: Page, label: str, fields: dict[str, str]) -> None:
    """Do a verb; the page says what happened."""
    fill(page, label, fields)
    expect(page.locator(".said")).to_be_visible()


def fill(page: Page, label: str, fields: dict[str, str]) -> None:
    """Open a verb, fill it in and send it."""
    verb = page.locator("details.verb", has=page.locator("summary", has_text=label)).first
    unfold(verb)
    verb.locator(":scope > summary").click()
    form = page.locator("details.verb[open]")
    for name, value in fields.items():
        form.locator(f"[name={name}]").fill(value)
    form.get_by_role("button", name=label, exact=True).click()


def test_an_extension_is_asked_for_granted_and_read_by_the_requester(visit):
    case = new_case()
    officer = visit(f"/desk/{case.number}/", login=login_of(Role.GRID_OFFICER, case.grid_id), size=PHONE)
    act(officer, "申请延期", {"days": "3", "reason": "灯座要订货"})
    expect(officer.locator("main")).to_contain_text("申请再延 3 天，等答复")
    community = visit(f"/desk/{case.number}/", login=login_of(Role.COMMUNITY_WORKER, case.community_id), bypass_csp=True)
    act(community, "同意延期", {"reason": "灯座订好了，三天后装"})
    expect(community.locator("main")).to_contain_text("延过一次")
    assert faults_here(community, "extended") == []
    board = visit(f"/board/cases/{case.number}/")
    expect(board.locator("main")).to_contain_text("办结时限延了 3 天")
    expect(board.locator("main")).not_to_contain_text("灯座要订货")


def test_a_matter_is_deferred_stands_on_the_public_list_and_goes_on(visit):
    case = new_case()
    officer = visit(f"/desk/{case.number}/", login=login_of(Role.GRID_OFFICER, case.grid_id), size=PHONE, bypass_csp=True)
    fill(officer, "申请挂账", {
        "ground": "整栋楼要换线", "plan": "开春统一换", "review_on": (today() + timedelta(days=200)).isoformat()})
    # too late a day: it says so, and what was typed is still there
    expect(officer.locator("details.verb[open] .has-error")).to_contain_text("90 天以内")
    officer.locator("details.verb[open] [name=review_on]").fill((today() + timedelta(days=60)).isoformat())
    officer.locator("details.verb[open]").get_by_role("button", name="申请挂账").click()
    expect(officer.locator(".said")).to_contain_text("等区里督办员答复")
    assert faults_here(officer, "asked to defer") == []
    supervisor = visit(f"/desk/{case.number}/", login="supervisor")
    act(supervisor, "同意挂账", {"reason": "属实"})
    anybody = visit("/board/deferred/", size=PHONE, bypass_csp=True)
    expect(anybody.locator("main")).to_contain_text("整栋楼要换线")
    expect(anybody.locator("main")).to_contain_text("开春统一换")
    assert faults_here(anybody, "deferred") == []
    officer.reload()
    expect(officer.locator("main")).to_contain_text("停着，不算时间")
    act(officer, "接着办，时限接着走", {"reason": "提前来换线了"})
    anybody.reload()
    expect(anybody.locator("main")).not_to_contain_text("整栋楼要换线")
