"""Who may open a page of the workbench at all: decorators for views. What they see there, the policies say."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def to_login(request: HttpRequest, back: str = "") -> HttpResponse:
    """Ask to log in, then come back here; after a form was sent, to the page named *back* where there is one."""
    return redirect_to_login(reverse(back) if back and request.method != "GET" else request.get_full_path())


def logged_in(view: View[P]) -> View[P]:
    """Lead who is not logged in to the log-in page, and afterwards back here."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        return view(request, *args, **kwargs) if request.actor.person_id else to_login(request)

    return guarded


def with_post(view: View[P]) -> View[P]:
    """As `logged_in`, for pages that everybody with a post may read; who has none is told so."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.actor.is_staff:
            return view(request, *args, **kwargs)
        return _no_post(request) if request.actor.person_id else to_login(request)

    return guarded


def _no_post(request: HttpRequest) -> HttpResponse:
    told = {"title": _("您现在没有岗位"), "what": _(
        "交接出去了的，没办完的事已经跟着岗位过去，不用再管。新来的，请给您安排岗位的人（社区、街道或系统管理员）安排，之后这里就是收件箱。")}
    return render(request, "pages/no_post.html", told, status=403)
