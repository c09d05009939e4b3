"""Phrases by place, unit, verb and group; and what others answered: masked, public, solved, and of the same kind."""

from __future__ import annotations

import pytest
from django.urls import reverse

from bandeng.cases import phrases
from bandeng.cases.actions import ending, work, workbench
from bandeng.cases.models import Case, Event, Phrase
from bandeng.cases.tests.lives import completed, dispatched
from bandeng.foundation.access import Invalid, Refused
from bandeng.foundation.clock.moment import today
from tests.district import IN_A2, IN_B1, IN_C1, IN_ELM, requester

pytestmark = pytest.mark.django_db


def keep(town, name, text, verb="complete", group="", title="一句"):
    post = town.actor(name).posts[0]
    return workbench.add_phrase(town.actor(name), place=post.place_id, unit=post.unit_id, verb=verb, group=group, title=title, text=text)


def texts(town, name, case, verb="complete"):
    return {one.text for one in phrases.at_hand(town.actor(name), case, [verb]).of(verb)}


@pytest.mark.parametrize("name", ["worker_a", "head_a", "dispatcher_west", "chief_west", "dispatcher", "supervisor", "water", "firm"])
def test_communities_subdistricts_district_and_units_keep_phrases(town, name):
    row = keep(town, name, "修好了。")
    workbench.change_phrase(town.actor(name), phrase=row.pk, verb="tell", group="物业", title="新", text="换过了。")
    row.refresh_from_db()
    assert (row.verb, row.group, row.title, row.text) == ("tell", "物业", "新", "换过了。")
    workbench.drop_phrase(town.actor(name), phrase=row.pk)
    assert not Phrase.objects.exists()


@pytest.mark.parametrize("name", ["officer_a1", "auditor", "admin", "leader"])
def test_others_keep_none(town, name, client, log_in):
    with pytest.raises(Refused):
        keep(town, name, "修好了。")
    log_in(town, name)
    assert client.get("/desk/phrases/").status_code == 404


@pytest.mark.parametrize("name", ["worker_b", "dispatcher_west", "officer_a1", "firm", "supervisor"])
def test_nobody_changes_the_phrases_of_another_place(town, name, client, log_in):
    row = keep(town, "worker_a", "修好了。")
    for act in (lambda: workbench.drop_phrase(town.actor(name), phrase=row.pk),
                lambda: workbench.change_phrase(town.actor(name), phrase=row.pk, verb="tell", group="", title="x", text="x")):
        with pytest.raises(Refused):
            act()
    log_in(town, name)
    assert client.post(reverse("cases:phrase", args=[row.pk]), {"act": "drop"}).status_code == 404
    assert Phrase.objects.get().text == "修好了。"


def test_a_case_offers_those_of_its_places_its_group_and_the_verb(town, clock):
    here, there = town.case(IN_ELM, category="1003"), town.case(IN_C1, category="1003")
    keep(town, "worker_a", "社区的")
    keep(town, "worker_a", "物业的", group="物业")
    keep(town, "worker_a", "供暖的", group="供暖")
    keep(town, "worker_a", "回话的", verb="tell")
    keep(town, "worker_c", "别处的")
    keep(town, "dispatcher", "全区的")
    assert texts(town, "officer_a1", here) == {"社区的", "物业的", "全区的"}
    assert texts(town, "worker_c", there) == {"别处的", "全区的"}
    assert texts(town, "officer_a1", here, "tell") == {"回话的"}


def test_a_unit_has_its_own_and_not_the_communitys(town, clock):
    case, _order = dispatched(town)
    keep(town, "worker_a", "社区的", verb="give_result")
    keep(town, "firm", "物业公司的", verb="give_result")
    keep(town, "water", "水务的", verb="give_result")
    assert texts(town, "firm", case, "give_result") == {"物业公司的"}


def solved(town, where, answer, category="1003", yes=True):
    case = completed(town, town.case(where, category=category)) if where == IN_ELM else town.case(where, category=category)
    Case.objects.filter(pk=case.pk).update(answer=answer)
    if where == IN_ELM:
        ending.answer(requester(case), case=case.pk, solved=yes, grade=5 if yes else 1)
    return case


def test_like_answers_are_solved_masked_and_of_the_same_kind(town, clock):
    for number, (answer, category, yes) in enumerate([
        ("通了管道", "1003", True), ("没修好", "1003", False), ("别的类", "1001", True), ("请打13800138000问", "1003", True),
        ("通了管道", "1003", True), ("换了水泵", "1003", True),
    ]):
        clock.pass_by(hours=number + 1)
        solved(town, IN_ELM, answer, category, yes)
    case = town.case(IN_ELM, category="1003")
    assert [one.text for one in phrases.like_answers(case)] == ["换了水泵", "通了管道", "请打〔电话〕问"]
    assert [one.text for one in phrases.like_answers(town.case(IN_B1, category="1003"))] == ["换了水泵", "通了管道", "请打〔电话〕问"]
    assert phrases.like_answers(town.case(IN_C1, category="1003")) == []  # another subdistrict
    assert phrases.like_answers(town.case(IN_A2, category="2001")) == []


def test_without_scripts_a_phrase_is_put_behind_what_was_typed_and_nothing_is_done(town, clock, client, log_in):
    case = town.case()
    work.take(town.actor("officer_a1"), case=case.pk)
    row = keep(town, "worker_a", "已经疏通。")
    log_in(town, "officer_a1")
    page = client.get(reverse("cases:case", args=[case.number])).content.decode()
    assert f'value="phrase-{row.pk}"' in page
    before = Event.objects.count()
    where, done = reverse("cases:verb", args=[case.number, "complete"]), {"done_by": "物业", "done_on": today()}
    answer = client.post(where, {**done, "put": "phrase", "phrase": f"phrase-{row.pk}", "answer": "上午去的。", "once": "t" * 32})
    assert answer.status_code == 200
    assert "上午去的。\n已经疏通。" in answer.content.decode()
    assert Event.objects.count() == before
    assert client.post(where, {**done, "answer": "上午去的。\n已经疏通。", "once": "t" * 32}).status_code == 302  # not used up
    assert Case.objects.get(pk=case.pk).answer == "上午去的。\n已经疏通。"


@pytest.mark.parametrize("key", ["phrase-999999", "like-1", "\0", ""])
def test_an_unknown_text_puts_in_nothing(town, clock, client, log_in, key):
    case = town.case()
    log_in(town, "worker_a")
    where = reverse("cases:verb", args=[case.number, "tell"])
    answer = client.post(where, {"put": key or "phrase", "phrase": key, "words": "明天来"})
    assert answer.status_code == 200
    assert ">\n明天来</textarea>" in answer.content.decode()


def test_the_page_keeps_changes_and_drops(town, client, log_in):
    log_in(town, "worker_a")
    sent = {"verb": "complete", "group": "物业", "title": "换灯", "text": "灯换好了。"}
    assert client.post("/desk/phrases/", {**sent, "text": ""}).status_code == 422
    assert client.post("/desk/phrases/", sent).url == "/desk/phrases/"
    row = Phrase.objects.get()
    assert (row.place_id, row.unit_id) == (town.places["a"].pk, None)
    assert "灯换好了。" in client.get("/desk/phrases/").content.decode()
    client.post(reverse("cases:phrase", args=[row.pk]), {**sent, "text": "灯亮了。"})
    assert Phrase.objects.get().text == "灯亮了。"
    client.post(reverse("cases:phrase", args=[row.pk]), {"act": "drop"})
    assert not Phrase.objects.exists()


def test_there_is_an_end_to_how_many(town, monkeypatch):
    monkeypatch.setattr(workbench, "PHRASES_MOST", 1)
    keep(town, "worker_a", "一")
    with pytest.raises(Invalid):
        keep(town, "worker_a", "二")
    keep(town, "worker_b", "三")
