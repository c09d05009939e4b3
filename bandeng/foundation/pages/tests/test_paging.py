"""Long lists: counted up to a bound, turned up to there, and never read beyond."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from bandeng.foundation.clock.models import DayCorrection
from bandeng.foundation.pages import paging


def ask(page):
    return paging.page_of(RequestFactory().get("/", {"page": page}))


@pytest.mark.parametrize(("given", "page"), [("1", 1), ("7", 7), ("0", 1), ("-1", 1), ("x", 1), ("", 1), ("²", 1), ("999999", 1)])
def test_nonsense_is_the_first_page(given, page):
    assert ask(given) == page


def test_pages_say_where_one_stands():
    middle = paging.pages(2, 120, 50)
    assert (middle.first, middle.last, middle.before, middle.after, middle.many) == (51, 100, 1, 3, 0)
    end = paging.pages(3, 120, 50)
    assert (end.last, end.after) == (120, None)


def test_more_than_are_counted_are_called_many():
    last = paging.COUNTED // 50
    assert paging.pages(1, paging.COUNTED + 1, 50).many == paging.COUNTED
    assert paging.pages(1, paging.COUNTED, 50).many == 0
    assert paging.pages(99_999, paging.COUNTED + 1, 50).first == paging.pages(last, paging.COUNTED + 1, 50).first


def test_lines_beyond_the_counted_ones_are_not_read():
    assert paging.lines_of(2, 50) == slice(50, 100)
    assert paging.lines_of(paging.COUNTED // 50, 50) == slice(paging.COUNTED - 50, paging.COUNTED)
    assert paging.lines_of(paging.COUNTED // 50 + 1, 50) == slice(0, 0)


@pytest.mark.django_db
def test_rows_are_counted_up_to_the_bound_and_one_more(monkeypatch):
    monkeypatch.setattr(paging, "COUNTED", 3)
    for n in range(1, 7):
        DayCorrection.objects.create(day=f"2026-03-{n:02d}", is_workday=True)
        assert paging.counted(DayCorrection.objects.order_by("day")) == min(n, 4)
