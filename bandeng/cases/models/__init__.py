"""The case and everything that hangs on it."""

from bandeng.cases.models.cases import Case, Channel, Contact, ContactOpening, OriginalWords, Slip, Source
from bandeng.cases.models.categories import Category
from bandeng.cases.models.clocks import Limit, Pause, PauseKind
from bandeng.cases.models.counters import ClaimTry, DayCounter
from bandeng.cases.models.orders import Order, WhistleAsk
from bandeng.cases.models.ratings import Grade, Rating
from bandeng.cases.models.story import CasePhoto, Event
from bandeng.cases.models.workbench import Phrase, SavedView

__all__ = [
    "Case", "CasePhoto", "Category", "Channel", "ClaimTry", "Contact", "ContactOpening", "DayCounter", "Event", "Grade",
    "Limit", "Order", "OriginalWords", "Pause", "PauseKind", "Phrase", "Rating", "SavedView", "Slip", "Source", "WhistleAsk",
]
