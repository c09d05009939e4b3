"""What every test stands on: keys of its own, no real folder, an empty memory of this process.

Nothing needs to be set up: `pytest` runs on SQLite as it is, and on PostgreSQL with DATABASE_URL. What the
environment says already wins, as `./bd test` does.
"""

import base64
import os
import shutil
import tempfile
from pathlib import Path

import django
import hypothesis
import pytest

FOLDER = Path(tempfile.mkdtemp(prefix="bandeng-tests-"))

# Before Django reads the settings: they are named here and not in pyproject.toml because a plugin would load
# them from there before this file is read.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bandeng.config.settings")
os.environ.setdefault("BANDENG_HOME", str(FOLDER))
os.environ.setdefault("SECRET_KEY", "a key for tests, known to everybody, of no use to anybody")
os.environ.setdefault("BANDENG_JOURNAL_KEY", "journal key of the tests")
os.environ.setdefault("BANDENG_HASH_KEY", "hash key of the tests")
os.environ.setdefault("BANDENG_SEAL_KEYS", "t1:" + base64.urlsafe_b64encode(b"t" * 32).decode())
django.setup()

from django.conf import settings as all_settings  # noqa: E402

from bandeng.api import kept  # noqa: E402
from bandeng.cases import queries as case_queries  # noqa: E402
from bandeng.cases import rules as case_rules  # noqa: E402
from bandeng.foundation.clock import current  # noqa: E402
from bandeng.foundation.files import photos  # noqa: E402
from bandeng.insight import queries as insight_queries  # noqa: E402
from bandeng.insight import rates  # noqa: E402
from bandeng.people import demo  # noqa: E402
from bandeng.territory import queries  # noqa: E402

pytest_plugins = ["tests.district"]

# A busy machine is no fault of the code: examples are judged by their outcome, never by the clock.
hypothesis.settings.register_profile("bandeng", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("bandeng")

# For speed and quiet. A file database: threads of one test must share it.
if all_settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    all_settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = str(FOLDER / "test.sqlite3")
all_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
all_settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
all_settings.STATIC_ROOT = FOLDER
all_settings.BOARD_SECONDS = 0  # counted anew for every look
all_settings.FIELD_CHECK_SHARE = 0.0  # no case is drawn by chance


def pytest_unconfigure():
    shutil.rmtree(FOLDER, ignore_errors=True)


@pytest.fixture(autouse=True)
def forget_everything():
    """Drop what the process remembers from the test before."""
    for room in (queries, case_queries, case_rules, rates, insight_queries, kept, current, demo):
        room.forget()
    yield
    for room in (queries, case_queries, case_rules, rates, insight_queries, kept, current, demo):
        room.forget()


@pytest.fixture(autouse=True)
def photo_folder(settings, tmp_path, monkeypatch):
    """Photographs of a test go where they are thrown away, at once: the transaction around a test never commits."""
    monkeypatch.setattr(photos, "_when_committed", lambda act: act())
    settings.PHOTO_ROOT = tmp_path / "photos"
    return settings.PHOTO_ROOT
