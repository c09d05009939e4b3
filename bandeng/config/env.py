"""Reading settings from the environment, and from `var/local.env` where the environment is silent."""

from __future__ import annotations

import os
from datetime import datetime, time
from pathlib import Path
from urllib.parse import unquote, urlsplit


def read_local_env(path: Path) -> None:
    """Put KEY=value lines of *path* into the environment; what is already set there wins."""
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        key, equals, value = line.partition("=")
        if equals and not key.lstrip().startswith("#"):
            os.environ.setdefault(key.strip(), value.strip())


def flag(name: str, default: bool = False) -> bool:
    """Return True for 1/true/yes/on."""
    return os.environ.get(name, "1" if default else "0").strip().lower() in {"1", "true", "yes", "on"}


def words(name: str, default: str = "") -> list[str]:
    """Return a comma-separated variable as a list."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def choice(name: str, known: tuple[str, ...], *, default: str) -> str:
    """Return a variable that has one of the *known* values. Raises ValueError for any other."""
    value = os.environ.get(name, "").strip().lower() or default
    if value not in known:
        raise ValueError(f"{name} must be one of {', '.join(known)}, not {value!r}")
    return value


def hours(spec: str) -> tuple[tuple[time, time], ...]:
    """Return working hours from "8:30-12:00,14:30-17:30". Raises ValueError naming what is wrong."""
    found = []
    for part in spec.split(","):
        try:
            start, end = (datetime.strptime(end.strip(), "%H:%M").time() for end in part.split("-"))  # noqa: DTZ007
        except ValueError as error:
            raise ValueError(f"BANDENG_WORK_HOURS: {part!r} is not like 8:30-12:00") from error
        found.append((start, end))
    return tuple(found)


def database(url: str, home: Path) -> dict:
    """Return Django's database settings for *url* (``postgresql://…``), or SQLite in *home* when empty.

    SQLite runs in WAL with immediate transactions, so that two writers wait for each other instead of
    failing with "database is locked".
    """
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": os.environ.get("BANDENG_SQLITE", str(home / "bandeng.sqlite3")),
            "OPTIONS": {
                "timeout": 20,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
            },
        }
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError(f"DATABASE_URL must begin with postgresql://, not {parts.scheme}://")
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(query.get("host", "") or parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
