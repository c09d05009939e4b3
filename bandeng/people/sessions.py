"""Sessions in the database, each with its account: whose they are, listing them, ending them.

Only the person sees the own list. Which browser it was and on which days it was opened and last used stands in the
session's own data and goes with it; nothing keeps a network address or an hour.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.http import HttpRequest
from django.utils import timezone

from bandeng.foundation.clock.moment import today
from bandeng.foundation.sealed.vault import fingerprint
from bandeng.people import browsers
from bandeng.people.models import Session

HERE = "here"  # session key: browser, first and last day


class SessionStore(DatabaseStore):
    """Django's database store, writing the account into its column."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        row: Session = super().create_model_instance(data)
        account = str(data.get("_auth_user_id", ""))
        row.account_id = int(account) if account.isdigit() else None
        return row


@dataclass(frozen=True, slots=True)
class Opened:
    """One log-in that is still open: `mark` names it on pages, because its key would open it."""

    mark: str
    browser: str
    began: date | None
    used: date | None
    this_one: bool


def touch(request: HttpRequest) -> None:
    """Note the browser and the day in the session, once a day."""
    here = request.session.get(HERE)
    day = today().isoformat()
    if not here:
        agent = request.headers.get("user-agent", "")
        request.session[HERE] = {"browser": browsers.kinds(agent), "began": day, "used": day}
    elif here["used"] != day:
        request.session[HERE] = {**here, "used": day}


def mark_of(key: str) -> str:
    """Return the name of a session on pages."""
    return fingerprint("session", key).hex()[:20]


def opened(account_id: int, key: str | None) -> list[Opened]:
    """Return the open log-ins of an account: this one first, then the last used. *key*: the session that asks."""
    rows = Session.objects.filter(account_id=account_id, expire_date__gt=timezone.now())
    found = [_opened(row, key) for row in rows]
    return sorted(found, key=lambda one: (one.this_one, one.used or date.min, one.mark), reverse=True)


def _opened(row: Session, key: str | None) -> Opened:
    here = row.get_decoded().get(HERE) or {}
    return Opened(
        mark_of(row.session_key), browsers.words(here.get("browser") or []), _day(here.get("began")),
        _day(here.get("used")), row.session_key == key,
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
