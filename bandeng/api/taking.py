"""A report that came as JSON, through the same form and the same door as that of the page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from bandeng.api.problems import Trouble
from bandeng.api.shapes import ReportIn
from bandeng.cases import door, queries, questions
from bandeng.cases.actions.intake import Reported
from bandeng.cases.forms import ReportForm
from bandeng.foundation.access import Actor
from bandeng.foundation.clock.moment import now

NUMBERS = ["110", "119", "120"]


def take(
    request: HttpRequest, payload: ReportIn, form_class: type[ReportForm], actor: Actor, address: str, *,
    on_behalf: bool = False,
) -> Reported:
    """Take the report in. Raises Trouble that says why not, and what to do."""
    if request.content_type != "application/json":  # which no form of another site can send
        raise Trouble(415, _("请用 Content-Type: application/json 发送。"))
    form = form_class(_data(payload, on_behalf))
    answer = door.take_in(form, actor, address, on_behalf=on_behalf)
    if answer.done:
        return answer.done
    if answer.stop == "person":
        raise Trouble(422, _("写的话里像是有人正在危险中。请马上打 110、119 或 120；这里不收这样的事，什么也没有存下来。"),
                      kind="danger-to-person", call=NUMBERS)
    if answer.stop == "place":
        raise Trouble(409, _("有危险，请先让人看到并拨打 110、119 或 120；之后带上 danger_seen: true 再发一次。"),
                      kind="danger-of-place", call=NUMBERS)
    if answer.stop == "channel":
        raise Trouble(422, answer.instead, kind="another-channel")
    if answer.stop == "often":
        raise Trouble(429, _("这一小时从这里报得太多了，请过一会儿再报。急事请打电话给社区。"), kind="too-often",
                      retry_after=3600 - now().minute * 60 - now().second)
    if form.candidates and not form["lon"].value():
        near = [{"text": one.text, **dict(zip(("lon", "lat"), map(float, one.value.split(",")), strict=True))}
                for one in form.candidates]
        raise Trouble(422, _("没有一模一样的地方。candidates 里是可能的，请带上其中一个的 lon 和 lat 再发一次。"),
                      kind="which-place", candidates=near)
    raise Trouble(422, _("有几项用不了，请照 errors 改。"), kind="invalid", errors=_errors(form))


def _data(payload: ReportIn, on_behalf: bool) -> dict[str, Any]:
    given = payload.model_dump()
    code = given["category"]
    row = next((row for row in queries.categories(staff=on_behalf) if row.code == code), None)
    given["category"] = row.pk if row else None
    given["asked"] = str(given["category"])  # whoever uses the interface has read the questions there
    for name, answer in given.pop("answers").items():
        given[questions.MARK + name] = answer
    return given


def _errors(form: ReportForm) -> list[tuple[str, str]]:
    return [("body" if name == "__all__" else name, str(text)) for name, texts in form.errors.items() for text in texts]
