"""What the environment may say."""

import pytest

from bandeng.config import env


@pytest.mark.parametrize(("given", "found"), [("required", "required"), (" Offered ", "offered"), ("", "offered")])
def test_the_setting_has_two_values(monkeypatch, given, found):
    monkeypatch.setenv("BANDENG_SECOND_FACTOR", given)
    assert env.choice("BANDENG_SECOND_FACTOR", ("required", "offered"), default="offered") == found


def test_another_value_is_said_at_start(monkeypatch):
    monkeypatch.setenv("BANDENG_SECOND_FACTOR", "maybe")
    with pytest.raises(ValueError, match="BANDENG_SECOND_FACTOR"):
        env.choice("BANDENG_SECOND_FACTOR", ("required", "offered"), default="offered")
