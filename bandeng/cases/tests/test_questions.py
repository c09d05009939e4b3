"""Questions of a kind: asked, checked, kept masked; notices that stop a report and keep nothing."""

from __future__ import annotations

import pytest

from bandeng.cases import catalogue, questions
from bandeng.cases.forms import ReportForm
from bandeng.cases.models import Answer, Case, Category, Question, QuestionKind
from tests.district import IN_ELM


@pytest.fixture
def kinds(town):
    return town.categories


def send(client, category, **more):
    given = {"report_key": "k" * 24, "lon": IN_ELM[0], "lat": IN_ELM[1], "category": category.pk, "words": "坏了，来看看。", **more}
    return client.post("/report/", {name: value for name, value in given.items() if value != ""})


def test_what_must_be_answered_is_asked_before_a_report_is_taken(client, kinds):
    answer = send(client, kinds["5001"])
    assert answer.status_code == 422 and "这一类还有几个小问题" in answer.content.decode()
    assert not Case.objects.exists()
    shown = answer.content.decode()
    block = shown[shown.index(f'data-asks="{kinds["5001"].pk}"'):][:400]
    assert "hidden>" not in block.split(">")[0] + ">" and "什么时候施工" in block


def test_an_answer_is_kept_with_the_case(client, kinds):
    answer = send(client, kinds["5001"], asked=kinds["5001"].pk, q_when="白天")
    assert answer.status_code == 302
    case = Case.objects.get()
    assert questions.answers_of(case) == [("什么时候施工", "白天")]
    assert "白天" in client.get(f"/follow/{case.number}/").content.decode()


@pytest.mark.parametrize(("name", "value"), [("q_when", "半夜三更"), ("q_when", "")])
def test_an_answer_that_is_none_of_the_choices_is_refused_with_words(client, kinds, name, value):
    assert send(client, kinds["5001"], asked=kinds["5001"].pk, **{name: value}).status_code == 422
    assert not Case.objects.exists()


@pytest.mark.parametrize(("degrees", "status"), [("16.5", 302), ("", 302), ("很冷", 422), ("nan", 422), ("1e400", 422)])
def test_a_number_is_a_number(client, kinds, degrees, status):
    assert send(client, kinds["3001"], asked=kinds["3001"].pk, q_degrees=degrees).status_code == status


def test_several_choices_and_a_date(client, kinds):
    sent = {"asked": kinds["3001"].pk, "q_where": ["卧室", "厨房"], "q_since": "2026-01-03"}
    assert send(client, kinds["3001"], **sent).status_code == 302
    assert questions.answers_of(Case.objects.get()) == [("从哪天开始不热", "2026-01-03"), ("哪里不热", "卧室、厨房")]


def test_telephone_numbers_in_an_answer_are_masked(client, kinds):
    Question.objects.create(category=kinds["2001"], code="who", kind=QuestionKind.TEXT, words="哪个桶")
    assert send(client, kinds["2001"], q_who="找 13800138000").status_code == 302
    assert "13800138000" not in Answer.objects.get().value


def test_whoever_is_shut_in_is_sent_to_the_fire_brigade_and_nothing_is_kept(client, kinds):
    answer = send(client, kinds["1001"], asked=kinds["1001"].pk, q_trapped="有", words="电梯停在三楼，人还在里面等着")
    assert answer.status_code == 422 and "再打 119" in answer.content.decode()
    assert not Case.objects.exists()
    assert send(client, kinds["1001"], asked=kinds["1001"].pk, q_trapped="没有", words="电梯停在三楼不动").status_code == 302


@pytest.mark.parametrize("code", ["E0502", "E0509"])
def test_a_kind_that_is_only_a_notice_takes_nothing_in_not_even_from_staff(client, town, code):
    client.force_login(town.people["officer_a1"])
    sent = {"report_key": "k" * 24, "lon": IN_ELM[0], "lat": IN_ELM[1], "category": town.categories[code].pk, "words": "路口有一位",
            "source": "officer"}
    answer = client.post("/desk/report/", sent)
    assert answer.status_code == 422 and "这件事要走别的路" in answer.content.decode()
    assert not Case.objects.exists()


def test_residents_choose_from_matters_staff_from_all_tables(client, town):
    event = town.categories["E0102"]
    assert send(client, event).status_code == 422
    client.force_login(town.people["officer_a1"])
    assert f'value="{event.pk}"' in client.get("/desk/report/").content.decode()
    assert f'value="{event.pk}"' not in client.get("/report/").content.decode()


def test_the_field_of_another_kind_never_hides_an_answer(client, kinds):
    """Without scripts the fields of all kinds stand in the page: those of other kinds must not be sent."""
    page = client.get("/report/").content.decode()
    block = page[page.index(f'data-asks="{kinds["3001"].pk}"'):page.index(f'data-asks="{kinds["5001"].pk}"')]
    assert block.count("<input") == block.count("disabled")


def test_loading_again_changes_nothing_that_the_district_changed(town):
    Category.objects.filter(code="1003").update(name="物业的事", filing="我们自己的条件")
    assert catalogue.load() == 0
    assert Category.objects.get(code="1003").name == "物业的事"
    assert Question.objects.filter(category__code="1001").count() == 3


def test_the_catalogue_of_an_older_product_is_filled_in_once(town):
    Question.objects.all().delete()
    Category.objects.filter(code="1001").update(filing="", closing="", finish_amount=0)
    catalogue.load()
    row = Category.objects.get(code="1001")
    assert row.filing and row.questions.count() == 3


def test_every_question_of_the_product_can_be_asked(town):
    for category in Category.objects.prefetch_related("questions"):
        form = questions.QuestionsForm(category)
        assert all(bound is None or str(bound) for _row, bound in form.parts)


def test_bad_values_of_hidden_fields_are_no_server_error(client, kinds):
    for asked in ("x", "9" * 400, "\0"):
        assert send(client, kinds["5001"], asked=asked, q_when="白天").status_code in (302, 422)
        Case.objects.all().delete()


def test_the_form_knows_no_questions_without_a_kind(town):
    form = ReportForm({"words": "x"})
    assert not form.is_valid() and form.questions is None
