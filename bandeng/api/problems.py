"""Errors as problem details (RFC 9457): a kind for programs, and a sentence that says what to do for people."""

from __future__ import annotations

import json
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from pydantic import BaseModel

from bandeng.foundation.access import Refused
from bandeng.foundation.pages import views as pages

MEDIA_TYPE = "application/problem+json"
PREFIX = "/api/"


class Fault(BaseModel):
    """One thing wrong with what was sent."""

    field: str
    detail: str


class Candidate(BaseModel):
    """A place that may be meant: send its lon and lat."""

    text: str
    lon: float
    lat: float


class Problem(BaseModel):
    """Problem details. `type` is about:blank, or urn:bandeng:… where a program can do something about it."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[Fault] | None = None
    call: list[str] | None = None  # telephone numbers that help now
    candidates: list[Candidate] | None = None  # places that may be meant


class Trouble(Exception):
    """Ends a request with a problem: `kind` becomes the type urn:bandeng:KIND."""

    def __init__(self, status: int, detail: str, *, kind: str = "", retry_after: int = 0, **more: Any) -> None:
        super().__init__(detail)
        self.status, self.detail, self.kind, self.more, self.retry_after = status, detail, kind, more, retry_after


def response(status: int, detail: str, *, kind: str = "", errors: Iterable[tuple[str, str]] = (), **more: Any) -> HttpResponse:
    """Return a problem as an answer."""
    body: dict[str, Any] = {
        "type": f"urn:bandeng:{kind}" if kind else "about:blank", "title": HTTPStatus(status).phrase, "status": status,
        "detail": detail, **more,
    }
    if faults := [{"field": field, "detail": text} for field, text in errors]:
        body["errors"] = faults
    answer = HttpResponse(json.dumps(body, ensure_ascii=False), status=status, content_type=MEDIA_TYPE)
    answer["Cache-Control"] = "no-store"
    return answer


def _sentence(status: int, said: str) -> str:
    return {
        400: _("请求体读不懂。请发一个 JSON 对象，UTF-8 编码，不超过 1 MB。"),
        401: _("这里要先登录。请在网页上登录，带着会话 cookie 再来。"),
        403: _("没有带对 CSRF 令牌。请把 csrftoken cookie 的值放进 X-CSRFToken 请求头。"),
    }.get(status, said)


def _wrong(error: dict[str, Any]) -> tuple[str, str]:
    """Return the field and the sentence of one finding of pydantic."""
    field = ".".join(str(part) for part in error["loc"][1:] if part != "payload") or "body"
    context = error.get("ctx", {})
    words = {
        "missing": _("缺这一项。"), "string_type": _("要一段文字。"), "bool_parsing": _("要 true 或 false。"),
        "bool_type": _("要 true 或 false。"), "float_type": _("要一个数。"), "float_parsing": _("要一个数。"),
        "finite_number": _("要一个有限的数。"), "int_parsing": _("要一个整数。"), "extra_forbidden": _("没有这一项，请去掉。"),
        "string_too_long": _("最多 %(max_length)s 个字。"), "string_too_short": _("最少 %(min_length)s 个字。"),
        "greater_than_equal": _("不能小于 %(ge)s。"), "less_than_equal": _("不能大于 %(le)s。"),
        "literal_error": _("只能是：%(expected)s。"), "string_unicode": _("文字里有不成字的编码。"),
    }.get(error["type"])
    return field, words % context if words else str(error.get("msg", ""))


def install(api: NinjaAPI) -> None:
    """Let every error of *api* leave it as a problem."""

    @api.exception_handler(Trouble)
    def trouble(request: HttpRequest, error: Trouble) -> HttpResponse:
        answer = response(error.status, error.detail, kind=error.kind, **error.more)
        if error.retry_after:
            answer["Retry-After"] = str(error.retry_after)
        return answer

    @api.exception_handler(ValidationError)
    def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        return response(422, _("有几项用不了，请照 errors 改。"), errors=[_wrong(one) for one in error.errors])

    @api.exception_handler(HttpError)
    def http(request: HttpRequest, error: HttpError) -> HttpResponse:
        return response(error.status_code, _sentence(error.status_code, str(error)))

    @api.exception_handler(Http404)
    def lost(request: HttpRequest, error: Http404) -> HttpResponse:
        return response(404, _("没有这一项，或者不归您看。"))

    @api.exception_handler(Refused)
    def refused(request: HttpRequest, error: Refused) -> HttpResponse:
        return response(403, str(error))


def _ours(request: HttpRequest) -> bool:
    return request.path.startswith(PREFIX)


# Django's own handlers: what goes wrong before or behind the interface speaks its language too.


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return response(400, _sentence(400, "")) if _ours(request) else pages.bad_request(request, exception)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return response(403, str(exception)) if _ours(request) else pages.forbidden(request, exception)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if _ours(request):
        return response(404, _("没有这个地址。有哪些地址，见 /api/v1/openapi.json。"))
    return pages.not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    if _ours(request):
        return response(500, _("系统出错了，不是您的问题。请过一会儿再试。"))
    return pages.server_error(request)
