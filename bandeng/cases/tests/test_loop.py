"""One case all the way round, and what is written down on that way."""

import pytest
from django.core import mail

from bandeng.cases.actions import ending, orders, privacy, work
from bandeng.cases.actions.intake import Reach, add_words
from bandeng.cases.models import Event, Rating
from bandeng.cases.tests.lives import done, whistled
from bandeng.foundation.access import WrongState
from bandeng.foundation.journal import sealer
from bandeng.foundation.journal.models import Entry
from bandeng.foundation.notify import outbox
from bandeng.foundation.notify.models import Message
from tests.district import requester

WORDS = "三单元下水道返水，电话13800138000，问王奶奶。"
REACH = Reach(name="王奶奶", phone="000-8887766", email="wang@test.example")
SAID = ["要两家一起来才行", "井盖下面堵了四米", "掏出一团毛巾", "已经通了不返水", "比上回来得快", "核实堵点在哪一家"]


@pytest.fixture
def walked(town, clock):
    """A case from its report to its rating, by everybody's hands, an hour between each."""
    step = iter(SAID)
    case = town.case(words=WORDS, reach=REACH, agreed_public=True)
    me, ident = requester(case), case.pk
    units = [town.units["water"].pk, town.units["roads"].pk]
    acts = [
        lambda: work.pass_up(town.actor("officer_a1"), case=ident, reason=next(step)),
        lambda: orders.ask_whistle(town.actor("worker_a"), case=ident, units=units, reason=next(step)),
        lambda: orders.whistle(town.actor("dispatcher_west"), case=ident, units=units, leader=units[0], kind="daily",
                               occasion="hard", reason=next(step)),
        lambda: add_words(me, case=ident, words="补一句，二层也返。"),
        lambda: privacy.open_contact(town.actor("water"), case=ident, reason="要进屋疏通，约时间"),
    ]
    for name, unit in [("water", units[0]), ("roads", units[1])]:
        for verb in (orders.acknowledge, orders.report_in):
            acts.append(lambda name=name, unit=unit, verb=verb: verb(
                town.actor(name), case=ident, order=case.orders.get(unit=unit).pk))
    for name, unit in [("water", units[0]), ("roads", units[1])]:
        acts.append(lambda name=name, unit=unit: orders.give_result(
            town.actor(name), case=ident, order=case.orders.get(unit=unit).pk, result="已经通了不返水"))
    acts += [
        lambda: work.complete(town.actor("dispatcher_west"), case=ident, answer="两家一起疏通好了。"),
        lambda: ending.answer(me, case=ident, solved=True, grade=5, words="比上回来得快"),
        lambda: orders.rate_order(town.actor("dispatcher_west"), case=ident, order=case.orders.get(unit=units[0]).pk, grade=5),
    ]
    states = []
    for act in acts:
        clock.pass_by(minutes=20)
        act()
        case.refresh_from_db()
        states.append(case.state)
    case.states = states
    return case


def test_the_case_goes_through_its_states(walked):
    assert list(dict.fromkeys(walked.states)) == ["received", "handling", "callback", "rated"]
    assert walked.closed_at and walked.completed_at
    assert walked.due_at is None


def test_the_story_holds_every_step_in_order(walked):
    actions = list(walked.events.order_by("at", "pk").values_list("action", flat=True))
    assert actions == [
        "report", "pass_up", "ask_whistle", "whistle", "add_words", "open_contact", "acknowledge", "report_in",
        "acknowledge", "report_in", "give_result", "give_result", "complete", "answer_yes", "rate_order",
    ]


def test_both_units_have_their_own_order_and_result(walked):
    assert sorted(walked.orders.values_list("state", "leads")) == [("rated", True), ("resolved_claimed", False)]
    assert all(order.result_at for order in walked.orders.all())


def test_the_requesters_word_is_kept_as_two_answers(walked):
    assert Rating.objects.values_list("solved", "grade").get() == (True, 5)


def test_the_story_names_posts_and_never_the_requester(walked):
    for event in walked.events.all():
        if event.by in ("requester", "system"):
            assert event.person_id is event.post_id is None
        else:
            assert event.post_id


def test_nothing_that_was_written_is_in_the_journal(walked):
    secrets = [WORDS, REACH.name, REACH.phone, REACH.email, "13800138000", *SAID, walked.words, walked.answer, "rated",
               "received", "handling", "wang"]
    for entry in Entry.objects.all():
        line = "|".join([entry.action, entry.object_kind, entry.object_id, entry.fields])
        assert not [secret for secret in secrets if secret in line], line
        assert line.isascii()


def test_every_step_stands_in_the_journal(walked):
    actions = set(Entry.objects.values_list("action", flat=True))
    assert {"case.report", "case.pass_up", "case.ask_whistle", "case.whistle", "case.add_words", "case.open_contact",
            "order.whistle", "order.acknowledge", "order.report_in", "order.give_result", "case.complete",
            "case.answer_yes", "order.rate_order"} <= actions
    sealer.seal()
    assert list(sealer.verify()) == []


def test_the_journal_names_no_person_for_the_requesters_steps(walked):
    for action in ("case.report", "case.add_words", "case.answer_yes"):
        assert Entry.objects.get(action=action).person_id is None
    assert Entry.objects.get(action="case.complete").post_id


def test_the_requester_gets_one_mail_about_the_result(walked, clock):
    outbox.send_due()
    mine = [m for m in mail.outbox if m.to == [REACH.email]]
    assert len(mine) == 1
    assert walked.number in mine[0].subject
    assert f"/follow/{walked.number}/" in mine[0].body


def test_no_message_holds_the_requesters_words_or_contact(walked):
    for message in Message.objects.all():
        text = message.subject + message.body + message.url
        assert not [s for s in (REACH.name, REACH.phone, REACH.email, "13800138000", "返水，") if s in text]


def test_the_holder_is_told_at_every_turn(walked, town):
    def told(name):
        return [m.subject for m in Message.objects.filter(recipient_id=town.people[name].pk, channel="in_app")]

    assert len(told("officer_a1")) == 1
    assert any("请街道吹哨" in subject for subject in told("dispatcher_west"))
    assert any("到齐了" in subject for subject in told("dispatcher_west"))
    assert told("water_head") and not told("firm") and not told("officer_a2")


def test_what_a_result_says_waits_for_all_units(town, clock):
    case, (water, _roads) = whistled(town)
    done(town, "water", water)
    with pytest.raises(WrongState, match="区市政中心"):
        work.complete(town.actor("dispatcher_west"), case=case.pk, answer="好了")


def test_an_officer_may_do_it_alone(town, clock):
    case = town.case()
    work.take(town.actor("officer_a1"), case=case.pk)
    work.complete(town.actor("officer_a1"), case=case.pk, answer="扫干净了。")
    case.refresh_from_db()
    assert (case.state, case.level, case.answer) == ("callback", "grid", "扫干净了。")


def test_a_danger_wakes_the_officer(town, clock):
    clock.set(clock.now.replace(hour=23))
    case = town.case(category="6003")
    outbox.send_due()
    assert {m.to[0] for m in mail.outbox} == {"officer_a1@test.example", "deputy_a1@test.example"}
    assert case.due_at == clock.now.replace(minute=30)


def test_internal_steps_are_not_public(walked):
    hidden = set(Event.objects.filter(public=False).values_list("action", flat=True))
    assert hidden == {"pass_up", "ask_whistle", "rate_order"}
