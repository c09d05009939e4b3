"""Sealing short texts with AES-256-GCM under a key per record, and keyed hashes.

Layers: master keys (environment, versioned) wrap data keys (database), data keys seal values. Rotating a
master key re-wraps the data keys only. The context given at sealing is bound in as associated data, so that a
value moved to another row or column does not open.
"""

from __future__ import annotations

import base64
import hmac
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from bandeng.foundation.sealed.models import DataKey

NONCE = 12


class CannotOpen(Exception):
    """The value was sealed with another key or for another place, or has been changed."""


@lru_cache(maxsize=8)
def _masters(spec: tuple[str, ...]) -> dict[str, bytes]:
    masters: dict[str, bytes] = {}
    for item in spec:
        version, _, encoded = item.partition(":")
        try:
            key = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
        except ValueError:
            key = b""
        if not version or len(key) != 32:
            raise ImproperlyConfigured("BANDENG_SEAL_KEYS wants version:base64url of 32 bytes, comma separated.")
        masters[version] = key
    return masters


def _master(version: str | None = None) -> tuple[str, bytes]:
    masters = _masters(tuple(settings.SEAL_KEYS))
    version = version or next(iter(masters))
    if version not in masters:
        raise CannotOpen(f"master key {version!r} is not in BANDENG_SEAL_KEYS")
    return version, masters[version]


def _encrypt(key: bytes, plain: bytes, context: bytes) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, context)


def _decrypt(key: bytes, blob: bytes, context: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(bytes(blob[:NONCE]), bytes(blob[NONCE:]), context)
    except InvalidTag as error:
        raise CannotOpen("sealed with another key, for another place, or changed") from error


def new_key() -> DataKey:
    """Make and store a fresh data key."""
    key = unsaved_key()
    key.save(force_insert=True)
    return key


def unsaved_key() -> DataKey:
    """Make a fresh data key without storing it, for bulk loaders."""
    version, master = _master()
    return DataKey(wrapped=_encrypt(master, os.urandom(32), b"data-key"), master=version)


def _data_key(row: DataKey) -> bytes:
    return _decrypt(_master(row.master)[1], row.wrapped, b"data-key")


def seal(key: DataKey, text: str, context: str) -> bytes:
    """Return *text* sealed under *key* for *context* (e.g. "contact.phone"); "" stays empty."""
    return _encrypt(_data_key(key), text.encode(), f"{key.pk}/{context}".encode()) if text else b""


def seal_all(key: DataKey, texts: dict[str, str]) -> dict[str, bytes]:
    """Return several texts by their contexts, each sealed as `seal` does; the data key is unwrapped once."""
    plain = _data_key(key)
    return {
        context: _encrypt(plain, text.encode(), f"{key.pk}/{context}".encode()) if text else b""
        for context, text in texts.items()
    }


def unseal(key: DataKey, blob: bytes | memoryview, context: str) -> str:
    """Return the text. Raises CannotOpen when key, context or value do not belong together."""
    blob = bytes(blob)
    return _decrypt(_data_key(key), blob, f"{key.pk}/{context}".encode()).decode() if blob else ""


def rewrap(row: DataKey) -> bool:
    """Wrap *row* under the current master key; return whether anything changed."""
    version, master = _master()
    if row.master == version:
        return False
    row.wrapped, row.master = _encrypt(master, _data_key(row), b"data-key"), version
    row.save(update_fields=["wrapped", "master"])
    return True


def fingerprint(purpose: str, value: str) -> bytes:
    """Return the keyed hash (32 bytes) of *value* for one *purpose*; equal values of other purposes differ."""
    key = hmac.digest(settings.HASH_KEY.encode(), purpose.encode(), "sha256")
    return hmac.digest(key, value.encode(), "sha256")
