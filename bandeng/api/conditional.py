"""Answers that a client may keep: an ETag, and 304 when it has the same already."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from hashlib import sha256

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags

from bandeng.territory.views.maps import reads_gzip


@dataclass(frozen=True, slots=True)
class Kept:
    """A finished body, plain and compressed, with its tag."""

    plain: bytes
    packed: bytes
    tag: str
    media_type: str

    @classmethod
    def of(cls, text: str, media_type: str = "application/json; charset=utf-8") -> Kept:
        """Prepare *text* once, to be sent many times."""
        plain = text.encode()
        return cls(plain, gzip.compress(plain, 6, mtime=0), f'W/"{sha256(plain).hexdigest()[:20]}"', media_type)


def send(request: HttpRequest, kept: Kept, *, max_age: int) -> HttpResponse:
    """Answer with *kept*, or 304 when the client has it; it may be shared and kept for *max_age* seconds.

    The tag is weak: the same content goes out plain or compressed.
    """
    if _has(request, kept.tag):
        answer: HttpResponse = HttpResponseNotModified()
    elif reads_gzip(request):
        answer = HttpResponse(kept.packed, content_type=kept.media_type)
        answer["Content-Encoding"] = "gzip"
    else:
        answer = HttpResponse(kept.plain, content_type=kept.media_type)
    answer["ETag"] = kept.tag
    answer["Cache-Control"] = f"public, max-age={max_age}"
    patch_vary_headers(answer, ["Accept-Encoding"])
    return answer


def _has(request: HttpRequest, tag: str) -> bool:
    given = request.META.get("HTTP_IF_NONE_MATCH")
    if not given:
        return False
    return given == tag or any(one == "*" or one.removeprefix("W/") == tag.removeprefix("W/") for one in parse_etags(given))
