"""Slips on paper: printed with number and code, entered once, followed from the stub; a slip of any case on A5."""

from __future__ import annotations

import re

import pytest

from bandeng.cases import claims
from bandeng.cases.actions import paper
from bandeng.cases.actions.intake import Reach
from bandeng.cases.models import Case, PaperSlip
from bandeng.cases.views.paper import slip_values
from bandeng.foundation.access import Invalid, Refused
from tests.district import IN_B1, IN_ELM


@pytest.fixture
def pad(town):
    """Three blank slips of community a, with their codes."""
    return paper.print_pad(town.actor("worker_a"), community=town.places["a"], count=3)


def send(client, **more):
    given = {"report_key": claims.new_report_key(), "place": "榆钱小区1号楼", "category": "1003", "words": "扫地的没来", **more}
    return client.post("/desk/paper/", given)


def test_a_pile_is_entered_one_after_the_other(client, town, pad):
    client.force_login(town.people["worker_a"])
    page = client.get("/desk/paper/")
    assert page.status_code == 200
    for row, _code in pad:
        assert send(client, paper=row.number, words=f"写在 {row.number} 上").status_code == 302
    assert list(Case.objects.values_list("source", "grid__name").distinct()) == [("paper", "槐树第一网格")]
    assert PaperSlip.objects.filter(case__isnull=False).count() == 3
    after = client.get("/desk/paper/").content.decode()
    assert 'value="榆钱小区1号楼"' in after  # the place stays
    assert all(row.number in after for row, _code in pad)


def test_a_sheet_is_entered_once(client, town, pad):
    client.force_login(town.people["worker_a"])
    number = pad[0][0].number
    send(client, paper=number)
    answer = send(client, paper=number, words="又录了一遍，字写得不一样")
    assert answer.status_code == 422
    text = answer.content.decode()
    assert f"这张已经录过了，是 {Case.objects.get().number}" in text and "字写得不一样" in text
    assert Case.objects.count() == 1


@pytest.mark.parametrize(("typed", "code"), [
    ("暴露", "E0102"), ("1003", "1003"), ("电梯", "1001"), ("路灯不亮", "6005"), ("e0102", "E0102"),
])
def test_a_kind_is_found_by_a_few_words(client, town, typed, code):
    client.force_login(town.people["worker_a"])
    assert send(client, category=typed).status_code == 302
    assert Case.objects.get().category.code == code


@pytest.mark.parametrize(("bad", "said"), [
    ({"category": "物业"}, "有好几类"), ({"category": "飞碟"}, "没有这一类"), ({"category": ""}, "请写是哪一类"),
    ({"words": ""}, "请写几个字"),
    ({"place": ""}, "请写小区"), ({"paper": "P999999"}, "没有印过这个编号"), ({"paper": "x"}, "没有印过这个编号"),
    ({"slip": "green"}, "green"), ({"phone": "没有"}, "电话里只能有数字"), ({"category": "E0502"}, "这件事要走别的路"),
])
def test_bad_input_says_what_is_wrong_and_keeps_the_rest(client, town, bad, said):
    client.force_login(town.people["worker_a"])
    answer = send(client, name="王奶奶", **bad)
    assert answer.status_code == 422 and said in answer.content.decode() and "王奶奶" in answer.content.decode()
    assert not Case.objects.exists()


def test_the_colour_that_was_ticked_counts(client, town):
    client.force_login(town.people["worker_a"])
    send(client, slip="red")
    case = Case.objects.get()
    assert (case.slip, case.level) == ("red", "community")


def test_the_stub_follows_the_case_once_it_is_entered(client, town, pad):
    row, code = pad[0]
    waiting = client.get(f"/p/{row.number}/{code}/")
    assert waiting.status_code == 200 and "还没有录进来" in waiting.content.decode()
    paper.enter(town.actor("worker_a"), paper=row.number, slip="", report_key="k" * 24, category=town.categories["1003"],
                lon=IN_ELM[0], lat=IN_ELM[1], words="纸上写的")
    case = Case.objects.get()
    assert client.get(f"/p/{row.number}/{code}/").url == f"/follow/{case.number}/"
    assert "纸上写的" in client.get(f"/follow/{case.number}/").content.decode()


def test_number_and_code_may_be_typed_too(client, town, pad):
    row, code = pad[0]
    answer = client.post("/follow/", {"number": row.number.lower(), "code": claims.spaced(code)})
    assert answer.url == f"/p/{row.number.lower()}/{code}/"


@pytest.mark.parametrize("wrong", ["0" * 16, "1", "x", "9" * 300])
def test_a_wrong_code_shows_nothing_and_is_counted(client, town, pad, wrong, settings):
    settings.CLAIM_TRIES_PER_HOUR = 3
    row, code = pad[0]
    for _n in range(4):
        assert client.get(f"/p/{row.number}/{wrong}/").url == "/follow/"
    assert client.get(f"/p/{row.number}/{code}/").url == "/follow/"  # too many tries


@pytest.mark.parametrize("name", ["worker_b", "officer_b1", "dispatcher_east", "water", "auditor", "leader", "supervisor"])
def test_slips_are_printed_and_entered_by_those_who_work_there(town, pad, name):
    with pytest.raises(Refused):
        paper.print_pad(town.actor(name), community=town.places["a"], count=1)
    with pytest.raises((Refused, Invalid)):
        paper.enter(town.actor(name), paper=pad[0][0].number, slip="", report_key="k" * 24, category=town.categories["1003"],
                    lon=IN_ELM[0], lat=IN_ELM[1], words="x")
    assert not Case.objects.exists()


@pytest.mark.parametrize("name", ["officer_a1", "head_a", "dispatcher_west", "dispatcher"])
def test_those_who_do_may(town, pad, name):
    assert paper.print_pad(town.actor(name), community=town.places["a"], count=1)


@pytest.mark.parametrize("count", [0, 41, -1])
def test_a_pad_has_its_limits(town, count):
    with pytest.raises(Invalid):
        paper.print_pad(town.actor("worker_a"), community=town.places["a"], count=count)


def test_the_pad_is_a_pdf_with_a_page_for_each_slip(client, town):
    client.force_login(town.people["worker_a"])
    answer = client.post("/desk/paper/pad/", {"community": town.places["a"].pk, "count": 3})
    assert answer["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", answer.content)) == 3
    assert client.post("/desk/paper/pad/", {"community": town.places["b"].pk, "count": 3}).status_code == 302
    assert client.post("/desk/paper/pad/", {"community": "x", "count": "y"}).status_code == 302


def test_the_slip_of_a_case_names_no_one_who_reported(client, town):
    case = town.case(category="6003", reach=Reach(name="李先生", phone="000-1234567"))
    client.force_login(town.people["worker_a"])
    sheet = client.get(f"/desk/{case.number}/slip/").content
    assert sheet.startswith(b"%PDF") and len(re.findall(rb"/Type\s*/Page\b", sheet)) == 1
    values = str(slip_values(case))
    assert case.number in values and "李先生" not in values and "1234567" not in values and "红单" in values
    other = town.case(IN_B1)
    assert client.get(f"/desk/{other.number}/slip/").status_code == 404
