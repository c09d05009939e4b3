"""A real browser on a running server, with the sample district."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from bandeng.sample.loading import load_small
from bandeng.sample.people import PASSWORD

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
# Chromium's own background traffic is of no use here, and as root it needs --no-sandbox.
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1440, "height": 900}

# Playwright's synchronous interface runs an event loop in this thread; Django would refuse the ORM beside it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield found
        found.close()


@pytest.fixture
def district(live_server, settings) -> str:
    """The sample district behind a running server; returns the server's address."""
    settings.FIELD_CHECK_SHARE = 0
    settings.SITE_URL = live_server.url
    load_small(lambda text: None, cases=12)
    return live_server.url


@pytest.fixture
def visit(browser: Browser, district: str) -> Iterator[Callable[..., Page]]:
    """Open a page as somebody new: `visit("/report/", size=PHONE, login="grid1", javascript=True)`.

    *at*: another name of this machine; passkeys want "localhost".
    """
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_page(path: str = "/", *, size: dict = DESK, login: str = "", javascript: bool = True,
                  bypass_csp: bool = False, at: str = "") -> Page:
        address = urlsplit(district)
        context = browser.new_context(
            viewport=size, locale="zh-CN", java_script_enabled=javascript, bypass_csp=bypass_csp,
            base_url=f"{address.scheme}://{at or address.hostname}:{address.port}",
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        if login:
            page.goto("/login/")
            page.fill("[name=username]", f"{login}@demo.bandeng")
            page.fill("[name=password]", PASSWORD)
            page.click("main button.main")
            page.wait_for_url("**/desk/")
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    # An answer of 4xx on purpose (a form with an error) is reported by Chromium as an error too.
    assert [fault for fault in faults if "status of 4" not in fault] == []
