"""The case and everything that hangs on it."""

from bandeng.cases.models.cases import Case, Channel, Contact, ContactOpening, OriginalWords, Slip, Source
from bandeng.cases.models.categories import Category, DefaultUnit, Question, QuestionKind, Table
from bandeng.cases.models.clocks import Limit, Pause, PauseKind
from bandeng.cases.models.counters import ClaimTry, DayCounter
from bandeng.cases.models.orders import Order, WhistleAsk
from bandeng.cases.models.paper import PaperSlip
from bandeng.cases.models.ratings import (
    EXCLUDED,
    EXCLUSION_OPEN,
    ExclusionGround,
    ExclusionState,
    Grade,
    NotFiledGround,
    Objection,
    Rating,
    RatingExclusion,
)
from bandeng.cases.models.settings import CommunityRule, RoutingRule, RuleTime, RuleTo
from bandeng.cases.models.story import Answer, CasePhoto, Event, Support
from bandeng.cases.models.workbench import Phrase, SavedView

__all__ = [
    "EXCLUDED", "EXCLUSION_OPEN", "Answer", "Case", "CasePhoto", "Category", "Channel", "ClaimTry", "CommunityRule", "Contact",
    "ContactOpening", "DayCounter", "DefaultUnit", "Event", "ExclusionGround", "ExclusionState", "Grade", "Limit", "NotFiledGround",
    "Objection", "Order",
    "OriginalWords", "PaperSlip", "Pause", "PauseKind", "Phrase", "Question", "QuestionKind", "Rating", "RatingExclusion", "RoutingRule",
    "RuleTime", "RuleTo", "SavedView", "Slip", "Source", "Support", "Table", "WhistleAsk",
]
