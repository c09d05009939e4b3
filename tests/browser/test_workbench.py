"""The workbench at speed: by keyboard, several lines at once, words at hand, under the thumb, on paper; and without scripts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from bandeng.cases.actions import workbench
from bandeng.cases.models import Case, Event, Phrase, SavedView
from bandeng.people.models import Account, Post
from bandeng.people.queries import actor_of
from bandeng.people.roles import Role
from tests.browser.conftest import DESK, PHONE
from tests.browser.test_accessible import faults_here
from tests.browser.test_office import report

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SPOT = (112.4811, 41.8420)


@pytest.fixture
def mine(district) -> tuple[str, list[Case]]:
    """Three new cases in one grid; the log-in of its community's worker, and the cases."""
    cases = [report(SPOT) for _ in range(3)]
    post = Post.objects.filter(role=Role.COMMUNITY_WORKER, place=cases[0].community_id).order_by("pk").first()
    return post.person.email.partition("@")[0], cases


def marked(page: Page) -> str:
    return page.evaluate("document.activeElement.getAttribute('href') ?? ''")


def test_a_desk_is_worked_by_keyboard(visit, mine):
    login, _cases = mine
    page = visit("/desk/?view=all", login=login)
    hrefs = [link.get_attribute("href") for link in page.locator("a.line").all()]
    page.keyboard.press("j")
    assert marked(page) == hrefs[0]
    page.keyboard.press("j")
    page.keyboard.press("ArrowDown")
    assert marked(page) == hrefs[2]
    page.keyboard.press("k")
    assert marked(page) == hrefs[1]
    expect(page.locator("li.marked")).to_have_count(1)
    page.keyboard.press("x")
    expect(page.locator("input[name=pick]").nth(1)).to_be_checked()
    expect(page.get_by_text("勾了 1 件")).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{hrefs[1]}")
    page.keyboard.press("n")
    page.wait_for_url(f"**{hrefs[2]}")
    page.get_by_role("link", name="上一件").click()
    page.wait_for_url(f"**{hrefs[1]}")
    page.keyboard.press("u")
    page.wait_for_url("**/desk/?view=all")
    page.keyboard.press("/")
    expect(page.get_by_label("编号", exact=True)).to_be_focused()
    page.keyboard.type("jxk?")  # while somebody writes, keys are letters
    expect(page.get_by_label("编号", exact=True)).to_have_value("jxk?")
    expect(page.locator("li.marked")).to_have_count(0)


def test_single_keys_are_told_and_can_be_switched_off(visit, mine):
    login, _cases = mine
    page = visit("/desk/?view=all", login=login)
    page.keyboard.press("?")
    expect(page.get_by_text("下一行、上一行")).to_be_visible()
    with page.expect_navigation():
        page.get_by_role("button", name="关掉单个字母的快捷键").click()
    page.keyboard.press("j")
    expect(page.locator("li.marked")).to_have_count(0)
    page.locator("summary", has_text="键盘").click()
    with page.expect_navigation():
        page.get_by_role("button", name="打开单个字母的快捷键").click()
    page.keyboard.press("j")
    expect(page.locator("li.marked")).to_have_count(1)


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no scripts"])
def test_several_cases_get_a_note_at_once(visit, mine, javascript):
    login, cases = mine
    page = visit("/desk/?view=all", login=login, javascript=javascript)
    for case in cases[:2]:
        page.get_by_label(f"选 {case.number}").check()
    if not javascript:
        page.locator("summary", has_text="一起办几件").click()
    page.get_by_role("button", name="记一笔").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("记一笔：2 件")
    page.get_by_label("写给一起办的人").fill("周五一起看")
    page.get_by_role("button", name="记一笔").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("记一笔：办了 2 件")
    expect(page.locator(".outcomes li")).to_have_count(2)
    assert Event.objects.filter(action="note", text="周五一起看").count() == 2
    page.get_by_role("link", name="回到那一列").click()
    expect(page).to_have_url(re.compile(r"/desk/\?view=all$"))


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_list_is_narrowed_kept_and_opened_again(visit, mine, size):
    login, cases = mine
    page = visit("/desk/?view=all", login=login, size=size)
    page.locator("summary", has_text="筛选").click()
    page.get_by_label("类别").select_option(label=f"{cases[0].category.group}，整类")
    page.get_by_label("红单、蓝单").select_option(label="蓝单")
    page.get_by_role("button", name="按这样列出来").click()
    expect(page.get_by_text("现在只看")).to_be_visible()
    assert page.locator("a.line").count() >= 3
    page.get_by_role("link", name="红单、蓝单：蓝单").click()
    expect(page).to_have_url(re.compile(r"view=all&category=[^&]+$"))
    page.locator("summary", has_text="存下这一列").click()
    page.get_by_label("叫什么").fill("这一类")
    page.get_by_role("button", name="存下").click()
    expect(page.locator(".said")).to_contain_text("只有您看得到")
    page.goto("/desk/")
    page.get_by_role("link", name="这一类").click()
    expect(page.get_by_text("现在只看")).to_be_visible()
    assert SavedView.objects.count() == 1


def keep_a_phrase(case: Case) -> Phrase:
    """The case's community keeps a phrase for telling the requester something."""
    person = Account.objects.get(posts__role=Role.COMMUNITY_WORKER, posts__place=case.community_id)
    given = {"verb": "tell", "group": "", "title": "明天来", "text": "明天上午来看。"}
    return workbench.add_phrase(actor_of(person.pk), place=case.community_id, unit=None, **given)


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no scripts"])
def test_a_phrase_is_put_behind_what_is_written(visit, mine, javascript):
    login, cases = mine
    keep_a_phrase(cases[0])
    page = visit(f"/desk/{cases[0].number}/", login=login, javascript=javascript)
    page.locator("summary", has_text="给反映的人回个话").click()
    form = page.locator("#do-tell")
    form.get_by_label("写给反映的人").fill("收到了。")
    form.get_by_role("button", name="写进去").click()
    expect(page.locator("#do-tell").get_by_label("写给反映的人")).to_have_value("收到了。\n明天上午来看。")
    assert not Event.objects.filter(case=cases[0], action="tell").exists()
    page.locator("#do-tell").get_by_role("button", name="给反映的人回个话").click()
    expect(page.locator(".said")).to_contain_text("写上了")
    assert Event.objects.get(case=cases[0], action="tell").text == "收到了。\n明天上午来看。"


def test_the_main_act_lies_under_the_thumb(visit, mine):
    login, cases = mine
    page = visit(f"/desk/{cases[0].number}/", login=login, size=PHONE)
    bar = page.locator(".thumb").get_by_role("button", name="我来办")
    expect(bar).to_be_in_viewport()
    bar.click()
    expect(page.locator(".said")).to_contain_text("接手了")
    link = page.locator(".thumb a")
    expect(link).to_be_in_viewport()
    link.click()
    expect(page.locator("#do-complete")).to_have_attribute("open", "")
    expect(page.get_by_label("做了什么，现在是什么样")).to_be_focused()


def test_what_lies_near_the_phone_is_asked_once_and_coarsely(visit, mine):
    login, cases = mine
    page = visit("/desk/", login=login, size=PHONE)
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"longitude": SPOT[0] + 0.00012, "latitude": SPOT[1] - 0.00017})
    page.goto("/desk/?view=near")
    page.get_by_role("button", name="我站的地方").click()
    page.wait_for_url("**near=112.481*")
    expect(page.locator("a.line", has_text=cases[0].number)).to_be_visible()
    assert re.search(r"near=112\.481(,|%2C)41\.842$", page.url)


@pytest.mark.parametrize(("size", "large"), [(PHONE, ""), (DESK, ""), (PHONE, "2")], ids=["phone", "desk", "large"])
def test_the_pages_of_the_workbench_are_accessible(visit, mine, size, large):
    login, cases = mine
    keep_a_phrase(cases[0])
    page = visit("/desk/?view=all&category=物业&since=2020-01-01&by=state&slip=green", login=login, size=size, bypass_csp=True)
    if large:
        page.context.add_cookies([{"name": "large", "value": large, "url": page.url}])
        page.reload()
    faults = []
    for summary in page.locator(".tools summary, .keys summary").all():
        summary.click()
    faults += faults_here(page, "narrowed")
    for path in ("/desk/?view=all", "/desk/?view=near&place=小区", f"/desk/?view=near&near={SPOT[0]},{SPOT[1]}", "/desk/phrases/",
                 "/desk/views/", f"/desk/sheet/?pick={cases[0].number}"):
        page.goto(path)
        faults += faults_here(page, path)
    page.goto(f"/desk/{cases[0].number}/")
    page.locator("summary", has_text="给反映的人回个话").click()
    faults += faults_here(page, "case")
    page.goto("/desk/?view=all")
    page.locator("summary", has_text="一起办几件").click()
    page.get_by_label(f"选 {cases[0].number}").check()
    faults += faults_here(page, "ticked")
    page.get_by_role("button", name="派给一个单位").click()
    faults += faults_here(page, "asked")
    page.go_back()
    if not page.locator(".bulk[open]").count():
        page.locator("summary", has_text="一起办几件").click()
    page.get_by_role("button", name="我来办").click()
    faults += faults_here(page, "done")
    assert not faults, "\n".join(faults)


def test_on_paper_stand_lines_and_no_buttons(visit, mine):
    login, cases = mine
    page = visit("/desk/?view=all", login=login)
    page.emulate_media(media="print")
    expect(page.locator("a.line").first).to_be_visible()
    for gone in (".tabs", ".tools", "[role=search]", ".map", ".pick >> nth=0"):
        expect(page.locator(gone)).to_be_hidden()
    page.goto(f"/desk/sheet/?pick={cases[0].number}&pick={cases[1].number}")
    expect(page.locator(".paper-sheet")).to_have_count(2)
    pdf = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 2
