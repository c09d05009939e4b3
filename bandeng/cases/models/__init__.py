"""The case and everything that hangs on it."""

from bandeng.cases.models.cases import Case, Channel, Contact, ContactOpening, OriginalWords, Slip, Source
from bandeng.cases.models.categories import Category
from bandeng.cases.models.clocks import Limit, Pause, PauseKind
from bandeng.cases.models.counters import ClaimTry, DayCounter
from bandeng.cases.models.orders import Order, WhistleAsk
from bandeng.cases.models.ratings import (
    EXCLUDED,
    EXCLUSION_OPEN,
    ExclusionGround,
    ExclusionState,
    Grade,
    Rating,
    RatingExclusion,
)
from bandeng.cases.models.story import CasePhoto, Event

__all__ = [
    "EXCLUDED", "EXCLUSION_OPEN", "Case", "CasePhoto", "Category", "Channel", "ClaimTry", "Contact", "ContactOpening",
    "DayCounter", "Event", "ExclusionGround", "ExclusionState", "Grade", "Limit", "Order", "OriginalWords", "Pause", "PauseKind",
    "Rating", "RatingExclusion", "Slip", "Source", "WhistleAsk",
]
