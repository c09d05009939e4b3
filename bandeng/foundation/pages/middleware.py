"""The reader's choices: language, large type and single keys, kept in three cookies and nowhere else; no cache keeps a reader's pages."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation

LARGE = "large"
LEVELS = ("", "1", "2")
KEYS = "keys"  # single-key shortcuts of the workbench: on unless the reader switched them off


class ReaderMiddleware:
    """Chinese unless the reader chose otherwise: the browser's own language is not a choice."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path:
            raise Http404  # names nothing, and PostgreSQL refuses to look for it
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        large = request.COOKIES.get(LARGE, "")
        request.large_type = large if large in LEVELS else ""  # type: ignore[attr-defined]
        request.single_keys = request.COOKIES.get(KEYS) != "off"  # type: ignore[attr-defined]
        with translation.override(language):
            request.LANGUAGE_CODE = language  # type: ignore[attr-defined]
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        if _is_personal(request):
            response.headers.setdefault("Cache-Control", "no-store, private")
        return response


def _is_personal(request: HttpRequest) -> bool:
    """Return whether the page was made with what a session holds: a log-in, claimed cases.

    It may then stay in no cache, so that "back" shows it to nobody after logging out.
    """
    session = getattr(request, "session", None)
    return session is not None and session.accessed and not session.is_empty()
