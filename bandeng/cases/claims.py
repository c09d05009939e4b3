"""Case numbers and claim codes: following a case without an account.

A code is 16 digits (53 bits): digits can be read over a telephone by anybody. It is derived from the report
key, a random token that only the reporter's page holds, so that sending the same report twice gives the same
case and the same code. The database keeps keyed hashes only.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F

from bandeng.cases.models import Case, ClaimTry, PaperSlip
from bandeng.foundation.clock.moment import now
from bandeng.foundation.counter import bump
from bandeng.foundation.sealed.vault import fingerprint

DIGITS = 16


def new_report_key() -> str:
    """Return a fresh random token for a report form."""
    return secrets.token_urlsafe(24)


def stored_key(report_key: str) -> str:
    """Return what the database keeps of a report key."""
    return fingerprint("report-key", report_key).hex()


def code_for(report_key: str) -> str:
    """Return the claim code that belongs to a report key."""
    return f"{int.from_bytes(fingerprint('claim-code', report_key), 'big') % 10**DIGITS:0{DIGITS}d}"


def code_hash(number: str, code: str) -> bytes:
    """Return what the database keeps of a code."""
    return fingerprint("claim", f"{number}/{code}")


def spaced(code: str) -> str:
    """Return a code in groups of four, as it is shown and read out."""
    return " ".join(code[i : i + 4] for i in range(0, len(code), 4))


def digits(typed: str) -> str:
    """Return the digits of what was typed (full width too), whatever stands between."""
    return "".join(str(int(char)) for char in typed[:200] if char.isdecimal())


def number_of(typed: str) -> str:
    """Return a case number as it is stored: 261122-0042, from "261122 0042" or "2611220042"."""
    found = digits(typed)
    return f"{found[:6]}-{found[6:]}" if len(found) > 6 else found


def check(number: str, code: str) -> Case | None:
    """Return the case of a number and its code, in the same time whether either is wrong."""
    case = Case.objects.filter(number=number).first()
    expected = bytes(case.claim_hash) if case and case.claim_hash else bytes(32)
    right = hmac.compare_digest(expected, code_hash(number, code))
    return case if right and case and case.claim_hash else None


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def too_many(what: str, address: str, limit: int) -> bool:
    """Count one try of *what* from an address and return whether it is over *limit* in this hour."""
    return bump(ClaimTry, "count", what=what, source=fingerprint("address", address), hour=_hour(now())) > limit


def forgive(what: str, address: str) -> None:
    """Take back one counted try: a right code is no attack."""
    ClaimTry.objects.filter(
        what=what, source=fingerprint("address", address), hour=_hour(now()), count__gt=0
    ).update(count=F("count") - 1)


def clear_tries() -> int:
    """Delete counts older than two hours; return how many."""
    return ClaimTry.objects.filter(hour__lt=now() - timedelta(hours=2)).delete()[0]


# Slips on paper


def paper_hash(code: str) -> bytes:
    """Return what the database keeps of the code printed on a slip."""
    return fingerprint("paper", code)


def paper_key(typed: str) -> int | None:
    """Return the key of the paper slip that a printed number names: P000123, p 123; None for what is none."""
    number = typed.strip()
    found = digits(number)
    return int(found) if number[:1] in ("P", "p", "Ｐ", "ｐ") and found and len(found) <= 12 else None


def check_paper(number: str, code: str) -> PaperSlip | None:
    """Return the slip of a printed number and its code, in the same time whether either is wrong."""
    key = paper_key(number)
    row = PaperSlip.objects.select_related("case").filter(pk=key).first() if key else None
    expected = bytes(row.code_hash) if row else bytes(32)
    right = hmac.compare_digest(expected, paper_hash(code))
    return row if right and row else None


def paper_url(number: str, code: str) -> str:
    """Return the link that the QR code of a slip carries."""
    return f"{settings.SITE_URL}/p/{number}/{code}/"


def claim_url(number: str, code: str) -> str:
    """Return the link that a QR code carries."""
    return f"{settings.SITE_URL}/c/{number}/{code}/"
