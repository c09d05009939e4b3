"""Masking of personal data. All numbers are made up or published as examples."""


import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandeng.language import Finding, Kind, mask
from bandeng.language.mask import REPLACEMENTS

PHONES = [
    "13800138000",
    "138-0013-8000",
    "138 0013 8000",
    "138  0013  8000",
    "138.0013.8000",
    "138·0013·8000",
    "138 00138000",
    "1380013 8000",
    "1380 013 8000",
    "１３８００１３８０００",
    "１３８－００１３－８０００",
    "138—0013—8000",
    "1 3 8 0 0 1 3 8 0 0 0",
    "+8613800138000",
    "+86 138-0013-8000",
    "(+86)13800138000",
    "0086 13800138000",
    "86-13800138000",
    "013800138000",
    "19912345678",
    "1\u200b3\u200b8\u200b00138000",
    "一三八零零一三八零零零",
    "幺三八零零幺三八零零零",
    "0471-6654321",
    "(0471)6654321",
    "（0471）6654321",
    "0471 665 4321",
    "04716654321",
    "010-82345678",
    "02082345678",
    "0755-8234 5678",
    "0471-6654321转803",
    "0471-6654321-803",
    "400-800-8820",
    "4008008820",
    "400 8008 820",
    "4008-800-820",
    "800-810-1234",
]


FRAMES = ["请打{}谢谢", "{}", "联系人王先生{}，急！", "（{}）", "电话：{}。", "微信同号{}"]


@pytest.mark.parametrize("number", PHONES)
@pytest.mark.parametrize("frame", FRAMES)
def test_phones(number, frame):
    text = frame.format(number)
    masked = mask(text)
    assert masked.text == frame.format("〔电话〕")
    assert [(f.kind, text[f.start : f.end]) for f in masked.found] == [(Kind.PHONE, number)]


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        # ID cards: right and wrong check digit, x, groups, 15 digits, announced although impossible
        ("证件11010519491231002X。", "证件〔身份证号〕。"),
        ("证件11010519491231002x", "证件〔身份证号〕"),
        ("证件110105199001011234", "证件〔身份证号〕"),
        ("110105 19900101 1234", "〔身份证号〕"),
        ("１１０１０５１９９００１０１１２３４", "〔身份证号〕"),
        ("110105900101123", "〔身份证号〕"),
        ("身份证号码：990105199013011234", "身份证号码：〔身份证号〕"),
        # bank cards by Luhn; account numbers when announced
        ("打到4111111111111111", "打到〔银行卡号〕"),
        ("打到4111 1111 1111 1111", "打到〔银行卡号〕"),
        ("打到6222-0212-3456-7890-128", "打到〔银行卡号〕"),
        ("卡号是6222 0000 0000 0000 111", "卡号是〔银行卡号〕"),
        ("账号：150123456789", "账号：〔银行卡号〕"),
        ("写到lao.wang_88@example.com.cn吧", "写到〔邮箱〕吧"),
        ("ａｂｃ＠example.com", "〔邮箱〕"),
        ("加微信wang_lao8", "加微信〔微信号〕"),
        ("微信号：laowang", "微信号：〔微信号〕"),
        ("我的VX: lw123456", "我的VX: 〔微信号〕"),
        ("wx：wxid_k9a8b7c6", "wx：〔微信号〕"),
        ("QQ：123456789", "QQ：〔QQ号〕"),
        ("qq群 87654321，快来", "qq群 〔QQ号〕，快来"),
        ("加扣扣号10001234", "加扣扣号〔QQ号〕"),
        # plates, also new-energy, Hong Kong, learners; written small or with a space
        ("蒙A12345占道", "〔车牌〕占道"),
        ("蒙A·8K888", "〔车牌〕"),
        ("蒙 A 12345", "〔车牌〕"),
        ("京AD12345", "〔车牌〕"),
        ("粤B12345D", "〔车牌〕"),
        ("粤Z1234港", "〔车牌〕"),
        ("京a1234学", "〔车牌〕"),
        ("苏e2g81c", "〔车牌〕"),
        # numbers that are a telephone only because the text says so
        ("座机6654321", "座机〔电话〕"),
        ("电话：8665-4321", "电话：〔电话〕"),
        ("联系方式：13800 138000", "联系方式：〔电话〕"),
        ("电话是6654321/6654322", "电话是〔电话〕"),
        # several, and one inside another
        ("13800138000/13900139000", "〔电话〕/〔电话〕"),
        ("王某13800138000，车蒙A12345，QQ12345678", "王某〔电话〕，车〔车牌〕，QQ〔QQ号〕"),
        ("13800138000元旦前打", "〔电话〕元旦前打"),
        ("邮箱13800138000@example.com", "邮箱〔邮箱〕"),
    ],
)
def test_other_kinds(text, masked):
    assert mask(text).text == masked


@pytest.mark.parametrize(
    "text",
    [
        "请拨12345、110、119、120、122或96156",
        "电话12345，热线12315，客服10086，0471-12345",
        "2026年11月22日8时30分，2026-11-22 08:30:15，20261122",
        "2020-2025年，1998-2010年间，2026.11.22-2026.12.31",
        "总价1380013元，投资13800000000元人民币左右",
        "每月15800-160000元，面积2000-3000平方米",
        "15栋2单元1302室，B01-01-05栋206，1-1-1101、1-1-200",
        "（2026）蒙01民初12345号，蒙政发〔2026〕123号",
        "编号20261122000123456，单号DH6222021234567890128",
        "GB50180-2018第3.2.1条，ISBN 978-7-80552-263-0",
        "网址example.com/2026/1122/4111111111111111.html",
        "坐标111.67081234567, 40.81834567890",
        "13路公交，138弄，G1380次，1380户",
        "网友UU0081081，A00049261",
        "晋升A级、新B区、云A市B3区、津A2区12栋",
        "微信公众号、微信支付10000元、微信群里说、扫微信二维码",
        "wechat小程序，QQ空间，用QQ联系",
        "一二三四五六七八九十，二〇二六年，三百一十二户",
        "15 20 30 40 50 6，1 2 3 4 5 6 7 8 9 10 11",
        "打电话2026年11月22日才通",
        "地铁造价13800138000元、15900159000 万",
        "12. 13800 14. 15900",
    ],
)
def test_what_stays(text):
    masked = mask(text)
    assert masked.text == text
    assert masked.found == ()


def test_nothing_is_found_in_nothing():
    assert mask("").text == ""
    assert mask("小区路灯坏了").found == ()


def test_places_are_those_of_the_original():
    text = "\u200b手机１３８\u200b００１３８０００\u200b，车蒙A12345"
    masked = mask(text)
    assert masked.text == "\u200b手机〔电话〕\u200b，车〔车牌〕"
    assert masked.found == (Finding(Kind.PHONE, 3, 15), Finding(Kind.PLATE, 18, 25))


PIECES = [*PHONES, "11010519491231002X", "4111111111111111", "a@example.com", "蒙A12345", "微信号：laowang"]
LETTERS = "0123456789-+ ()，。京A@电话号微信Qqx年元\u200b１"
pieces = st.one_of(st.sampled_from(PIECES), st.text(LETTERS, max_size=12))


@given(st.lists(pieces, max_size=12).map("".join))
def test_findings_are_in_order_and_the_rest_is_kept(text):
    masked = mask(text)
    reached, rebuilt = 0, []
    for finding in masked.found:
        assert reached <= finding.start < finding.end <= len(text)
        rebuilt.append(text[reached : finding.start])
        reached = finding.end
        rebuilt.append(REPLACEMENTS[finding.kind])
    assert masked.text == "".join([*rebuilt, text[reached:]])


HOSTILE = [
    "1",
    "138",
    "13800138000",
    "1 3 ",
    "138-0013-",
    "1" * 17 + "x",
    "6222 0212 ",
    "a",
    "a.",
    "a@",
    "a@b.",
    "@",
    "京A",
    "京A1",
    "电话",
    "电话:::",
    "电话1234567/",
    "微信",
    "微信号:",
    "微信a1",
    "QQ号:",
    "(0471)",
    "+86 ",
    "0",
    " ",
    "\u200b",
    "\u200b1",
    "一",
    "卡号1 ",
    "１",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_text_comes_to_an_end(piece):
    """Anything worse than linear would keep 200,000 characters busy for minutes or for ever; no clock is asked."""
    text = (piece * (200_000 // len(piece) + 1))[:200_000]
    assert len(mask(text).text) > 0
