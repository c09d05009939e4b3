"""What people do, step by step, in a browser."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pyotp
from playwright.sync_api import Locator, Page, expect

from bandeng.cases.models import Case, Category
from bandeng.sample.people import PASSWORD
from bandeng.territory.models import Place, PlaceKind


def building(grid_code: str = "") -> Place:
    """Return a building of a compound, in the grid of that code if one is named."""
    rows = Place.objects.filter(kind=PlaceKind.BUILDING, compound__isnull=False).select_related("compound", "parent")
    return rows.filter(parent__code__startswith=grid_code).order_by("pk").first()


def fill_report(page: Page, *, place: str, code: str, words: str, phone: str = "", steps: bool = False) -> None:
    """Fill the report form; *steps* presses "next" between its parts, as on a phone."""

    def forward() -> None:
        if steps:
            page.get_by_role("button", name="下一步").click()

    category = Category.objects.get(code=code)
    page.get_by_label("小区、楼号或路口").fill(place)
    forward()
    page.locator("summary.tile", has_text=category.group).click()
    page.locator("label.tile", has_text=category.name).click()
    forward()
    page.get_by_label("说说怎么回事").fill(words)
    forward()
    if phone:
        page.get_by_label("电话", exact=False).first.fill(phone)


def send(page: Page) -> tuple[str, str]:
    """Send the form; return number and code of the receipt."""
    page.locator("button", has_text="交上去").last.click()
    expect(page.get_by_role("heading", name="收到了")).to_be_visible()
    number, code = page.locator(".claim").all_inner_texts()
    assert re.fullmatch(r"\d{6}-\d{4,}", number)
    assert re.fullmatch(r"(\d{4} ){3}\d{4}", code)
    return number, code


def do(page: Page, label: str, fields: dict[str, str] | None = None, *, within: str = "main") -> None:
    """Press a verb of the workbench, filling its fields first; see that the page says what happened."""
    box = page.locator(within)
    if fields is None:
        box.get_by_role("button", name=label, exact=True).first.click()
    else:
        form = box.locator("details.verb", has=page.locator("summary", has_text=label)).first
        if not form.evaluate("node => node.open"):
            unfold(form)
            form.locator(":scope > summary").click()
        for name, value in fields.items():
            form.locator(f"textarea[name={name}], input[name={name}]:not([type=radio]):not([type=checkbox])").fill(value)
        form.locator("button.button").click()
    expect(page.locator(".said")).to_be_visible()


def unfold(form: Locator) -> None:
    """Open the group in which a rarer verb lies, as one does by a click on its head."""
    fold = form.locator("xpath=ancestor::details[contains(@class, 'fold')]")
    if fold.count() and not fold.evaluate("node => node.open"):
        fold.locator(":scope > summary").click()


def case(number: str) -> Case:
    return Case.objects.get(number=number)


def give_password(page: Page, login: str, password: str = PASSWORD) -> None:
    """Fill the log-in form and send it."""
    page.goto("/login/")
    page.get_by_label("邮箱或手机号").fill(f"{login}@demo.bandeng")
    page.get_by_label("密码", exact=True).fill(password)
    page.get_by_role("button", name="登录", exact=True).click()


def give_code(page: Page, code: str) -> None:
    """Send a code in the second step, having given the password again where that is asked for."""
    page.get_by_label("验证码").fill(code)
    page.get_by_role("button", name="登录", exact=True).click()


def add_app(page: Page) -> str:
    """Add an authenticator app as its owner does; return its secret. The recovery codes are on the page then."""
    page.goto("/desk/security/add/app/")
    secret = page.locator("main code").inner_text().replace(" ", "")
    page.get_by_label("验证码").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="加上").click()
    page.wait_for_url("**/desk/security/codes/")
    return secret


def wrong_code(secret: str) -> str:
    """Return six digits that the app shows at no time near now."""
    near = {pyotp.TOTP(secret).at(datetime.now(tz=UTC), counter_offset=step) for step in range(-3, 4)}
    return next(code for code in (f"{number:06d}" for number in range(10)) if code not in near)


def invite(page: Page, *, name: str, phone: str, role: str = "楼栋长") -> str:
    """Invite somebody to the first seat that there is; return the link, which is shown once."""
    page.goto("/desk/people/invite/")
    page.get_by_role("link", name=role).click()
    page.get_by_label("姓名").fill(name)
    page.get_by_label("手机号").fill(phone)
    page.get_by_role("button", name="邀请").click()
    page.wait_for_url("**/desk/people/invited/")
    return "/join/" + page.locator("main .card code").inner_text().split("/join/")[1]
