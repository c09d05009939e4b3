"""Leaving a rating out of the rates 剔除: who asks, who decides, the appeal, and what it never touches."""


import pytest
from django.db import IntegrityError, transaction

from bandeng.cases import lines, verbs
from bandeng.cases.actions import ending, exclusions, intake, privacy, work
from bandeng.cases.actions.intake import Reach
from bandeng.cases.models import Case, Contact, Event, ExclusionState, Rating, RatingExclusion
from bandeng.cases.story import own_story, story
from bandeng.cases.tests.lives import completed, dispatched, rated
from bandeng.foundation.access import Invalid, Refused, WrongState
from bandeng.foundation.journal.models import Entry
from bandeng.foundation.notify.models import Message
from tests.district import requester
from tests.threads import together

EVIDENCE = "居民要求把邻居家的窗户封掉，照片在档案里。"
REASON = "法律不许，谁也不能答应。"


def fresh(case):
    return Case.objects.get(pk=case.pk)


def scolded(town, case=None, grade=1):
    """A case whose requester said no."""
    case = completed(town, case)
    ending.answer(requester(case), case=case.pk, solved=False, grade=grade)
    return fresh(case)


def asked(town, case=None, name="officer_a1", ground="unlawful"):
    case = case or scolded(town)
    exclusions.ask_exclusion(town.actor(name), case=case.pk, ground=ground, evidence=EVIDENCE)
    return case


def granted(town, case=None):
    case = asked(town, case)
    exclusions.grant_exclusion(town.actor("supervisor"), case=case.pk, reason=REASON)
    return case


def appealed(town, case=None):
    case = granted(town, case)
    exclusions.appeal_exclusion(requester(case), case=case.pk, words="窗户是违建，该拆。")
    return case


def state_of(case):
    return RatingExclusion.objects.get(case=case).state


# Asking


def test_asking_changes_neither_case_nor_rating(town, clock):
    case = scolded(town)
    rating, before = case.ratings.values().get(), case.state
    asked(town, case)
    assert (fresh(case).state, case.ratings.values().get()) == (before, rating)
    assert state_of(case) == ExclusionState.ASKED
    assert Entry.objects.filter(action="case.ask_exclusion", object_id=str(case.pk)).count() == 1


def test_it_is_asked_once_for_a_rating_and_within_fifteen_days(town, clock):
    case = asked(town)
    with pytest.raises(WrongState):
        asked(town, case)
    late = scolded(town)
    clock.pass_by(days=15)
    exclusions.ask_exclusion(town.actor("officer_a1"), case=late.pk, ground="beyond", evidence=EVIDENCE)
    later = scolded(town)
    clock.pass_by(days=15, seconds=1)
    with pytest.raises(WrongState):
        asked(town, later)


def test_before_a_rating_there_is_nothing_to_ask(town, clock):
    with pytest.raises(WrongState):
        asked(town, completed(town))
    with pytest.raises(WrongState):
        asked(town, town.case())


@pytest.mark.parametrize(("field", "ground", "evidence"), [
    ("ground", "", EVIDENCE), ("ground", "he is a nuisance", EVIDENCE), ("evidence", "unlawful", " \n"),
    ("evidence", "unlawful", "证" * 501)])
def test_ground_and_evidence_are_needed(town, clock, field, ground, evidence):
    with pytest.raises(Invalid) as error:
        exclusions.ask_exclusion(town.actor("officer_a1"), case=scolded(town).pk, ground=ground, evidence=evidence)
    assert error.value.field == field
    assert not RatingExclusion.objects.exists()


def test_evidence_is_masked(town, clock):
    case = scolded(town)
    exclusions.ask_exclusion(town.actor("officer_a1"), case=case.pk, ground="mistake", evidence="她在电话 13800138000 里说点错了")
    assert "13800138000" not in RatingExclusion.objects.get().evidence + Event.objects.get(action="ask_exclusion").text


@pytest.mark.parametrize("name", ["officer_a2", "worker_b", "dispatcher_east", "dispatcher", "supervisor", "auditor", "admin", "roads"])
def test_who_neither_holds_it_nor_worked_on_it_may_not_ask(town, clock, name):
    case, order = dispatched(town, scolded_before_work(town))
    with pytest.raises(Refused):
        asked(town, case, name)
    assert not RatingExclusion.objects.exists()


def scolded_before_work(town):
    """A case whose requester said no and that is being done again."""
    case = scolded(town)
    work.check(town.actor("worker_a"), case=case.pk, passed=False, finding="没办好")
    work.take(town.actor("officer_a1"), case=case.pk)
    return fresh(case)


def test_a_unit_that_worked_on_it_may_ask_and_reads_the_outcome(town, clock):
    case, order = dispatched(town, scolded_before_work(town))
    asked(town, case, "firm")
    assert RatingExclusion.objects.get().unit == town.units["firm"]
    exclusions.refuse_exclusion(town.actor("supervisor"), case=case.pk, reason="查过了，评得对")
    told = Message.objects.filter(recipient_kind="account", recipient_id=town.people["firm"].pk)
    assert any("照样计入" in message.subject for message in told)


def test_a_supervisor_who_holds_a_case_does_not_ask_for_what_supervisors_decide(town, clock):
    case = scolded(town)
    Case.objects.update(subdistrict=None, level="subdistrict")
    with pytest.raises(Refused):
        asked(town, fresh(case), "supervisor")
    asked(town, fresh(case), "dispatcher")


# Deciding


@pytest.mark.parametrize("name", [
    "officer_a1", "worker_a", "head_a", "dispatcher_west", "chief_west", "dispatcher", "auditor", "admin", "firm"])
@pytest.mark.parametrize("act", [exclusions.grant_exclusion, exclusions.refuse_exclusion])
def test_only_the_supervisor_decides(town, clock, name, act):
    case = asked(town)
    with pytest.raises(Refused):
        act(town.actor(name), case=case.pk, reason=REASON)
    with pytest.raises(Refused):
        act(requester(case), case=case.pk, reason=REASON)
    assert state_of(case) == ExclusionState.ASKED


def test_a_supervisor_who_handled_the_case_does_not_decide(town, clock):
    case = completed(town)
    ending.close_by_exception(town.actor("supervisor"), case=case.pk, reason="说不通了")
    ending.rate(requester(case), case=case.pk, solved=False, grade=1)
    asked(town, case)
    assert not offered(town, "supervisor", case) & {"grant_exclusion", "refuse_exclusion"}
    assert case.number not in listed(town, "supervisor")
    with pytest.raises(Refused):
        exclusions.grant_exclusion(town.actor("supervisor"), case=case.pk, reason=REASON)


def test_the_requester_reads_ground_and_reason_and_not_the_evidence(client, town, clock):
    case = granted(town, scolded(town, town.case(reach=Reach(name="王", email="w@example.com"))))
    letter = Message.objects.filter(recipient_kind="requester", key__contains="excluded").get()
    assert "违反法律法规" in letter.body and REASON in letter.body
    session = client.session
    session["claims"] = [case.pk]
    session.save()
    page = client.get(f"/follow/{case.number}/").content.decode()
    assert REASON in page and "违反法律法规" in page and "申诉" in page
    assert EVIDENCE not in page
    assert "您的评价没有计入统计" in page


def test_what_is_only_asked_or_refused_stays_between_offices(town, clock):
    case = asked(town)
    exclusions.refuse_exclusion(town.actor("supervisor"), case=case.pk, reason="评得对")
    assert not [point for point in own_story(fresh(case)) if "exclusion" in point.action]
    assert {"ask_exclusion", "refuse_exclusion"} <= {point.action for point in story(fresh(case), notes=True)}


# The appeal


def test_an_appeal_goes_to_somebody_else_and_is_final(town, clock):
    case = appealed(town)
    for name in ("supervisor", "worker_a", "dispatcher_west", "auditor"):
        with pytest.raises(Refused):
            exclusions.uphold_appeal(town.actor(name), case=case.pk, reason=REASON)
    exclusions.uphold_appeal(town.actor("dispatcher"), case=case.pk, reason="居民说得对")
    assert state_of(case) == ExclusionState.UPHELD
    with pytest.raises(WrongState):
        exclusions.reject_appeal(town.actor("dispatcher"), case=case.pk, reason=REASON)
    with pytest.raises(WrongState):
        exclusions.appeal_exclusion(requester(case), case=case.pk, words="再申诉")
    with pytest.raises(WrongState):
        exclusions.grant_exclusion(town.actor("supervisor"), case=case.pk, reason=REASON)


def test_only_the_requester_appeals_once_and_in_time(town, clock):
    case = granted(town)
    for actor in (town.actor("officer_a1"), town.actor("supervisor"), requester(town.case())):
        with pytest.raises(Refused):
            exclusions.appeal_exclusion(actor, case=case.pk, words="不同意")
    with pytest.raises(Invalid):
        exclusions.appeal_exclusion(requester(case), case=case.pk, words=" ")
    clock.pass_by(days=15, seconds=1)
    with pytest.raises(WrongState):
        exclusions.appeal_exclusion(requester(case), case=case.pk, words="不同意")


def test_a_dispatcher_who_asked_for_a_case_of_the_district_does_not_hear_the_appeal(town, clock):
    case = scolded(town)
    Case.objects.update(subdistrict=None, level="subdistrict")
    asked(town, case, "dispatcher")
    exclusions.grant_exclusion(town.actor("supervisor"), case=case.pk, reason=REASON)
    exclusions.appeal_exclusion(requester(case), case=case.pk, words="不同意")
    with pytest.raises(Refused):
        exclusions.reject_appeal(town.actor("dispatcher"), case=case.pk, reason=REASON)
    assert case.number not in listed(town, "dispatcher")


def test_a_second_rating_is_asked_about_for_itself(town, clock):
    case = granted(town)
    work.check(town.actor("worker_a"), case=case.pk, passed=False, finding="没办好")
    work.take(town.actor("officer_a1"), case=case.pk)
    clock.pass_by(hours=1)
    work.complete(town.actor("officer_a1"), case=case.pk, answer="又办了一遍")
    ending.answer(requester(case), case=case.pk, solved=True, grade=4)
    asked(town, case, ground="mistake")
    assert RatingExclusion.objects.filter(case=case).count() == 2


# Silence


def test_what_nobody_decides_in_time_counts(town, clock):
    first, second = asked(town), appealed(town)
    clock.pass_by(days=14)
    assert exclusions.lapse_due() == 0
    clock.pass_by(days=1)
    assert exclusions.lapse_due() == 2
    assert (state_of(first), state_of(second)) == (ExclusionState.REFUSED, ExclusionState.UPHELD)
    assert exclusions.lapse_due() == 0


def test_an_open_request_or_appeal_holds_the_erasure(town, clock):
    case = rated(town, town.case(reach=Reach(name="王", email="w@example.com")))
    clock.pass_by(days=15)
    asked(town, case)
    clock.pass_by(days=14)
    exclusions.grant_exclusion(town.actor("supervisor"), case=case.pk, reason=REASON)
    exclusions.appeal_exclusion(requester(case), case=case.pk, words="不同意")
    clock.pass_by(days=10)
    assert privacy.erase_due() == (0, 0)
    assert not privacy.erase(case.pk)
    assert Contact.objects.filter(pk=case.pk).exists()
    exclusions.reject_appeal(town.actor("dispatcher"), case=case.pk, reason=REASON)
    assert privacy.erase_due() == (1, 0)
    assert not Contact.objects.filter(pk=case.pk).exists()


def test_a_withdrawn_case_still_gets_its_decision(town, clock):
    case = asked(town)
    intake.withdraw(requester(case), case=case.pk, reason="算了")
    exclusions.grant_exclusion(town.actor("supervisor"), case=case.pk, reason=REASON)
    assert state_of(case) == ExclusionState.GRANTED


# The table


@pytest.mark.parametrize("wrong", [
    {"state": "nonsense"}, {"ground": "nuisance"}, {"state": "granted"}, {"state": "appealed"},
    {"state": "upheld", "decided": 1, "appealed": 1}, {"decided": 1}])
def test_the_database_keeps_no_half_decision(town, clock, wrong):
    case = scolded(town)
    times = {f"{name}_at": clock.now for name in ("decided", "appealed") if wrong.pop(name, 0)}
    row = {"rating": case.ratings.get(), "case": case, "ground": "mistake", "evidence": "x", "asked_at": clock.now, **times, **wrong}
    with pytest.raises(IntegrityError), transaction.atomic():
        RatingExclusion.objects.create(**row)


def test_a_rating_has_one_request_at_most(town, clock):
    case = asked(town)
    with pytest.raises(IntegrityError), transaction.atomic():
        RatingExclusion.objects.create(rating=Rating.objects.get(), case=case, ground="mistake", evidence="x", asked_at=clock.now)


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_at_once_make_one_request(town):
    case = scolded(town)
    done = together(*[lambda: asked(town, case)] * 3)
    assert sum(isinstance(one, WrongState) for one in done) == 2
    assert RatingExclusion.objects.count() == Event.objects.filter(action="ask_exclusion").count() == 1


# At the desk


def offered(town, name, case):
    return {verb.action for verb in verbs.possible(town.actor(name), fresh(case)) if "exclusion" in verb.action or "appeal" in verb.action}


def listed(town, name):
    return {row.number for row in lines.inbox(town.actor(name), "asked")[0]}


def test_what_is_offered_fits_what_is_possible(town, clock):
    case = completed(town)
    assert offered(town, "officer_a1", case) == set()
    ending.answer(requester(case), case=case.pk, solved=True, grade=2)
    assert offered(town, "officer_a1", case) == {"ask_exclusion"}
    assert offered(town, "supervisor", case) == set()
    asked(town, case)
    assert offered(town, "officer_a1", case) == set()
    assert offered(town, "supervisor", case) == {"grant_exclusion", "refuse_exclusion"}
    exclusions.grant_exclusion(town.actor("supervisor"), case=case.pk, reason=REASON)
    assert offered(town, "supervisor", case) == offered(town, "dispatcher", case) == set()
    exclusions.appeal_exclusion(requester(case), case=case.pk, words="不同意")
    assert offered(town, "dispatcher", case) == {"uphold_appeal", "reject_appeal"}
    assert offered(town, "supervisor", case) == set()


def test_whoever_must_decide_finds_it_also_when_the_case_has_ended(town, clock):
    ended, running = asked(town, rated(town)), asked(town)
    assert listed(town, "supervisor") == {ended.number, running.number}
    assert lines.inbox(town.actor("supervisor"), "asked")[1] == 2
    assert listed(town, "dispatcher") == set()
    case = appealed(town)
    assert listed(town, "dispatcher") == {case.number}
    for name, actor in town.everybody().items():
        if "asked" in lines.views_of(actor):
            may = {one.number for one in (ended, running, case) if offered(town, name, one) - {"ask_exclusion"}}
            assert listed(town, name) == may, name


def test_it_is_asked_granted_and_appealed_on_the_pages(client, town, log_in, clock):
    case = rated(town)
    at = f"/desk/{case.number}/"
    log_in(town, "officer_a1")
    assert client.post(f"{at}ask_exclusion/", {"ground": "", "evidence": EVIDENCE}).status_code == 422
    again = client.post(f"{at}ask_exclusion/", {"ground": "x" * 300, "evidence": EVIDENCE})
    assert again.status_code == 422 and EVIDENCE in again.content.decode()
    assert client.post(f"{at}ask_exclusion/", {"ground": "mistake", "evidence": EVIDENCE}).status_code == 302
    assert client.post(f"{at}ask_exclusion/", {"ground": "mistake", "evidence": EVIDENCE}).status_code == 409
    log_in(town, "supervisor")
    assert EVIDENCE in client.get(at).content.decode()
    assert client.post(f"{at}grant_exclusion/", {"reason": REASON}).status_code == 302
    client.logout()
    session = client.session
    session["claims"] = [case.pk]
    session.save()
    mine = f"/follow/{case.number}/"
    assert client.post(f"{mine}appeal/", {"words": ""}).status_code == 422
    assert client.post(f"{mine}appeal/", {"words": "没点错"}).status_code == 302
    assert "申诉在裁定" in client.get(mine).content.decode()
    late = client.post(f"{mine}appeal/", {"words": "再说一次"})
    assert late.status_code == 409 and "再说一次" in late.content.decode()
