"""The page 安全: changing one's own factors wants password or factor once more."""

import pytest
from django.urls import reverse

from bandeng.foundation.journal.models import Entry
from bandeng.people.models import Factor, RecoveryCode
from bandeng.people.tests.keys import BACKEND, is_in, password, text, with_app
from tests.district import PASSWORD

CONFIRM = "people:confirm"


@pytest.fixture
def officer(town, clock):
    return town.people["officer_a1"]


@pytest.fixture
def secured(client, officer):
    """The officer, with an app, logged in."""
    made = with_app(officer)
    password(client, officer)
    client.post(reverse("people:second"), {"code": made.app.code()})
    assert is_in(client)
    return made


def factor():
    return Factor.objects.get().pk


def acts(client):
    """Everything that changes something, as (address, what is sent)."""
    return [
        (reverse("people:factor_rename", args=[factor()]), {"name": "新名字"}),
        (reverse("people:factor_remove", args=[factor()]), {}), (reverse("people:codes"), {}),
    ]


def test_a_stranger_is_sent_to_the_login(client, db):
    for name in ("security", "confirm", "codes"):
        assert client.get(reverse(f"people:{name}")).url.startswith(reverse("people:login"))


def test_within_ten_minutes_everything_can_be_changed(client, secured):
    client.post(reverse("people:factor_rename", args=[factor()]), {"name": "工作手机"})
    assert Factor.objects.get().name == "工作手机"
    assert Entry.objects.filter(action="factor.rename").exists()
    answer = client.post(reverse("people:codes"), follow=True)
    assert text(answer).count("<li><code>") == 10
    assert client.post(reverse("people:factor_remove", args=[factor()]), follow=True).status_code == 200
    assert not Factor.objects.exists()
    assert client.get(reverse("cases:inbox")).status_code == 200, "this session goes on"


def test_later_each_change_asks_first_and_changes_nothing(client, secured, clock):
    clock.pass_by(minutes=11)
    before = {bytes(code.code_hash) for code in RecoveryCode.objects.all()}
    for address, sent in acts(client):
        assert client.post(address, sent).url.startswith(reverse(CONFIRM))
    assert Factor.objects.get().name == "验证器"
    assert {bytes(code.code_hash) for code in RecoveryCode.objects.all()} == before


def test_a_name_typed_too_late_is_there_again_after_the_confirmation(client, secured, clock):
    clock.pass_by(minutes=11)
    answer = client.post(reverse("people:factor_rename", args=[factor()]), {"name": "工作手机&更多"})
    answer = client.post(answer.url, {"password": PASSWORD, "next": client.get(answer.url).context["to"]})
    assert 'value="工作手机&amp;更多"' in text(client.get(answer.url))


@pytest.mark.parametrize("way", ["password", "code", "paper"])
def test_password_code_or_paper_confirm(client, secured, clock, way):
    clock.pass_by(minutes=11)
    shown = {"password": {"password": PASSWORD}, "code": {"code": secured.app.code()}, "paper": {"code": secured.codes[5]}}
    wanted = reverse("people:setup_app")
    answer = client.post(reverse(CONFIRM), shown[way] | {"next": wanted})
    assert answer.url == wanted
    assert client.get(wanted).status_code == 200


@pytest.mark.parametrize("wrong", [{"password": "wrong"}, {"password": ""}, {"code": "000000"}, {"code": ""}, {}])
def test_a_wrong_one_does_not(client, secured, clock, wrong):
    clock.pass_by(minutes=11)
    assert client.post(reverse(CONFIRM), wrong).status_code in {200, 422}
    assert client.get(reverse("people:setup_app")).url.startswith(reverse(CONFIRM))


@pytest.mark.parametrize(("to", "found"), [("https://evil.example/", "/desk/security/"), ("//evil.example", "/desk/security/"),
                                           ("", "/desk/security/"), ("/desk/security/add/", "/desk/security/add/")])
def test_confirming_leads_to_no_other_site(client, secured, to, found):
    assert client.post(reverse(CONFIRM), {"password": PASSWORD, "next": to}).url == found


def test_guessing_the_password_in_an_open_session_locks(client, secured):
    answers = [client.post(reverse(CONFIRM), {"password": "wrong"}).status_code for _ in range(5)]
    assert answers == [422, 422, 422, 422, 429]
    assert client.post(reverse(CONFIRM), {"password": PASSWORD}).status_code == 429


def test_guessing_codes_in_an_open_session_locks(client, secured):
    answers = [client.post(reverse(CONFIRM), {"code": secured.app.wrong()}).status_code for _ in range(5)]
    assert answers == [422, 422, 422, 422, 429]
    assert client.post(reverse(CONFIRM), {"code": secured.app.code(steps=1)}).status_code == 429


def test_the_factor_of_somebody_else_is_out_of_reach(client, town, secured):
    other = with_app(town.people["worker_a"], "other")
    theirs = other.account.factors.get().pk
    client.post(reverse("people:factor_rename", args=[theirs]), {"name": "x"})
    client.post(reverse("people:factor_remove", args=[theirs]))
    assert other.account.factors.get().name == "验证器"


@pytest.mark.parametrize("pk", [0, 2**63, 10**30])
def test_no_such_factor_is_no_error(client, secured, pk):
    for name in ("factor_rename", "factor_remove"):
        assert client.post(reverse(f"people:{name}", args=[pk]), {"name": "x"}, follow=True).status_code == 200


def test_a_faulty_name_stays_in_its_field(client, secured):
    answer = client.post(reverse("people:factor_rename", args=[factor()]), {"name": "长" * 41})
    assert answer.status_code == 422
    assert "长" * 41 in text(answer)


def test_codes_are_not_shown_again(client, secured):
    assert "只显示一次" in text(client.get(reverse("people:codes")))


def test_a_session_that_has_shown_no_second_factor_of_an_account_that_has_one_is_over(client, officer, clock):
    """Such a session cannot be; should one turn up all the same, it opens none of these pages."""
    with_app(officer)
    for name in ("people:security", "people:setup", "people:confirm", "people:codes"):
        client.force_login(officer, backend=BACKEND)
        session = client.session
        session["fresh"] = clock.now.timestamp()
        session.save()
        assert client.get(reverse(name)).url.startswith(reverse("people:login"))
        assert not is_in(client)
