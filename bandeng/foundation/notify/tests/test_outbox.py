"""The outbox: none lost, none doubled in the app, at most one extra outside, no bell at night."""

import smtplib
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from bandeng.foundation.journal.models import Entry
from bandeng.foundation.notify import outbox
from bandeng.foundation.notify.jobs import send_messages
from bandeng.foundation.notify.models import Channel, Message, MessageState, OptOut

pytestmark = pytest.mark.django_db
ZONE = ZoneInfo("Asia/Shanghai")
NIGHT = datetime(2026, 3, 9, 22, 15, tzinfo=ZONE)
BOTH = (Channel.IN_APP, Channel.EMAIL)


@pytest.fixture(autouse=True)
def addresses(monkeypatch):
    """Person 1 has an address, person 2 has none any more."""
    monkeypatch.setitem(outbox._resolvers, "person", {1: "one@test.example", 2: None}.get)


def post(event="e1", recipient=1, channels=BOTH, **more):
    outbox.post(event=event, kind="person", recipient=recipient, topic="case", subject="来了一件", body="正文",
                url="/desk/1/", channels=channels, **more)


def mail_row():
    return Message.objects.get(channel=Channel.EMAIL)


@pytest.fixture
def no_server(monkeypatch):
    def fail(self, messages):
        raise ConnectionRefusedError

    monkeypatch.setattr(EmailBackend, "send_messages", fail)


def test_one_event_gives_one_message_for_each_channel(clock):
    post()
    post()
    assert sorted(Message.objects.values_list("channel", flat=True)) == ["email", "in_app"]


def test_another_event_or_another_person_gets_its_own(clock):
    post()
    post(event="e2")
    post(recipient=2)
    assert Message.objects.filter(channel=Channel.IN_APP).count() == 3


def test_an_in_app_message_is_there_at_once_and_is_never_sent_again(clock):
    post(channels=(Channel.IN_APP,))
    assert outbox.unread("person", 1) == 1
    outbox.send_due()
    outbox.send_due()
    assert outbox.inbox("person", 1).count() == 1
    assert mail.outbox == []


def test_reading_marks_only_ones_own(clock):
    post()
    post(recipient=2)
    outbox.mark_read("person", 1)
    assert (outbox.unread("person", 1), outbox.unread("person", 2)) == (0, 1)


def test_a_mail_goes_out_once(clock):
    post()
    assert outbox.send_due() == (1, 0)
    assert outbox.send_due() == (0, 0)
    assert [m.to for m in mail.outbox] == [["one@test.example"]]
    assert "/desk/1/" in mail.outbox[0].body
    assert mail_row().state == MessageState.SENT


@pytest.mark.parametrize(
    ("local", "goes"),
    [("20:59", "20:59"), ("21:00", "08:00+1"), ("23:59", "08:00+1"), ("00:00", "08:00"), ("07:59", "08:00"),
     ("08:00", "08:00")],
)
def test_quiet_hours_last_from_nine_to_eight(local, goes):
    hour, minute = map(int, local.split(":"))
    moment = datetime(2026, 3, 9, hour, minute, tzinfo=ZONE)
    clock, _, plus = goes.partition("+")
    hour, minute = map(int, clock.split(":"))
    wanted = datetime(2026, 3, 9, hour, minute, tzinfo=ZONE) + timedelta(days=int(plus or 0))
    assert outbox.after_quiet_hours(moment) == wanted


def test_a_mail_at_night_waits_for_the_morning(clock):
    clock.set(NIGHT)
    post()
    outbox.send_due()
    assert mail.outbox == []
    clock.pass_by(hours=9, minutes=45)
    outbox.send_due()
    assert len(mail.outbox) == 1


def test_an_urgent_mail_does_not_wait(clock):
    clock.set(NIGHT)
    post(urgent=True)
    outbox.send_due()
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("topic", ["", "case"])
def test_who_opted_out_gets_no_mail_but_keeps_the_app(clock, topic):
    OptOut.objects.create(recipient_kind="person", recipient_id=1, channel=Channel.EMAIL, topic=topic)
    post()
    assert [m.channel for m in Message.objects.all()] == ["in_app"]


def test_opting_out_of_another_topic_changes_nothing(clock):
    OptOut.objects.create(recipient_kind="person", recipient_id=1, channel=Channel.EMAIL, topic="other")
    post()
    assert Message.objects.count() == 2


def test_an_emergency_reaches_who_opted_out(clock):
    OptOut.objects.create(recipient_kind="person", recipient_id=1, channel=Channel.EMAIL)
    post(urgent=True)
    assert Message.objects.filter(channel=Channel.EMAIL).exists()


def test_a_mail_without_address_is_dropped(clock):
    post(recipient=2)
    outbox.send_due()
    assert mail_row().state == MessageState.DROPPED
    assert mail.outbox == []


def test_a_mail_that_fails_is_put_off_and_goes_later(clock, no_server, monkeypatch):
    post()
    assert outbox.send_due() == (0, 1)
    row = mail_row()
    assert (row.state, row.tries) == (MessageState.WAITING, 1)
    assert row.send_after > clock.now
    assert outbox.send_due() == (0, 0)
    monkeypatch.undo()
    monkeypatch.setitem(outbox._resolvers, "person", lambda pk: "one@test.example")
    clock.pass_by(minutes=5)
    assert outbox.send_due() == (1, 0)


def test_a_mail_is_tried_for_seven_days_in_growing_pauses(clock, no_server):
    post()
    pauses, begin = [], clock.now
    while mail_row().state == MessageState.WAITING:
        clock.set(mail_row().send_after)
        tried = clock.now
        outbox.send_due()
        pauses.append((mail_row().send_after - tried) // timedelta(minutes=1))
    assert pauses[:8] == [2, 4, 8, 16, 32, 60, 60, 60]
    assert timedelta(days=7) <= clock.now - begin < timedelta(days=7, hours=1)
    assert mail_row().state == MessageState.FAILED
    assert outbox.send_due() == (0, 0)


def test_the_job_says_how_many_mails_were_given_up_today(clock, no_server):
    post()
    Message.objects.filter(channel=Channel.EMAIL).update(tries=outbox.MAX_TRIES - 1)
    assert send_messages() == "sent 0, put off 1, given up in the last day: 1"
    clock.pass_by(days=1, minutes=1)
    assert outbox.given_up() == 0


@pytest.mark.parametrize("error", [ConnectionRefusedError, TimeoutError, smtplib.SMTPServerDisconnected, OSError])
def test_a_server_that_is_away_is_asked_once_for_the_whole_batch(clock, monkeypatch, error):
    asked = []

    def away(self, messages):
        asked.append(1)
        raise error

    monkeypatch.setattr(EmailBackend, "send_messages", away)
    for number in range(5):
        post(event=f"e{number}")
    assert outbox.send_due() == (0, 1)
    assert outbox.send_due() == (0, 0)
    assert asked == [1]
    monkeypatch.undo()
    monkeypatch.setitem(outbox._resolvers, "person", lambda pk: "one@test.example")
    clock.pass_by(minutes=3)
    assert outbox.send_due() == (5, 0)


def test_an_address_that_the_server_refuses_does_not_stop_the_others(clock, monkeypatch):
    def refuse(self, messages):
        raise smtplib.SMTPRecipientsRefused({})

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    for number in range(3):
        post(event=f"e{number}")
    assert outbox.send_due() == (0, 3)


def test_one_broken_mail_does_not_stop_the_others(clock, monkeypatch):
    def addresses(pk):
        if pk == 1:
            raise ValueError
        return "two@test.example"

    monkeypatch.setitem(outbox._resolvers, "person", addresses)
    post()
    post(recipient=2)
    assert outbox.send_due() == (1, 1)


def test_a_killed_worker_sends_at_most_one_extra_with_the_same_message_id(clock, monkeypatch):
    post()
    real = outbox._send

    def send_and_die(message):
        real(message)
        raise KeyboardInterrupt  # the process ends between sending and noting

    monkeypatch.setattr(outbox, "_send", send_and_die)
    with pytest.raises(KeyboardInterrupt):
        outbox.send_due()
    monkeypatch.setattr(outbox, "_send", real)
    assert outbox.send_due() == (0, 0)  # still claimed
    clock.pass_by(minutes=6)
    outbox.send_due()
    outbox.send_due()
    first, second = mail.outbox
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]


def test_a_mail_claimed_by_another_worker_is_left_alone(clock):
    post()
    Message.objects.filter(channel=Channel.EMAIL).update(claimed_until=clock.now + timedelta(minutes=1))
    assert outbox.send_due() == (0, 0)


def test_who_wants_no_letters_any_more_stands_in_the_journal_once(clock):
    for wanted in (True, False, False, True, True):
        outbox.want_mail("account", 7, wanted)
        assert outbox.wants_mail("account", 7) is wanted
    found = Entry.objects.order_by("pk").values_list("action", "object_kind", "fields")
    assert list(found) == [("letters.off", "notify.optout", "channel"), ("letters.on", "notify.optout", "channel")]


@pytest.mark.parametrize(("secret", "state", "sent"), [("/join/secret/", "sent", 1), ("", "dropped", 0)])
def test_a_link_that_is_a_secret_is_asked_for_at_the_moment_of_sending_and_kept_nowhere(
    clock, monkeypatch, settings, secret, state, sent
):
    settings.SITE_URL = "https://bandeng.example"
    monkeypatch.setitem(outbox._links, "person", lambda recipient: secret)
    post(channels=(Channel.EMAIL,))
    assert outbox.send_due() == (sent, 0)
    assert [letter.body for letter in mail.outbox] == ["正文\n\nhttps://bandeng.example/join/secret/\n"] * sent
    assert mail_row().state == state
    assert "secret" not in mail_row().body + mail_row().url
