"""Who asks: sessions of people of the sample district."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from django.conf import settings
from django.test import Client

from bandeng.people.models import Account, Post
from bandeng.people.roles import Role
from benchmarks.client import request

HOST = "127.0.0.1"
logging.getLogger("django.request").setLevel(logging.CRITICAL)  # what is refused on the way is no news
ROLES = {
    "grid officer": Role.GRID_OFFICER, "community worker": Role.COMMUNITY_WORKER, "administrator": Role.SYSADMIN,
    "subdistrict dispatcher": Role.SUBDISTRICT_DISPATCHER, "district dispatcher": Role.DISTRICT_DISPATCHER,
    "liaison": Role.UNIT_LIAISON, "auditor": Role.AUDITOR,
}


@dataclass
class Visitor:
    """Somebody with a browser: `client` asks in this process, `cookie` goes to the server."""

    name: str
    client: Client
    cookie: str = ""

    def get(self, path: str, **headers: str) -> bytes:
        """Return the bytes of a request of this visitor."""
        return request(path, cookie=self.cookie, headers=headers)


def public() -> Visitor:
    return Visitor("public", Client(headers={"host": HOST}))


def member(role: str) -> Visitor:
    """Return somebody in that role, logged in."""
    post = Post.objects.filter(role=ROLES[role]).order_by("pk")
    person = Account.objects.get(pk=(post.filter(person__email__startswith="unit1@").first() or post[0]).person_id)
    client = Client(headers={"host": HOST})
    client.force_login(person, backend="bandeng.people.backends.EmailOrPhone")
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    return Visitor(role, client, cookie)
