"""What people do, step by step, in a browser."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from bandeng.cases.models import Case, Category
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
            form.locator("summary").click()
        for name, value in fields.items():
            form.locator(f"textarea[name={name}], input[name={name}]:not([type=radio]):not([type=checkbox])").fill(value)
        form.locator("button.button").click()
    expect(page.locator(".said")).to_be_visible()


def case(number: str) -> Case:
    return Case.objects.get(number=number)
