"""Who is told what, through the outbox: one message per event and person."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext, override
from django.utils.translation import gettext_noop as noop

from bandeng.cases.limits import Whistle
from bandeng.cases.machine import Level
from bandeng.cases.models import Case, Contact, Order
from bandeng.foundation.notify.models import Channel, Message
from bandeng.foundation.notify.outbox import post_all, resolver
from bandeng.foundation.sealed import vault
from bandeng.people.queries import holders, open_posts
from bandeng.people.roles import COMMUNITY_ROLES, DISTRICT_ROLES, GRID_ROLES, SUBDISTRICT_ROLES, UNIT_ROLES, Role


def said(msgid: str) -> str:
    """Return a text in the district's language: the recipient's, not that of whoever happens to act."""
    with override(settings.LANGUAGE_CODE):
        return gettext(msgid)


STAFF = (Channel.IN_APP, Channel.EMAIL)


@resolver("requester")
def requester_address(case_id: int) -> str | None:
    """Return the requester's e-mail at the moment of sending; None when erased, absent or unwanted."""
    contact = Contact.objects.select_related("case__data_key").filter(pk=case_id, wants_messages=True).first()
    if not contact or not contact.case.data_key:
        return None
    return vault.unseal(contact.case.data_key, contact.email, "contact.email") or None


def _people(case: Case) -> list[int]:
    """Return whoever holds the matter now."""
    if case.level == Level.GRID:
        found = holders(role=GRID_ROLES, place_id=case.grid_id)
        return found or holders(role=COMMUNITY_ROLES, place_id=case.community_id)
    if case.level == Level.COMMUNITY:
        return holders(role=COMMUNITY_ROLES, place_id=case.community_id)
    return holders(role=SUBDISTRICT_ROLES, place_id=case.subdistrict_id)


def redrawn(level: str, place_id: int | None, count: int, version: int, what: str) -> None:
    """Tell those who have work now that came with redrawn lines: one message, however many cases."""
    roles = {Level.GRID: GRID_ROLES, Level.COMMUNITY: COMMUNITY_ROLES}.get(Level(level), SUBDISTRICT_ROLES)
    post_all(
        event=f"redrawn:{version}:{level}:{place_id}", kind="account", topic="case", subject=f"{said(what)} · {count}",
        recipients=holders(role=roles, place_id=place_id) if place_id else _district(), url=reverse("cases:inbox"),
    )


def holder(
    case: Case, event: str, what: str, *, urgent: bool = False, mail: bool = False, people: list[int] | None = None
) -> None:
    """Tell whoever holds the case (*people*, where the caller knows them already)."""
    post_all(
        event=f"case:{case.pk}:{event}", kind="account", recipients=_people(case) if people is None else people, topic="case",
        subject=f"{said(what)} · {case.number}", body=case.category.name, url=reverse("cases:case", args=[case.number]),
        channels=STAFF if mail else (Channel.IN_APP,), urgent=urgent,
    )


def above(case: Case, event: str, what: str, *, mail: bool = False) -> None:
    """Tell the next level above whoever holds the case."""
    holder(case, event, what, mail=mail, people=_above(case))


def supervisors(case: Case, event: str, what: str, *, mail: bool = False) -> None:
    """Tell the supervisors of the district."""
    holder(case, event, what, mail=mail, people=_district(Role.DISTRICT_SUPERVISOR))


def dispatchers(case: Case, event: str, what: str) -> None:
    """Tell the dispatchers of the district."""
    holder(case, event, what, people=_district(Role.DISTRICT_DISPATCHER))


def units(case: Case, unit_id: int, event: str, what: str) -> None:
    """Tell a unit's people about a case they worked on."""
    holder(case, event, what, people=holders(role=UNIT_ROLES, unit_id=unit_id))


def _above(case: Case) -> list[int]:
    if case.level == Level.GRID and case.community_id:
        return holders(role=COMMUNITY_ROLES, place_id=case.community_id)
    if case.level != Level.SUBDISTRICT and case.subdistrict_id:
        return holders(role=SUBDISTRICT_ROLES, place_id=case.subdistrict_id)
    return _district()


def reported(case: Case, officers: list[int]) -> None:
    """A new case: its holder is told, the officers of its grid where it has any."""
    danger = case.category.danger
    holder(case, "report", noop("来了新的一件"), urgent=danger, mail=danger, people=officers or None)


def unit(order: Order, event: str, what: str, *, mail: bool = False) -> None:
    """Tell a unit's liaisons about their order."""
    post_all(
        event=f"order:{order.pk}:{event}", kind="account", recipients=holders(role=UNIT_ROLES, unit_id=order.unit_id),
        topic="order", subject=f"{said(what)} · {order.case.number}", body=order.ask,
        url=reverse("cases:case", args=[order.case.number]), channels=STAFF if mail else (Channel.IN_APP,),
        urgent=order.whistle == Whistle.EMERGENCY,
    )


def arbiters(order: Order) -> None:
    """Tell the district that a unit objects."""
    what = said(noop("有单位对派单有异议"))
    post_all(
        event=f"order:{order.pk}:objected", kind="account", recipients=_district(), topic="order",
        subject=f"{what} · {order.case.number}", body=order.ground,
        url=reverse("cases:case", args=[order.case.number]),
    )


def _district(*roles: str) -> list[int]:
    rows = open_posts().filter(role__in=roles or DISTRICT_ROLES)
    return list(rows.values_list("person_id", flat=True).distinct())


def requester(case: Case, event: str, what: str, body: str = "") -> int:
    """Write to the requester, and to those whose cases were merged into this one, where there is an address.

    Never the words of the case, only that there is news. Returns how many letters were queued.
    """
    family = [case, *case.merged.all(), *([case.parent] if case.parent else [])]  # a part is told to whoever reported the whole
    return sum(_letter(one, event, what, body, about=case if one == case.parent else one) for one in family)


def _letter(case: Case, event: str, what: str, body: str, about: Case) -> int:
    if Contact.objects.filter(pk=case.pk, wants_messages=True).exclude(email=b"").exists():
        post_all(
            event=f"case:{case.pk}:{event}", kind="requester", recipients=[case.pk], topic="case",
            subject=f"{said(what)} · {about.number}", body=body, url=reverse("cases:follow_one", args=[about.number]),
            channels=(Channel.EMAIL,),
        )
        return 1
    return 0


def queued(letters: Mapping[int, tuple[Case, str]]) -> set[int]:
    """Return which of *letters*, each the requester of a case and an event, are written already: their keys of the mapping."""
    keys = {f"case:{case.pk}:{event}/requester:{case.pk}/{Channel.EMAIL}": key for key, (case, event) in letters.items()}
    return {keys[found] for found in Message.objects.filter(key__in=keys).values_list("key", flat=True)}
