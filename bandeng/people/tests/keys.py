"""Second factors as their owners hold them: an app that knows its secret, a passkey made of software."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field

import pyotp
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from django.urls import reverse
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

from bandeng.foundation.access import Actor
from bandeng.foundation.clock.moment import now
from bandeng.people.actions import second
from bandeng.people.models import Account
from bandeng.people.second import recovery, totp
from tests.district import PASSWORD

BACKEND = "bandeng.people.backends.EmailOrPhone"
ORIGIN, HOST = "http://localhost:8000", "localhost:8000"
FLAG = AuthenticatorData.FLAG


class App:
    """An authenticator app."""

    def __init__(self, secret: str) -> None:
        self.totp = pyotp.TOTP(secret)

    def code(self, *, steps: int = 0) -> str:
        """Return the six digits of now, or of some half minutes before or after."""
        return self.totp.at(now(), counter_offset=steps)

    def wrong(self) -> str:
        """Return six digits that are right at no time near now."""
        near = {self.code(steps=step) for step in range(-3, 4)}
        return next(code for code in (f"{number:06d}" for number in range(10)) if code not in near)


@dataclass
class Secured:
    """An account with an app, and its recovery codes."""

    account: Account
    app: App
    codes: list[str]


def with_app(account: Account, mark: str = "a mark for tests") -> Secured:
    """Give *account* an app and recovery codes. The code of half a minute ago is used up by it."""
    secret = totp.secret_of(mark, account.pk)
    app = App(secret)
    added = second.add_app(Actor(person_id=account.pk), account=account, mark=mark, code=app.code(steps=-1))
    return Secured(account, app, recovery.codes_of(added.codes_mark, account.pk) if added.codes_mark else [])


@dataclass
class Passkey:
    """An authenticator of our own: makes one key pair and signs with it."""

    verifies: bool = True  # whether it has checked its user
    origin: str = ORIGIN
    credential_id: bytes = b"a credential of software"
    counter: int = 0
    counts: bool = False
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    user: str | None = None

    def _flags(self) -> int:
        return FLAG.UP | (FLAG.UV if self.verifies else 0)

    def _client_data(self, kind: str, options: dict) -> CollectedClientData:
        return CollectedClientData.create(kind, options["publicKey"]["challenge"], self.origin)

    def make(self, options: dict) -> str:
        """Answer the request for a new passkey."""
        asked = options["publicKey"]
        self.user = asked["user"]["id"]
        credential = AttestedCredentialData.create(
            b"\0" * 16, self.credential_id, ES256.from_cryptography_key(self.key.public_key())
        )
        rp = hashlib.sha256(asked["rp"]["id"].encode()).digest()
        data = AuthenticatorData.create(rp, self._flags() | FLAG.AT, self.counter, credential)
        return self._answer({
            "clientDataJSON": websafe_encode(self._client_data("webauthn.create", options)),
            "attestationObject": websafe_encode(AttestationObject.create("none", data, {})),
            "transports": ["internal", "nonsense"],
        })

    def sign(self, options: dict, **changes: str) -> str:
        """Answer the request for a signature."""
        asked = options["publicKey"]
        self.counter += self.counts
        rp = hashlib.sha256(asked["rpId"].encode()).digest()
        data = AuthenticatorData.create(rp, self._flags(), self.counter)
        client = self._client_data("webauthn.get", options)
        signature = self.key.sign(data + client.hash, ec.ECDSA(hashes.SHA256()))
        response = {"clientDataJSON": websafe_encode(client), "authenticatorData": websafe_encode(data),
                    "signature": websafe_encode(signature), "userHandle": self.user}
        return self._answer(response | changes)

    def _answer(self, response: dict) -> str:
        name = websafe_encode(self.credential_id)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})


def broken(signature: str) -> str:
    """Return a signature with one bit turned."""
    given = bytearray(websafe_decode(signature))
    given[-1] ^= 1
    return websafe_encode(bytes(given))


def password(client: Client, account: Account, given: str = PASSWORD, **more):
    """Send the log-in form."""
    return client.post(reverse("people:login"), {"username": account.get_username(), "password": given}, **more)


def show(client: Client, code: str):
    """Send a code as the second step."""
    return client.post(reverse("people:second"), {"code": code})


def log_in_as(client: Client, account: Account) -> Client:
    """Log in by password, as the pages do it: fresh, in a session of its own."""
    assert password(client, account).status_code == 302
    return client


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def text(answer) -> str:
    return answer.content.decode()
