"""Inviting and accepting, as tests do it."""

from django.urls import reverse

from bandeng.people import guests
from bandeng.people.actions import invitations as acts
from bandeng.people.roles import Role

NEW = "a new quiet stool"
PHONE = "13800000001"


def invite(town, by="worker_a", *, role=Role.GRID_DEPUTY, place="a1", unit=None, name="王明", email="", phone=PHONE):
    return acts.invite(
        town.actor(by), role=role, place=None if unit else town.places[place], unit=town.units[unit] if unit else None,
        name=name, email=email, phone=phone,
    )


def accept(done, **more):
    row = done.invitation
    given = {"name": "王明", "password": NEW} | more
    return acts.accept_as_new(invitation=row.pk, hashed=guests.token_hash(done.token), **given)


def open_link(client, done):
    answer = client.get(reverse("people:join_link", args=[done.token]))
    assert answer.url == reverse("people:join")
    return client.get(answer.url)


def take(client, **more):
    form = {"name": "王明", "password": NEW, "again": NEW, "called": "王师傅", "shows_name": "on", "duty_phone": ""}
    return client.post(reverse("people:join"), form | more)
