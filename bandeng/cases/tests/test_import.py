"""Bringing messages in from a spreadsheet."""

import csv
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from bandeng.cases.models import Case

pytestmark = pytest.mark.django_db
HEAD = ["id", "time", "title", "text", "label"]


def sheet(path, rows, head=HEAD):
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows([head, *rows])
    return path


def run(path, *options):
    out = StringIO()
    call_command("import_cases", str(path), *options, stdout=out)
    return out.getvalue()


def test_rows_become_cases_masked_and_filed_under_the_mapped_category(town, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = sheet(tmp_path / "in.csv", [["T1", "2026-01-05 08:30:00", "路灯", "路灯坏了，找我13812345678", "城乡建设"],
                                       ["T2", "2026/1/6 9:05", "", "垃圾没人清", "别的"]])
    said = run(path, "--category", "城乡建设=6005", "--keep-times")
    assert "2 loaded, 0 there already, 0 rejected" in said
    first, second = Case.objects.order_by("created_at")
    assert first.category.code == "6005"
    assert "13812345678" not in first.words
    assert "路灯\n路灯坏了" not in first.words  # the title is not said twice
    assert first.created_at.isoformat() == "2026-01-05T00:30:00+00:00"
    assert second.category.code == "B009"
    assert second.source == "import"


def test_the_same_file_again_changes_nothing(town, tmp_path):
    path = sheet(tmp_path / "in.csv", [["T1", "2026-01-05", "", "垃圾没人清", ""]])
    run(path)
    assert "0 loaded, 1 there already" in run(path)
    assert Case.objects.count() == 1


def test_bad_rows_are_written_out_with_the_reason_and_the_others_are_taken(town, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = sheet(tmp_path / "in.csv", [["T1", "gestern", "", "垃圾没人清", ""], ["T2", "2026-01-05", "", "", ""],
                                       ["T3", "2026-01-05", "", "噪声", ""], ["T4", "2026-01-05", "", "长" * 20001, ""]])
    assert "1 loaded, 0 there already, 3 rejected" in run(path, "--keep-times")
    rejected = list(csv.DictReader((tmp_path / "in.csv.rejected.csv").open(encoding="utf-8-sig")))
    assert [row["id"] for row in rejected] == ["T1", "T2", "T4"]
    assert "gestern" in rejected[0]["reason"]


def test_another_column_name_can_be_given(town, tmp_path):
    path = sheet(tmp_path / "in.csv", [["a", "垃圾没人清"]], head=["编号", "内容"])
    with pytest.raises(CommandError, match="内容"):
        run(path)
    assert "1 loaded" in run(path, "--column", "id=编号", "--column", "text=内容")


def test_an_unknown_category_is_named(town, tmp_path):
    path = sheet(tmp_path / "in.csv", [["a", "2026-01-05", "", "x", "y"]])
    with pytest.raises(CommandError, match="ZZZ"):
        run(path, "--category", "y=ZZZ")


def test_without_places_it_says_what_to_do_first(db, tmp_path):
    path = sheet(tmp_path / "in.csv", [["a", "2026-01-05", "", "x", ""]])
    with pytest.raises(CommandError, match="import_neighbourhood"):
        run(path)
