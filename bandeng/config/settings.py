"""All settings of Bandeng. Every knob is an environment variable; see docs/operating.md."""

from __future__ import annotations

import os
from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from bandeng.config import env

BASE_DIR = Path(__file__).resolve().parents[2]
HOME = Path(os.environ.get("BANDENG_HOME", BASE_DIR / "var"))
env.read_local_env(HOME / "local.env")


def _secret(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. `./bd run` makes {HOME}/local.env with fresh keys.")
    return value


DEBUG = env.flag("BANDENG_DEBUG")
SECRET_KEY = _secret("SECRET_KEY")
# Keys that stand outside the database. SEAL: "version:base64url of 32 bytes", comma separated, first = current.
SEAL_KEYS = env.words("BANDENG_SEAL_KEYS") or [_secret("BANDENG_SEAL_KEYS")]
JOURNAL_KEY = _secret("BANDENG_JOURNAL_KEY")
HASH_KEY = _secret("BANDENG_HASH_KEY")

ALLOWED_HOSTS = env.words("BANDENG_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.words("BANDENG_ORIGINS")
SITE_URL = os.environ.get("BANDENG_URL", "http://127.0.0.1:8000")
BEHIND_HTTPS = env.flag("BANDENG_HTTPS")

INSTALLED_APPS = [
    "bandeng.foundation.pages",
    "bandeng.foundation.journal",
    "bandeng.foundation.clock",
    "bandeng.foundation.sealed",
    "bandeng.foundation.jobs",
    "bandeng.foundation.notify",
    "bandeng.foundation.files",
    "bandeng.foundation.sheets",
    "bandeng.territory",
    "bandeng.people",
    "bandeng.directory",
    "bandeng.cases",
    "bandeng.lifecircle",
    "bandeng.insight",
    "bandeng.site",
    "bandeng.sample",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "bandeng.sample.guard.LoopbackOnly",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "bandeng.foundation.pages.middleware.ReaderMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "bandeng.people.middleware.ActorMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "bandeng.config.urls"
WSGI_APPLICATION = "bandeng.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "bandeng.foundation.pages.context.page",
                "bandeng.site.context.reader",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.l10n", "bandeng.foundation.pages.templatetags.bandeng"],
        },
    }
]

DATABASES = {"default": env.database(os.environ.get("DATABASE_URL", ""), HOME)}

# People
AUTH_USER_MODEL = "people.Account"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "bandeng.people.backends.EmailOrPhone"]
LOGIN_URL = "people:login"
LOGIN_REDIRECT_URL = "cases:inbox"
LOGOUT_REDIRECT_URL = "site:home"
PASSWORD_RESET_TIMEOUT = 3600  # seconds; bandeng/people/forgotten.py
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
     "OPTIONS": {"user_attributes": ("email", "phone", "name")}},
    {"NAME": "bandeng.people.passwords.MinimumLength", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_FORM_FIELD = "username"
AXES_USERNAME_CALLABLE = "bandeng.people.backends.locked_name"
AXES_CLIENT_IP_CALLABLE = "bandeng.foundation.pages.visitor.address_or_none"
AXES_LOCKOUT_CALLABLE = "bandeng.people.views.entering.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True  # who logs in when is nobody's business; failures are kept for the lock-out
AXES_VERBOSE = False
SESSION_ENGINE = "bandeng.people.sessions"  # Django's database sessions, with the account in a column
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_HTTPS
SESSION_COOKIE_SAMESITE = "Lax"
# Whether a post needs a second factor to log in: "required" where others can reach the server, else "offered".
SECOND_FACTOR = env.choice(
    "BANDENG_SECOND_FACTOR", ("required", "offered"), default="required" if BEHIND_HTTPS or env.flag("BANDENG_PROXY") else "offered"
)
CSRF_FAILURE_VIEW = "bandeng.foundation.pages.views.csrf_failure"

# Speech
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "bandeng" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# Files
STATIC_URL = "static/"
STATIC_ROOT = HOME / "static"
MAPLIBRE_DIST = BASE_DIR / "node_modules" / "maplibre-gl" / "dist"
STATICFILES_DIRS = [("maplibre", MAPLIBRE_DIST)] if MAPLIBRE_DIST.exists() else []
CJK_FONTS = BASE_DIR / "node_modules" / "@expo-google-fonts" / "noto-sans-sc"  # for papers
PHOTO_ROOT = HOME / "photos"  # outside every web root: photographs leave only through a view that asks first
PHOTO_MAX_BYTES = 12 * 1024 * 1024
PHOTO_MAX_COUNT = 4
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": HOME / "files"}},
    "staticfiles": {"BACKEND": "bandeng.foundation.pages.storage.StaticStorage"},
}
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MIMETYPES = {".mjs": "text/javascript", ".webmanifest": "application/manifest+json"}

# Messages
EMAIL_HOST = os.environ.get("EMAIL_HOST", "")
EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS")
EMAIL_TIMEOUT = 10
# Without a mail server no letter is written at all: a folder of letters would keep addresses that are erased elsewhere.
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'dummy'}.EmailBackend"
DEFAULT_FROM_EMAIL = os.environ.get("BANDENG_MAIL_FROM", "bandeng@localhost")

# Headers
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "worker-src": [SELF],
        "style-src": [SELF],
        # MapLibre places its markers by writing element.style, which CSP does not count as inline style.
        "img-src": [SELF, "data:", "blob:"],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"  # a claim link must not travel to other sites
SECURE_SSL_REDIRECT = BEHIND_HTTPS
SECURE_HSTS_SECONDS = 31536000 if BEHIND_HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("BANDENG_PROXY") else None
# Behind a proxy that we trust, the visitor's address is the last one that the proxy added.
TRUST_FORWARDED_FOR = env.flag("BANDENG_PROXY")

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": os.environ.get("BANDENG_LOG", "WARNING")},
    "loggers": {"bandeng": {"level": os.environ.get("BANDENG_LOG", "INFO")}},
}

# The loop's rules that a district may set (bandeng.cases)
WORK_HOURS = env.hours(os.environ.get("BANDENG_WORK_HOURS", "8:30-12:00,14:30-17:30"))
CALLBACK_SILENCE_DAYS = int(os.environ.get("BANDENG_SILENCE_DAYS", "7"))
ERASE_AFTER_DAYS = 30
REOPEN_WITHIN_DAYS = 15
FIELD_CHECK_SHARE = float(os.environ.get("BANDENG_FIELD_CHECK_SHARE", "0.05"))
CLAIM_TRIES_PER_HOUR = int(os.environ.get("BANDENG_CLAIM_TRIES", "200"))
BOARD_SECONDS = float(os.environ.get("BANDENG_BOARD_SECONDS", "10"))  # the public board is counted that seldom
REPORTS_PER_HOUR = int(os.environ.get("BANDENG_REPORTS_PER_HOUR", "120"))
