"""The inbox: what is mine, in which order, page by page, and nothing with nobody."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from bandeng.cases import lines
from bandeng.cases.actions import intake, work
from bandeng.cases.models import Case
from bandeng.people.models import Post
from tests.district import IN_A2, IN_B1, IN_ELM, requester

pytestmark = pytest.mark.django_db


def test_the_earliest_due_comes_first_and_what_waits_for_the_requester_last(town):
    slow = town.case(category="1003")
    fast = town.case(category="3001")
    done = town.case(category="1003")
    work.take(town.actor("officer_a1"), case=done.pk)
    work.complete(town.actor("officer_a1"), case=done.pk, answer="办好了")
    rows, total = lines.inbox(town.actor("worker_a"), "all")
    assert [row.pk for row in rows] == [fast.pk, slow.pk, done.pk]
    assert total == 3


def test_an_officer_has_only_the_own_grid(town):
    mine, _other = town.case(IN_ELM), town.case(IN_A2)
    rows, total = lines.inbox(town.actor("officer_a1"))
    assert [row.pk for row in rows] == [mine.pk]
    assert total == 1


def test_a_grid_whose_officer_has_left_is_its_communitys_to_do(town):
    case = town.case(IN_B1)
    assert case.level == "grid"
    assert lines.inbox(town.actor("worker_b"))[0] == []
    yesterday = timezone.localdate() - timedelta(days=1)
    Post.objects.filter(role="grid_officer", place=town.places["b1"]).update(starts_on=date(2020, 1, 1), ends_on=yesterday)
    assert [row.pk for row in lines.inbox(town.actor("worker_b"))[0]] == [case.pk]
    work.take(town.actor("worker_b"), case=case.pk)


def test_pages_follow_one_another_without_gap_or_repeat(town, monkeypatch):
    monkeypatch.setattr(lines, "PAGE", 3)
    made = {town.case().pk for _ in range(7)}
    seen = [row.pk for page in (1, 2, 3) for row in lines.inbox(town.actor("officer_a1"), "mine", page)[0]]
    assert len(seen) == 7
    assert set(seen) == made


def test_nonsense_in_the_address_gives_the_first_page(town, client):
    town.case()
    client.force_login(town.people["worker_a"], backend="bandeng.people.backends.EmailOrPhone")
    for page in ("0", "-1", "x", "²", "99999999999999999999", "1e3", ""):
        assert client.get("/desk/", {"view": "all", "page": page}).status_code == 200


def test_a_withdrawn_case_leaves_the_inbox(town):
    case = town.case()
    intake.withdraw(requester(case), case=case.pk)
    assert lines.inbox(town.actor("officer_a1"))[1] == 0
    assert Case.objects.get(pk=case.pk).due_at is None
