"""The life circle on a phone: from home to the nearest places, and a wrong entry reported."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from bandeng.directory.models import ServicePoint
from bandeng.lifecircle import circles
from tests.browser.conftest import DESK, PHONE
from tests.browser.people import building
from tests.browser.test_accessible import faults_here

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_resident_sees_what_is_near_and_reports_a_wrong_entry(visit, size):
    circles.forget()
    home = building().compound
    page = visit("/circle/", size=size, bypass_csp=True)
    assert faults_here(page, "life circles") == []
    page.get_by_label("住在哪里").fill(home.name)
    page.get_by_role("button", name="看看身边").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(home.name)
    expect(page.locator("main")).to_contain_text("样够得着")
    young = page.locator("ol.rows li").count()
    page.get_by_role("link", name="老人走").click()
    expect(page.locator("main")).to_contain_text("每分钟 54 米")
    assert page.locator("ol.rows li").count() <= young
    page.locator("summary", has_text="一样一样看").click()
    expect(page.get_by_role("columnheader", name="标准")).to_be_visible()
    assert faults_here(page, "life circle") == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    page.locator("ol.rows a").first.click()
    shown = ServicePoint.objects.get(pk=int(page.url.rstrip("/").rpartition("/")[2]))
    page.get_by_role("link", name="这里写得不对，说一声").click()
    expect(page.get_by_label("小区、楼号或路口")).to_have_value(shown.name)
