"""Second factors and invitations in a browser: with an app, with a passkey, without scripts."""

from __future__ import annotations

from collections.abc import Callable

import pyotp
import pytest
from playwright.sync_api import Page, expect

from bandeng.people.models import Account, Factor, FactorKind, Post
from tests.browser.conftest import PHONE
from tests.browser.people import add_app, give_code, give_password, invite, wrong_code

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LOGIN = "community1"


def authenticator(page: Page, *, verified: bool = True) -> Callable[[str], None]:
    """Give the browser a made authenticator; returns how to send it further orders."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": verified, "automaticPresenceSimulation": True,
    }})

    def order(name: str, **values: object) -> None:
        session.send(f"WebAuthn.{name}", {"authenticatorId": made["authenticatorId"], **values})

    return order


def log_out(page: Page) -> None:
    page.goto("/desk/security/")
    page.get_by_role("button", name="退出登录").click()


def add_passkey(page: Page) -> None:
    page.goto("/desk/security/add/")
    page.get_by_role("button", name="在这台设备上设置").click()
    page.wait_for_url("**/desk/security/codes/")


def test_a_passkey_is_set_up_and_logs_in_beside_the_password_and_alone(visit):
    page = visit("/desk/", login=LOGIN, at="localhost", size=PHONE)
    authenticator(page)
    add_passkey(page)
    expect(page.locator(".codes li")).to_have_count(10)
    page.get_by_role("link", name="收好了，继续").click()
    expect(page.locator("main")).to_contain_text("通行密钥")
    assert Factor.objects.get().kind == FactorKind.PASSKEY

    log_out(page)
    give_password(page, LOGIN)
    page.wait_for_url("**/login/second/")
    page.get_by_role("button", name="用通行密钥").click()
    page.wait_for_url("**/desk/")

    log_out(page)
    page.goto("/login/?next=/desk/notices/")
    page.get_by_role("button", name="用通行密钥登录").click()
    page.wait_for_url("**/desk/notices/")


def test_a_person_whom_the_device_does_not_know_gets_in_by_a_recovery_code_only(visit):
    page = visit("/desk/", login=LOGIN, at="localhost")
    order = authenticator(page)
    add_passkey(page)
    code = page.locator(".codes code").first.inner_text()
    log_out(page)
    order("setUserVerified", isUserVerified=False)
    page.goto("/login/")
    page.get_by_role("button", name="用通行密钥登录").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert "/desk/" not in page.url
    give_password(page, LOGIN)
    page.get_by_label("备用码").fill(code)
    page.get_by_role("button", name="用备用码登录").click()
    page.wait_for_url("**/desk/")


def test_the_same_device_is_not_registered_twice(visit):
    page = visit("/desk/", login=LOGIN, at="localhost")
    authenticator(page)
    add_passkey(page)
    page.goto("/desk/security/add/")
    page.get_by_role("button", name="在这台设备上设置").click()
    expect(page.get_by_role("alert")).to_contain_text("已经有这个账号的通行密钥")
    assert Factor.objects.count() == 1


@pytest.mark.parametrize("javascript", [True, False])
def test_an_app_is_set_up_and_asked_for_with_and_without_scripts(visit, javascript):
    page = visit("/desk/", login=LOGIN, javascript=javascript, size=PHONE, at="localhost")
    secret = add_app(page)
    codes = page.locator(".codes code").all_inner_texts()
    log_out(page)
    give_password(page, LOGIN)
    page.wait_for_url("**/login/second/")
    give_code(page, wrong_code(secret))
    expect(page.locator("main")).to_contain_text("这个码不对")
    give_code(page, codes[0])
    page.wait_for_url("**/desk/")
    if not javascript:
        page.goto("/desk/security/add/")
        expect(page.locator("main")).to_contain_text("按钮没出来")
        expect(page.get_by_role("button", name="在这台设备上设置")).to_be_hidden()


def test_the_next_code_of_the_app_lets_in(visit):
    page = visit("/desk/", login=LOGIN)
    secret = add_app(page)
    Factor.objects.update(counter=0)  # as if it had been set up long ago
    log_out(page)
    give_password(page, LOGIN)
    give_code(page, pyotp.TOTP(secret).now())
    page.wait_for_url("**/desk/")


def test_somebody_is_invited_by_qr_code_accepts_and_is_led_to_the_second_factor(visit):
    worker = visit("/desk/", login=LOGIN)
    link = invite(worker, name="王明", phone="138 0000 0001")
    guest = visit(link, size=PHONE)
    expect(guest).to_have_url(guest.url.split("/join/")[0] + "/join/")
    expect(guest.locator("main")).to_contain_text("楼栋长")
    guest.get_by_label("想一个密码").fill("安静的小板凳九号")
    guest.get_by_label("再写一遍密码").fill("安静的小板凳九号")
    guest.get_by_role("button", name="接受").click()
    expect(guest.locator("main")).to_contain_text("至少")
    guest.get_by_label("想一个密码").fill("安静的小板凳有九号那么多")
    guest.get_by_label("再写一遍密码").fill("安静的小板凳有九号那么多")
    guest.get_by_label("邻居怎么称呼您").fill("王师傅")
    guest.get_by_role("button", name="接受").click()
    expect(guest.get_by_role("heading", level=1)).to_have_text("设置两步登录")
    guest.get_by_role("link", name="以后再说").click()
    expect(guest.get_by_role("heading", level=1)).to_have_text("收件箱")
    post = Post.objects.get(person=Account.objects.get(phone="13800000001"))
    assert (post.called, post.shows_name) == ("王师傅", False)
    worker.goto("/desk/people/")
    expect(worker.locator("main")).to_contain_text("没有等着接受的邀请")
    guest.goto(link)
    expect(guest.locator("main")).to_contain_text("不能用了")


def test_one_log_in_is_ended_from_another(visit):
    phone = visit("/desk/", login=LOGIN, size=PHONE)
    desk = visit("/desk/security/", login=LOGIN)
    expect(desk.locator("#sessions ~ ul.things > li")).to_have_count(2)
    desk.get_by_role("button", name="退出 Chrome").click()
    expect(desk.locator(".said")).to_contain_text("那一处退出了")
    phone.goto("/desk/")
    phone.wait_for_url("**/login/**")


def test_a_forgotten_password_is_set_anew_with_a_link_from_the_community(visit):
    officer = Account.objects.get(email="grid1@demo.bandeng")
    lost = visit("/login/", size=PHONE)
    lost.get_by_role("link", name="忘了密码").click()
    expect(lost.locator("main")).to_contain_text("请找给您安排岗位的人")
    worker = visit(f"/desk/people/{officer.pk}/", login=LOGIN)
    worker.locator("summary", has_text="开一个设新密码的链接").click()
    worker.locator("details[open]").get_by_label("原因").fill("密码忘了，本人来社区办的")
    worker.get_by_role("button", name="开链接").click()
    link = "/login/new/" + worker.locator("main .card code").inner_text().split("/login/new/")[1]
    worker.reload()
    expect(worker.locator(".said")).to_contain_text("链接只显示一次")
    lost.goto(link)
    lost.get_by_label("新密码", exact=True).fill("安静的小板凳有九号那么多")
    lost.get_by_label("再写一遍新密码").fill("安静的小板凳有八号那么多")
    lost.get_by_role("button", name="设好").click()
    expect(lost.locator("main")).to_contain_text("两次写的新密码不一样")
    lost.get_by_label("新密码", exact=True).fill("安静的小板凳有九号那么多")
    lost.get_by_label("再写一遍新密码").fill("安静的小板凳有九号那么多")
    lost.get_by_role("button", name="设好").click()
    expect(lost.locator(".said")).to_contain_text("新密码设好了")
    give_password(lost, "grid1", "安静的小板凳有九号那么多")
    lost.wait_for_url("**/desk/")
    lost.goto("/desk/security/")
    expect(lost.locator("main")).to_contain_text("密码忘了，本人来社区办的")
    assert lost.goto(link).status == 410
