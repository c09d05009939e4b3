"""Somebody to log in: an officer, and the same with an authenticator app."""

import pytest

from bandeng.people.tests.keys import with_app


@pytest.fixture
def officer(town):
    return town.people["officer_a1"]


@pytest.fixture
def secured(officer, clock):
    return with_app(officer)
