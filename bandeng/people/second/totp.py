"""Six digits of an authenticator app 验证器 (RFC 6238), by pyotp.

The secret of a set-up under way is derived from a random mark in the session and the hash key outside the database,
so that it stands nowhere until it is confirmed; then it is sealed under the account's key.
"""

from __future__ import annotations

import base64
import secrets

import pyotp
from pyotp.exceptions import OTPVerificationError

from bandeng.foundation.clock.moment import now
from bandeng.foundation.sealed.vault import fingerprint

DIGITS = 6
WINDOW = 1  # half minutes that a telephone's clock may be early or late
SECRET_BYTES = 20


def new_mark() -> str:
    """Return a fresh random mark for a set-up."""
    return secrets.token_urlsafe(24)


def secret_of(mark: str, account_id: int) -> str:
    """Return the secret (base32) that belongs to a set-up."""
    return base64.b32encode(fingerprint("totp-setup", f"{account_id}/{mark}")[:SECRET_BYTES]).decode()


def uri(secret: str, login: str, issuer: str) -> str:
    """Return what an app reads from the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=issuer)


def spaced(secret: str) -> str:
    """Return a secret in groups of four, to be typed by hand."""
    return " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))


def step_of(secret: str, code: str) -> int | None:
    """Return the time step that *code* belongs to, when it is right now; None when it is wrong.

    The caller keeps the last step used and refuses the same or an earlier one: a code counts once.
    """
    if len(code) != DIGITS:
        return None
    try:
        return pyotp.TOTP(secret).verify_and_get_timecode(code, for_time=now(), valid_window=WINDOW)
    except OTPVerificationError:
        return None
