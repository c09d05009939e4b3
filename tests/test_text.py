"""What is dropped from text that came from outside, and what stays."""

import pytest

from bandeng.foundation.text import clean


@pytest.mark.parametrize(("given", "kept"), [
    ("水管\x00冒水\x1b", "水管冒水"), ("一行\r\n二行\r三行", "一行\n二行\n三行"), ("\u3000　第一网格\ufeff\t", "第一网格"),
    ("\u202e倒着读\u202c\u2066x\u2069", "倒着读x"), ("半个\ud83d字", "半个字"), ("😀 a\tb", "😀 a\tb"), ("\x85\x9f", ""), ("", ""),
])
def test_what_cannot_be_kept_or_read_is_dropped(given, kept):
    assert clean(given) == kept
    clean(given).encode()
