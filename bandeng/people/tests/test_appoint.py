"""Accounts and posts from the command line."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from bandeng.foundation.journal.models import Entry
from bandeng.people.models import Account, Post, Unit

pytestmark = pytest.mark.django_db


def appoint(*words):
    out = StringIO()
    call_command("appoint", *words, stdout=out)
    return out.getvalue()


def test_a_new_account_gets_a_password_and_the_post(town):
    said = appoint("community_worker", "--place", town.places["b"].code, "--name", "新人", "--email", "New@Example.org")
    person = Account.objects.get(email="new@example.org")
    password = said.split("shown once): ")[1].splitlines()[0]
    assert person.check_password(password)
    assert Post.objects.get(person=person).place == town.places["b"]


def test_a_second_officer_of_a_grid_is_refused(town):
    with pytest.raises(CommandError, match="已经有网格员"):
        appoint("grid_officer", "--place", town.places["a1"].code, "--name", "x", "--email", "x@example.org")
    assert not Account.objects.filter(email="x@example.org").exists()


def test_a_role_at_the_wrong_place_names_the_right_ones(town):
    with pytest.raises(CommandError, match=town.places["a1"].code):
        appoint("grid_officer", "--place", town.places["a"].code, "--name", "x", "--email", "x@example.org")


def test_a_liaison_needs_a_unit_which_is_made_when_it_is_new(town):
    with pytest.raises(CommandError, match="--unit"):
        appoint("unit_liaison", "--name", "x", "--email", "x@example.org")
    assert "New unit 区供热公司" in appoint("unit_liaison", "--unit", "区供热公司", "--name", "x", "--phone", "13800000000")


def test_a_weak_password_is_refused(town):
    with pytest.raises(CommandError):
        appoint("auditor", "--name", "x", "--email", "x@example.org", "--password", "12345")


def test_what_is_made_stands_in_the_journal(town):
    appoint("unit_liaison", "--unit", "区供热公司", "--name", "x", "--email", " New@Example.org ")
    appoint("unit_head", "--unit", "区供热公司", "--name", "x", "--email", "new@example.org")
    person, unit = Account.objects.get(email="new@example.org"), Unit.objects.get(name="区供热公司")
    found = Entry.objects.exclude(action="post.assign").order_by("pk").values_list("action", "object_id", "fields")
    assert sorted(found) == [("account.create", str(person.pk), "email,name"), ("unit.create", str(unit.pk), "name,kind,seat")]
