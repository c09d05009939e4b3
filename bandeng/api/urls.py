"""The addresses of the interface, under /api/v1/."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.renderers import JSONRenderer

from bandeng.api import desk, open, problems


class Utf8(JSONRenderer):
    """Chinese as Chinese, without spaces."""

    json_dumps_params = {"ensure_ascii": False, "separators": (",", ":")}


class Api(NinjaAPI):
    """The interface with a document that says in which media types answers really come."""

    def get_openapi_schema(self, **given: Any) -> Any:
        document = super().get_openapi_schema(**given)
        for address, operations in document["paths"].items():
            for operation in operations.values():
                for status, answer in operation["responses"].items():
                    if (content := answer.get("content", {})) and int(status) >= 400:
                        content[problems.MEDIA_TYPE] = content.pop("application/json")
                    elif content and address.endswith(("/places/{level}", "/board/map")):
                        content["application/geo+json"] = content.pop("application/json")
        return document


api = Api(
    title="Bandeng", version="1", urls_namespace="api", docs_url=None, renderer=Utf8(),
    description="The interface of a neighbourhood's loop: report, inbox, case, places, public board. Times carry their "
    "offset, places are WGS-84 lon/lat, errors are problem details (RFC 9457).",
)
problems.install(api)
api.add_router("", open.router)
api.add_router("/desk", desk.router)


def whole(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let a view answer HEAD as GET (the server leaves the body out), and a wrong method with a problem."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked, request.method = request.method, "GET" if request.method == "HEAD" else request.method
        given = view(request, *args, **kwargs)
        request.method = asked
        if given.status_code == 405:
            told = problems.response(405, _("这个地址不接受这种方法。"))
            told["Allow"] = given["Allow"]
            return told
        return given

    answer.csrf_exempt = getattr(view, "csrf_exempt", False)  # type: ignore[attr-defined]
    return answer


app_name = "api"
urlpatterns: list[URLPattern] = [
    path(str(pattern.pattern), whole(pattern.callback), name=pattern.name) for pattern in api.urls[0]
]
