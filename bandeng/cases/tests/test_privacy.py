"""Contact, words and codes: opened with a reason, erased in time, never kept in clear."""

import pytest
from django.apps import apps
from django.db import connection

from bandeng.cases import claims, tell
from bandeng.cases.actions import intake, privacy
from bandeng.cases.actions.intake import Reach
from bandeng.cases.models import Case, ClaimTry, Contact, ContactOpening, OriginalWords
from bandeng.cases.tests.lives import completed, rated, whistled
from bandeng.foundation.access import NOBODY, Invalid, Refused, WrongState
from bandeng.foundation.jobs import registry
from bandeng.foundation.journal.models import Entry
from bandeng.foundation.sealed import vault
from bandeng.foundation.sealed.models import DataKey
from tests.district import requester

REACH = Reach(name="王奶奶", phone="000-8887766", email="wang@test.example")
WORDS = "水表井冒水，找我：13800138000，身份证11010519491231002X"


@pytest.fixture
def case(town, clock):
    return town.case(words=WORDS, reach=REACH)


def opened(town, case, name="officer_a1", reason="约时间上门"):
    return privacy.open_contact(town.actor(name), case=case.pk, reason=reason)


def test_the_words_are_masked_and_the_original_is_sealed(case):
    assert "13800138000" not in case.words and "11010519491231002X" not in case.words
    assert "水表井冒水" in case.words
    assert vault.unseal(case.data_key, case.original.text, "original") == WORDS


def test_a_place_is_masked_too(town, clock):
    assert "13800138000" not in town.case(place_text="找13800138000").place_text


def test_later_words_are_masked(town, case):
    intake.add_words(requester(case), case=case.pk, words="换号了13900139000")
    assert not case.events.filter(text__contains="13900139000").exists()


def test_nothing_of_the_contact_stands_in_any_table_in_clear(town, case):
    opened(town, case)
    secrets = [text.encode() for text in (REACH.name, REACH.phone, REACH.email, "13800138000")]
    for model in apps.get_models():
        for row in model.objects.all().values_list():
            blob = b"|".join(bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for v in row)
            assert not [secret for secret in secrets if secret in blob], model


def test_without_contact_nothing_is_kept(town, clock):
    assert not hasattr(town.case(), "contact")
    assert not Contact.objects.exists()


def test_opening_shows_the_contact(town, case):
    shown = opened(town, case)
    assert (shown.name, shown.phone, shown.email) == (REACH.name, REACH.phone, REACH.email)


@pytest.mark.parametrize("reason", ["", "   ", "嗯", "x" * 201])
def test_opening_needs_a_reason_of_a_few_words(town, case, reason):
    with pytest.raises(Invalid):
        opened(town, case, reason=reason)
    assert not ContactOpening.objects.exists()


def test_every_opening_is_kept_with_post_reason_and_time(town, case, clock):
    opened(town, case)
    row = case.openings.get()
    assert row.person_id == town.people["officer_a1"].pk
    assert (row.reason, row.at) == ("约时间上门", clock.now)
    assert "槐树第一网格" in row.post_title and "网格员" in row.post_title
    assert Entry.objects.get(action="case.open_contact").fields == "contact"


def test_the_requester_sees_each_opening_in_the_public_story(town, case):
    opened(town, case)
    opened(town, case, "worker_a", "电话没人接，再打")
    assert case.openings.count() == case.events.filter(action="open_contact", public=True).count() == 2


@pytest.mark.parametrize("name", ["officer_a2", "worker_b", "water", "firm", "auditor", "admin", "dispatcher_east", "leader"])
def test_nobody_outside_opens_a_contact(town, case, name):
    with pytest.raises(Refused):
        opened(town, case, name)
    assert not ContactOpening.objects.exists()
    assert not Entry.objects.filter(action="case.open_contact").exists()


def test_not_even_the_requester_reads_it_back(town, case):
    for actor in (requester(case), NOBODY):
        with pytest.raises(Refused):
            privacy.open_contact(actor, case=case.pk, reason="看看自己留了什么")


def test_an_asked_unit_may_make_contact(town, case):
    whistled(town, case=case)
    assert opened(town, case, "water").phone == REACH.phone


def test_a_case_that_ended_needs_no_contact(town, case):
    rated(town, case)
    with pytest.raises(WrongState):
        opened(town, case)


def erase_at(clock, **later):
    clock.pass_by(**later)
    return privacy.erase_due()[0]


def test_nothing_is_erased_before_thirty_days(town, case, clock):
    rated(town, case)
    assert erase_at(clock, days=30, seconds=-1) == 0
    assert Contact.objects.exists() and OriginalWords.objects.exists() and DataKey.objects.exists()


def test_after_thirty_days_contact_words_and_key_are_gone(town, case, clock):
    rated(town, case)
    assert erase_at(clock, days=30) == 1
    assert not Contact.objects.exists() and not OriginalWords.objects.exists() and not DataKey.objects.exists()
    case.refresh_from_db()
    assert (case.data_key, case.account_hash, case.erased_at) == (None, None, clock.now)
    assert case.words and case.answer


def test_what_a_backup_keeps_cannot_be_opened_after_erasure(town, case, clock):
    backup = bytes(case.contact.phone)
    rated(town, case)
    erase_at(clock, days=30)
    with pytest.raises(vault.CannotOpen):
        vault.unseal(vault.new_key(), backup, "contact.phone")


def test_an_open_case_keeps_its_contact(town, case, clock):
    completed(town, case)
    assert erase_at(clock, days=400) == 0
    assert Contact.objects.exists()


def test_erasing_happens_once_and_leaves_other_cases_alone(town, case, clock):
    other = town.case(reach=REACH)
    rated(town, case)
    assert erase_at(clock, days=30) == 1
    assert privacy.erase_due() == (0, 0)
    assert Contact.objects.get().case == other


def test_the_job_erases_and_says_how_many(town, case, clock):
    rated(town, case)
    clock.pass_by(days=30)
    assert "1 cases" in registry.run_now("erase_contacts")


def test_an_erased_requester_is_written_to_no_more(town, case, clock):
    assert tell.requester_address(case.pk) == REACH.email
    rated(town, case)
    erase_at(clock, days=30)
    assert tell.requester_address(case.pk) is None


def test_words_are_released_only_with_consent(town, clock):
    silent, agreed = town.case(), town.case(agreed_public=True)
    worker = town.actor("worker_a")
    with pytest.raises(Invalid):
        privacy.release(worker, case=silent.pk, words=True, photos=[])
    privacy.release(worker, case=agreed.pk, words=True, photos=[])
    assert list(Case.objects.filter(released=True)) == [agreed]
    with pytest.raises(Refused):
        privacy.release(town.actor("officer_a1"), case=agreed.pk, words=False, photos=[])


# Claim codes


def test_a_code_has_at_least_fifty_bits():
    codes = {claims.code_for(claims.new_report_key()) for _ in range(300)}
    assert len(codes) == 300
    assert all(len(code) == claims.DIGITS and code.isdigit() for code in codes)
    assert 10**claims.DIGITS > 2**50
    assert {code[0] for code in codes} == set("0123456789")


def test_the_database_keeps_neither_code_nor_report_key(town, clock):
    key = claims.new_report_key()
    done = town.report(key=key)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM cases_case WHERE id = %s", [done.case.pk])
        row = b"|".join(bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for v in cursor.fetchone())
    assert done.code.encode() not in row
    assert key.encode() not in row
    assert len(bytes(done.case.claim_hash)) == 32


def test_a_right_code_opens_its_case_and_no_other(town, clock):
    one, two = town.report(), town.report()
    assert claims.check(one.case.number, one.code) == one.case
    assert claims.check(one.case.number, two.code) is None
    assert claims.check("260309-9999", one.code) is None
    assert claims.check(one.case.number, "") is None


def test_a_case_without_code_is_opened_by_none(town, clock):
    done = town.report()
    Case.objects.update(claim_hash=None)
    assert claims.check(done.case.number, done.code) is None


@pytest.mark.parametrize("number", ["260309-0001", "no such number"])
def test_a_wrong_code_is_compared_in_constant_time_whether_the_number_exists(town, clock, monkeypatch, number):
    town.report()
    compared = []
    real = claims.hmac.compare_digest
    monkeypatch.setattr(claims.hmac, "compare_digest", lambda a, b: compared.append((len(a), len(b))) or real(a, b))
    assert claims.check(number, "1234") is None
    assert (32, 32) in compared


@pytest.mark.parametrize("typed", ["1234 5678 9012 3456", "１２３４５６７８９０１２３４５６", "1234-5678-9012-3456", " 1234567890123456\n"])
def test_a_code_is_understood_however_it_is_typed(typed):
    assert claims.digits(typed) == "1234567890123456"


@pytest.mark.parametrize("typed", ["260309-0042", "260309 0042", "２６０３０９－００４２", "2603090042"])
def test_a_number_is_understood_however_it_is_typed(typed):
    assert claims.number_of(typed) == "260309-0042"


@pytest.mark.django_db
def test_too_many_tries_are_stopped_until_the_next_hour(clock):
    assert [claims.too_many("claim", "10.0.0.1", 2) for _ in range(3)] == [False, False, True]
    assert not claims.too_many("claim", "10.0.0.2", 2)
    assert not claims.too_many("report", "10.0.0.1", 2)
    clock.pass_by(hours=1)
    assert not claims.too_many("claim", "10.0.0.1", 2)


@pytest.mark.django_db
def test_a_right_code_is_taken_back_from_the_count(clock):
    for _ in range(5):
        assert not claims.too_many("claim", "10.0.0.1", 1)
        claims.forgive("claim", "10.0.0.1")


@pytest.mark.django_db
def test_addresses_are_kept_as_hashes_and_cleared(clock):
    claims.too_many("claim", "10.0.0.1", 2)
    assert b"10.0.0.1" not in bytes(ClaimTry.objects.get().source)
    clock.pass_by(hours=3)
    assert "1 counts" in registry.run_now("clear_claim_tries")


# The schema


def test_no_column_of_the_cases_leads_to_an_account():
    accounts = apps.get_model("people", "Account")
    for model in apps.get_app_config("cases").get_models(include_auto_created=True):
        for column in model._meta.get_fields():
            assert getattr(column, "related_model", None) is not accounts, (model, column)


@pytest.mark.django_db
def test_no_foreign_key_of_the_database_leads_from_cases_to_accounts():
    with connection.cursor() as cursor:
        tables = [name for name in connection.introspection.table_names(cursor) if name.startswith("cases_")]
        targets = {other for table in tables for _, other in connection.introspection.get_relations(cursor, table).values()}
    assert len(tables) > 8
    assert "people_account" not in targets
    assert "people_post" not in targets
