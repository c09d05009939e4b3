"""`manage.py screenshots`: photograph the main pages of a fresh sample district into docs/screenshots/."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from PIL import Image

from bandeng.sample.people import PASSWORD

TARGET = Path(settings.BASE_DIR) / "docs" / "screenshots"
PHONE, DESK = (390, 844), (1440, 900)
# name, address (and the link to follow), size, who is logged in, large type. OFFICER, OFFICE and STREET are the
# officer with most to do, and the community and subdistrict above.
SHOTS = [
    ("home-phone", "/", PHONE, "", ""),
    ("home-desk", "/", DESK, "", ""),
    ("report-phone", "/report/", PHONE, "", ""),
    ("report-desk", "/report/", DESK, "", ""),
    ("grid-desk", "/grid/?q=槐树小区", DESK, "", ""),
    ("grid-large-type", "/grid/?q=槐树小区", PHONE, "", "1"),
    ("board-desk", "/board/", DESK, "", ""),
    ("board-case-phone", "/board/?state=ended a.line", PHONE, "", ""),
    ("inbox-desk", "/desk/", DESK, "OFFICE", ""),
    ("inbox-phone", "/desk/", PHONE, "OFFICER", ""),
    ("case-desk", "/desk/ a.line", DESK, "STREET", ""),
    ("order-phone", "/desk/ a.line", PHONE, "unit3", ""),
]


class Command(BaseCommand):
    help = "Starts a server of its own with a fresh sample district; needs Chromium and the test packages."

    def handle(self, *args: object, **options: object) -> None:
        try:
            from playwright.sync_api import sync_playwright
        except ImportError as error:
            raise CommandError("Playwright is missing: run ./bd test --no-browser once to set it up.") from error
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        if not chromium:
            raise CommandError("Chromium is missing.")
        TARGET.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as home, socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
            probe.close()
            base = f"http://127.0.0.1:{port}"
            env = {**os.environ, "BANDENG_HOME": home, "DATABASE_URL": "", "BANDENG_URL": base,
                   "SECRET_KEY": settings.SECRET_KEY, "BANDENG_SEAL_KEYS": ",".join(settings.SEAL_KEYS),
                   "BANDENG_JOURNAL_KEY": settings.JOURNAL_KEY, "BANDENG_HASH_KEY": settings.HASH_KEY}
            subprocess.run([sys.executable, "manage.py", "prepare"], env=env, cwd=settings.BASE_DIR, check=True)  # noqa: S603
            server = subprocess.Popen(  # noqa: S603
                [sys.executable, "-m", "gunicorn", "bandeng.config.wsgi:application", "--bind", f"127.0.0.1:{port}",
                 "--threads", "4", "--worker-class", "gthread", "--log-level", "error"], env=env, cwd=settings.BASE_DIR,
            )
            try:
                self._wait(base)
                with sync_playwright() as playwright:
                    people = subprocess.run(  # noqa: S603
                        [sys.executable, "manage.py", "sample", "who"], env=env, cwd=settings.BASE_DIR, check=True,
                        capture_output=True, text=True,
                    ).stdout.splitlines()[1:4]
                    logins = [line.split("@")[0].strip() for line in people]
                    self._all(playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"]), base, logins)
            finally:
                server.terminate()
                server.wait(timeout=20)

    def _wait(self, base: str) -> None:
        for _ in range(100):
            try:
                urllib.request.urlopen(base, timeout=2).close()  # noqa: S310  our own server
                return
            except OSError:
                time.sleep(0.2)
        raise CommandError("The server did not answer.")

    def _all(self, browser, base: str, logins: list[str]) -> None:  # noqa: ANN001
        for name, where, (width, height), login, large in SHOTS:
            login = dict(zip(("OFFICER", "OFFICE", "STREET"), logins, strict=True)).get(login, login)
            context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN", base_url=base)
            page = context.new_page()
            if large:
                context.add_cookies([{"name": "large", "value": large, "url": base}])
            if login:
                page.goto("/login/")
                page.fill("[name=username]", f"{login}@demo.bandeng")
                page.fill("[name=password]", PASSWORD)
                page.click("main button.main")
                page.wait_for_url("**/desk/")
            path, _, link = where.partition(" ")
            page.goto(path)
            if link:
                page.locator(f"main {link}").first.click()
                page.wait_for_load_state()
            if page.locator("[data-map]").count():
                page.wait_for_selector("[data-map][data-ready]", timeout=20000, state="attached")
                page.wait_for_timeout(600)  # the map's last tiles
            target = TARGET / f"{name}.png"
            page.screenshot(path=target)
            with Image.open(target) as image:
                image.convert("RGB").quantize(128).save(target, optimize=True)
            self.stdout.write(f"  {target.name}")
            context.close()
