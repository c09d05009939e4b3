"""Invitations: made by who may, opened by a link once, erased when they end."""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from bandeng.foundation.access import NOBODY, Invalid, Refused
from bandeng.foundation.journal.models import Entry
from bandeng.foundation.notify import outbox
from bandeng.foundation.notify.models import Message, MessageState
from bandeng.foundation.sealed.models import DataKey
from bandeng.people import guests, policies
from bandeng.people.actions import invitations as acts
from bandeng.people.models import Invitation
from bandeng.people.roles import Role
from bandeng.people.tests.guests import PHONE, invite
from bandeng.people.tests.keys import log_in_as, text
from tests.district import made_town
from tests.threads import errors, together


@pytest.fixture
def mail_server(settings):
    settings.EMAIL_HOST = "mail.test.example"


# Making


def test_a_community_invites_its_officers_and_gets_a_link_to_show(town):
    done = invite(town)
    assert len(done.token) > 40
    assert guests.find_open(done.token) == done.invitation
    assert guests.opened(done.invitation) == guests.Guest("王明", "", PHONE)


@pytest.mark.parametrize(("by", "role", "place"), [
    ("worker_a", Role.GRID_DEPUTY, "b1"), ("worker_a", Role.COMMUNITY_HEAD, "a"), ("worker_a", Role.SYSADMIN, "district"),
    ("officer_a1", Role.GRID_DEPUTY, "a1"), ("dispatcher_west", Role.GRID_DEPUTY, "a1"),
    ("dispatcher_west", Role.COMMUNITY_WORKER, "c"), ("supervisor", Role.COMMUNITY_WORKER, "a"), ("auditor", Role.AUDITOR, "district"),
])
def test_who_may_not_appoint_may_not_invite(town, by, role, place):
    with pytest.raises(Refused):
        invite(town, by, role=role, place=place)
    assert not Invitation.objects.exists()
    assert not DataKey.objects.exists()


def test_a_unit_head_invites_into_the_own_unit_only(town):
    invite(town, "water_head", role=Role.UNIT_LIAISON, unit="water")
    with pytest.raises(Refused):
        invite(town, "water_head", role=Role.UNIT_LIAISON, unit="roads")


def test_neither_name_nor_address_nor_token_stand_in_the_database_in_clear(town, mail_server):
    done = invite(town, email="wang@test.example")
    row = Invitation.objects.get()
    columns = b"".join(bytes(getattr(row, name) or b"") for name in ("name", "email", "phone", "token", "reach_hash", "token_hash"))
    for text_ in ("王明", "wang@test.example", PHONE):
        assert text_.encode() not in columns
    assert done.token == ""
    token = guests.letter_token(row.pk)
    assert token.encode() not in columns
    for message in Message.objects.all():
        assert token not in message.url + message.body
        assert "王明" not in message.subject + message.body
        assert "wang@" not in message.subject + message.body


@pytest.mark.parametrize(("field", "given"), [
    ("name", {"name": " "}), ("name", {"name": "长" * 41}), ("reach", {"phone": ""}), ("phone", {"phone": "12"}),
    ("phone", {"phone": "1" * 21}), ("phone", {"phone": "张三张三张三张三"}), ("email", {"email": "no address"}),
    ("email", {"email": "a@b\x00.example"}),
])
def test_bad_input_is_said_at_its_field(town, field, given):
    with pytest.raises(Invalid) as caught:
        invite(town, **given)
    assert caught.value.field == field
    assert not Invitation.objects.exists()


def test_a_grid_with_an_officer_takes_no_second_one(town):
    with pytest.raises(Invalid, match="已经有网格员"):
        invite(town, role=Role.GRID_OFFICER, place="a1")
    invite(town, "admin", role=Role.GRID_OFFICER, place="c1")


def test_a_role_sits_only_where_it_belongs(town):
    with pytest.raises(Invalid):
        invite(town, "admin", role=Role.GRID_OFFICER, place="a")


def test_the_same_person_is_invited_to_the_same_post_once(town):
    invite(town)
    with pytest.raises(Invalid, match="已经邀请过"):
        invite(town, name="老王", phone=" 138 0000 0001 ")
    assert DataKey.objects.count() == 1
    invite(town, place="a2")


@pytest.mark.django_db(transaction=True)
def test_two_colleagues_inviting_at_the_same_moment_make_one(clock):
    town = made_town()
    results = together(lambda: invite(town), lambda: invite(town, "head_a"))
    assert [type(error) for error in errors(results)] == [Invalid]
    assert Invitation.objects.count() == DataKey.objects.count() == 1


def test_it_stands_in_the_journal_without_a_word_about_the_person(town):
    done = invite(town)
    entry = Entry.objects.get(action="invitation.make")
    assert entry.person_id == town.people["worker_a"].pk
    assert (entry.object_id, entry.fields) == (str(done.invitation.pk), "role,place,unit")


# By letter


def test_with_a_mail_server_the_link_goes_by_letter(town, mail_server, settings):
    settings.SITE_URL = "https://bandeng.example"
    invite(town, email="Wang@Test.example")
    assert outbox.send_due() == (1, 0)
    [letter] = mail.outbox
    assert letter.to == ["wang@test.example"]
    assert "worker_a" in letter.body
    assert "代班网格员" in letter.body
    link = next(line for line in letter.body.splitlines() if line.startswith("https://"))
    assert Client().get(link.removeprefix("https://bandeng.example")).url == reverse("people:join")


def test_without_a_mail_server_nothing_is_written(town):
    assert invite(town, email="wang@test.example").token
    assert not Message.objects.exists()


def test_a_letter_that_comes_too_late_is_dropped(town, mail_server):
    done = invite(town, email="wang@test.example")
    acts.withdraw_invitation(town.actor("worker_a"), invitation=done.invitation.pk)
    assert outbox.send_due() == (0, 0)
    assert mail.outbox == []
    assert Message.objects.get().state == MessageState.DROPPED


def test_sending_again_writes_a_second_letter_with_a_link_of_its_own(town, mail_server, clock):
    done = invite(town, email="wang@test.example")
    first = guests.letter_token(done.invitation.pk)
    outbox.send_due()
    acts.invite_again(town.actor("head_a"), invitation=done.invitation.pk)
    outbox.send_due()
    assert len(mail.outbox) == 2
    assert first in mail.outbox[0].body
    assert first not in mail.outbox[1].body
    assert guests.find_open(first) is None


# The list


def test_the_list_shows_who_where_and_until_when_to_those_who_may_appoint(client, town, clock):
    invite(town)
    for name, sees in [("worker_a", True), ("head_a", True), ("admin", True), ("worker_b", False), ("dispatcher_west", False)]:
        log_in_as(client, town.people[name])
        page = text(client.get(reverse("people:people")))
        assert ("王明" in page and PHONE in page and "槐树第一网格" in page) is sees, name
        client.logout()


@pytest.mark.parametrize("name", ["officer_a1", "auditor", "supervisor", "water", "leader"])
def test_who_may_appoint_nobody_finds_no_such_page(client, town, name):
    log_in_as(client, town.people[name])
    for path in ("people:people", "people:invite", "people:invited"):
        assert client.get(reverse(path)).status_code == 404


def test_may_and_visible_agree_about_invitations(town):
    invite(town)
    invite(town, "admin", role=Role.COMMUNITY_HEAD, place="c")
    invite(town, "admin", role=Role.UNIT_LIAISON, unit="water")
    rows = list(Invitation.objects.all())
    for actor in [NOBODY, *town.everybody().values()]:
        assert set(Invitation.objects.filter(policies.visible_invitations(actor))) == {
            row for row in rows if policies.may_invite(actor, "see", row)}


def test_the_pages_invite_show_the_link_once_and_never_again(client, town, clock):
    log_in_as(client, town.people["worker_a"])
    place = town.places["a1"].pk
    answer = client.post(reverse("people:invite"), {
        "role": "grid_deputy", "seat": f"place:{place}", "name": "王明", "phone": PHONE})
    assert answer.url == reverse("people:invited")
    page = text(client.get(answer.url))
    token = page.split("/join/")[1].split("/")[0]
    assert "<svg" in page
    assert guests.find_open(token)
    assert token not in str(client.session.items())
    assert client.get(answer.url).url == reverse("people:people")


def test_the_token_waits_in_the_session_under_seal(client, town, clock):
    log_in_as(client, town.people["worker_a"])
    client.post(reverse("people:invite"), {
        "role": "grid_deputy", "seat": f"place:{town.places['a1'].pk}", "name": "王明", "phone": PHONE})
    kept = client.session["invited"]["token"]
    assert guests.find_open(kept) is None


@pytest.mark.parametrize(("form", "said"), [
    ({"seat": "place:0"}, "seat"), ({"seat": "nonsense"}, "seat"), ({"name": ""}, "name"), ({"phone": ""}, "phone"),
    ({"email": "x"}, "email"), ({"role": "grid_officer"}, "seat"), ({"name": "\x00"}, "name"),
])
def test_a_faulty_form_comes_back_with_what_was_typed(client, town, form, said):
    log_in_as(client, town.people["worker_a"])
    sent = {"role": "grid_deputy", "seat": f"place:{town.places['a1'].pk}", "name": "王小明", "phone": "13900000000"} | form
    answer = client.post(reverse("people:invite"), sent)
    assert answer.status_code == 422
    assert answer.context["form"].errors.get(said)
    for kept in {"王小明", "13900000000"} & set(sent.values()):
        assert f'value="{kept}"' in text(answer)


@pytest.mark.parametrize("query", ["role=sysadmin", "role=nonsense", "role=%00", "role=grid_officer&q=%00", "q=" + "长" * 200])
def test_strange_addresses_of_the_form_never_break(client, town, query):
    log_in_as(client, town.people["worker_a"])
    assert client.get(f"{reverse('people:invite')}?{query}").status_code == 200


def test_a_colleague_may_withdraw_and_the_person_is_erased(client, town):
    done = invite(town)
    log_in_as(client, town.people["head_a"])
    client.post(reverse("people:invitation_withdraw", args=[done.invitation.pk]))
    row = Invitation.objects.get()
    assert row.ended_at
    assert not DataKey.objects.exists()
    assert {bytes(getattr(row, name)) for name in ("name", "email", "phone", "token")} == {b""}
    assert "不能用了" in text(client.get(reverse("people:join_link", args=[done.token])))


@pytest.mark.parametrize("path", ["people:invitation_again", "people:invitation_withdraw"])
def test_others_may_neither_send_again_nor_withdraw(client, town, path):
    done = invite(town)
    log_in_as(client, town.people["worker_b"])
    answer = client.post(reverse(path, args=[done.invitation.pk]), follow=True)
    assert "不能安排" in text(answer)
    assert guests.find_open(done.token)
    assert client.post(reverse(path, args=[999999999]), follow=True).status_code == 200


def test_after_a_week_the_link_is_void_and_a_week_later_the_person_is_erased(client, town, clock):
    done = invite(town)
    clock.pass_by(days=6, hours=23)
    assert guests.find_open(done.token)
    clock.pass_by(hours=2)
    assert client.get(reverse("people:join_link", args=[done.token])).status_code == 410
    log_in_as(client, town.people["worker_a"])
    assert "过期了" in text(client.get(reverse("people:people")))
    assert acts.end_expired() == 0
    clock.pass_by(days=7)
    assert acts.end_expired() == 1
    assert not DataKey.objects.exists()
    assert Entry.objects.filter(action="invitation.expire").count() == 1


def test_an_expired_one_is_sent_again_with_a_new_week(town, clock):
    done = invite(town)
    clock.pass_by(days=9)
    again = acts.invite_again(town.actor("worker_a"), invitation=done.invitation.pk)
    assert guests.find_open(again.token).expires_at == clock.now + timedelta(days=7)
