"""Error pages, the reader's choices, and the style guide."""

from __future__ import annotations

import inspect
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bandeng.foundation.pages.middleware import KEYS, LARGE, LEVELS

YEAR = 60 * 60 * 24 * 365


def _error(request: HttpRequest, status: int, title: str, what: str) -> HttpResponse:
    return render(request, "pages/error.html", {"title": title, "what": what, "status": status}, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _error(request, 400, _("没看懂您要什么"), _("请回到上一页再试一次。"))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    what = str(exception) if exception and str(exception) else _("这一页要有岗位才能看。")
    return _error(request, 403, _("这一页不对您开放"), what)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _error(
        request, 403, _("页面放得太久了"),
        _("请用浏览器的“后退”回到表单，刷新后再交一次。写过的字还在表单里。"),
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _error(request, 404, _("没有这一页"), _("地址可能写错了，或者这件事不公开。"))


def server_error(request: HttpRequest) -> HttpResponse:
    return _error(request, 500, _("系统出错了"), _("不是您的问题。请过一会儿再试；急事请直接打电话给社区。"))


def _way_back(request: HttpRequest) -> str:
    """Return the address to go back to: the page, or the page above when it only takes what is sent to it."""
    back = request.POST.get("next", "")
    if not back.startswith("/") or not url_has_allowed_host_and_scheme(back, {request.get_host()}):
        return "/"
    path = back.partition("#")[0].partition("?")[0]
    if _takes_get(path) is not False:
        return back
    while path != "/":
        path = path.rstrip("/").rpartition("/")[0] + "/"
        if _takes_get(path):
            return path
    return "/"


def _takes_get(path: str) -> bool | None:
    """Return whether the page at *path* can be opened by an address alone; None when there is no such page."""
    try:
        view: Any = resolve(path).func
    except Resolver404:
        return None
    if made_by := getattr(view, "view_class", None):
        return hasattr(made_by, "get") and "get" in made_by.http_method_names
    while view is not None:  # a view inside its decorators; `require_POST` knows its methods
        methods = inspect.getclosurevars(view).nonlocals.get("request_method_list")
        if methods is not None:
            return "GET" in methods
        view = getattr(view, "__wrapped__", None)
    return True


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Keep the reader's language, type size or use of single keys in a cookie and go back to the page."""
    response = HttpResponseRedirect(_way_back(request))
    if (language := request.POST.get("language")) in dict(settings.LANGUAGES):
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, max_age=YEAR, samesite="Lax")
        translation.activate(language)
    if (large := request.POST.get("large")) in LEVELS:
        response.set_cookie(LARGE, large, max_age=YEAR, samesite="Lax")
    if (keys := request.POST.get("keys")) in ("on", "off"):
        response.set_cookie(KEYS, keys, max_age=YEAR, samesite="Lax")
    return response


def style_guide(request: HttpRequest) -> HttpResponse:
    """Every component on one page."""
    return render(request, "pages/style.html")
