"""What every page knows."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def page(request: HttpRequest) -> dict:
    return {
        "LANGUAGE_CODE": getattr(request, "LANGUAGE_CODE", settings.LANGUAGE_CODE),
        "large_type": getattr(request, "large_type", ""),
        "single_keys": getattr(request, "single_keys", True),
    }
