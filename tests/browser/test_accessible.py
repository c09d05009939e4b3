"""axe finds nothing, and nothing is wider than the screen."""

from __future__ import annotations

from pathlib import Path

import pytest

from bandeng.cases.models import Case
from tests.browser.conftest import DESK, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"

PUBLIC = ["/", "/grid/", "/grid/?q=小区", "/report/", "/emergency/", "/follow/", "/board/", "/board/map/",
          "/board/journal/", "/rights/", "/more/", "/login/", "/style/", "/nowhere/"]


def violations(page) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [f"{v['id']}: {v['help']} — {n['html'][:160]}" for v in found for n in v["nodes"]]


def look(page, paths: list[str]) -> None:
    """Open each page; fail with everything that axe or the ruler finds."""
    faults = []
    width = page.viewport_size["width"]
    for path in paths:
        page.goto(path)
        if page.locator("[data-map]").count():
            page.wait_for_selector("[data-map][data-ready]", timeout=20000)
        faults += [f"{path} {width}: {fault}" for fault in violations(page)]
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            faults.append(f"{path} {width}: {wide} px wide")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_public_pages(visit, size):
    page = visit("/", size=size, bypass_csp=True)
    shown = Case.objects.exclude(state__in=["not_filed", "redirected", "withdrawn", "merged"]).first()
    look(page, [*PUBLIC, f"/board/cases/{shown.number}/"])


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
    page = visit("/work/", size=size, login="supervisor", bypass_csp=True)
    paths = ["/work/", "/work/?view=all", "/work/?view=ended", "/work/report/", "/work/notices/"]
    numbers = Case.objects.order_by("state", "pk").distinct().values_list("number", flat=True)[:6]
    look(page, [*paths, *[f"/work/{number}/" for number in numbers]])
