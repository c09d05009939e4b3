"""The requester's verbs: report, add words, withdraw."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Protocol

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from bandeng.cases import claims, tell
from bandeng.cases.actions import route
from bandeng.cases.actions import step as steps
from bandeng.cases.actions.clocks import answered_by_requester
from bandeng.cases.actions.route import Course
from bandeng.cases.actions.step import Step, keep_limits, new_limits, step
from bandeng.cases.limits import LimitKind
from bandeng.cases.machine import OPEN, ORDER_DONE, CaseState
from bandeng.cases.models import (
    Answer,
    Case,
    CasePhoto,
    Category,
    Contact,
    DayCounter,
    Event,
    Order,
    OriginalWords,
    Question,
    Source,
)
from bandeng.foundation.access import SYSTEM, Actor, Invalid, PostRef
from bandeng.foundation.clock.moment import now, today
from bandeng.foundation.counter import bump
from bandeng.foundation.files import photos
from bandeng.foundation.journal.writer import record
from bandeng.foundation.sealed import vault
from bandeng.language import mask
from bandeng.people.queries import holders
from bandeng.people.roles import GRID_ROLES
from bandeng.territory.locate import Chain, locate

IMPORT_MAX = 20_000


class Upload(Protocol):
    """An uploaded file, as Django gives it."""

    name: str | None
    size: int | None
    file: IO[bytes]


@dataclass(frozen=True)
class Reach:
    """How to reach the requester; all of it optional."""

    name: str = ""
    phone: str = ""
    email: str = ""
    wants_messages: bool = True

    def __bool__(self) -> bool:
        return bool(self.name or self.phone or self.email)


@dataclass(frozen=True)
class Reported:
    """The outcome of a report: the case, its code to follow it, whether it was there already."""

    case: Case
    code: str
    again: bool = False
    masked: tuple[str, ...] = field(default=())


def report(
    actor: Actor, *, report_key: str, category: Category, lon: float, lat: float, words: str,
    place_text: str = "", reach: Reach = Reach(), agreed_public: bool = False,
    uploads: Sequence[Upload] = (), source: str = Source.WEB, post: PostRef | None = None,
    answers: Sequence[tuple[Question, str]] = (),
) -> Reported:
    """Take a report in. Sending the same *report_key* again returns the same case.

    Raises Invalid with the field that is wrong: place (outside the district), words, photos.
    """
    # What was written elsewhere was held to other limits; it is taken as it is, within reason.
    words = steps.text(words, "words", limit=IMPORT_MAX if source == Source.IMPORT else steps.TEXT_MAX)
    place_text = steps.text(place_text, "place", required=False, limit=120)
    report_key = same_report(report_key, source, category, words)
    if there := _already(report_key):
        return there
    chain = locate(lon, lat)
    if not chain.inside:
        raise Invalid(_("这个地点不在本区。请在地图上重新点一下，或写小区、路口的名字。"), "place")
    officers = holders(role=GRID_ROLES, place_id=chain.grid.id) if chain.grid else []
    present = now()
    way = route.course(category, chain, present, answers, manned=bool(officers))
    clocks = new_limits(way.spans, present)
    pictures = prepare_photos(uploads)  # before the transaction: decoding takes long, and writers wait for writers
    masked = mask(words)
    try:
        with transaction.atomic():
            case = _new_case(
                report_key=report_key, category=category, chain=chain, lon=lon, lat=lat, source=source,
                words=masked.text, place_text=mask(place_text).text if place_text else "", agreed_public=agreed_public,
                way=way, present=present, due_at=min(clock.due_at for clock in clocks),
            )
            _seal(case, words, reach)
            keep_limits(case, clocks)
            if answers:
                Answer.objects.bulk_create([Answer(case=case, question=question, value=value) for question, value in answers])
            act = Step(actor, case, None, "report", post, now=present)
            add_photos(act.event(), pictures)
            record(actor, "case.report", case, post=post, fields=["place", "category", "words"])
            tell.reported(case, officers)
            route.follow(act, way)
    except IntegrityError:
        # Two submissions of one form at the same moment: the other one won.
        if there := _already(report_key):
            return there
        raise
    return Reported(case, claims.code_for(report_key), masked=tuple({found.kind for found in masked.found}))


def same_report(given: str, source: str, category: Category, words: str) -> str:
    """Return what makes two submissions the same: form, matter and words, and the door they came in by.

    Whoever goes back and reports a second matter with the same form has reported two; and no form can name the
    key of an imported message.
    """
    door = "import" if source == Source.IMPORT else "form"
    return f"{door}/{given}/{category.pk}/{hashlib.sha256(words.encode()).hexdigest()}"


def _already(report_key: str) -> Reported | None:
    stored = claims.stored_key(report_key)
    if not Case.objects.filter(report_key=stored).exists():  # mostly; and it is asked for little
        return None
    return Reported(Case.objects.get(report_key=stored), claims.code_for(report_key), again=True)


def _new_case(
    *, report_key: str, category: Category, chain: Chain, lon: float, lat: float, source: str, words: str,
    place_text: str, agreed_public: bool, way: Course, present: datetime, due_at: datetime,
) -> Case:
    key = vault.new_key()
    # Late, since whoever counts up the day's numbers lets all others wait until the end of the transaction.
    number = f"{today():%y%m%d}-{bump(DayCounter, 'last', day=today()):04d}"
    community = chain.community.id if chain.community else None
    return Case.objects.create(
        number=number, category=category, source=source, lon=lon, lat=lat, place_text=place_text,
        subdistrict_id=chain.subdistrict.id if chain.subdistrict else None, community_id=community,
        grid_id=chain.grid.id if chain.grid else None, compound_id=chain.compound.id if chain.compound else None,
        boundary_version=chain.version, words=words, agreed_public=agreed_public, created_at=present, due_at=due_at,
        level=way.level, slip=way.slip,
        claim_hash=claims.code_hash(number, claims.code_for(report_key)),
        report_key=claims.stored_key(report_key), data_key=key,
    )


def _seal(case: Case, words: str, reach: Reach) -> None:
    sealed = vault.seal_all(case.data_key, {
        "original": words, "contact.name": reach.name, "contact.phone": reach.phone, "contact.email": reach.email,
    })
    OriginalWords(case=case, text=sealed["original"]).save(force_insert=True)
    if reach:
        Contact(
            case=case, name=sealed["contact.name"], phone=sealed["contact.phone"], email=sealed["contact.email"],
            wants_messages=reach.wants_messages,
        ).save(force_insert=True)


def prepare_photos(uploads: Sequence[Upload]) -> list[photos.PreparedPhoto]:
    """Decode and re-encode photographs, outside any transaction. Raises Invalid for what is no photograph."""
    if len(uploads) > settings.PHOTO_MAX_COUNT:
        raise Invalid(_("最多 %(n)s 张照片。") % {"n": settings.PHOTO_MAX_COUNT}, "photos")
    return [photos.prepare(upload.name or "", upload.size or 0, upload.file) for upload in uploads]


def add_photos(event: Event, pictures: Sequence[photos.PreparedPhoto]) -> None:
    """Keep the prepared photographs that came with an event."""
    for picture in pictures:
        CasePhoto.objects.create(case=event.case, event=event, photo=photos.keep(picture))


def add_words(actor: Actor, *, case: int, words: str, uploads: Sequence[Upload] = ()) -> Event:
    """The requester adds something to a case that is still open."""
    words = steps.text(words, "words", required=not uploads, limit=1000)
    pictures = prepare_photos(uploads)
    with step(actor, "add_words", case) as act:
        if act.case.closed_at:
            raise Invalid(_("这件事已经结束，不能再补充。还有问题可以要求重办，或另报一件。"), "words")
        if act.case.events.filter(by="requester").count() >= 30:
            raise Invalid(_("补充得够多了。急事请直接给网格员打电话。"), "words")
        event = act.event(mask(words).text)
        add_photos(event, pictures)
        record(actor, "case.add_words", act.case, fields=["words"])
        answered_by_requester(act)
        tell.holder(act.case, f"words/{event.pk}", noop("居民补充了情况"))
    return event


def withdraw(actor: Actor, *, case: int, reason: str = "") -> None:
    """The requester takes the report back; orders that are still open are cancelled.

    Others who reported the same matter have not withdrawn it: the oldest of their cases goes on by itself.
    """
    reason = mask(steps.text(reason, "reason", required=False, limit=500)).text
    with step(actor, "withdraw", case) as act:
        act.case.closed_at = act.now
        hide(act)
        act.move(fields=["closed_at", "released"])
        act.end_limits()
        act.event(reason)
        cancel_orders(act, noop("居民撤回了这件事。"))
        close_asks(act, noop("居民撤回了这件事。"))
        act.refresh_due()
        tell.holder(act.case, f"withdrawn/{act.told}", noop("居民撤回了这件事"))
        hand_on(act)
        for part in list(act.case.parts.filter(state__in=OPEN).order_by("pk").values_list("pk", flat=True)):
            withdraw(actor, case=part, reason=reason)  # what was taken out of the report goes with it


def hide(act: Step) -> None:
    """Take words and photographs of a case that leaves the board out of the public's sight."""
    act.case.released = False
    CasePhoto.objects.filter(case=act.case).update(released=False)


def close_asks(act: Step, answer: str) -> None:
    """Answer a request for a whistle that is still waiting: it was about a matter that has moved on."""
    act.case.asks.filter(answered_at__isnull=True).update(answered_at=act.now, answer=answer)


def hand_on(act: Step) -> None:
    """Let the oldest case that was merged into this one go on by itself, and the others follow it."""
    followers = list(Case.objects.select_for_update().filter(merged_into=act.case).order_by("created_at", "pk"))
    if not followers:
        return
    heir = followers[0]
    heir.merged_into, heir.closed_at, heir.state, heir.level = None, None, CaseState.FILED, act.case.level
    heir.save(update_fields=["merged_into", "closed_at", "state", "level"])
    Case.objects.filter(pk__in=[other.pk for other in followers[1:]]).update(merged_into=heir)
    part = Step(SYSTEM, heir, None, "hand_on", None, now=act.now)
    part.log("merged_into", "state")
    part.start_limit(LimitKind.FINISH, heir.category.spans.finish)
    part.event()
    part.refresh_due()
    tell.holder(heir, f"hand_on/{part.told}", noop("合并的一件要接着办"))


def cancel_orders(act: Step, reason: str) -> None:
    """Cancel what units have not finished, as part of an act on the case."""
    for order in Order.objects.select_for_update().filter(case=act.case).exclude(state__in=ORDER_DONE):
        part = Step(act.actor, act.case, order, "cancel", act.post, now=act.now)
        part.move()
        part.end_limits()
        part.event(reason, public=False)
        part.refresh_due()
        tell.unit(order, f"cancelled/{part.told}", noop("这一单取消了"))

