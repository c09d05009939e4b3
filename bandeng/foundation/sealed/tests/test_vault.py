"""Sealing: bound to its place, rotated without reading, gone with its key."""

import base64

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from bandeng.foundation.sealed import vault
from bandeng.foundation.sealed.models import DataKey

pytestmark = pytest.mark.django_db
TEXT = "王奶奶 13800138000"


def key_of(version, letter):
    return f"{version}:" + base64.urlsafe_b64encode(letter * 32).decode()


@pytest.fixture
def key():
    return vault.new_key()


def test_what_is_sealed_opens_again(key):
    assert vault.unseal(key, vault.seal(key, TEXT, "contact.name"), "contact.name") == TEXT


def test_the_sealed_value_does_not_hold_the_text(key):
    assert TEXT.encode() not in vault.seal(key, TEXT, "contact.name")


def test_the_same_text_is_never_sealed_twice_alike(key):
    assert vault.seal(key, TEXT, "x") != vault.seal(key, TEXT, "x")


def test_empty_stays_empty(key):
    assert vault.seal(key, "", "x") == b""
    assert vault.unseal(key, b"", "x") == ""


def test_a_value_moved_to_another_column_does_not_open(key):
    with pytest.raises(vault.CannotOpen):
        vault.unseal(key, vault.seal(key, TEXT, "contact.name"), "contact.phone")


def test_a_value_moved_to_another_record_does_not_open(key):
    with pytest.raises(vault.CannotOpen):
        vault.unseal(vault.new_key(), vault.seal(key, TEXT, "contact.name"), "contact.name")


def test_a_copied_data_key_does_not_open_a_moved_value(key):
    copy = DataKey.objects.create(wrapped=key.wrapped, master=key.master)
    with pytest.raises(vault.CannotOpen):
        vault.unseal(copy, vault.seal(key, TEXT, "x"), "x")


def test_a_changed_value_does_not_open(key):
    blob = bytearray(vault.seal(key, TEXT, "x"))
    blob[-1] ^= 1
    with pytest.raises(vault.CannotOpen):
        vault.unseal(key, bytes(blob), "x")


def test_another_master_key_of_the_same_name_opens_nothing(key, settings):
    blob = vault.seal(key, TEXT, "x")
    settings.SEAL_KEYS = [key_of(key.master, b"z")]
    with pytest.raises(vault.CannotOpen):
        vault.unseal(key, blob, "x")


def test_a_missing_master_key_opens_nothing(key, settings):
    blob = vault.seal(key, TEXT, "x")
    settings.SEAL_KEYS = [key_of("other", b"z")]
    with pytest.raises(vault.CannotOpen):
        vault.unseal(key, blob, "x")


def test_without_its_data_key_a_value_is_lost(key):
    blob = vault.seal(key, TEXT, "x")
    DataKey.objects.all().delete()
    with pytest.raises(vault.CannotOpen):
        vault.unseal(vault.new_key(), blob, "x")


def test_rotation_wraps_the_data_keys_and_leaves_the_values(key, settings, capsys):
    blob = vault.seal(key, TEXT, "x")
    settings.SEAL_KEYS = [key_of("new", b"n"), *settings.SEAL_KEYS]
    call_command("rotate_seal_keys")
    assert "1 of 1" in capsys.readouterr().out
    settings.SEAL_KEYS = settings.SEAL_KEYS[:1]
    key.refresh_from_db()
    assert key.master == "new"
    assert vault.unseal(key, blob, "x") == TEXT


def test_rotating_twice_changes_nothing_more(key):
    assert vault.rewrap(key) is False


@pytest.mark.parametrize("wrong", ["t9:short", "noversion", ":" + base64.urlsafe_b64encode(b"x" * 32).decode()])
def test_a_malformed_master_key_is_refused(settings, wrong):
    settings.SEAL_KEYS = [wrong]
    with pytest.raises(ImproperlyConfigured):
        vault.new_key()


def test_keyed_hashes_differ_by_purpose_and_by_key(settings):
    before = vault.fingerprint("claim", "1")
    assert before == vault.fingerprint("claim", "1")
    assert before != vault.fingerprint("account", "1")
    settings.HASH_KEY = "another"
    assert before != vault.fingerprint("claim", "1")
