"""A form is taken once: each carries a token of its own, and the session remembers the tokens that were used."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from django.http import HttpRequest

FIELD = "once"
USED = "used_forms"
KEEP = 50


def token() -> str:
    """Return a fresh token for one form of one page."""
    return uuid4().hex


def seen(request: HttpRequest) -> bool:
    """Return whether the form of this request was taken before; if not, remember it from now on.

    It is remembered before the act and saved at once, so that a second sending meets it. What has no token
    (an old page, a program) is taken as it is.
    """
    given = request.POST.get(FIELD, "")[:32]
    used = request.session.get(USED, [])
    if not given:
        return False
    if given in used:
        return True
    request.session[USED] = [*used, given][-KEEP:]
    request.session.save()
    return False


def forget(request: HttpRequest) -> None:
    """The act did not happen: the same form may be sent again."""
    given = request.POST.get(FIELD, "")[:32]
    request.session[USED] = [one for one in request.session.get(USED, []) if one != given]


@contextmanager
def given_back_on_failure(request: HttpRequest) -> Iterator[None]:
    """Run the act; when it fails in any way, let the same form be sent again.

    After an unexpected error nothing was recorded, and "we have it already" would be a lie. The session is saved
    here, because it is not saved with an answer of status 500.
    """
    try:
        yield
    except Exception:
        forget(request)
        request.session.save()
        raise
