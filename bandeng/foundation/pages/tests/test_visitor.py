"""Where a visitor comes from: the proxy's word, and only when it is trusted."""

import pytest
from django.test import RequestFactory

from bandeng.foundation.pages.visitor import address_of, address_or_none


@pytest.mark.parametrize(
    ("trusted", "forwarded", "remote", "found"),
    [
        (False, "203.0.113.5", "10.0.0.1", "10.0.0.1"),
        (True, "203.0.113.5", "10.0.0.1", "203.0.113.5"),
        (True, "6.6.6.6, 203.0.113.5", "10.0.0.1", "203.0.113.5"),
        (True, "", "10.0.0.1", "10.0.0.1"),
        (True, "203.0.113.5:4711", "10.0.0.1", "203.0.113.5"),
        (True, "[2001:db8::1]:4711", "10.0.0.1", "2001:db8::"),
        (True, "2001:DB8:0::1", "10.0.0.1", "2001:db8::"),
        (True, "2001:db8:0:7:aaaa::9", "10.0.0.1", "2001:db8:0:7::"),
        (True, "::ffff:203.0.113.5", "10.0.0.1", "203.0.113.5"),
        (True, "unknown", "10.0.0.1", "10.0.0.1"),
        (True, "", "", ""),
    ],
)
def test_the_address_is_the_proxys_word_only_when_it_is_trusted(settings, trusted, forwarded, remote, found):
    settings.TRUST_FORWARDED_FOR = trusted
    request = RequestFactory().get("/", REMOTE_ADDR=remote, HTTP_X_FORWARDED_FOR=forwarded)
    assert address_of(request) == found
    assert address_or_none(request) == (found or None)
