"""What every verb shares: lock the row, ask the policy, look into the table, write, journal, tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from bandeng.cases import limits, machine, policies
from bandeng.cases.limits import LimitClass, LimitKind
from bandeng.cases.models import Case, Event, Limit, Order, Pause
from bandeng.foundation.access import Actor, Invalid, PostRef, Refused, WrongState
from bandeng.foundation.clock.calendar import Span
from bandeng.foundation.clock.current import calendar
from bandeng.foundation.clock.moment import now
from bandeng.foundation.journal.writer import record
from bandeng.foundation.text import clean
from bandeng.people.models import Post

TEXT_MAX = 2000
AFTERWARDS = ("rate_order", "rate_whistle")  # acts on an order that are done when the case may be over


@dataclass
class Step:
    """One act on a locked case (and perhaps one of its orders), by an actor in a post."""

    actor: Actor
    case: Case
    order: Order | None
    action: str
    post: PostRef | None
    now: datetime = field(default_factory=now)
    told: int = 0  # the last event of this act: messages about it carry it in their key

    def move(self, *, to: str | None = None, fields: Iterable[str] = (), action: str = "") -> None:
        """Set the next state by the table, save it with *fields*, and write the journal."""
        action = action or self.action
        obj: Case | Order = self.order if self.order is not None else self.case
        name = "order" if self.order is not None else "case"
        obj.state = machine.target(name, action, obj.state, to)
        changed = ["state", *fields]
        obj.save(update_fields=changed)
        record(self.actor, f"{name}.{action}", obj, post=self.post, fields=changed)
        if self.case.pause and self.case.state not in machine.WORK:  # nothing is left to wait for
            Pause.objects.filter(case=self.case, ended_at__isnull=True).update(ended_at=self.now)
            self.case.pause = ""
            self.case.save(update_fields=["pause"])

    def stay(self) -> None:
        """Write the journal for an act of the table that leaves the state as it is."""
        obj: Case | Order = self.order if self.order is not None else self.case
        name = "order" if self.order is not None else "case"
        record(self.actor, f"{name}.{self.action}", obj, post=self.post, fields=["limits"])

    def keep(self, *fields: str, action: str = "") -> None:
        """Save *fields* of the case without moving its state, and write the journal."""
        self.case.save(update_fields=list(fields))
        record(self.actor, f"case.{action or self.action}", self.case, post=self.post, fields=fields)

    def log(self, *fields: str) -> None:
        """Write the journal for an act that changes nothing in the case's own row."""
        record(self.actor, f"case.{self.action}", self.case, post=self.post, fields=fields)

    def event(self, text: str = "", *, detail: str = "", public: bool = True, action: str = "") -> Event:
        """Add one point to the story of the case."""
        by, place = _role_of(self.actor, self.post)
        made = Event.objects.create(
            case=self.case, order=self.order, at=self.now, action=action or self.action, by=by, by_place=place,
            post_id=self.post.id if self.post else None,
            person_id=self.actor.person_id if self.post else None,
            text=text, detail=detail[:120], public=public,
        )
        self.told = made.pk
        return made

    @property
    def its_order(self) -> Order:
        """The order of this act, where there must be one."""
        if self.order is None:
            raise LookupError(f"{self.action} is an act on an order")
        return self.order

    # Limits

    def start_limit(self, kind: str, span: Span, *, after: datetime | None = None, extended: bool = False) -> None:
        """Start a limit now, or where another one ended (*after*), for the order, or for the case when there is none."""
        # A limit that ends at 24:00 ends on that day: the next one begins within it, not a day later.
        start = after - timedelta(microseconds=1) if after else self.now
        Limit.objects.create(
            case=self.case, order=self.order, kind=kind, started_at=start, amount=span.amount, extended=extended,
            unit=span.unit, calendar=calendar().version, due_at=limits.due(start, span),
        )

    def meet_limits(self, *kinds: str) -> None:
        """Note that the running limits of these kinds are met now."""
        self.running(*kinds).update(met_at=self.now)

    def end_limits(self, *kinds: str) -> None:
        """Stop running limits (all when no kind is named). One that is past due stays missed in every rate."""
        self.running(*kinds).update(ended_at=self.now)

    def running(self, *kinds: str):  # noqa: ANN201  a QuerySet of Limit
        """Return the limits of these kinds (all when none is named) that are neither met nor ended."""
        rows = Limit.objects.filter(case=self.case, order=self.order, met_at__isnull=True, ended_at__isnull=True)
        return rows.filter(kind__in=kinds) if kinds else rows

    def refresh_due(self) -> None:
        """Write the earliest limit that runs and does not stand still into the cache column of the order and of the case."""
        rows = Limit.objects.filter(case=self.case, met_at__isnull=True, ended_at__isnull=True, stopped=False)
        ends = list(rows.values_list("order_id", "due_at"))
        if self.order is not None:
            self.order.due_at = min((end for oid, end in ends if oid == self.order.pk), default=None)
            self.order.save(update_fields=["due_at"])
        self.case.due_at = min((end for oid, end in ends if oid is None), default=None)
        self.case.save(update_fields=["due_at"])


def new_limits(spans: LimitClass, start: datetime) -> list[Limit]:
    """Return the first limits of a case, response and finish, not yet stored."""
    return [
        Limit(
            kind=kind, started_at=start, amount=span.amount, unit=span.unit, calendar=calendar().version,
            due_at=limits.due(start, span),
        )
        for kind, span in ((LimitKind.RESPONSE, spans.response), (LimitKind.FINISH, spans.finish))
    ]


def keep_limits(case: Case, clocks: list[Limit]) -> None:
    """Store the first limits of a new case."""
    for clock in clocks:
        clock.case = case
    Limit.objects.bulk_create(clocks)


def _role_of(actor: Actor, post: PostRef | None) -> tuple[str, str]:
    if post is None:
        return ("system" if actor.system else "requester"), ""
    row = Post.objects.select_related("place", "unit").get(pk=post.id)
    where = row.place or row.unit
    return post.role, where.name if where else ""


@contextmanager
def step(actor: Actor, action: str, case_id: int, *, order_id: int | None = None) -> Iterator[Step]:
    """Open a transaction, lock the case (always first, so that two acts queue up), check right and state.

    Raises Refused where the actor may not, WrongState where the case or order has moved on.
    """
    with transaction.atomic():
        case = Case.objects.select_for_update().get(pk=case_id)
        order = None
        if order_id is not None:
            order = Order.objects.select_for_update().get(pk=order_id, case_id=case_id)
        post = policies.grant(actor, action, case, order)
        if not post:
            raise Refused(_("您的岗位不能做这一步。"))
        if order is not None and action not in AFTERWARDS and case.state not in machine.WORK:
            raise WrongState(_("这件事已经答复或结束，单位这一边不能再动。"))
        if not policies.unlisted(action):
            name, obj = ("order", order) if order is not None else ("case", case)
            if not machine.allowed(name, action, obj.state):
                raise WrongState(
                    _("这件事现在是“%(state)s”，这一步已经做过或不能再做。") % {"state": obj.get_state_display()}
                )
        yield Step(actor, case, order, action, post if isinstance(post, PostRef) else None)


def text(value: str, name: str, *, required: bool = True, limit: int = TEXT_MAX) -> str:
    """Return *value* cleaned; raise Invalid (field *name*) when it is missing or too long."""
    value = clean(value)
    if required and not value:
        raise Invalid(_("请写几个字，让看的人明白。"), name)
    if len(value) > limit:
        raise Invalid(_("最多 %(limit)s 个字，现在有 %(n)s 个。") % {"limit": limit, "n": len(value)}, name)
    return value
