"""Official codes: their form, what they lie in, what they say."""

import pytest

from bandeng.territory import codes


@pytest.mark.parametrize(("kind", "code", "fits"), [
    ("district", "150103", True), ("district", "15010", False), ("subdistrict", "150103001", True), ("community", "150103001001", True),
    ("grid", "150103001001001", True), ("grid", "15010300100100A", False), ("compound", "150103001001C012", True),
    ("compound", "150103001001012", False), ("building", "150103001001001012", True), ("stairwell", "15010300100100101202", True),
    ("grid", "１５０１０３００１００１００１", False),
])
def test_each_kind_has_its_own_form(kind, code, fits):
    assert codes.fits(kind, code) is fits


@pytest.mark.parametrize(("kind", "code", "parent"), [
    ("district", "150103", ""), ("subdistrict", "150103001", "150103"), ("grid", "150103001001001", "150103001001"),
    ("compound", "150103001001C012", "150103001001"), ("building", "150103001001001012", "150103001001001"),
    ("stairwell", "15010300100100101202", "150103001001001012"),
])
def test_a_code_begins_with_what_it_lies_in(kind, code, parent):
    assert codes.parent_of(kind, code) == parent


@pytest.mark.parametrize(("kind", "code", "sort"), [
    ("subdistrict", "150103001", "street"), ("subdistrict", "150103100", "town"), ("subdistrict", "150103200", "township"),
    ("subdistrict", "150103400", ""), ("community", "150103001001", "residents"), ("community", "150103100201", "villagers"),
    ("community", "1501031", ""), ("grid", "150103001001001", ""),
])
def test_a_code_says_whether_it_is_a_street_or_a_town_a_residents_or_a_villagers_committee(kind, code, sort):
    assert codes.sort_of(kind, code) == sort


def test_the_next_free_code_passes_over_those_that_are_taken():
    assert codes.next_free("grid", "150103001001", {"150103001001001", "150103001001003"}) == "150103001001002"
    assert codes.next_free("compound", "150103001001", set()) == "150103001001C001"
    assert codes.next_free("stairwell", "1" * 18, {f"{'1' * 18}{n:02d}" for n in range(1, 100)}) == ""


def test_provinces_are_those_of_the_standard():
    assert codes.is_known_province("150103")
    assert not codes.is_known_province("990100")
    assert len(codes.PROVINCES) == 34
