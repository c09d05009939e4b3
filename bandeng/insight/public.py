"""One case as everybody may see it, on the board's page and by the API: never a person, never a point."""

from __future__ import annotations

from dataclasses import dataclass

from bandeng.cases import story
from bandeng.cases.models import Case
from bandeng.cases.queries import attach
from bandeng.insight.queries import public_cases
from bandeng.language import mask

# Between the requester and those who work on the case; the board is silent about it.
PRIVATE = {
    "add_words", "tell", "open_contact", "object_not_filed", "reject_not_filed",
    "grant_exclusion", "appeal_exclusion", "uphold_appeal", "reject_appeal",
}
# Whose words the board repeats; residents' words stand there only where they were released.
ANSWERS = {"route", "route_level", "give_plan", "stage_report", "complete", "give_result", "not_file", "redirect", "close_by_exception"}


@dataclass(frozen=True, slots=True)
class PublicCase:
    """A case for the public: its words only where the requester agreed and a dispatcher released them."""

    case: Case
    next: str
    words: str
    points: list[story.Point]


def find(number: str) -> PublicCase | None:
    """Return the public side of the case of a number; None when there is none, or none for the board."""
    case = next(iter(public_cases().filter(number=number)), None)
    if case is None:
        return None
    attach(case)
    orders = list(case.orders.select_related("unit").order_by("-leads", "pk"))
    points = [point for point in story.story(case, notes=False) if point.action not in PRIVATE]
    for point in points:
        point.text = mask(point.text).text if point.action in ANSWERS else ""
        point.photos = [photo for photo in point.photos if photo.released]
    words = case.words if case.released and case.agreed_public else ""
    return PublicCase(case, story.next_step(case, orders), words, points)
