"""Which browser a session was opened in, in plain words: "Chrome · Android 手机"."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

# (what stands in the browser's own line, our word); the first that fits. Those built on others come before them.
_BROWSERS = (
    ("micromessenger", noop("微信")), ("dingtalk", noop("钉钉")), ("edg", "Edge"), ("huaweibrowser", noop("华为浏览器")),
    ("miuibrowser", noop("小米浏览器")), ("heytapbrowser", noop("OPPO 浏览器")), ("vivobrowser", noop("vivo 浏览器")),
    ("qqbrowser", noop("QQ 浏览器")), ("ucbrowser", noop("UC 浏览器")), ("samsungbrowser", noop("三星浏览器")),
    ("opr/", "Opera"), ("fxios", "Firefox"), ("firefox", "Firefox"), ("crios", "Chrome"), ("chrome", "Chrome"),
    ("safari", "Safari"),
)
_MACHINES = (
    (("iphone",), "iPhone"), (("ipad",), "iPad"), (("openharmony",), noop("鸿蒙手机")),
    (("android", "mobile"), noop("Android 手机")), (("android",), noop("Android 平板")),
    (("windows",), noop("Windows 电脑")), (("macintosh",), noop("Mac 电脑")), (("linux",), noop("Linux 电脑")),
)


def kinds(agent: str) -> list[str]:
    """Return what the session keeps of a browser's own line: our words for browser and machine, no version."""
    line = agent.lower()
    browser = next((word for sign, word in _BROWSERS if sign in line), "")
    machine = next((word for signs, word in _MACHINES if all(sign in line for sign in signs)), "")
    return [word for word in (browser, machine) if word]


def words(kept: Iterable[str]) -> str:
    """Return the kept words in the reader's language."""
    return " · ".join(_(word) for word in kept) or _("没认出来的浏览器")
