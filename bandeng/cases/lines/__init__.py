"""The inbox: whose work it is, line by line, in an order; only what a line shows is read."""

from __future__ import annotations

from datetime import datetime
from operator import attrgetter
from typing import Any

from django.db.models import F, QuerySet

from bandeng.cases.lines.filters import GROUPED, NONE, Filters
from bandeng.cases.lines.near import Point, metres
from bandeng.cases.lines.rows import CASE, ORDER, Row, name_places, rows_of
from bandeng.cases.lines.views import ON_A_TAB, VIEWS, Desk, Held, views_of
from bandeng.cases.lines.whose import asked_of, held_by
from bandeng.cases.models import Order
from bandeng.foundation.access import Actor
from bandeng.foundation.pages.paging import COUNTED, counted, lines_of

__all__ = ["NONE", "ON_A_TAB", "PAGE", "VIEWS", "Desk", "Filters", "Row", "asked_of", "held_by", "inbox", "lines_on", "views_of"]

PAGE = 50
NEWEST = {"ended": "-closed_at", "done": "-result_at"}  # what is over: the newest first


def inbox(
    actor: Actor, view: str = "mine", page: int = 1, size: int = 0, filters: Filters = NONE, near: Point | None = None,
) -> tuple[list[Row], int]:
    """Return one page (1, 2, …) of an inbox view, earliest due first, and how many lines there are in all.

    mine: what this person (or the person's units) must do next; late, soon: past due, due within a day; asked: where
    this person is asked for more time; refused: a unit has said no, and nobody else is at it; reopened: done a second
    time; unowned: it lies where nobody is in post; paused: what stands still or is asked to; done: what the person's
    units have given a result for, newest first; check: field checks around here; waiting: with the requester; near:
    around the point *near*, nearest first; all: everything open that may be seen; ended: closed ones, newest first.
    Units have these of their orders. More than COUNTED lines (`paging`) count as one more.
    """
    desk = Desk(actor, filters, near)
    return lines_on(desk, view, page, size), min(sum(map(counted, desk.held(view).lists)), COUNTED + 1)


def lines_on(desk: Desk, view: str, page: int = 1, size: int = 0) -> list[Row]:
    """The lines of one page, for whoever counts them together with the other views."""
    here = lines_of(page, size or PAGE)
    found = desk.held(view)
    if not found.lists:
        return []
    if view == "near":
        rows = _nearest(found.lists[0], desk.near or (0, 0), here, desk.now)
    elif view in NEWEST:
        rows = _newest(found, NEWEST[view], here, desk.now)
    else:
        rows = _soonest(found, desk.filters, here, desk.now)
    return name_places(rows)


def _nearest(cases: QuerySet, point: Point, here: slice, now: datetime) -> list[Row]:
    rows = rows_of(cases.values_list(*CASE)[here], now)
    for row in rows:
        row.metres = metres(point, row.lon, row.lat)
    return rows


def _newest(found: Held, by: str, here: slice, now: datetime) -> list[Row]:
    if found.orders is None:
        assert found.cases is not None
        return rows_of(found.cases.order_by(by, "-pk").values_list(*CASE)[here], now)
    newest = (by, "-pk")
    page = list(found.orders.order_by(*newest).values_list("pk", flat=True)[here])  # alone, so that what is turned over is not joined
    rows = rows_of(Order.objects.filter(pk__in=page).order_by(*newest).values_list(*ORDER), now)
    for row in rows:
        row.due_at = None
    return rows


def _soonest(found: Held, filters: Filters, here: slice, now: datetime) -> list[Row]:
    """Earliest due first; what nobody has to do (waiting for the requester) comes last, on both databases."""
    if found.cases is not None and found.orders is not None:
        return _both(found.cases, found.orders, filters, here, now)
    return _cases(found.cases, filters, here, now) if found.cases is not None else _orders(found.orders, filters, here, now)


def _both(cases: QuerySet, orders: QuerySet, filters: Filters, here: slice, now: datetime) -> list[Row]:
    """Two sorted lists are merged, so each is read up to the end of this page; its lines are grouped here."""
    upto, flat = slice(here.stop), Filters()
    rows = [*_cases(cases, flat, upto, now), *_orders(orders, flat, upto, now)]
    rows.sort(key=lambda row: (row.due_at is None, row.due_at or now))
    rows = rows[here]
    if column := GROUPED.get(filters.by):
        value = attrgetter(column)
        rows.sort(key=lambda row: (value(row) is None, value(row) or 0 if column.endswith("_id") else str(value(row))))
    return rows


def _cases(cases: Any, filters: Filters, here: slice, now: datetime) -> list[Row]:
    order = (*filters.first_by(orders=False), F("due_at").asc(nulls_last=True), "pk")
    return rows_of(cases.order_by(*order).values_list(*CASE)[here], now)


def _orders(orders: Any, filters: Filters, here: slice, now: datetime) -> list[Row]:
    return rows_of(orders.order_by(*filters.first_by(orders=True), "due_at", "pk").values_list(*ORDER)[here], now)
