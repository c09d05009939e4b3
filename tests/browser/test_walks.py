"""People walk through the main paths."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from bandeng.people.models import Post, Unit
from bandeng.people.roles import Role
from bandeng.sample.people import PASSWORD
from tests.browser.conftest import PHONE
from tests.browser.people import building, case, do, fill_report, send

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def login_of(role: str, place) -> str:
    return Post.objects.get(role=role, place=place).person.email.split("@")[0]


def test_a_report_goes_all_the_way_to_its_rating(visit):
    spot = building("159999001001002")
    place = f"{spot.compound.name}{spot.name}"
    resident = visit("/report/", size=PHONE)
    fill_report(resident, place=place, code="6004", words="下水道返水，厨房没法用，打13812345678找我", phone="0000-1234",
                steps=True)
    number, code = send(resident)
    expect(resident.locator("main")).to_contain_text("遮住了")
    found = case(number)
    assert found.grid.code == "159999001001002"
    assert "13812345678" not in found.words

    officer = visit("/desk/", size=PHONE, login=login_of(Role.GRID_OFFICER, found.grid))
    officer.get_by_role("link", name=number).first.click()
    do(officer, "往上交", {"reason": "管道是市政的，网格里办不了"})

    community = visit(f"/desk/{number}/", login=login_of(Role.COMMUNITY_WORKER, found.community))
    do(community, "看联系方式", {"reason": "约上门看管道的时间"})
    expect(community.locator("#contact")).to_contain_text("0000-1234")
    units = Unit.objects.filter(name__in=["区市政养护中心", "板凳水务公司"])
    form = community.locator("details.verb", has_text="请街道吹哨")
    form.locator("summary").click()
    for unit in units:
        form.get_by_role("checkbox", name=unit.name).check()
    form.get_by_label("要他们做什么").fill("管道归两家，要一起到场")
    form.get_by_role("button", name="请街道吹哨").click()
    expect(community.locator(".said")).to_contain_text("已经请街道吹哨")

    whistler = visit("/desk/", login=login_of(Role.SUBDISTRICT_DISPATCHER, found.subdistrict))
    whistler.get_by_role("link", name=number).first.click()
    form = whistler.locator("details.verb", has=whistler.locator("summary", has_text="叫来要一起办的单位"))
    form.locator("summary").click()
    assert form.locator("input[name=units]:checked").count() == 2, "what the community asked for is chosen already"
    form.get_by_role("button", name="吹哨").click()
    expect(whistler.locator(".said")).to_contain_text("哨吹了")
    assert case(number).orders.count() == 2

    for order in case(number).orders.select_related("unit"):
        login = Post.objects.get(unit=order.unit).person.email.split("@")[0]
        liaison = visit("/desk/", login=login)
        liaison.get_by_role("link", name=number).first.click()
        do(liaison, "收到，我们办")
        do(liaison, "报到：已到场")
        do(liaison, "办完了", {"result": f"{order.unit.name}疏通了管道"})

    whistler.goto(f"/desk/{number}/")
    expect(whistler.locator(".next")).to_contain_text("结果到齐")
    form = whistler.locator("details.verb", has_text="答复：办好了")
    form.locator("summary").click()
    expect(form.get_by_label("做了什么")).to_have_value(f"{units[0].name}：{units[0].name}疏通了管道\n"
                                                     f"{units[1].name}：{units[1].name}疏通了管道")
    form.locator("button.button").click()
    expect(whistler.locator(".said")).to_contain_text("答复已经给了")

    elsewhere = visit("/follow/", size=PHONE)  # another telephone, with number and code from the receipt
    elsewhere.get_by_label("编号").fill(number.replace("-", " "))
    elsewhere.get_by_label("查询码").fill(code)
    elsewhere.get_by_role("button", name="看一看").click()
    expect(elsewhere.locator("main")).to_contain_text("约上门看管道的时间")
    elsewhere.get_by_role("radio", name="解决了", exact=True).check()
    elsewhere.get_by_role("radio", name="非常满意", exact=True).check()
    elsewhere.get_by_role("button", name="就这么说").click()
    expect(elsewhere.locator(".said")).to_contain_text("记下了")
    assert case(number).state == "rated"

    everybody = visit(f"/board/cases/{number}/")
    expect(everybody.locator("main")).to_contain_text("疏通了管道")
    expect(everybody.locator("main")).not_to_contain_text("厨房没法用")


def test_an_officer_handles_one_on_a_small_phone(visit):
    spot = building("159999001001002")
    resident = visit("/report/", size=PHONE)
    fill_report(resident, place=f"{spot.compound.name}{spot.name}", code="9001", words="三楼堆了纸箱", steps=True)
    number, _code = send(resident)
    officer = visit("/desk/", size=PHONE, login=login_of(Role.GRID_OFFICER, case(number).grid))
    assert officer.evaluate("document.documentElement.scrollWidth") <= 360
    officer.get_by_role("link", name=number).first.click()
    assert officer.evaluate("document.documentElement.scrollWidth") <= 360
    do(officer, "我来办")
    do(officer, "给反映的人回个话", {"words": "下午三点过去"})
    do(officer, "答复：办好了", {"answer": "和三楼一起清走了"})
    assert case(number).state == "callback"
    resident.goto(f"/follow/{number}/")
    expect(resident.locator("main")).to_contain_text("下午三点过去")
    expect(resident.locator("main")).to_contain_text("和三楼一起清走了")


def test_a_report_works_without_scripts(visit):
    spot = building()
    page = visit("/report/", size=PHONE, javascript=False)
    page.get_by_label("小区、楼号或路口").fill(f"{spot.compound.name}{spot.name}")
    page.locator("summary.tile", has_text="楼道消防").click()
    page.locator("label.tile", has_text="楼道堆东西").click()
    page.get_by_label("说说怎么回事").fill("门口堆了沙发")
    number, code = send(page)
    page.get_by_role("link", name="看进度").click()
    page.locator("summary", has_text="补充几句").click()
    page.get_by_label("想补充什么").fill("还有一张床垫")
    page.get_by_role("button", name="补充").click()
    expect(page.locator("main")).to_contain_text("还有一张床垫")
    page.locator("summary", has_text="撤回").click()
    page.get_by_role("button", name="撤回").click()
    assert case(number).state == "withdrawn"


def test_what_was_typed_survives_an_error(visit):
    page = visit("/report/", javascript=False)
    page.get_by_label("小区、楼号或路口").fill("没有这个小区xyz")
    page.get_by_label("说说怎么回事").fill("写了很久的话")
    page.locator("button", has_text="交上去").click()
    expect(page.get_by_label("说说怎么回事")).to_have_value("写了很久的话")
    expect(page.locator("main")).to_contain_text("没找到这个地方")
    expect(page.locator("main")).to_contain_text("请点一下是哪一类的事")


def test_danger_shows_the_numbers_first_and_is_then_taken(visit):
    spot = building()
    page = visit("/report/", javascript=False)
    page.get_by_label("小区、楼号或路口").fill(f"{spot.compound.name}{spot.name}")
    page.locator("summary.tile", has_text="道路设施").click()
    page.locator("label.tile", has_text="井盖坏了").click()
    page.get_by_label("说说怎么回事").fill("井盖没了，树枝插着")
    page.locator("button", has_text="交上去").last.click()
    expect(page.locator(".sos[role=alert]")).to_contain_text("119")
    expect(page.get_by_role("alert").nth(1)).to_contain_text("还有几个小问题")  # the first time that kind was shown
    page.get_by_label("没了").check()
    page.locator("button", has_text="交上去").last.click()
    expect(page.get_by_role("heading", name="收到了")).to_be_visible()


def test_touching_the_map_puts_the_pin_and_says_where(visit):
    page = visit("/report/")
    page.wait_for_selector("#reportmap[data-ready]", timeout=20000)
    box = page.locator("#reportmap canvas").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator("#reportmap-told")).to_contain_text("选好了", timeout=10000)
    assert page.locator("[name=lon]").input_value()


def test_my_grid_says_who_looks_after_a_place(visit):
    spot = building("159999001001002")
    page = visit("/grid/", size=PHONE)
    page.get_by_label("住在哪里").fill(spot.compound.name)
    page.get_by_role("button", name="找").click()
    expect(page.locator("main .card")).to_contain_text("社区")
    expect(page.locator("main .card a[href^='tel:']").first).to_be_visible()
    page.get_by_role("link", name="告诉网格员一件事").click()
    expect(page.get_by_label("小区、楼号或路口")).to_have_value(spot.compound.name)


def test_large_type_and_english_are_kept(visit):
    page = visit("/", size=PHONE)
    page.get_by_role("button", name="大字版").click()
    assert page.locator("html").get_attribute("data-large") == "1"
    page.goto("/follow/")
    button = page.get_by_role("button", name="看一看").bounding_box()
    assert button["height"] >= 60
    size = page.evaluate("parseFloat(getComputedStyle(document.querySelector('main p')).fontSize)")
    assert size >= 18
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("heading", level=1)).to_have_text("Follow a report")


def test_a_report_can_be_made_with_the_keyboard_alone(visit):
    spot = building()
    page = visit("/report/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.locator("#id_place").focus()
    page.keyboard.type(f"{spot.compound.name}{spot.name}")

    def tab_to(js: str) -> None:
        for _ in range(80):
            page.keyboard.press("Tab")
            if page.evaluate(f"(() => {{ const e = document.activeElement; return {js}; }})()"):
                return
        raise AssertionError(f"never reached: {js}")

    tab_to("e.tagName === 'SUMMARY' && e.innerText.includes('楼道消防')")
    page.keyboard.press("Enter")
    tab_to("e.name === 'category'")
    page.keyboard.press("Space")
    tab_to("e.name === 'words'")
    page.keyboard.type("楼道灯不亮")
    tab_to("e.tagName === 'BUTTON' && e.innerText.includes('交上去')")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="收到了")).to_be_visible()


DRAFTS = "Object.keys(sessionStorage).filter((key) => key.startsWith('draft:')).length + localStorage.length"


def test_a_draft_stays_in_this_tab_and_goes_with_one_touch(visit):
    page = visit("/report/")
    page.get_by_label("说说怎么回事").fill("写到一半")
    page.reload()
    expect(page.get_by_label("说说怎么回事")).to_have_value("写到一半")
    page.get_by_role("button", name="清空").click()
    assert page.evaluate(DRAFTS) == 0
    page.reload()
    expect(page.get_by_label("说说怎么回事")).to_have_value("")


def test_words_of_a_person_in_danger_are_never_kept(visit):
    page = visit("/report/")
    page.get_by_label("说说怎么回事").fill("隔壁")
    assert page.evaluate(DRAFTS) == 1
    page.get_by_label("说说怎么回事").fill("隔壁有人被打")
    assert page.evaluate(DRAFTS) == 0
    page.get_by_label("说说怎么回事").fill("隔壁漏水")
    page.goto("/emergency/")
    assert page.evaluate(DRAFTS) == 0


def test_what_was_written_outlives_the_log_in(visit):
    spot = building("159999001001002")
    resident = visit("/report/", size=PHONE)
    fill_report(resident, place=f"{spot.compound.name}{spot.name}", code="9001", words="三楼堆了纸箱", steps=True)
    number, _code = send(resident)
    login = login_of(Role.GRID_OFFICER, case(number).grid)
    officer = visit(f"/desk/{number}/", login=login)
    form = officer.locator("details.verb", has=officer.locator("summary", has_text="记一笔")).first
    form.locator("summary").click()
    form.locator("textarea").fill("和三楼说好周五搬")
    officer.context.clear_cookies(name="sessionid")
    form.locator("button.button").click()
    officer.wait_for_url("**/login/**")
    expect(officer.locator(".said")).to_contain_text("没有送出去")
    officer.fill("[name=username]", f"{login}@demo.bandeng")
    officer.fill("[name=password]", PASSWORD)
    officer.click("main button.main")
    officer.wait_for_url(f"**/desk/{number}/")
    expect(form.locator("textarea")).to_have_value("和三楼说好周五搬")
    form.locator("button.button").click()
    expect(officer.locator(".said")).to_contain_text("记下了")
    assert officer.evaluate(DRAFTS) == 0
    assert case(number).events.filter(action="note").count() == 1


def test_a_place_is_chosen_without_scripts(visit):
    spot = building()
    page = visit("/report/", size=PHONE, javascript=False)
    page.get_by_label("小区、楼号或路口").fill(spot.compound.name[:2])
    page.locator("summary.tile", has_text="楼道消防").click()
    page.locator("label.tile", has_text="楼道堆东西").click()
    page.get_by_label("说说怎么回事").fill("门口堆了沙发")
    page.locator("button", has_text="交上去").last.click()
    page.get_by_role("group", name="是这里吗").get_by_role("radio").first.check()
    number, _code = send(page)
    expect(page.locator("main")).to_contain_text("记在这里")
    assert case(number).grid


def test_a_chosen_place_moves_the_pin_and_the_map_takes_it_back(visit):
    page = visit("/report/")
    page.get_by_label("小区、楼号或路口").fill(building().compound.name[:2])
    page.locator("button", has_text="交上去").last.click()
    page.wait_for_selector("#reportmap[data-ready]", timeout=20000)
    radio = page.locator("input[name=choice]").first
    radio.check()
    assert [float(page.locator(f"[name={name}]").input_value()) for name in ("lon", "lat")] == [
        round(float(part), 6) for part in radio.input_value().split(",")
    ]
    box = page.locator("#reportmap canvas").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 3, box["y"] + box["height"] / 3)
    expect(radio).not_to_be_checked()
