"""What happens the second time: results told again, merged cases, numbers that stay true."""

from datetime import timedelta

import pytest

from bandeng.cases import story
from bandeng.cases.actions import calling, ending, family, filing, intake, orders, privacy, work
from bandeng.cases.actions.intake import Reach
from bandeng.cases.models import Case, Limit
from bandeng.foundation.access import Invalid, Refused, WrongState
from bandeng.foundation.notify.models import Message
from tests.district import IN_A2, IN_C1, IN_ELM, requester

pytestmark = pytest.mark.django_db
MAIL = Reach(email="someone@example.org")


def letters(case, what="callback"):
    return Message.objects.filter(recipient_kind="requester", recipient_id=case.pk, key__contains=what).count()


def complete(town, case, answer="办好了"):
    case.refresh_from_db()
    if case.state != "handling":
        work.take(town.actor("officer_a1"), case=case.pk)
    work.complete(town.actor("officer_a1"), case=case.pk, answer=answer)


def test_every_result_is_told_not_only_the_first(town, clock):
    case = town.case(IN_ELM, reach=MAIL)
    complete(town, case)
    ending.answer(requester(case), case=case.pk, solved=False, grade=1)
    work.check(town.actor("head_a"), case=case.pk, passed=False, finding="没好")
    complete(town, case, "又去了一趟")
    assert letters(case) == 2
    ending.answer(requester(case), case=case.pk, solved=False, grade=1)
    work.check(town.actor("head_a"), case=case.pk, passed=True, finding="好了")
    assert letters(case) == 3


def test_going_up_twice_tells_twice(town, clock):
    case = town.case(IN_ELM)
    work.pass_up(town.actor("officer_a1"), case=case.pk, reason="办不了")
    for _ in range(2):
        orders.ask_whistle(town.actor("worker_a"), case=case.pk, units=[town.units["water"].pk], reason="请吹哨")
        orders.decline_whistle(town.actor("dispatcher_west"), case=case.pk, reason="先自己办")
    person = town.people["worker_a"].pk
    assert Message.objects.filter(recipient_id=person, key__contains="declined").count() == 2


def test_a_late_no_is_shown_as_a_no(town, clock):
    case = town.case(IN_ELM)
    complete(town, case)
    clock.pass_by(days=8)
    ending.close_silent()
    ending.rate(requester(case), case=case.pk, solved=False, grade=1)
    said = [point.did for point in story.story(Case.objects.get(pk=case.pk), notes=False)][-1]
    assert "没解决" in said


def test_a_reminder_is_sent_once_on_the_fourth_day(town, clock):
    case = town.case(IN_ELM, reach=MAIL)
    complete(town, case)
    assert calling.remind_silent() == 0
    clock.pass_by(days=4, hours=1)
    assert calling.remind_silent() == 1
    assert calling.remind_silent() == 0
    assert letters(case, "remind") == 1


def test_a_word_heard_by_telephone_is_noted_by_another_person_who_opened_the_contact(town, clock):
    case = town.case(IN_ELM, reach=Reach(phone="0000-1"))
    complete(town, case)
    with pytest.raises(Refused):
        calling.heard(town.actor("officer_a1"), case=case.pk, solved=True, grade=5)
    with pytest.raises(WrongState):
        calling.heard(town.actor("worker_a"), case=case.pk, solved=True, grade=5)
    privacy.open_contact(town.actor("worker_a"), case=case.pk, reason="电话回访一下")
    calling.heard(town.actor("worker_a"), case=case.pk, solved=True, grade=4, words="挺好")
    case.refresh_from_db()
    assert (case.state, case.ratings.get().heard) == ("rated", True)


def test_staff_of_a_case_cannot_rate_it_even_with_its_code(town, clock):
    case = town.case(IN_ELM)
    complete(town, case)
    officer = town.actor("officer_a1")
    with pytest.raises(Refused):
        ending.answer(type(officer)(officer.person_id, officer.posts, frozenset({case.pk})), case=case.pk, solved=True, grade=5)


def test_a_request_for_a_whistle_ends_with_what_answers_it(town, clock):
    case = town.case(IN_ELM)
    work.pass_up(town.actor("officer_a1"), case=case.pk, reason="办不了")
    orders.ask_whistle(town.actor("worker_a"), case=case.pk, units=[town.units["water"].pk], reason="请吹哨")
    work.take(town.actor("dispatcher_west"), case=case.pk)
    work.complete(town.actor("dispatcher_west"), case=case.pk, answer="自己办了")
    assert not case.asks.filter(answered_at=None).exists()


def test_a_taken_case_can_still_be_redirected_and_merged(town, clock):
    case, other = town.case(IN_ELM), town.case(IN_ELM, "同一件")
    work.take(town.actor("officer_a1"), case=other.pk)
    family.merge(town.actor("worker_a"), case=other.pk, into=case.number.replace("-", " "))
    other.refresh_from_db()
    assert other.merged_into == case


def test_followers_point_to_the_root_hear_its_result_and_keep_their_contact_till_then(town, clock):
    a, b, c = (town.case(IN_ELM, words, reach=MAIL) for words in ("一", "二", "三"))
    family.merge(town.actor("worker_a"), case=a.pk, into=b.number)
    family.merge(town.actor("worker_a"), case=b.pk, into=c.number)
    a.refresh_from_db()
    assert a.merged_into == c
    clock.pass_by(days=40)
    assert privacy.erase_due() == (0, 0)
    complete(town, c)
    assert [letters(case) for case in (a, b, c)] == [1, 1, 1]


def test_when_the_first_requester_withdraws_the_oldest_follower_goes_on(town, clock):
    root, first, second = (town.case(IN_ELM, words) for words in ("一", "二", "三"))
    for case in (first, second):
        family.merge(town.actor("worker_a"), case=case.pk, into=root.number)
    intake.withdraw(requester(root), case=root.pk)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, first.merged_into, first.closed_at) == ("filed", None, None)
    assert first.due_at is not None
    assert second.merged_into == first


def test_a_unit_that_has_spoken_with_the_requester_has_responded(town, clock):
    case = town.case(IN_ELM)
    made = orders.dispatch(town.actor("worker_a"), case=case.pk, units=[town.units["firm"].pk], leader=None, reason="去看看")
    Limit.objects.filter(case=case, kind="response").update(met_at=None)
    orders.acknowledge(town.actor("firm"), case=case.pk, order=made[0].pk)
    orders.contact(town.actor("firm"), case=case.pk, order=made[0].pk)
    assert Limit.objects.get(case=case, kind="response").met_at == clock.now


def test_another_category_counts_running_limits_anew_from_their_own_start(town, clock):
    case = town.case(IN_ELM, category="1003")
    before = Limit.objects.get(case=case, kind="response")
    clock.pass_by(hours=1)
    filing.recategorise(town.actor("worker_a"), case=case.pk, category=town.categories["3001"])
    after = Limit.objects.get(case=case, kind="response")
    assert after.started_at == before.started_at
    assert after.due_at == before.started_at + timedelta(hours=2)
    case.refresh_from_db()
    assert (case.category.code, case.due_at) == ("3001", after.due_at)


def test_a_case_moved_to_another_spot_goes_to_the_officer_there(town, clock):
    case = town.case(IN_ELM)
    filing.relocate(town.actor("worker_a"), case=case.pk, lon=IN_A2[0], lat=IN_A2[1], place_text="西边路口")
    case.refresh_from_db()
    assert (case.grid, case.level) == (town.places["a2"], "grid")
    filing.relocate(town.actor("worker_a"), case=case.pk, lon=IN_C1[0], lat=IN_C1[1])
    case.refresh_from_db()
    assert (case.community, case.level) == (town.places["c"], "community")
    with pytest.raises(Invalid):
        filing.relocate(town.actor("worker_c"), case=case.pk, lon=0, lat=0)


def test_erasure_leaves_no_flat_note_letter_or_photograph_behind(town, clock):
    case = town.case(IN_ELM, "漏水", place_text="榆钱小区1号楼2单元501", reach=MAIL)
    work.note(town.actor("officer_a1"), case=case.pk, words="王小明 13800138000 住501")
    work.tell_requester(town.actor("officer_a1"), case=case.pk, words="有事打13800138000")
    complete(town, case)
    ending.answer(requester(case), case=case.pk, solved=True, grade=5)
    clock.pass_by(days=31)
    assert privacy.erase_due() == (1, 0)
    case.refresh_from_db()
    kept = " ".join([case.place_text, case.words, case.answer, *case.events.values_list("text", flat=True)])
    assert "501" not in kept
    assert "13800138000" not in kept
    assert "王小明" not in kept
    assert letters(case, "") == 0


def test_a_unit_sees_notes_on_its_own_order_only(town, clock):
    case = town.case(IN_ELM)
    orders.dispatch(town.actor("worker_a"), case=case.pk, units=[town.units["firm"].pk], leader=None, reason="去看看")
    work.note(town.actor("worker_a"), case=case.pk, words="这家物业常拖")
    shown = story.story(case, notes=True, only_of={town.units["firm"].pk})
    assert all("常拖" not in point.text for point in shown)
    assert any("常拖" in point.text for point in story.story(case, notes=True))
