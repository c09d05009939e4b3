"""The door by which reports come in: what the page and the API ask alike before they take one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from django.conf import settings

from bandeng.cases import claims, policies
from bandeng.cases.actions.intake import Reach, Reported, report
from bandeng.cases.forms import ReportForm
from bandeng.cases.models import Source
from bandeng.foundation.access import Actor, Invalid
from bandeng.language import danger

Stop = Literal["", "form", "person", "place", "often", "channel"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a report: taken in (`done`), or why not.

    form: something in the form is wrong, its errors say what. person: a person is in danger, this is for the
    emergency numbers and is never taken. place: a place is dangerous, the numbers must be shown first (send
    again with danger_seen). often: too many reports from this address in this hour. channel: this kind, or what was
    answered, goes another way, which `instead` names; nothing is kept.
    """

    done: Reported | None = None
    stop: Stop = ""
    instead: str = ""


def take_in(form: ReportForm, actor: Actor, address: str, *, on_behalf: bool = False) -> Answer:
    """Take the report of *form* in, from a visitor at *address*, or by staff *on_behalf* of somebody.

    Staff write down what they were told, so no danger stops them and nobody counts.
    """
    valid = form.is_valid()
    if form.questions and (instead := form.questions.stop()):
        return Answer(stop="channel", instead=instead)
    if not on_behalf:
        if stop := _danger(form):
            return Answer(stop=stop)
        if valid and claims.too_many("report", address, settings.REPORTS_PER_HOUR):
            return Answer(stop="often")
    if not valid:
        return Answer(stop="form")
    try:
        return Answer(done=_report(form, actor, on_behalf))
    except Invalid as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return Answer(stop="form")


def _danger(form: ReportForm) -> Stop:
    data = form.cleaned_data
    told = " ".join(data.get(name) or "" for name in ("words", "place"))
    if danger.to_person(told):  # for good: what is stored here is read tomorrow, not now
        return "person"
    chosen = data.get("category")
    risky = bool(chosen and chosen.danger) or danger.of_place(told)
    return "place" if risky and not data["danger_seen"] else ""  # before what is wrong with the form: the numbers cannot wait


def _report(form: ReportForm, actor: Actor, on_behalf: bool) -> Reported:
    source = form.cleaned_data.get("source") or Source.WEB
    post = policies.entering_post(actor) if on_behalf else None
    return report(actor, source=source, post=post, **given(form))


def given(form: ReportForm) -> dict[str, Any]:
    """Return what a valid form says, as the report takes it."""
    data = form.cleaned_data
    return {
        "report_key": data["report_key"], "category": data["category"], "lon": data["lon"], "lat": data["lat"],
        "words": data["words"], "place_text": data["place"],
        "reach": Reach(name=data["name"].strip(), phone=data["phone"].strip(), email=data.get("email", "").strip()),
        "agreed_public": data["agreed_public"], "uploads": data.get("photos", ()),
        "answers": form.questions.answers() if form.questions and form.questions.is_valid() else (),
    }
