"""The catalogue as the district changes it: new versions, old cases untouched, and who may."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bandeng.cases import catalogue as shipped
from bandeng.cases import queries
from bandeng.cases.actions import catalogue
from bandeng.cases.actions.catalogue import Asked
from bandeng.cases.models import Case, Category, DefaultUnit
from bandeng.cases.setting_forms import CategoryForm
from bandeng.foundation.access import Invalid, Refused, WrongState
from bandeng.foundation.journal.models import Entry
from tests.district import made_town
from tests.threads import errors, together

EDITORS = {"dispatcher", "supervisor"}


def values(row: Category, **more):
    return {name: getattr(row, name) for name in catalogue.VALUES} | more


def changed(town, code="1003", who="dispatcher", questions=(), **more):
    row = Category.objects.get(code=code, in_use=True)
    made = catalogue.change(town.actor(who), code=code, version=row.version, questions=questions, **values(row, **more))
    queries.forget()
    return made


def test_a_change_is_a_new_version_and_old_cases_stay_as_they_were(town, clock, django_capture_on_commit_callbacks):
    case = town.case()
    due = case.due_at
    new = changed(town, name="物业的事", finish_amount=1, finish_unit="day", closing="说清楚")
    assert (new.version, new.in_use, Category.objects.get(code="1003", version=1).in_use) == (2, True, False)
    case = Case.objects.get(pk=case.pk)
    assert (case.category.name, case.due_at, case.category.version) == ("物业服务", due, 1)
    town.categories["1003"] = new
    later = town.case(words="新的一件")
    assert later.category.name == "物业的事"
    assert later.limits.get(kind="finish").due_at == clock.now.replace(hour=0) + timedelta(days=2)
    assert Entry.objects.filter(action="category.change").exists()


def test_questions_go_with_their_version(town):
    asked = [Asked("which", "single", "哪一栋", options="一号\n二号"), Asked("n", "number", "几次", required=True)]
    new = changed(town, questions=asked)
    assert [q.code for q in new.questions.all()] == ["which", "n"]
    assert Category.objects.get(code="1003", version=1).questions.count() == 0
    newer = changed(town, questions=asked[:1])
    assert (newer.version, newer.questions.count(), new.questions.count()) == (3, 1, 2)


def test_two_who_change_the_same_version_do_not_overwrite_each_other(town):
    row = Category.objects.get(code="1003")
    changed(town, name="甲")
    with pytest.raises(WrongState):
        catalogue.change(town.actor("supervisor"), code="1003", version=1, questions=(), **values(row, name="乙"))
    assert Category.objects.get(code="1003", in_use=True).name == "甲"


@pytest.mark.parametrize(("bad", "field"), [
    ({"finish_amount": 3, "finish_unit": ""}, "finish_amount"), ({"response_amount": 0, "response_unit": "hour"}, "response_amount"),
])
def test_half_a_limit_is_refused(town, bad, field):
    with pytest.raises(Invalid) as error:
        changed(town, **bad)
    assert error.value.field == field


@pytest.mark.parametrize("questions", [
    [Asked("a", "text", "一"), Asked("a", "text", "二")], [Asked("a", "single", "一", options="只有一个")], [Asked("a", "multiple", "一")],
])
def test_questions_that_nobody_could_answer_are_refused(town, questions):
    with pytest.raises(Invalid):
        changed(town, questions=questions)


def test_only_the_district_changes_the_catalogue(town):
    row = Category.objects.get(code="1003")
    for name, actor in town.everybody().items():
        if name in EDITORS:
            continue
        for act in (
            lambda a: catalogue.change(a, code="1003", version=1, questions=(), **values(row)),
            lambda a: catalogue.add(a, code="Z1", table="matter", questions=(), **values(row)),
            lambda a: catalogue.retire(a, code="1003"),
            lambda a: catalogue.set_default_unit(a, code="1003", place=town.places["a"], unit=town.units["firm"]),
        ):
            with pytest.raises(Refused):
                act(actor)
    assert Category.objects.filter(code="1003").count() == 1 and not DefaultUnit.objects.exists()


def test_a_retired_kind_cannot_be_chosen_and_does_not_come_back_with_the_next_start(town, client):
    catalogue.retire(town.actor("dispatcher"), code="1003")
    queries.forget()
    assert "1003" not in {row.code for row in queries.categories(staff=True)}
    assert shipped.load() == 0
    assert not Category.objects.filter(code="1003", in_use=True).exists()
    with pytest.raises(WrongState):
        catalogue.retire(town.actor("dispatcher"), code="1003")


def test_a_code_is_given_once(town):
    row = Category.objects.get(code="1003")
    catalogue.add(town.actor("dispatcher"), code="Z1", table="matter", questions=(), **values(row, name="新的"))
    with pytest.raises(Invalid):
        catalogue.add(town.actor("dispatcher"), code="Z1", table="matter", questions=(), **values(row))


# The pages


@pytest.fixture
def page(client, town):
    client.force_login(town.people["dispatcher"])

    def send(code="1003", **more):
        row = Category.objects.get(code=code, in_use=True)
        start = {name: getattr(row, name) for name in CategoryForm.base_fields}
        start = {name: value for name, value in start.items() if value not in (None, "", False, 0)}
        sent = {**start, "version": row.version, "q-TOTAL_FORMS": 0, "q-INITIAL_FORMS": 0, **more}
        return client.post(f"/desk/category/{code}/", sent)
    return send


def test_the_page_makes_a_new_version(page, client, town):
    assert client.get("/desk/category/1003/").status_code == 200
    answer = page(name="物业那些事", **{
        "q-TOTAL_FORMS": 2, "q-0-code": "since", "q-0-kind": "date", "q-0-words": "从哪天", "q-1-kind": "text", "q-1-words": ""})
    assert answer.status_code == 302
    row = Category.objects.get(code="1003", in_use=True)
    assert (row.name, row.version, [q.code for q in row.questions.all()]) == ("物业那些事", 2, ["since"])
    assert "物业那些事" in client.get("/categories/").content.decode()


@pytest.mark.parametrize("bad", [
    {"name": ""}, {"limit_class": "soon"}, {"finish_amount": "x"}, {"finish_amount": 4}, {"version": "99"}, {"version": "x"},
    {"q-TOTAL_FORMS": 1, "q-0-words": "没有代号", "q-0-kind": "text"}, {"q-TOTAL_FORMS": "x"}, {"q-TOTAL_FORMS": 99},
])
def test_bad_input_loses_nothing_and_says_what_is_wrong(page, bad):
    answer = page(closing="写了很久的结案条件", **bad)
    assert answer.status_code == 422
    assert "写了很久的结案条件" in answer.content.decode()
    assert Category.objects.filter(code="1003").count() == 1


def test_the_public_page_says_the_four_things_of_each_kind(client, town):
    for table in ("matter", "event", "component", "nonsense"):
        assert client.get(f"/categories/?table={table}").status_code == 200
    text = client.get("/categories/?table=event").content.decode()
    assert "暴露垃圾" in text and "4 工作时办结" in text and "清净" in text and "群发性" not in text
    assert "/desk/category/" not in text


@pytest.mark.django_db(transaction=True)
def test_two_who_act_at_once_make_one_version_and_one_code():
    town = made_town()
    row = Category.objects.get(code="1003")
    changes = together(*[
        lambda who=who: catalogue.change(town.actor(who), code="1003", version=1, questions=(), **values(row, name=who))
        for who in ("dispatcher", "supervisor")
    ])
    assert [type(error) for error in errors(changes)] == [WrongState]
    assert Category.objects.filter(code="1003", in_use=True).count() == 1
    new = together(*[
        lambda who=who: catalogue.add(town.actor(who), code="Z9", table="matter", questions=(), **values(row, name=who))
        for who in ("dispatcher", "supervisor")
    ])
    assert [type(error) for error in errors(new)] == [Invalid]
    assert Category.objects.filter(code="Z9").count() == 1
