"""A counter's row is made and raised in one step, on both databases."""

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from bandeng.cases.models import ClaimTry, DayCounter
from bandeng.foundation.clock.moment import now
from bandeng.foundation.counter import bump
from tests.threads import together

DAY = date(2026, 3, 9)


@pytest.mark.django_db
def test_it_counts_from_one_and_each_key_by_itself():
    assert [bump(DayCounter, "last", day=DAY) for _ in range(3)] == [1, 2, 3]
    assert bump(DayCounter, "last", day=date(2026, 3, 10)) == 1
    assert dict(DayCounter.objects.values_list("day", "last"))[DAY] == 3


@pytest.mark.django_db
def test_a_key_of_several_columns_is_one_row():
    key = {"what": "claim", "source": b"x" * 32, "hour": now()}
    assert [bump(ClaimTry, "count", **key), bump(ClaimTry, "count", **key)] == [1, 2]
    assert bump(ClaimTry, "count", **{**key, "what": "report"}) == 1
    assert ClaimTry.objects.count() == 2


@pytest.mark.django_db
def test_it_takes_one_statement(django_assert_num_queries):
    with django_assert_num_queries(1):
        bump(DayCounter, "last", day=DAY)


@pytest.mark.django_db
def test_a_key_that_is_not_unique_is_refused():
    with pytest.raises(DatabaseError), transaction.atomic():
        bump(ClaimTry, "count", what="claim")


@pytest.mark.django_db(transaction=True)
def test_nobody_gets_a_number_twice():
    results = together(*[lambda: [bump(DayCounter, "last", day=DAY) for _ in range(10)]] * 4)
    assert sorted(number for numbers in results for number in numbers) == list(range(1, 41))


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_is_not_counted():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        bump(DayCounter, "last", day=DAY)
        raise ZeroDivisionError
    assert bump(DayCounter, "last", day=DAY) == 1
    assert connection.in_atomic_block is False
