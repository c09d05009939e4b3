"""Contact and words: opened with a reason, released with consent, erased in time."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import override

from bandeng.cases.actions import step as steps
from bandeng.cases.actions.step import step
from bandeng.cases.models import EXCLUSION_OPEN, Case, CasePhoto, Contact, ContactOpening, Objection, OriginalWords
from bandeng.cases.queries import holds_erasure
from bandeng.foundation.access import SYSTEM, Actor, Invalid, WrongState
from bandeng.foundation.clock.moment import now
from bandeng.foundation.files import photos
from bandeng.foundation.journal.writer import record
from bandeng.foundation.notify.models import Message
from bandeng.foundation.sealed import vault
from bandeng.language import mask
from bandeng.people.roles import Role
from bandeng.territory import addresses

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OpenedContact:
    """What was opened, for one page and no longer."""

    name: str
    phone: str
    email: str


def _title(role: str) -> str:
    with override(settings.LANGUAGE_CODE):
        return str(dict(Role.choices).get(role, role))


def open_contact(actor: Actor, *, case: int, reason: str) -> OpenedContact:
    """Open the contact to get in touch. Who, in which post, when and why is kept, and the requester sees it."""
    reason = steps.text(reason, "reason", limit=200)
    if len(reason) < 4:
        raise Invalid(_("请写明为什么要联系，居民会看到这条记录。"), "reason")
    with step(actor, "open_contact", case) as act:
        whole = act.case.whole
        sealed = Contact.objects.filter(pk=whole.pk).first()
        if not sealed or not whole.data_key:
            raise WrongState(_("居民没留联系方式，或者到期已经删掉了。"))
        if act.case.closed_at:
            raise WrongState(_("这件事已经结束，不再需要联系。"))
        event = act.event(reason)
        ContactOpening.objects.create(
            case=whole, person_id=actor.person_id or 0, post_id=event.post_id or 0,
            post_title=f"{event.by_place} {_title(event.by)}".strip()[:80],
            reason=reason, at=act.now,
        )
        record(actor, "case.open_contact", whole, post=act.post, fields=["contact"])
        key = whole.data_key
        return OpenedContact(
            vault.unseal(key, sealed.name, "contact.name"), vault.unseal(key, sealed.phone, "contact.phone"),
            vault.unseal(key, sealed.email, "contact.email"),
        )


def want_messages(actor: Actor, *, case: int, wanted: bool) -> None:
    """The requester wants letters about this case, or no more of them."""
    with step(actor, "want_messages", case) as act:
        Contact.objects.filter(pk=act.case.pk).update(wants_messages=wanted)
        record(actor, "case.want_messages", act.case, fields=["wants_messages"])


def release(actor: Actor, *, case: int, words: bool, photos: list[int]) -> None:
    """Decide what the public board may show: the masked words (with consent) and chosen photographs."""
    with step(actor, "release", case) as act:
        if words and not act.case.agreed_public:
            raise Invalid(_("居民没有同意公开原话。"), "words")
        act.case.released = words
        act.case.save(update_fields=["released"])
        act.log("released", "photos")
        CasePhoto.objects.filter(case=act.case).update(released=False)
        CasePhoto.objects.filter(case=act.case, pk__in=photos).update(released=True)
        act.event(public=False)


def erase_due(limit: int = 500) -> tuple[int, int]:
    """Erase contact, original words and their key 30 days after closing; return (erased, failed).

    A case that cannot be erased does not hold up the others; the job says that there is one.
    """
    before = now() - timedelta(days=settings.ERASE_AFTER_DAYS)
    # Who follows another case keeps the way to be told until that one has ended too.
    ended = Q(merged_into__isnull=True, closed_at__lte=before) | Q(merged_into__closed_at__lte=before)
    due = Case.objects.filter(ended, closed_at__isnull=False, erased_at__isnull=True).exclude(holds_erasure()).exclude(
        Exists(Case.objects.filter(parent=OuterRef("pk"), closed_at__isnull=True))).order_by("closed_at")
    done = failed = 0
    for pk in list(due.values_list("pk", flat=True)[:limit]):
        try:
            done += erase(pk)
        except Exception:
            log.exception("case %s could not be erased", pk)
            failed += 1
    return done, failed


@transaction.atomic
def erase(pk: int) -> bool:
    """Erase one case's contact, original words and key; return whether there was anything to erase."""
    case = Case.objects.select_for_update().get(pk=pk)
    if case.erased_at or not case.closed_at:
        return False  # reopened, or another worker was quicker
    if Objection.objects.filter(case=case, answered_at__isnull=True).exists() or case.exclusions.filter(state__in=EXCLUSION_OPEN).exists():
        return False  # the requester must be reached once it is decided; it is within 15 days
    if case.parts.filter(closed_at__isnull=True).exists():
        return False  # its requester must be told of what was taken out of the report
    case.supports.all().delete()
    _forget_around(case)
    Contact.objects.filter(pk=pk).delete()
    OriginalWords.objects.filter(pk=pk).delete()
    key = case.data_key
    case.data_key, case.erased_at, case.account_hash = None, now(), None
    case.place_text = addresses.without_flat(case.place_text)
    case.answer = mask(case.answer).text
    case.save(update_fields=["data_key", "erased_at", "account_hash", "place_text", "answer"])
    if key:
        key.delete()
    record(SYSTEM, "case.erase", case, fields=["contact", "original", "data_key"])
    return True


def _forget_around(case: Case) -> None:
    """Remove what else could lead to the requester: notes, letters, photographs nobody released, numbers in texts."""
    case.events.filter(action="note").update(text="")
    for event in case.events.exclude(text=""):
        if (masked := mask(event.text).text) != event.text:
            event.text = masked
            event.save(update_fields=["text"])
    for order in case.orders.exclude(result=""):
        if (masked := mask(order.result).text) != order.result:
            order.result = masked
            order.save(update_fields=["result"])
    Message.objects.filter(recipient_kind="requester", recipient_id=case.pk).delete()
    for photo in CasePhoto.objects.filter(case=case, released=False).select_related("photo"):
        photos.discard(photo.photo)
