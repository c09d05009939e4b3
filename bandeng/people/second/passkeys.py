"""Passkeys 通行密钥 (WebAuthn), by python-fido2: what the browser is asked, and whether its answer holds.

A passkey belongs to one host name for good: the one of settings.SITE_URL. Fingerprint and face stay in the
telephone; what comes here is a public key and signatures.
"""

from __future__ import annotations

import hashlib
import ipaddress
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext
from fido2.cose import UnsupportedKey
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestationConveyancePreference,
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from bandeng.foundation.sealed.vault import fingerprint

TRANSPORTS = ("usb", "nfc", "ble", "smart-card", "hybrid", "internal")
ANSWER_MAX = 20_000  # characters; a real answer has about a thousand


class NotValid(Exception):
    """The browser's answer does not prove what it should."""


@dataclass(frozen=True, slots=True)
class Site:
    """The host name that passkeys belong to, and the one origin from which they are taken."""

    host: str
    origin: str


@dataclass(frozen=True, slots=True)
class Registered:
    """A new passkey, as the browser handed it over."""

    credential: bytes
    handle: str
    counter: int
    transports: str


@dataclass(frozen=True, slots=True)
class Known:
    """A passkey that the database knows."""

    credential: bytes
    counter: int
    transports: str = ""


def site() -> Site | None:
    """Return where passkeys work, by settings.SITE_URL; None where browsers allow none.

    They want a host name and https. This machine is the exception, under the name localhost only.
    """
    parts = urlsplit(settings.SITE_URL)
    host, port = parts.hostname or "", f":{parts.port}" if parts.port else ""
    if _is_address(host):
        return Site("localhost", f"http://localhost{port}") if ipaddress.ip_address(host).is_loopback else None
    if parts.scheme == "https" or host == "localhost":
        return Site(host, f"{parts.scheme}://{host}{port}")
    return None


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _server() -> Fido2Server:
    where = site()
    if where is None:
        raise NotValid("passkeys do not work at this address")
    return Fido2Server(
        PublicKeyCredentialRpEntity(name=gettext("板凳"), id=where.host), attestation=AttestationConveyancePreference.NONE,
        verify_origin=lambda origin: origin == where.origin,
    )


def handle_of(credential_id: bytes) -> str:
    """Return under which name the database finds a passkey."""
    return hashlib.sha256(credential_id).hexdigest()


def user_id(account_id: int) -> bytes:
    """Return what an authenticator keeps instead of our account's number."""
    return fingerprint("passkey-user", str(account_id))


def begin_registration(account_id: int, login: str, name: str, known: Iterable[Known]) -> tuple[dict, dict]:
    """Return what the browser is asked to make, and the state to keep in the session until it answers."""
    options, state = _server().register_begin(
        PublicKeyCredentialUserEntity(id=user_id(account_id), name=login, display_name=name),
        credentials=[_descriptor(one) for one in known],  # the same telephone is not registered twice
        resident_key_requirement=ResidentKeyRequirement.PREFERRED,
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return dict(options), _kept(state)


def finish_registration(state: dict, answer: str) -> Registered:
    """Return the new passkey. Raises NotValid."""
    given = _read(answer)
    try:
        response = RegistrationResponse.from_dict(given)
        data = _server().register_complete(state, response)
        credential = data.credential_data
        if credential is None or isinstance(credential.public_key, UnsupportedKey):
            raise ValueError("no key that can be used later")
    except Exception as error:  # whatever is wrong with what a stranger may send
        raise NotValid(str(error)) from error
    offered = (given.get("response") or {}).get("transports") or []
    transports = ",".join(one for one in TRANSPORTS if one in offered)
    return Registered(bytes(credential), handle_of(credential.credential_id), data.counter, transports)


def begin_authentication(known: Iterable[Known], *, alone: bool) -> tuple[dict, dict]:
    """Return what the browser is asked to sign, and the state to keep.

    *alone*: nothing else proves who it is, so that the authenticator must check its user (screen lock, finger,
    face), and any passkey of this site may answer.
    """
    options, state = _server().authenticate_begin(
        credentials=None if alone else [_descriptor(one) for one in known],
        user_verification=UserVerificationRequirement.REQUIRED if alone else UserVerificationRequirement.PREFERRED,
    )
    return dict(options), _kept(state)


def handle_in(answer: str) -> str:
    """Return under which name the database knows the passkey that answered. Raises NotValid."""
    return handle_of(_response(answer).raw_id)


def finish_authentication(state: dict, known: Known, account_id: int, answer: str) -> int:
    """Return the new signature counter. Raises NotValid.

    A counter that does not grow means that a copy of the key is about; those that never count stay at 0.
    """
    response = _response(answer)
    try:
        _server().authenticate_complete(state, [AttestedCredentialData(bytes(known.credential))], response)
    except Exception as error:
        raise NotValid(str(error)) from error
    whose = response.response.user_handle
    if whose is not None and whose != user_id(account_id):
        raise NotValid("the passkey is of another account")
    counter = response.response.authenticator_data.counter
    if (counter or known.counter) and counter <= known.counter:
        raise NotValid("the signature counter went back")
    return counter


def _response(answer: str) -> AuthenticationResponse:
    try:
        return AuthenticationResponse.from_dict(_read(answer))
    except Exception as error:
        raise NotValid(str(error)) from error


def _read(answer: str) -> dict[str, Any]:
    if len(answer) > ANSWER_MAX:
        raise NotValid("too long")
    try:
        found = json.loads(answer)
    except (ValueError, RecursionError) as error:
        raise NotValid("no JSON") from error
    if not isinstance(found, dict):
        raise NotValid("no object")
    return found


def _kept(state: Any) -> dict[str, str]:
    """Return fido2's state as the session can keep it."""
    return {key: str(value) for key, value in state.items()}


def _descriptor(known: Known) -> PublicKeyCredentialDescriptor:
    credential = AttestedCredentialData(bytes(known.credential))
    return PublicKeyCredentialDescriptor(
        type=PublicKeyCredentialType.PUBLIC_KEY, id=credential.credential_id,
        transports=known.transports.split(",") if known.transports else None,
    )
