"""Not filed, with a ground from a closed list; the requester objects once, and somebody else decides."""

from __future__ import annotations

import pytest

from bandeng.cases import lines, story
from bandeng.cases.actions import objections, privacy, work
from bandeng.cases.actions.intake import Reach
from bandeng.cases.models import Case, Objection
from bandeng.foundation.access import Invalid, Refused, WrongState
from bandeng.foundation.notify.models import Message
from tests.district import requester


def reload(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def refused(town, who: str = "dispatcher_west", **more) -> Case:
    """A case that was not filed."""
    case = town.case(reach=Reach(email="wang@example.org"), **more)
    work.not_file(town.actor(who), case=case.pk, reason="去过两次，没有", ground="no_fact")
    return reload(case)


def objected(town, **more) -> Case:
    case = refused(town, **more)
    objections.object_not_filed(requester(case), case=case.pk, words="我有照片，电话13800138000")
    return reload(case)


def test_the_ground_is_one_of_the_list_and_is_told(town, clock):
    case = refused(town)
    assert "没有立案：去过两次" not in story.own_story(case)[-1].did
    assert story.own_story(case)[-1].did.startswith("没有立案：去看过，没有这个情况")
    with pytest.raises(Invalid):
        work.not_file(town.actor("dispatcher_west"), case=town.case(words="x").pk, reason="x", ground="because")


def test_an_objection_that_is_right_files_the_matter_with_new_clocks(town, clock):
    case = objected(town)
    clock.pass_by(days=2)
    objections.uphold_not_filed(town.actor("supervisor"), case=case.pk, reason="照片上看得清")
    case = reload(case)
    assert (case.state, case.level, case.closed_at) == ("filed", "subdistrict", None)
    assert case.limits.filter(met_at__isnull=True, ended_at__isnull=True).count() == 2
    assert case.limits.filter(kind="finish").last().started_at == clock.now
    work.take(town.actor("dispatcher_west"), case=case.pk)
    assert Message.objects.filter(recipient_kind="requester", subject__contains="已经立案").exists()
    assert "13800138000" not in Objection.objects.get().words


def test_one_that_is_not_is_final_and_names_the_other_ways(town, clock):
    case = objected(town)
    objections.reject_not_filed(town.actor("supervisor"), case=case.pk, reason="照片是别处的")
    assert reload(case).state == "not_filed"
    assert "行政复议" in story.own_story(case)[-1].did
    with pytest.raises(WrongState):
        objections.uphold_not_filed(town.actor("supervisor"), case=case.pk, reason="x")
    with pytest.raises(WrongState):
        objections.object_not_filed(requester(case), case=case.pk, words="还是不服")


def test_the_time_for_it_is_fifteen_days(town, clock):
    case = refused(town)
    clock.pass_by(days=16)
    with pytest.raises(WrongState):
        objections.object_not_filed(requester(case), case=case.pk, words="x")


@pytest.mark.parametrize("name", ["dispatcher", "dispatcher_west", "worker_a", "officer_a1", "water", "auditor"])
def test_only_the_supervisor_decides(town, clock, name):
    case = objected(town)
    for act in (objections.uphold_not_filed, objections.reject_not_filed):
        with pytest.raises(Refused):
            act(town.actor(name), case=case.pk, reason="x")
        with pytest.raises(Refused):
            act(requester(case), case=case.pk, reason="x")
    assert Objection.objects.get().answered_at is None


def test_never_whoever_did_not_file_it(town, clock):
    case = objected(town, )
    other = refused(town, who="supervisor", words="另一件")
    objections.object_not_filed(requester(other), case=other.pk, words="x")
    with pytest.raises(Refused):
        objections.reject_not_filed(town.actor("supervisor"), case=other.pk, reason="x")
    rows, _total = lines.inbox(town.actor("supervisor"), "asked")
    assert [row.number for row in rows] == [case.number]


@pytest.mark.parametrize("name", ["worker_a", "supervisor", "water"])
def test_nobody_objects_for_the_requester(town, clock, name):
    case = refused(town)
    with pytest.raises(Refused):
        objections.object_not_filed(town.actor(name), case=case.pk, words="x")


def test_silence_files_it(town, clock):
    case = objected(town)
    clock.pass_by(days=20)
    assert objections.lapse_due() == 0  # fifteen working days are three weeks
    clock.pass_by(days=5)
    assert objections.lapse_due() == 1
    assert reload(case).state == "filed"


def test_an_open_objection_holds_the_erasure(town, clock):
    case = refused(town)
    clock.pass_by(days=14)
    objections.object_not_filed(requester(case), case=case.pk, words="x")
    clock.pass_by(days=17)
    privacy.erase_due()
    assert reload(case).erased_at is None and not privacy.erase(case.pk)
    objections.reject_not_filed(town.actor("supervisor"), case=case.pk, reason="x")
    privacy.erase_due()
    assert reload(case).erased_at


def test_the_pages(town, client):
    case = refused(town)
    session = client.session
    session["claims"] = [case.pk]
    session.save()
    assert "不同意没有立案" in client.get(f"/follow/{case.number}/").content.decode()
    assert client.post(f"/follow/{case.number}/object/", {"words": ""}).status_code == 422
    assert client.post(f"/follow/{case.number}/object/", {"words": "有新情况"}).status_code == 302
    assert "不同意没有立案 <small>" not in client.get(f"/follow/{case.number}/").content.decode()
    client.force_login(town.people["supervisor"])
    assert case.number in client.get("/desk/?view=asked").content.decode()
    page = client.get(f"/desk/{case.number}/").content.decode()
    assert "意见成立，立案" in page and "有新情况" in page
