"""The call-back by telephone, and what an answer says: what, who, when."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse

from bandeng.cases import channels, verbs
from bandeng.cases.actions import calling, ending, family, privacy, work
from bandeng.cases.actions.intake import Reach
from bandeng.cases.models import Case, Channel, Event
from bandeng.cases.tests.lives import completed, dispatched, done, rated
from bandeng.foundation.access import Invalid, Refused, WrongState
from bandeng.foundation.clock.moment import at, today
from bandeng.foundation.notify.models import Message
from bandeng.foundation.pages import speech
from bandeng.foundation.pages.speech import ZONE
from bandeng.people.middleware import CLAIMS
from tests.district import IN_ELM, requester

pytestmark = pytest.mark.django_db
PHONE = Reach(phone="0000-1")


def own_page(client, case) -> str:
    """The page of a case as its requester sees it."""
    session = client.session
    session[CLAIMS] = [case.pk]
    session.save()
    return client.get(reverse("cases:follow_one", args=[case.number])).content.decode()


@pytest.fixture
def waiting(town, clock) -> Case:
    """A case with its answer, at ten in the morning, whose requester left a telephone; worker_a has opened the contact."""
    case = completed(town, town.case(IN_ELM, reach=PHONE))
    ten = datetime.combine(today() + timedelta(days=1), datetime.min.time(), ZONE).replace(hour=10)
    clock.pass_by(seconds=(ten - clock.now).total_seconds())
    privacy.open_contact(town.actor("worker_a"), case=case.pk, reason="电话回访一下")
    return case


def tried(town, case, name="worker_a"):
    calling.call_tried(town.actor(name), case=case.pk)
    case.refresh_from_db()
    return case


def test_the_second_try_without_answer_sends_somebody_to_look(town, clock, waiting):
    assert tried(town, waiting).state == "callback"
    clock.pass_by(hours=3)
    assert tried(town, waiting).state == "field_check"
    assert list(waiting.events.filter(action="call_tried").values_list("detail", flat=True)) == ["1", "2"]
    assert waiting.limits.filter(kind="check", met_at=None, ended_at=None).exists()
    work.check(town.actor("head_a"), case=waiting.pk, passed=True, finding="通了")
    clock.pass_by(days=8)
    assert ending.close_silent() == 1


def test_it_is_tried_twice_at_most_and_looked_at_once(town, clock, waiting):
    tried(town, waiting)
    clock.pass_by(hours=3)
    tried(town, waiting)
    work.check(town.actor("head_a"), case=waiting.pk, passed=True, finding="通了")
    privacy.open_contact(town.actor("worker_a"), case=waiting.pk, reason="电话回访一下")
    with pytest.raises(WrongState, match="已经问过"):
        tried(town, waiting)


def test_a_check_that_was_made_is_not_made_again(town, clock, waiting, settings):
    ending.answer(requester(waiting), case=waiting.pk, solved=False, grade=2)
    work.check(town.actor("head_a"), case=waiting.pk, passed=True, finding="是好的")
    privacy.open_contact(town.actor("worker_a"), case=waiting.pk, reason="电话回访一下")
    tried(town, waiting)
    clock.pass_by(hours=3)
    assert tried(town, waiting).state == "callback"


def test_a_new_result_may_be_asked_about_again(town, clock, waiting):
    tried(town, waiting)
    clock.pass_by(hours=3)
    tried(town, waiting)
    work.check(town.actor("head_a"), case=waiting.pk, passed=False, finding="没好")
    work.take(town.actor("officer_a1"), case=waiting.pk)
    work.complete(town.actor("officer_a1"), case=waiting.pk, answer="又去了一趟")
    assert calling.tries_of(waiting) == []


@pytest.mark.parametrize("hour", [21, 23, 0, 7])
def test_nobody_is_called_at_night(town, waiting, hour):
    night = datetime.combine(today() + timedelta(days=1), datetime.min.time(), ZONE).replace(hour=hour)
    with at(night), pytest.raises(WrongState, match="21 点到 8 点"):
        tried(town, waiting)


def test_a_double_click_is_one_try(town, waiting):
    tried(town, waiting)
    with pytest.raises(WrongState, match="刚打过"):
        tried(town, waiting)


@pytest.mark.parametrize(("name", "error"), [
    ("officer_a1", Refused), ("worker_b", Refused), ("water", Refused), ("head_a", WrongState)])
def test_who_may_not_note_a_try(town, waiting, name, error):
    """The handler, another community, a unit; and whoever has not opened the contact."""
    with pytest.raises(error):
        tried(town, waiting, name)


def test_the_button_is_there_by_day_only_and_for_those_who_may(town, clock, waiting):
    def shown(name):
        return "call_tried" in {v.action for v in verbs.possible(town.actor(name), Case.objects.get(pk=waiting.pk))}
    assert shown("worker_a")
    assert not shown("officer_a1")
    clock.pass_by(hours=12)
    assert not shown("worker_a")


def test_a_part_is_called_about_at_the_contact_of_the_whole(town, clock):
    whole = town.case(IN_ELM, reach=PHONE)
    work.take(town.actor("officer_a1"), case=whole.pk)
    part = family.split(town.actor("officer_a1"), case=whole.pk, category=town.categories["6001"], words="还有一件")
    part = completed(town, Case.objects.get(pk=part.pk))
    assert {"heard_yes", "open_contact"} <= {v.action for v in verbs.possible(town.actor("worker_a"), part)}
    with pytest.raises(WrongState):
        calling.heard(town.actor("worker_a"), case=part.pk, solved=True, grade=5)
    assert privacy.open_contact(town.actor("worker_a"), case=part.pk, reason="电话回访一下").phone == "0000-1"
    assert whole.openings.count() == 1  # where its requester reads it
    calling.heard(town.actor("worker_a"), case=part.pk, solved=True, grade=5)
    part.refresh_from_db()
    assert part.state == "rated"


# What, who, when


def test_an_answer_says_who_did_it_and_when(town, client, clock):
    case = town.case(IN_ELM)
    work.take(town.actor("officer_a1"), case=case.pk)
    clock.pass_by(days=2)
    work.complete(town.actor("officer_a1"), case=case.pk, answer="换了灯泡", done_by="东城物业维修队", done_on=today() - timedelta(days=1))
    case.refresh_from_db()
    assert (case.done_by, case.done_on) == ("东城物业维修队", today() - timedelta(days=1))
    page = own_page(client, case)
    assert "东城物业维修队" in page
    assert f"答复，东城物业维修队 {speech.day_of(case.done_on)}做的" in page


def test_where_nothing_is_said_it_is_the_unit_that_gave_the_result_and_today(town, clock):
    case, order = dispatched(town)
    done(town, "firm", order)
    work.take(town.actor("officer_a1"), case=case.pk) if case.state == "received" else None
    form = verbs.bind(verbs.verb("complete", False), Case.objects.get(pk=case.pk))
    assert (form.initial["done_by"], form.initial["done_on"]) == (order.unit.name, today())
    work.complete(town.actor("officer_a1"), case=case.pk, answer="办好了")
    case.refresh_from_db()
    assert (case.done_by, case.done_on) == (order.unit.name, today())


@pytest.mark.parametrize("days", [1, -3])
def test_a_day_ahead_or_before_the_report_is_refused(town, clock, days):
    case = town.case(IN_ELM)
    work.take(town.actor("officer_a1"), case=case.pk)
    with pytest.raises(Invalid) as caught:
        work.complete(town.actor("officer_a1"), case=case.pk, answer="好了", done_on=today() + timedelta(days=days))
    assert caught.value.field == "done_on"
    assert not Event.objects.filter(action="complete").exists()


def test_a_telephone_number_in_who_did_it_is_masked(town, clock):
    case = town.case(IN_ELM)
    work.take(town.actor("officer_a1"), case=case.pk)
    work.complete(town.actor("officer_a1"), case=case.pk, answer="好了", done_by="王师傅13812345678")
    assert "13812345678" not in Case.objects.get(pk=case.pk).done_by


def test_the_form_asks_for_all_three(town, clock, client, log_in):
    case = town.case(IN_ELM)
    work.take(town.actor("officer_a1"), case=case.pk)
    log_in(town, "officer_a1")
    answer = client.post(reverse("cases:verb", args=[case.number, "complete"]), {"answer": "换了灯泡", "done_by": "", "done_on": ""})
    assert answer.status_code == 422
    case.refresh_from_db()
    assert case.state == "handling"


# Other channels


def test_every_channel_has_its_way():
    assert set(channels.WAYS) == set(Channel.values)


@pytest.mark.parametrize("channel", Channel.values)
def test_whoever_is_sent_elsewhere_is_told_how(town, client, clock, channel):
    case = town.case(IN_ELM, reach=Reach(email="someone@example.org"))
    work.redirect(town.actor("worker_a"), case=case.pk, channel=channel, reason="这件事归那边管。")
    page, way = own_page(client, case), channels.WAYS[channel]
    assert str(way.what) in page
    assert (f"tel:{way.phone}" in page) == bool(way.phone)
    assert str(way.what) in Message.objects.get(recipient_kind="requester", key__contains="redirected").body


# Until when


def test_the_page_says_until_which_day_it_can_be_done_again_and_no_longer(town, client, clock):
    case = rated(town)
    last = ending.open_until(case).astimezone(ZONE)
    assert f"到{last.month}月{last.day}日为止" in own_page(client, case)
    clock.pass_by(days=15, hours=1)
    assert "没办好，要求重办" not in own_page(client, case)


# Letter and calls together: two tries


def test_after_the_letter_of_the_fourth_day_one_call_is_left(town, clock):
    case = completed(town, town.case(IN_ELM, reach=Reach(phone="0000-1", email="someone@example.org")))
    clock.pass_by(days=4, hours=1)
    assert calling.remind_silent() == 1
    privacy.open_contact(town.actor("worker_a"), case=case.pk, reason="电话回访一下")
    assert tried(town, case).state == "field_check"


def test_after_two_calls_no_letter_follows(town, clock, settings):
    case = completed(town, town.case(IN_ELM, reach=Reach(phone="0000-1", email="someone@example.org")))
    ending.answer(requester(case), case=case.pk, solved=False, grade=2)
    work.check(town.actor("head_a"), case=case.pk, passed=True, finding="是好的")
    privacy.open_contact(town.actor("worker_a"), case=case.pk, reason="电话回访一下")
    tried(town, case)
    clock.pass_by(hours=3)
    assert tried(town, case).state == "callback"
    clock.pass_by(days=4)
    assert calling.remind_silent() == 0


def test_letters_go_on_behind_those_who_have_theirs(town, clock):
    """However many wait who were asked already, whoever was not is asked on the fourth day."""
    for n in range(3):
        completed(town, town.case(IN_ELM, reach=Reach(email=f"a{n}@example.org")))
    clock.pass_by(days=2)
    late = completed(town, town.case(IN_ELM, reach=Reach(email="b@example.org")))
    clock.pass_by(days=2, hours=1)
    assert calling.remind_silent() == 3
    assert not calling.reminded(late)
    clock.pass_by(days=2)
    assert calling.remind_silent(limit=1) == 1
    assert calling.reminded(late)
