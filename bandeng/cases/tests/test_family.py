"""Many in one: merged and taken apart, split into parts, supported by neighbours; repeated requesters helped, never marked."""

from __future__ import annotations

import pytest

from bandeng.cases import policies, story
from bandeng.cases.actions import calling, clocks, ending, family, intake, orders, privacy, work
from bandeng.cases.actions.intake import Reach
from bandeng.cases.models import Case, Order, Support
from bandeng.cases.tests.lives import completed, dispatched, rated
from bandeng.foundation.access import Actor, Invalid, Refused, WrongState
from bandeng.foundation.notify.models import Message
from tests.district import IN_A2, IN_B1, IN_ELM, requester


def reload(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def pair(town) -> tuple[Case, Case]:
    """A case and the one it was merged into."""
    case, other = town.case(words="井盖响"), town.case(words="盖子一压就响")
    family.merge(town.actor("worker_a"), case=case.pk, into=other.number)
    return reload(case), reload(other)


def parted(town, **more) -> tuple[Case, Case]:
    """A case with one part."""
    case = town.case(words="电梯坏了，路灯也不亮", **more)
    part = family.split(town.actor("worker_a"), case=case.pk, category=town.categories["6005"], words="路灯不亮")
    return reload(case), part


# Taking apart


def test_a_merged_case_goes_on_as_if_it_had_never_been_merged(town, clock):
    case = town.case()
    due = case.due_at
    other = town.case(words="又一件")
    clock.pass_by(hours=3)
    family.merge(town.actor("worker_a"), case=case.pk, into=other.number)
    clock.pass_by(days=2)
    family.unmerge(town.actor("worker_a"), case=case.pk, reason="不是同一个井盖")
    case = reload(case)
    assert (case.state, case.merged_into, case.closed_at, case.due_at) == ("filed", None, None, due)
    assert case.words and other.words
    assert f"和 {other.number} 拆开，单独办" in [point.did for point in story.own_story(case)]
    work.take(town.actor("officer_a1"), case=case.pk)
    work.complete(town.actor("officer_a1"), case=case.pk, answer="换好了")
    assert reload(case).state == "callback"


def test_a_pause_that_the_merger_ended_does_not_hold_the_clock_afterwards(town, clock):
    case = town.case()
    due = case.due_at
    clocks.wait(town.actor("officer_a1"), case=case.pk, question="几号楼")
    clock.pass_by(days=1)
    other = town.case(words="又一件")
    family.merge(town.actor("worker_a"), case=case.pk, into=other.number)
    clock.pass_by(days=1)
    family.unmerge(town.actor("worker_a"), case=case.pk, reason="不是同一件")
    finish = case.limits.get(kind="finish")
    assert (finish.stopped, reload(case).pause, finish.ended_at) == (False, "", None)
    assert finish.due_at > due


def test_the_requester_parts_once_and_is_not_merged_there_again(town, clock):
    case, other = pair(town)
    family.unmerge(requester(case), case=case.pk, reason="我说的是三号楼")
    with pytest.raises(Invalid):
        family.merge(town.actor("worker_a"), case=case.pk, into=other.number)
    third = town.case(words="第三件")
    family.merge(town.actor("worker_a"), case=case.pk, into=third.number)
    with pytest.raises(WrongState):
        family.unmerge(requester(case), case=case.pk, reason="还不是")
    family.unmerge(town.actor("worker_a"), case=case.pk, reason="居民说得对")
    assert reload(case).state == "filed"


@pytest.mark.parametrize(("days", "may"), [(14, True), (16, False)])
def test_after_the_other_has_ended_there_are_fifteen_days(town, clock, days, may):
    case, other = pair(town)
    rated(town, other)
    clock.pass_by(days=days)
    if may:
        family.unmerge(requester(case), case=case.pk, reason="我这里没解决")
        assert reload(case).state == "filed"
    else:
        with pytest.raises(WrongState):
            family.unmerge(requester(case), case=case.pk, reason="我这里没解决")


def test_what_was_erased_is_not_taken_apart(town, clock):
    case, other = pair(town)
    rated(town, other)
    clock.pass_by(days=31)
    privacy.erase_due()
    assert reload(case).erased_at
    with pytest.raises(WrongState):
        family.unmerge(town.actor("worker_a"), case=case.pk, reason="x")


@pytest.mark.parametrize("name", ["worker_b", "officer_a1", "dispatcher_east", "water", "supervisor", "auditor"])
def test_who_may_not_take_apart(town, clock, name):
    case, other = pair(town)
    with pytest.raises(Refused):
        family.unmerge(town.actor(name), case=case.pk, reason="x")
    with pytest.raises(Refused):
        family.unmerge(requester(other), case=case.pk, reason="x")


def test_those_who_work_on_the_case_read_all_the_words(town, client):
    _case, other = pair(town)
    client.force_login(town.people["worker_a"])
    assert "井盖响" in client.get(f"/desk/{other.number}/").content.decode()
    client.logout()
    assert "井盖响" not in client.get(f"/board/cases/{other.number}/").content.decode()


def test_the_followers_page_offers_to_part(town, client):
    case, _other = pair(town)
    session = client.session
    session["claims"] = [case.pk]
    session.save()
    assert "单独办" in client.get(f"/follow/{case.number}/").content.decode()
    assert client.post(f"/follow/{case.number}/unmerge/", {"reason": ""}).status_code == 422
    assert client.post(f"/follow/{case.number}/unmerge/", {"reason": "不是一回事"}).status_code == 302
    assert reload(case).state == "filed"


# Parts


def test_a_part_is_a_case_with_its_own_kind_clock_and_units(town, clock):
    case, part = parted(town)
    assert (part.parent, part.category.code, part.state, part.grid_id) == (case, "6005", "received", case.grid_id)
    assert part.limits.count() == 2 and part.number != case.number
    orders.dispatch(town.actor("worker_a"), case=part.pk, units=[town.units["firm"].pk], leader=None, reason="换灯泡")
    assert Order.objects.get().case == part


def test_the_whole_is_answered_only_when_all_parts_have_a_result(town, clock):
    case, part = parted(town)
    officer = town.actor("officer_a1")
    work.take(officer, case=case.pk)
    with pytest.raises(WrongState) as waits:
        work.complete(officer, case=case.pk, answer="好了")
    assert part.number in str(waits.value)
    for act in (work.redirect, work.not_file):
        given = {"channel": "12345"} if act is work.redirect else {}
        with pytest.raises(WrongState):
            act(town.actor("dispatcher_west" if act is work.not_file else "worker_a"), case=case.pk, reason="x", **given)
    work.take(officer, case=part.pk)
    work.complete(officer, case=part.pk, answer="灯亮了")
    assert Message.objects.filter(key__contains=f"case:{case.pk}:parts").exists()
    work.complete(officer, case=case.pk, answer="都好了")
    assert (reload(case).state, reload(part).state) == ("callback", "callback")


def test_there_are_two_levels_and_no_more(town, clock):
    _case, part = parted(town)
    with pytest.raises(WrongState):
        family.split(town.actor("worker_a"), case=part.pk, category=town.categories["1003"], words="再分")


def test_nine_parts_are_enough(town, clock):
    case = town.case()
    for n in range(9):
        family.split(town.actor("worker_a"), case=case.pk, category=town.categories["1003"], words=f"第{n}件")
    with pytest.raises(WrongState):
        family.split(town.actor("worker_a"), case=case.pk, category=town.categories["1003"], words="第十件")


def test_the_requester_of_the_whole_follows_and_rates_the_parts(town, clock, client):
    case, part = parted(town)
    me = requester(case)
    assert policies.may(me, "answer_yes", part) and Case.objects.filter(policies.visible(me), pk=part.pk).exists()
    assert not policies.may(Actor(claims=frozenset({part.pk})), "see", case)
    completed(town, part)
    ending.answer(me, case=part.pk, solved=True, grade=5)
    assert reload(part).state == "rated"
    session = client.session
    session["claims"] = [case.pk]
    session.save()
    page = client.get(f"/follow/{case.number}/").content.decode()
    assert f"/follow/{part.number}/" in page
    assert client.get(f"/follow/{part.number}/").status_code == 200


def test_letters_about_a_part_go_to_whoever_reported_the_whole(town, clock):
    case, part = parted(town, reach=Reach(email="wang@example.org"))
    completed(town, part)
    letter = Message.objects.filter(recipient_kind="requester", key__contains="callback").get()
    assert (letter.recipient_id, part.number in letter.subject) == (case.pk, True)


def test_the_second_letter_about_a_part_is_sent_once_too(town, clock):
    _case, part = parted(town, reach=Reach(email="wang@example.org"))
    completed(town, part)
    clock.pass_by(days=4, hours=1)
    assert calling.remind_silent() == 1
    assert calling.remind_silent() == 0
    assert Message.objects.filter(key__contains="remind", subject__contains=part.number).count() == 1


def test_the_contact_is_kept_until_the_parts_have_ended(town, clock):
    case, part = parted(town, reach=Reach(phone="000-1"))
    completed(town, part)
    rated(town, case)
    clock.pass_by(days=31)
    privacy.erase_due()
    assert reload(case).erased_at is None and not privacy.erase(case.pk)
    ending.close_silent()
    privacy.erase_due()
    assert reload(case).erased_at and reload(part).state == "closed"


def test_what_is_taken_back_goes_with_its_parts(town, clock):
    case, part = parted(town)
    intake.withdraw(requester(case), case=case.pk)
    assert (reload(case).state, reload(part).state) == ("withdrawn", "withdrawn")


def test_a_whole_with_open_parts_is_not_merged_nor_with_its_own_part(town, clock):
    case, part = parted(town)
    other = town.case(words="别的")
    with pytest.raises(WrongState):
        family.merge(town.actor("worker_a"), case=case.pk, into=other.number)
    with pytest.raises(Invalid):
        family.merge(town.actor("worker_a"), case=part.pk, into=case.number)


@pytest.mark.parametrize("name", ["worker_b", "officer_b1", "dispatcher_west", "water", "supervisor", "auditor"])
def test_who_does_not_hold_it_does_not_split_it(town, clock, name):
    case = town.case()
    with pytest.raises(Refused):
        family.split(town.actor(name), case=case.pk, category=town.categories["1003"], words="x")


def test_a_unit_of_one_part_does_not_see_the_other_parts(town, clock):
    case, part = parted(town)
    dispatched(town, part)
    assert policies.may(town.actor("firm"), "see", part)
    assert not policies.may(town.actor("firm"), "see", case)


def test_the_page_splits(town, client):
    case = town.case()
    client.force_login(town.people["officer_a1"])
    sent = {"category": town.categories["6005"].pk, "words": "路灯不亮", "once": "x" * 32}
    assert client.post(f"/desk/{case.number}/split/", sent).status_code == 302
    part = Case.objects.get(parent=case)
    page = client.get(f"/desk/{case.number}/").content.decode()
    assert part.number in page
    assert case.number in client.get(f"/desk/{part.number}/").content.decode()
    assert client.post(f"/desk/{case.number}/split/", {**sent, "category": "x", "words": "写了半天", "once": "y" * 32}).status_code == 422


# Me too


def test_neighbours_say_me_too_once_each(town, client, clock):
    case = town.case()
    for _n in range(2):
        assert client.post(f"/me-too/{case.number}/").status_code == 302
    assert reload(case).supporters == 1
    page = client.get(f"/board/cases/{case.number}/").content.decode()
    assert "有几位邻居说也遇到" in page and "您说过也遇到了" in page
    for n in range(4):
        assert family.support(case.pk, f"neighbour {n}")
    assert "5 位邻居说也遇到" in client.get(f"/board/cases/{case.number}/").content.decode()


def test_nothing_is_left_of_who_it_was_when_the_case_is_erased(town, clock):
    case = town.case()
    family.support(case.pk, "neighbour")
    rated(town, case)
    clock.pass_by(days=31)
    privacy.erase_due()
    assert not Support.objects.exists() and reload(case).supporters == 1


def test_me_too_has_its_limits(town, client, clock, settings):
    settings.REPORTS_PER_HOUR = 2
    cases = [town.case(words=f"第{n}件") for n in range(3)]
    for case in cases:
        client.post(f"/me-too/{case.number}/")
    assert sorted(reload(case).supporters for case in cases) == [0, 1, 1]
    rated(town, cases[0])
    assert client.post(f"/me-too/{cases[0].number}/").status_code == 404
    assert client.post("/me-too/999999-0001/").status_code == 404
    with pytest.raises(WrongState):
        family.support(cases[0].pk, "late")


# Whoever reports again


def report(client, town, where=IN_ELM, category="1003", words="又来了", key="k"):
    sent = {"report_key": key * 24, "lon": where[0], "lat": where[1], "category": town.categories[category].pk, "words": words}
    assert client.post("/report/", sent).status_code == 302
    return client.get("/report/done/").content.decode()


def test_whoever_reports_the_same_again_is_shown_the_first_one(town, client):
    assert "同一类的一件在办" not in report(client, town)
    first = Case.objects.get()
    again = report(client, town, words="还是没来", key="m")
    assert "同一类的一件在办" in again and first.number in again
    assert "同一类的一件在办" not in report(client, town, where=IN_B1, words="别处的", key="n")
    assert "同一类的一件在办" not in report(client, town, where=IN_A2, category="2001", words="别的事", key="p")


def test_nobody_is_marked_for_reporting_often(town, clock):
    """No field of a case, a contact or an account counts what somebody has reported."""
    for n in range(6):
        town.case(words=f"第{n}次", reach=Reach(phone="000-7654321"))
    names = {field.name for model in (Case,) for field in model._meta.get_fields()}
    assert not names & {"repeats", "repeated", "times", "caller", "requester", "nuisance"}
    assert len(set(Case.objects.values_list("due_at", "level", "slip"))) == 1  # the sixth is treated as the first was
