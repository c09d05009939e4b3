"""The journal: stands or falls with its change, and shows whatever is done to it afterwards."""

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from bandeng.foundation.access import SYSTEM, Actor, PostRef
from bandeng.foundation.clock.models import CalendarVersion
from bandeng.foundation.journal import sealer
from bandeng.foundation.journal.models import Chain, Entry, Head
from bandeng.foundation.journal.writer import record

pytestmark = pytest.mark.django_db
THING = CalendarVersion(pk=7)


@pytest.fixture
def sealed():
    """Five sealed rows."""
    for number in range(5):
        record(SYSTEM, f"thing.act{number}", THING, fields=["number"])
    sealer.seal()
    return list(Entry.objects.order_by("seq"))


def faults(published=None):
    return [fault.what for fault in sealer.verify(published)]


@pytest.mark.django_db(transaction=True)
def test_recording_outside_a_transaction_fails():
    with pytest.raises(RuntimeError):
        record(SYSTEM, "thing.act", THING)
    assert not Entry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_entry_falls_with_its_change():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        record(SYSTEM, "thing.act", THING)
        raise ZeroDivisionError
    assert not Entry.objects.exists()


def test_an_entry_names_who_in_which_post_what_and_which_fields():
    row = record(Actor(person_id=3), "thing.act", THING, post=PostRef(9, "x"), fields=["a", "b"])
    row.refresh_from_db()
    assert (row.person_id, row.post_id, row.action) == (3, 9, "thing.act")
    assert (row.object_kind, row.object_id, row.fields) == ("clock.calendarversion", "7", "a,b")


def test_the_sealer_numbers_rows_without_gaps(sealed):
    assert [row.seq for row in sealed] == [1, 2, 3, 4, 5]
    assert Chain.objects.get().mac == sealed[-1].mac
    assert len({row.mac for row in sealed}) == 5


def test_each_code_stands_on_the_one_before(sealed):
    assert sealer._code(sealed[1].mac, sealed[2]) == sealed[2].mac
    assert sealer._code(sealed[0].mac, sealed[2]) != sealed[2].mac


def test_the_sealer_goes_on_where_it_stopped(sealed):
    record(SYSTEM, "thing.more", THING)
    assert sealer.seal() == 1
    assert faults() == []
    assert Entry.objects.get(action="thing.more").seq == 6


def test_the_sealer_works_through_more_than_one_batch(monkeypatch):
    monkeypatch.setattr(sealer, "BATCH", 3)
    for _ in range(7):
        record(SYSTEM, "thing.act", THING)
    assert sealer.seal() == 7
    assert faults() == []


def test_an_untouched_journal_has_no_fault(sealed):
    assert faults() == []


@pytest.mark.parametrize(
    "change",
    [{"action": "thing.other"}, {"person_id": 99}, {"object_id": "8"}, {"fields": "secret"}, {"post_id": 1},
     {"mac": "0" * 64}],
)
def test_a_changed_row_is_found(sealed, change):
    Entry.objects.filter(seq=3).update(**change)
    assert any("row 3" in fault for fault in faults())


def test_a_changed_time_is_found(sealed):
    Entry.objects.filter(seq=3).update(at=sealed[0].at.replace(year=2001))
    assert any("row 3" in fault for fault in faults())


def test_a_missing_row_is_found(sealed):
    Entry.objects.filter(seq=3).delete()
    assert any("rows 3 to 3 are gone" in fault for fault in faults())


def test_a_missing_row_is_found_when_the_rest_is_numbered_anew(sealed):
    Entry.objects.filter(seq=3).delete()
    for old in (4, 5):
        Entry.objects.filter(seq=old).update(seq=old - 1)
    assert faults()


def test_a_cut_end_is_found(sealed):
    Entry.objects.filter(seq__gt=3).delete()
    assert any("cut: rows 4 to 5" in fault for fault in faults())


def test_a_cut_end_with_everything_in_the_database_cut_is_found_by_a_published_head(sealed):
    published = (5, sealed[-1].mac)
    Entry.objects.filter(seq__gt=3).delete()
    Chain.objects.update(seq=3, mac=sealed[2].mac)
    Head.objects.update(seq=3, mac=sealed[2].mac)
    assert faults() == []
    assert any("cut" in fault for fault in faults(published))


def test_a_forged_head_is_found(sealed):
    Head.objects.update(mac="f" * 64)
    assert any("head" in fault for fault in faults())


def test_a_published_head_that_does_not_agree_is_found(sealed):
    assert any("head" in fault for fault in faults((4, "f" * 64)))
    assert faults((4, sealed[3].mac)) == []


def test_a_journal_sealed_with_another_key_does_not_pass(sealed, settings):
    settings.JOURNAL_KEY = "another key"
    assert len(faults()) == 5


def test_unsealed_rows_stay_out(sealed):
    row = record(SYSTEM, "thing.later", THING)
    Entry.objects.filter(pk=row.pk).update(action="thing.changed")
    assert faults() == []
    assert Chain.objects.get().seq == 5


def test_each_day_keeps_one_head(sealed):
    record(SYSTEM, "thing.more", THING)
    sealer.seal()
    assert Head.objects.get().seq == 6


def test_verify_journal_says_that_all_is_well(sealed, capsys):
    call_command("verify_journal")
    assert "5 rows sealed, 0 waiting" in capsys.readouterr().out


def test_verify_journal_fails_on_a_fault(sealed):
    Entry.objects.filter(seq=2).delete()
    with pytest.raises(CommandError):
        call_command("verify_journal")


def test_verify_journal_compares_with_a_head_noted_elsewhere(sealed):
    call_command("verify_journal", "--head", f"5:{sealed[-1].mac}")
    with pytest.raises(CommandError):
        call_command("verify_journal", "--head", f"9:{sealed[-1].mac}")
    with pytest.raises(CommandError):
        call_command("verify_journal", "--head", "5:short")
