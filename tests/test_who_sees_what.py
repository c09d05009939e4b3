"""Pages, forms and photographs: each only for those whose matter it is."""

import re

import pytest
from django.urls import reverse

from bandeng.cases.actions import ending, orders, privacy, work
from bandeng.cases.actions.intake import Reach, add_words
from bandeng.cases.models import Case, CasePhoto
from bandeng.cases.tests.lives import completed, whistled
from tests.district import IN_A2, picture, requester

REACH = Reach(name="王奶奶", phone="000-8887766", email="wang@test.example")


@pytest.fixture
def case(town, clock):
    """Whistled to water and roads; with photographs, contact, a note, and a word added by the requester."""
    case = town.case(words="水管冒水", reach=REACH, uploads=[picture()], agreed_public=True)
    whistled(town, case=case)
    add_words(requester(case), case=case.pk, words="二层也返水", uploads=[picture()])
    work.note(town.actor("dispatcher_west"), case=case.pk, words="内部的一句话")
    case.refresh_from_db()
    return case


def claim(client, *cases):
    session = client.session
    session["claims"] = [case.pk for case in cases]
    session.save()


def work_page(case):
    return reverse("cases:case", args=[case.number])


def photo_url(case, size="small"):
    return reverse("cases:photo", args=[case.photos.order_by("pk").first().pk, size])


SEES = ["officer_a1", "deputy_a1", "worker_a", "head_a", "dispatcher_west", "chief_west", "water", "water_head", "roads",
        "supervisor", "dispatcher", "auditor"]
SEES_NOT = ["officer_a2", "officer_b1", "worker_b", "worker_c", "dispatcher_east", "firm", "parks", "leader", "admin"]


@pytest.mark.parametrize("name", SEES)
def test_whose_matter_it_is_gets_page_and_photographs(client, town, case, name, log_in):
    log_in(town, name)
    assert client.get(work_page(case)).status_code == 200
    assert client.get(photo_url(case)).status_code == 200


@pytest.mark.parametrize("name", SEES_NOT)
def test_others_get_neither_page_nor_photographs_nor_a_verb(client, town, case, name, log_in):
    log_in(town, name)
    assert client.get(work_page(case)).status_code == 404
    assert client.get(photo_url(case)).status_code == client.get(photo_url(case, "large")).status_code == 404
    assert client.post(reverse("cases:verb", args=[case.number, "note"]), {"words": "x"}).status_code == 404
    assert not case.events.filter(text="x").exists()


def test_a_liaison_sees_only_cases_with_orders_of_the_unit(client, town, case, log_in):
    other = town.case(IN_A2)
    log_in(town, "water")
    page = client.get(reverse("cases:inbox")).content.decode()
    assert case.number in page
    assert other.number not in page
    assert client.get(work_page(other)).status_code == 404


def test_an_inbox_holds_no_case_of_another_grid(client, town, case, log_in):
    other = town.case(IN_A2)
    log_in(town, "officer_a1")
    for view in ("mine", "all", "ended", "waiting", "check"):
        assert other.number not in client.get(reverse("cases:inbox"), {"view": view}).content.decode()


def test_somebody_without_a_post_has_no_inbox(client, town, log_in):
    town.people["leader"].posts.all().delete()
    log_in(town, "leader")
    assert client.get(reverse("cases:inbox")).status_code == 403


def test_a_stranger_gets_no_photograph_until_it_is_released(client, town, case):
    assert client.get(photo_url(case)).status_code == 404
    first = case.photos.order_by("pk").first()
    privacy.release(town.actor("worker_a"), case=case.pk, words=False, photos=[first.pk])
    assert client.get(photo_url(case)).status_code == 200
    other = case.photos.order_by("pk").last()
    assert client.get(reverse("cases:photo", args=[other.pk, "small"])).status_code == 404


def test_the_requester_sees_the_own_photographs(client, case):
    claim(client, case)
    assert client.get(photo_url(case)).status_code == 200


def test_photographs_of_another_case_are_not_released_by_number(town, case):
    foreign = town.case(IN_A2, uploads=[picture()])
    privacy.release(town.actor("worker_a"), case=case.pk, words=False, photos=[foreign.photos.get().pk])
    assert not CasePhoto.objects.filter(released=True).exists()


def test_the_requesters_page_needs_the_claim(client, town, case):
    page = reverse("cases:follow_one", args=[case.number])
    assert client.get(page).status_code == 302
    claim(client, town.case())
    assert client.get(page).status_code == 302
    claim(client, case)
    assert client.get(page).status_code == 200


@pytest.mark.parametrize("verb", ["add", "answer", "withdraw", "reopen", "rate"])
def test_the_requesters_verbs_need_the_claim(client, town, case, verb):
    claim(client, town.case())
    answer = client.post(reverse("cases:follow_verb", args=[case.number, verb]),
                         {"words": "x", "solved": "yes", "grade": 5, "reason": "x"})
    assert answer.status_code in (302, 404)
    before = case.state
    case.refresh_from_db()
    assert case.state == before
    assert not case.events.filter(text="x").exists()


def test_staff_without_the_claim_do_not_answer_for_the_requester(client, town, log_in):
    done = completed(town)
    log_in(town, "officer_a1")
    client.post(reverse("cases:follow_verb", args=[done.number, "answer"]), {"solved": "yes", "grade": 5})
    done.refresh_from_db()
    assert done.state == "callback"


def test_a_note_is_for_staff_only(client, town, case, log_in):
    claim(client, case)
    assert "内部的一句话" not in client.get(reverse("cases:follow_one", args=[case.number])).content.decode()
    assert "内部的一句话" not in client.get(reverse("insight:case", args=[case.number])).content.decode()
    log_in(town, "worker_a")
    assert "内部的一句话" in client.get(work_page(case)).content.decode()


def test_the_contact_shows_on_no_page_before_it_is_opened(client, town, case, log_in):
    for name in ("worker_a", "water", "auditor"):
        log_in(town, name)
        page = client.get(work_page(case)).content.decode()
        assert not [part for part in (REACH.name, REACH.phone, REACH.email) if part in page]


def test_an_opened_contact_shows_once_and_the_requester_sees_who_and_why(client, town, case, log_in):
    log_in(town, "worker_a")
    verb = reverse("cases:verb", args=[case.number, "open_contact"])
    refused = client.post(verb, {"reason": ""})
    assert refused.status_code == 422
    assert REACH.phone not in refused.content.decode()
    shown = client.post(verb, {"reason": "约时间上门"})
    assert REACH.phone in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    assert REACH.phone not in client.get(work_page(case)).content.decode()
    client.logout()
    claim(client, case)
    mine = client.get(reverse("cases:follow_one", args=[case.number])).content.decode()
    assert "约时间上门" in mine
    assert "槐树社区" in mine
    assert town.people["worker_a"].email not in mine


def test_the_board_says_nothing_of_contact_point_words_or_flat(client, town, case):
    privacy.open_contact(town.actor("worker_a"), case=case.pk, reason="约时间上门")
    page = client.get(reverse("insight:case", args=[case.number])).content.decode()
    hidden = ["水管冒水", "二层也返水", "约时间上门", REACH.name, REACH.phone, str(case.lon), "100.005"]
    assert not [part for part in hidden if part in page]
    assert "榆钱小区" in page


def test_the_board_repeats_the_answer_and_not_what_the_requester_says_to_it(client, town, clock):
    case = completed(town)
    ending.answer(requester(case), case=case.pk, solved=True, grade=2, words="楼上那家就是不肯")
    ending.reopen(requester(case), case=case.pk, reason="他家又漏了一地")
    page = client.get(reverse("insight:case", args=[case.number])).content.decode()
    assert "疏通好了。" in page
    assert "不肯" not in page
    assert "又漏了" not in page


def test_a_number_in_an_answer_is_masked_on_the_board(client, town, clock):
    case = town.case()
    work.take(town.actor("officer_a1"), case=case.pk)
    work.complete(town.actor("officer_a1"), case=case.pk, answer="修好了，打13800138000找师傅。")
    assert "13800138000" not in client.get(reverse("insight:case", args=[case.number])).content.decode()


def test_a_photograph_stands_on_the_board_once_it_is_released(client, town, case):
    page = reverse("insight:case", args=[case.number])
    assert "/photo/" not in client.get(page).content.decode()
    first = case.photos.order_by("pk").first()
    privacy.release(town.actor("worker_a"), case=case.pk, words=False, photos=[first.pk])
    assert photo_url(case) in client.get(page).content.decode()


def test_released_words_stand_on_the_board(client, town, case):
    privacy.release(town.actor("worker_a"), case=case.pk, words=True, photos=[])
    page = client.get(reverse("insight:case", args=[case.number])).content.decode()
    assert "水管冒水" in page
    assert "二层也返水" not in page


@pytest.mark.parametrize("state", ["not_filed", "redirected", "withdrawn"])
def test_what_was_no_matter_is_not_on_the_board(client, town, case, state):
    Case.objects.filter(pk=case.pk).update(state=state)
    assert client.get(reverse("insight:case", args=[case.number])).status_code == 404
    assert case.number not in client.get("/board/").content.decode()


def test_the_map_of_the_board_shows_places_and_hides_small_numbers(client, town, clock):
    for _ in range(4):
        town.case()
    assert "榆钱小区" not in client.get("/board/map/").content.decode()
    town.case()
    page = client.get("/board/map/").content.decode()
    assert "榆钱小区" in page
    assert str(town.places["elm"].lon) in page


def test_no_public_page_names_a_member_of_staff(client, town, case):
    claim(client, case)
    orders.acknowledge(town.actor("water"), case=case.pk, order=case.orders.get(leads=True).pk)
    for path in ("/", "/board/", reverse("insight:case", args=[case.number]), reverse("cases:follow_one", args=[case.number]),
                 "/grid/?lon=100.005&lat=30.005"):
        page = client.get(path).content.decode()
        names = [name for name in ("officer_a1", "dispatcher_west", "water_head") if re.search(rf"\b{name}\b", page)]
        assert names == []


def test_a_message_is_read_by_its_recipient_only(client, town, case, log_in):
    log_in(town, "worker_b")
    assert case.number not in client.get(reverse("site:notices")).content.decode()


@pytest.mark.parametrize(("name", "status"), [("admin", 200), ("auditor", 200), ("worker_a", 404), ("supervisor", 404)])
def test_the_jobs_are_for_who_runs_the_system(client, town, name, status, log_in):
    log_in(town, name)
    assert client.get(reverse("site:jobs")).status_code == status


def test_staff_report_on_behalf_of_somebody_and_get_no_claim(client, town, log_in):
    from bandeng.cases import claims

    log_in(town, "officer_a1")
    answer = client.post(reverse("cases:enter"), {
        "report_key": claims.new_report_key(), "category": town.categories["1003"].pk, "words": "电话里说的", "source": "phone",
        "lon": 100.005, "lat": 30.005,
    })
    assert answer.status_code == 302
    case = Case.objects.get()
    assert case.source == "phone"
    assert not client.session.get("claims")
