"""Masking of personal data in Chinese text: what people write into a case before others may read it.

    >>> mask("请打13800138000，车牌湘A12345").text
    '请打〔电话〕，车牌〔车牌〕'

Found are numbers that reach or name a person: telephones, ID cards, bank cards, e-mail, WeChat and QQ ids,
licence plates. Names and addresses are not: they cannot be told from places and offices with the certainty
this needs. Public short numbers (110, 12345), dates, amounts, house numbers and case numbers (案号) stay.

A rule is a pattern with bounded repetition and at most one check, so that time grows with the length of the
text and nothing else, whatever is written (tested). Where rules overlap, the earlier match wins, then the
longer, then the rule standing higher in the list.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Kind(StrEnum):
    """What was found."""

    PHONE = "phone"
    ID_CARD = "id_card"
    BANK_CARD = "bank_card"
    EMAIL = "email"
    WECHAT = "wechat"
    QQ = "qq"
    PLATE = "plate"


REPLACEMENTS = {
    Kind.PHONE: "〔电话〕",
    Kind.ID_CARD: "〔身份证号〕",
    Kind.BANK_CARD: "〔银行卡号〕",
    Kind.EMAIL: "〔邮箱〕",
    Kind.WECHAT: "〔微信号〕",
    Kind.QQ: "〔QQ号〕",
    Kind.PLATE: "〔车牌〕",
}


@dataclass(frozen=True)
class Finding:
    """One masked stretch: its kind and where it stood in the original, as text[start:end]."""

    kind: Kind
    start: int
    end: int


@dataclass(frozen=True)
class Masked:
    """The text with replacements, and what was found, in order and without overlaps."""

    text: str
    found: tuple[Finding, ...]


@dataclass(frozen=True)
class _Rule:
    """A pattern over the plain form of the text; group "it", where there is one, is the part to mask."""

    kind: Kind
    pattern: re.Pattern[str]
    check: Callable[[str], bool] = lambda _: True


def mask(text: str) -> Masked:
    """Replace personal data in *text* by what it was, e.g. 〔电话〕."""
    plain, origin = _plain(text)
    found = [Finding(f.kind, origin(f.start), origin(f.end - 1) + 1) for f in _chosen(plain)]
    parts, reached = [], 0
    for finding in found:
        parts += [text[reached : finding.start], REPLACEMENTS[finding.kind]]
        reached = finding.end
    return Masked("".join([*parts, text[reached:]]), tuple(found))


# -- the plain form: one way to write each character, so that the rules need to know one only -------------

DASHES = "‐‑‒–—―−﹣－ー~～"
SPACES = "\u00a0\u2002\u2003\u2009\u3000\t"
CHINESE_DIGITS = str.maketrans("零〇一二三四五六七八九幺", "001234567891")
# Numbers spelled out to get past filters: eleven in a row are no year, no amount and no house number.
SPELLED_OUT = re.compile("[0-9零〇一二三四五六七八九幺]{11,}")


def _plain(text: str) -> tuple[str, Callable[[int], int]]:
    """The text in plain characters, and the place in the original of each place in it."""
    table = {ord(char): _plain_char(char) for char in set(text) if not char.isascii() or char == "\t"}
    hidden = {code for code, plain in table.items() if not plain}
    plain = SPELLED_OUT.sub(lambda m: m[0].translate(CHINESE_DIGITS), text.translate(table))
    if not hidden:
        return plain, lambda index: index
    places = [index for index, char in enumerate(text) if ord(char) not in hidden]
    return plain, places.__getitem__


def _plain_char(char: str) -> str:
    """Full-width forms and foreign digits as ASCII, one dash, one space; invisible characters as nothing."""
    if char in DASHES:
        return "-"
    if char in SPACES:
        return " "
    if 0xFF01 <= ord(char) <= 0xFF5E:
        return chr(ord(char) - 0xFEE0)
    category = unicodedata.category(char)
    if category == "Cf":
        return ""
    return str(unicodedata.decimal(char)) if category == "Nd" else char


# -- checks -----------------------------------------------------------------------------------------------

def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdigit())


def _is_id_card(text: str) -> bool:
    """The birth date is possible (GB 11643). The check digit is not asked: people mistype it."""
    digits = _digits(text)
    birth = digits[6:14] if len(digits) >= 17 else "19" + digits[6:12]
    try:
        return 1900 <= date(int(birth[:4]), int(birth[4:6]), int(birth[6:])).year <= 2100
    except ValueError:
        return False


def _is_bank_card(text: str) -> bool:
    """The check digit by Luhn is right (GB/T 15694.1)."""
    total = 0
    for place, char in enumerate(reversed(_digits(text))):
        value = int(char) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _is_plate(text: str) -> bool:
    """At least two digits: by GA 36 a plate has at most three letters after the authority's."""
    return len(_digits(text)) >= 2


def _has_digit_or_mark(text: str) -> bool:
    """A bare word after 微信 is taken as an id only when it does not look like a word."""
    return any(char.isdigit() or char in "_-" for char in text)


# -- rules ------------------------------------------------------------------------------------------------

# A separator between groups of one number, and the edges: no number may be cut out of a longer one, and the
# decimals of a coordinate or an amount are no telephone.
S = r"(?: ?[-·.] ?| {1,2})"
EDGE = r"(?<![0-9])(?<![0-9]\.)"
END = r"(?![0-9])"
# A number in groups followed by one of these was an amount, a range or a measure; 11 unbroken digits are an
# amount only where they are money.
NO_UNIT = r"(?! ?(?:元|万|亿|块|平|户|人|㎡|米|公里|吨|年|多|余|%))"
NO_SUM = "(?! ?(?:[万亿]|元(?![旦宵])))"
SAYS = r"(?:号码|号|是|为|有|[:;,. ()=/+]|、|“|\"){0,4}"
PLATE_CHAR = "[A-HJ-NP-Za-hj-np-z0-9]"
PLATE_HEAD = "[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼] ?[A-HJ-NP-Za-hj-np-z]"


def _mobile_groups() -> Iterator[str]:
    """11 digits in the groups people write; others, such as 5-6, are more often two amounts."""
    for first, *rest in ((3, 4, 4), (4, 3, 4), (3, 3, 5), (3, 8), (7, 4)):
        yield f"1[3-9][0-9]{{{first - 2}}}" + "".join(f"{S}[0-9]{{{n}}}" for n in rest) + END + NO_UNIT


MOBILE = "|".join(["1[3-9][0-9]{9}" + END + NO_SUM, *_mobile_groups(), "1[ .-][3-9](?:[ .-][0-9]){9}" + END])
COUNTRY = r"(?:(?:\(\+ ?86\)|\+ ?86|0086|86|0)[ -]{0,2})?"
AREA = r"(?:\(0(?:10|2[0-9]|[3-9][0-9]{2})\) ?|0(?:10|2[0-9]|[3-9][0-9]{2})(?: ?[-.] ?| {1,2})?)"
EXTENSION = r"(?: ?(?:-|转|转分机) ?[0-9]{1,5}(?![0-9]))?"
TOLL = [f"(?:400|800){S}?[0-9]{{3}}{S}?[0-9]{{4}}", f"(?:400|800){S}[0-9]{{4}}{S}?[0-9]{{3}}"]
TOLL += [f"(?:400|800)[0-9]{S}[0-9]{{3}}{S}[0-9]{{3}}"]
# The province codes of GB/T 2260, and four more digits.
REGION = "(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])[0-9]{4}"
CALL = "(?:电话|手机|座机|固话|联系方式|联系人|致电|传真|[Tt][Ee][Ll]|TEL)"
WECHAT = "(?:[微薇威][信xX]|(?<![A-Za-z])(?:[Vv][Xx信]|[Ww]e[Cc]hat|[Ww][Xx]))(?:号码|号|ID|id)?"
WECHAT_ID = "(?P<it>[A-Za-z][A-Za-z0-9_-]{5,19}|[1-9][0-9]{5,19})(?![0-9A-Za-z_])"
# Groups that are a number only because the text says so.
SPLIT = "[2-9][0-9]{2,3}-[0-9]{4}|1[3-9][0-9]{3}[ -][0-9]{6}|1[3-9][0-9]{4}[ -][0-9]{5}"
ANNOUNCED = f"(?:[0-9]{{7,13}}|{SPLIT}){END}"


def _rule(kind: Kind, pattern: str, check: Callable[[str], bool] | None = None) -> _Rule:
    compiled = re.compile(pattern)
    return _Rule(kind, compiled, check) if check else _Rule(kind, compiled)


RULES = (
    _rule(Kind.EMAIL, r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}"),
    _rule(Kind.ID_CARD, f"{EDGE}{REGION}[ -]?[0-9]{{8}}[ -]?[0-9]{{3}}[0-9Xx](?![0-9A-Za-z])", _is_id_card),
    _rule(Kind.ID_CARD, f"{EDGE}{REGION}[ -]?[0-9]{{6}}[ -]?[0-9]{{3}}{END}", _is_id_card),
    _rule(Kind.ID_CARD, f"身份证{SAYS}(?P<it>[1-9][0-9]{{13,16}}[0-9Xx](?![0-9]))"),
    _rule(
        # not 1 and 2: such long numbers are dates with a serial; not after a letter, "/" or "=": ids of pages
        Kind.BANK_CARD,
        "(?<![0-9A-Za-z/=.])[3-69][0-9]{3}(?:[ -]?[0-9]{4}){3}(?:[ -]?[0-9]{1,3})?(?![0-9A-Za-z])",
        _is_bank_card,
    ),
    _rule(Kind.BANK_CARD, f"(?:卡号|[账帐][号户]|银行卡){SAYS}(?P<it>[0-9](?:[ -]?[0-9]){{11,20}}){END}"),
    _rule(Kind.PHONE, f"{EDGE}{COUNTRY}(?:{MOBILE})"),
    _rule(Kind.PHONE, f"{EDGE}{AREA}[2-9][0-9]{{2,3}}(?: |-)?[0-9]{{4}}{END}{EXTENSION}"),
    _rule(Kind.PHONE, f"{EDGE}(?:{'|'.join(TOLL)}){END}{NO_UNIT}"),
    _rule(Kind.PHONE, f"{CALL}{SAYS}(?P<it>{ANNOUNCED}(?:[/、,; 或]{{1,2}}{ANNOUNCED}){{0,3}})(?!年)"),
    _rule(Kind.PLATE, f"{PLATE_HEAD}[·•・. -]?{PLATE_CHAR}{{5,6}}(?![0-9A-Za-z])", _is_plate),
    _rule(Kind.PLATE, f"{PLATE_HEAD}[·•・. -]?{PLATE_CHAR}{{4}}[挂学警港澳]", _is_plate),
    _rule(Kind.QQ, f"(?:(?<![A-Za-z])[Qq扣][Qq扣]|企鹅)[群 ]?{SAYS}(?P<it>[1-9][0-9]{{4,11}}){END}"),
    _rule(Kind.WECHAT, f"{WECHAT} ?(?:是|为|[:;=])[ “\"]?{WECHAT_ID}"),
    _rule(Kind.WECHAT, f"{WECHAT}[ (“\"]?{WECHAT_ID}", _has_digit_or_mark),
)


def _candidates(plain: str) -> Iterator[tuple[int, int, int, Finding]]:
    for rank, rule in enumerate(RULES):
        group = "it" if "it" in rule.pattern.groupindex else 0
        for match in rule.pattern.finditer(plain):
            if rule.check(match[group]):
                start, end = match.span(group)
                yield start, -end, rank, Finding(rule.kind, start, end)


def _chosen(plain: str) -> list[Finding]:
    chosen: list[Finding] = []
    for start, _, _, finding in sorted(_candidates(plain), key=lambda candidate: candidate[:3]):
        if not chosen or start >= chosen[-1].end:
            chosen.append(finding)
    return chosen
