"""Sheets as offices send them, and as they get them back."""

import io
import zipfile

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from bandeng.foundation.sheets import paper, table
from bandeng.foundation.sheets import workbook as workbooks
from bandeng.foundation.sheets.table import Column, Problem, SheetError, read
from bandeng.foundation.sheets.tests.damage import damages

COLUMNS = (Column("code", "编码", True), Column("name", "名称", True), Column("note", "备注"), Column("on", "日期"))


def workbook(rows, before=()):
    """Return an .xlsx with these rows below some empty or titled lines."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        page = book.add_worksheet()
        for number, row in enumerate([*before, *rows]):
            for position, value in enumerate(row):
                page.write(number, position, value)
    return out.getvalue()


def cells(content):
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


HEAD = ["编码", "名称", "备注", "日期"]


def test_a_sheet_is_read_with_the_rows_own_numbers():
    found = read("a.xlsx", workbook([HEAD, ["1", "一"], [], ["3", " 三　"]]), COLUMNS)
    assert [(row.number, row["code"], row["name"]) for row in found.rows] == [(2, "1", "一"), (4, "3", "三")]


def test_a_title_above_the_head_and_stars_and_remarks_in_it_do_no_harm():
    found = read("a.xlsx", workbook([["编码 *", "名称（全称）", "别的"], ["1", "一", "x"]], before=[["某区网格一览表"], []]), COLUMNS)
    assert found.rows[0].values == {"code": "1", "name": "一"}
    assert found.unknown == ["别的"]


def test_the_head_may_be_in_english_or_in_the_words_of_the_code():
    assert read("a.xlsx", workbook([["code", "NAME"], ["1", "一"]]), COLUMNS).rows[0]["name"] == "一"


def test_numbers_lose_their_point_nought_and_dates_are_plain():
    import datetime

    found = read("a.xlsx", workbook([HEAD, [150103001001001.0, 7, "", "2026-03-09"]]), COLUMNS)
    assert found.rows[0]["code"] == "150103001001001"
    assert table._plain(datetime.datetime(2026, 3, 9)) == "2026-03-09"  # noqa: DTZ001
    assert table._plain(datetime.time(8, 30)) == "08:30"
    assert not found.problems


def test_a_code_that_excel_spoilt_is_said_to_be_spoilt():
    found = read("a.xlsx", workbook([HEAD, [150103001001001002.0, "一"]]), COLUMNS)
    assert [(one.row, one.column, one.grave) for one in found.problems] == [(2, "code", True)]
    assert "15 位" in found.problems[0].text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("between", [",", "\t"])
def test_csv_is_read_in_the_encodings_that_offices_use(encoding, between):
    text = f"编码{between}名称\r\n001{between}铁西\r\n"
    assert read("a.csv", text.encode(encoding), COLUMNS).rows[0].values == {"code": "001", "name": "铁西"}


@pytest.mark.parametrize(("name", "content"), [
    ("a.xlsx", b"PK\x03\x04 broken"), ("a.xlsx", b""), ("a.xls", b"\xd0\xcf\x11\xe0 broken"), ("a.doc", b"x"), ("noname", b"x"),
    ("a.csv", b"\xff\xfe\x00\x81\x00\xff"), ("a.csv", b""), ("a.xlsx", workbook([["a", "b"], [1, 2]])),
])
def test_what_is_no_sheet_is_said_in_words(name, content):
    with pytest.raises(SheetError) as error:
        read(name, content, COLUMNS)
    assert str(error.value)


def test_missing_columns_are_named():
    with pytest.raises(SheetError, match="名称"):
        read("a.xlsx", workbook([["编码", "备注"], ["1", "x"]]), COLUMNS)


def test_a_file_that_unpacks_to_too_much_is_not_unpacked(monkeypatch):
    monkeypatch.setattr(table, "MOST_UNPACKED", 1000)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", "0" * 100_000)
    with pytest.raises(SheetError, match="太大"):
        read("bomb.xlsx", out.getvalue(), COLUMNS)


def test_too_many_rows_are_refused(monkeypatch):
    monkeypatch.setattr(table, "MOST_ROWS", 2)
    with pytest.raises(SheetError, match="2 行"):
        read("a.xlsx", workbook([HEAD, ["1", "一"], ["2", "二"], ["3", "三"]]), COLUMNS)


def test_a_returned_sheet_marks_its_problems_and_can_be_sent_again():
    found = read("a.xlsx", workbook([HEAD, ["1", "一"], ["2", ""]]), COLUMNS)
    content = paper.returned(COLUMNS, found, [Problem(3, "name", "没有名称。"), Problem(3, "", "整行提醒", grave=False)])
    rows = cells(content)
    assert rows[0][-1] == "问题"
    assert rows[2][-1] == "名称：没有名称。\n整行提醒"
    again = read("a.xlsx", content, COLUMNS)
    assert [row.values for row in again.rows] == [row.values for row in found.rows]
    assert again.unknown == []


def test_nothing_that_looks_like_a_formula_is_one():
    content = paper.filled(COLUMNS, [{"code": "=1+1", "name": "+cmd"}])
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        assert b"<f>" not in packed.read("xl/worksheets/sheet1.xml")
    assert cells(content)[1][:2] == ["=1+1", "+cmd"]


def test_long_codes_keep_their_digits():
    code = "15010300100100100102"
    assert cells(paper.filled(COLUMNS, [{"code": code, "name": "一"}]))[1][0] == code


@given(st.binary(max_size=200), st.sampled_from(["a.xlsx", "a.csv", "a.xls", "a.ods"]))
def test_rubbish_never_breaks_the_reader(content, name):
    try:
        read(name, content, COLUMNS)
    except SheetError as error:
        assert str(error)


@pytest.mark.parametrize("times", [400, 30])
def test_a_damaged_workbook_never_breaks_the_reader(monkeypatch, times):
    if times == 400:  # without a process for each
        monkeypatch.setattr(workbooks, "_ask", workbooks.answer)
    refused = 0
    for damaged in damages(workbook([HEAD, *[[str(n), "一"] for n in range(40)]]), times):
        try:
            read("a.xlsx", damaged, COLUMNS)
        except SheetError as error:
            assert str(error)
            refused += 1
    assert refused > times / 4
