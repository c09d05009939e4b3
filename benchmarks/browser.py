"""What a browser sees: how much the first page weighs, and when a map can be used. Headless Chromium, nothing kept."""

from __future__ import annotations

import shutil
import statistics
import time

from playwright.sync_api import Browser, Page, Response, sync_playwright

from benchmarks import people
from benchmarks.table import Line

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]
HEAVIEST, LATEST, TIMES = 150_000, 3.0, 5
MAPS = ("/grid/", "/report/", "/board/map/", "/desk/?view=all")


def weight(port: int) -> list[Line]:
    """Return the bytes of everything that the front page loads, as they come over the wire."""
    with sync_playwright() as playwright:
        browser = _open(playwright)
        page = _page(browser, port, None)
        answers: list[Response] = []
        page.on("response", lambda answer: answers.append(answer))
        page.goto("/", wait_until="networkidle")
        total = sum(answer.request.sizes()["responseBodySize"] for answer in answers)
        browser.close()
    return [Line("weight", "first page, compressed", total, "B", HEAVIEST, False, f"{len(answers)} files, no map")]


def maps(port: int) -> list[Line]:
    """Return how long it takes from opening each page with a map until its map can be used."""
    lines = []
    worker = people.member("district dispatcher")
    with sync_playwright() as playwright:
        browser = _open(playwright)
        for path in MAPS:
            times = [_until_ready(browser, port, path, worker if path.startswith("/desk") else None) for _ in range(TIMES)]
            note = f"slowest {max(times):.2f} s; a browser that has nothing of it yet"
            lines.append(Line("map", f"map usable, {path}", statistics.median(times), "s", LATEST, False, note))
        browser.close()
    return lines


def _open(playwright: object) -> Browser:
    return playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)  # type: ignore[attr-defined]


def _page(browser: Browser, port: int, who: people.Visitor | None) -> Page:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN", base_url=f"http://127.0.0.1:{port}")
    if who:
        name, _, value = who.cookie.partition("=")
        context.add_cookies([{"name": name, "value": value, "url": f"http://127.0.0.1:{port}"}])
    return context.new_page()


def _until_ready(browser: Browser, port: int, path: str, who: people.Visitor | None) -> float:
    page = _page(browser, port, who)
    began = time.perf_counter()
    page.goto(path)
    page.wait_for_selector("[data-map][data-ready]", timeout=30_000)
    took = time.perf_counter() - began
    page.context.close()
    return took
