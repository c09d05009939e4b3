"""The doors of the workbench: who is nobody logs in first and comes back, who has no post is told so."""

import pytest
from django.urls import reverse

from bandeng.people.models import Post

INSIDE = ["cases:inbox", "territory:places", "territory:check", "people:units"]


@pytest.fixture
def without_post(client, town, log_in):
    log_in(town, "officer_a1")
    Post.objects.filter(person=town.people["officer_a1"]).delete()
    return client


@pytest.mark.parametrize("name", INSIDE)
def test_nobody_logs_in_and_comes_back(client, town, name):
    answer = client.get(reverse(name), {"view": "all"})
    assert answer.url == f"{reverse('people:login')}?next={reverse(name)}%3Fview%3Dall"


@pytest.mark.parametrize("name", INSIDE)
def test_who_has_no_post_is_told_so_and_not_sent_round_in_circles(without_post, name):
    answer = without_post.get(reverse(name))
    assert answer.status_code == 403
    assert "您现在没有岗位" in answer.content.decode()


def test_a_form_sent_after_the_log_in_ended_leads_to_a_page_that_opens(client, town):
    answer = client.post(reverse("people:person_unlock", args=[town.people["officer_a1"].pk]))
    assert answer.url == f"{reverse('people:login')}?next={reverse('people:people')}"
