"""Workbooks are read elsewhere: what kills a reader kills nobody else."""

import datetime
import io
import pickle
import struct
import subprocess
import sys
import threading
import zipfile
from types import SimpleNamespace

import pytest
import xlsxwriter
from django.conf import settings
from python_calamine import CalamineWorkbook

from bandeng.foundation.sheets import table, workbook
from bandeng.foundation.sheets.table import Column, SheetError

COLUMNS = (Column("code", "编码", True),)


def xlsx(*sheets):
    """Return an .xlsx of sheets given as {(row, column): value}."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "yyyy-mm-dd hh:mm"}) as book:
        for cells in sheets:
            page = book.add_worksheet()
            for (row, column), value in cells.items():
                page.write(row, column, value)
    return out.getvalue()


ODS = """<?xml version="1.0" encoding="UTF-8"?><office:document-content office:version="1.2"
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet><table:table table:name="a">
<table:table-row table:number-rows-repeated="{rows}"><table:table-cell table:number-columns-repeated="{columns}"
 office:value-type="string"><text:p>编码</text:p></table:table-cell></table:table-row>
</table:table></office:spreadsheet></office:body></office:document-content>"""


def ods(rows, columns):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr("content.xml", ODS.format(rows=rows, columns=columns))
        packed.writestr("META-INF/manifest.xml", "<manifest/>")
    return out.getvalue()


def xls(*cells):
    """Return an .xls (BIFF8 in a compound file) with a number at each (row, column)."""
    def record(kind, content=b""):
        return struct.pack("<HH", kind, len(content)) + content

    begin, end = b"\x00\x06%c\x00" + b"\x00" * 12, record(0x0A)
    globals_, sheet = record(0x0809, begin % 5), record(0x0809, begin % 16)
    offset = len(globals_) + 13 + len(end)
    globals_ += record(0x85, struct.pack("<IBBBB", offset, 0, 0, 1, 0) + b"a") + end
    sheet += b"".join(record(0x0203, struct.pack("<HHHd", *cell, 0, 1.5)) for cell in cells) + end
    stream = (globals_ + sheet).ljust(4096, b"\x00")
    last, free = 0xFFFFFFFE, 0xFFFFFFFF
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\x00" * 6
    head += struct.pack("<9I", 0, 1, 1, 0, 4096, last, 0, last, 0) + struct.pack("<109I", 0, *[free] * 108)
    table_ = struct.pack("<128I", 0xFFFFFFFD, last, *range(3, 10), last, *[free] * 118)

    def entry(name, kind, child, start, size):
        text = name.encode("utf-16-le")
        return (text.ljust(64, b"\x00") + struct.pack("<HBBIII", len(text) + 2, kind, 1, free, free, child)
                + b"\x00" * 36 + struct.pack("<IQ", start, size))

    folder = entry("Root Entry", 5, 1, last, 0) + entry("Workbook", 2, free, 2, 4096) + b"\x00" * 256
    return head + table_ + folder + stream


CORNERS = {(0, 0): "编码", (1048575, 16383): "x"}


@pytest.mark.parametrize(("name", "content"), [
    ("a.xlsx", xlsx(CORNERS)), ("a.xlsx", xlsx({(0, 0): "编码", (1, 0): "1"}, CORNERS)),
    ("a.xlsx", xlsx({(0, 0): "编码", (9999, 999): "x"})),  # 10 million cells: there is room, but not that much
    ("a.xls", xls((0, 0), (65535, 65535))), ("a.xls", xls((0, 0), (65535, 255))), ("a.ods", ods(3000, 3000)),
])
def test_a_small_file_with_a_huge_sheet_is_too_large(name, content):
    assert len(content) < 7000
    with pytest.raises(SheetError, match="太大"):
        table.read(name, content, COLUMNS)


@pytest.mark.parametrize(("rows", "columns"), [(1048576, 16384), (2**31, 2**31), (20000, 16384)])
def test_what_the_library_refuses_by_itself_is_refused_in_words(rows, columns):
    with pytest.raises(SheetError, match="太大|打不开"):
        table.read("a.ods", ods(rows, columns), COLUMNS)


def test_many_sheets_are_too_large_together():
    with pytest.raises(workbook.TooLargeError):
        workbook.read(xlsx(*[{(0, 0): "a", (2999, 999): "x"}] * 2))


def test_good_files_are_read_as_ever():
    moment = datetime.datetime(2026, 3, 9, 8, 30)  # noqa: DTZ001
    cells = {(2, 1): "编码", (2, 2): 1.5, (2, 3): True, (3, 1): moment, (3, 2): 150103001001001, (4, 4): "=1/0"}
    content = xlsx(cells, {}, {(0, 0): "x" * 30000})
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    here = [book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names]
    there = workbook.read(content)
    assert there == here
    assert [[type(cell) for cell in row] for row in there[0]] == [[type(cell) for cell in row] for row in here[0]]
    assert {type(cell) for row in there[0] for cell in row} >= {str, float, bool, datetime.datetime}
    assert workbook.read(xls((0, 0), (1, 2))) == [[[1.5, "", ""], ["", "", 1.5]]]
    assert workbook.read(ods(3, 2)) == [[["编码", "编码"]] * 3]


def test_it_works_from_any_thread_and_folder(monkeypatch, tmp_path):
    (tmp_path / "io.py").write_text("raise SystemExit(3)")
    (tmp_path / "python_calamine.py").write_text("raise SystemExit(3)")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    found = []
    thread = threading.Thread(target=lambda: found.append(workbook.read(xlsx({(0, 0): "a"}))))
    thread.start()
    thread.join()
    assert found == [[[["a"]]]]


def test_the_child_knows_neither_the_framework_nor_the_secrets(monkeypatch):
    code = "import sys, bandeng.foundation.sheets.workbook; print([one for one in ('django', 'numpy', 'shapely') if one in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    monkeypatch.setenv("A_SECRET", "x")
    assert "A_SECRET" not in workbook._environment()


def says(monkeypatch, code):
    monkeypatch.setattr(workbook, "_command", lambda: [sys.executable, "-c", code])


@pytest.mark.parametrize("code", ["import os; os.abort()", "import time; time.sleep(20)"])
def test_a_child_that_dies_or_sleeps_is_a_file_that_is_too_large(monkeypatch, code):
    monkeypatch.setattr(workbook, "PATIENCE", 1)
    says(monkeypatch, code)
    with pytest.raises(workbook.TooLargeError):
        workbook.read(b"PK")


def test_a_child_that_cannot_work_is_no_fault_of_the_file(monkeypatch):
    says(monkeypatch, "import no_such_module")
    with pytest.raises(subprocess.CalledProcessError):
        workbook.read(b"PK")


def test_nothing_but_plain_values_is_taken_from_the_child(monkeypatch):
    says(monkeypatch, "import sys, os, pickle; sys.stdout.buffer.write(pickle.dumps([os.getcwd]))")
    with pytest.raises(pickle.UnpicklingError):
        workbook.read(b"PK")


def test_an_answer_that_is_too_long_is_not_given(monkeypatch):
    monkeypatch.setattr(workbook, "MOST_ANSWER", 100)
    assert pickle.loads(workbook.answer(xlsx({(0, 0): "x" * 200}))) == "TooLargeError"


def test_panics_and_lack_of_room_are_told_apart(monkeypatch):
    class Panic(BaseException):
        pass

    def raises(what):
        def inner(content):
            raise what
        return inner

    for what, name in ((Panic(), "BrokenError"), (MemoryError(), "TooLargeError"), (ValueError(), "BrokenError")):
        monkeypatch.setattr(workbook, "_sheets", raises(what))
        assert pickle.loads(workbook.answer(b"PK")) == name


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have other limits, or none")
def test_the_child_limits_itself():
    code = ("import resource, bandeng.foundation.sheets.workbook as w; w._limit();"
            "print(*[resource.getrlimit(one)[0] for one in (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_CORE)])")
    done = subprocess.run([sys.executable, "-c", code], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True)
    memory, seconds, core = map(int, done.stdout.split())
    assert 0 < memory <= workbook.MOST_MEMORY
    assert 0 < seconds <= workbook.MOST_SECONDS
    assert core == 0


def test_the_limits_are_set_before_anything_is_read(monkeypatch):
    steps, out = [], io.BytesIO()

    def given():
        steps.append("read")
        return b"PK"

    monkeypatch.setattr(workbook, "_limit", lambda: steps.append("limit"))
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=SimpleNamespace(read=given)))
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(buffer=out))
    workbook.main()
    assert steps == ["limit", "read"]
    assert pickle.loads(out.getvalue()) == "BrokenError"
