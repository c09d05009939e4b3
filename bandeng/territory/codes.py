"""Official codes of places: GB/T 2260 for districts, its continuation for what lies under them.

Six digits name a district (GB/T 2260); three more a subdistrict or town, three more a community (the statistics
bureau's rules for division codes of 2009). Grids, buildings and stairwells have no national code: a grid adds three
digits to its community's, a building three to its grid's, a stairwell two to its building's. Compounds have none
either; where an office numbers them, it is its community's code, a C and three digits.

Pure: no database.
"""

from __future__ import annotations

import re

LENGTHS = {
    "district": 6, "subdistrict": 9, "community": 12, "grid": 15, "compound": 16, "building": 18, "stairwell": 20,
}
# GB/T 2260: the first two digits, provinces and what ranks with them.
PROVINCES = frozenset((
    "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41", "42", "43", "44", "45",
    "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65", "71", "81", "82",
))
_COMPOUND = re.compile(r"\d{12}C\d{3}")


def fits(kind: str, code: str) -> bool:
    """Return whether *code* has the form of a code of this kind of place."""
    if kind == "compound":
        return bool(_COMPOUND.fullmatch(code))
    return len(code) == LENGTHS[kind] and code.isascii() and code.isdigit()


def is_known_province(code: str) -> bool:
    """Return whether the first two digits are those of a province, as GB/T 2260 lists them."""
    return code[:2] in PROVINCES


def parent_of(kind: str, code: str) -> str:
    """Return the code of what a place of this code lies in; "" for a district."""
    if kind == "district":
        return ""
    if kind == "stairwell":
        return code[:18]
    return code[:12] if kind == "compound" else code[: LENGTHS[kind] - 3]


def sort_of(kind: str, code: str) -> str:
    """Return what a code says about the sort of a subdistrict or community; "" where it says nothing.

    Statistics bureau, 2009: the three digits of a subdistrict are 001–099 for 街道, 100–199 for 镇, 200–399 for 乡;
    those of a community 001–199 for a residents' committee (居委会), 200–399 for a villagers' (村委会).
    """
    if not fits(kind, code):
        return ""
    number = int(code[6:9]) if kind == "subdistrict" else int(code[9:12]) if kind == "community" else 0
    if kind == "subdistrict":
        return "street" if 1 <= number <= 99 else "town" if 100 <= number <= 199 else "township" if 200 <= number <= 399 else ""
    if kind == "community":
        return "residents" if 1 <= number <= 199 else "villagers" if 200 <= number <= 399 else ""
    return ""


def next_free(kind: str, parent_code: str, taken: set[str]) -> str:
    """Return the first code of this kind under *parent_code* that is not *taken*; "" when all are."""
    if kind not in LENGTHS or not parent_code:
        return ""
    digits = 2 if kind == "stairwell" else 3
    for number in range(1, 10**digits):
        code = f"{parent_code}{'C' if kind == 'compound' else ''}{number:0{digits}d}"
        if code not in taken:
            return code
    return ""
