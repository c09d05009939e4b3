"""Lists under a name: private to the person, of known parameters only, twenty at most."""

from __future__ import annotations

import pytest
from django.urls import reverse

from bandeng.cases.actions import workbench
from bandeng.cases.models import SavedView
from bandeng.cases.views.saved import known_only
from bandeng.foundation.access import Actor, Invalid, Refused

pytestmark = pytest.mark.django_db


def save(client, name, query):
    return client.post("/desk/views/", {"name": name, "query": query})


def test_a_list_is_kept_found_again_renamed_and_dropped(town, client, log_in):
    log_in(town, "worker_a")
    assert save(client, "本周物业", "view=late&category=物业").url.startswith("/desk/?view=late&category=")
    mine = SavedView.objects.get()
    page = client.get("/desk/").content.decode()
    assert "本周物业" in page and mine.query.replace("&", "&amp;") in page
    where = reverse("cases:view", args=[mine.pk])
    client.post(where, {"act": "rename", "name": "物业"})
    assert SavedView.objects.get().name == "物业"
    client.post(where, {"act": "drop"})
    assert not SavedView.objects.exists()


def test_nobody_else_sees_it_changes_it_or_drops_it(town, client, log_in):
    mine = workbench.save_view(town.actor("worker_a"), name="只我看", query="view=all")
    log_in(town, "head_a")
    assert "只我看" not in client.get("/desk/").content.decode() + client.get("/desk/views/").content.decode()
    for act in ("drop", "rename"):
        assert client.post(reverse("cases:view", args=[mine.pk]), {"act": act, "name": "x"}).status_code == 404
        with pytest.raises(Refused):
            workbench.drop_view(town.actor("head_a"), view=mine.pk)
    with pytest.raises(Refused):
        workbench.save_view(Actor(), name="x", query="")
    assert SavedView.objects.get().name == "只我看"


@pytest.mark.parametrize(("sent", "kept"), [
    ("view=late&category=1003&evil=1&number=260309-0001&page=7", "view=late&category=1003"),
    ("view=near&near=100.005,30.005&slip=red", "view=mine&slip=red"),  # where somebody stood is not kept
    ("view=nonsense&slip=green", "view=mine"), ("", "view=mine"), ("%00&=&&", "view=mine"),
])
def test_only_known_parameters_are_kept(town, sent, kept):
    assert known_only(town.actor("worker_a"), sent) == kept


def test_twenty_at_most_and_no_two_of_one_name(town):
    actor = town.actor("worker_a")
    for number in range(20):
        workbench.save_view(actor, name=f"第{number}个", query="view=all")
    with pytest.raises(Invalid, match="20"):
        workbench.save_view(actor, name="再一个", query="view=all")
    first, second = SavedView.objects.all()[:2]
    with pytest.raises(Invalid, match="名字"):
        workbench.rename_view(actor, view=first.pk, name=second.name)
    workbench.rename_view(actor, view=first.pk, name=first.name)
    workbench.save_view(town.actor("worker_b"), name="第0个", query="view=all")
    for name in ("", " ", "长" * 31):
        with pytest.raises(Invalid):
            workbench.rename_view(actor, view=first.pk, name=name)


def test_a_wrong_name_is_said_and_loses_nothing(town, client, log_in):
    log_in(town, "worker_a")
    answer = save(client, "", "view=late")
    assert answer.url == "/desk/?view=late"
    assert "请写几个字" in client.get(answer.url).content.decode()
