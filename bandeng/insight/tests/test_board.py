"""The board's figures, and what it never shows."""

import pytest

from bandeng.cases.actions import ending, exclusions, intake, privacy, work
from bandeng.cases.models import Limit
from bandeng.insight import actions, public, queries, rates
from tests.district import IN_ELM, requester

pytestmark = pytest.mark.django_db


def finished(town, *, solved=True, grade=5, words=""):
    case = town.case(IN_ELM)
    work.take(town.actor("officer_a1"), case=case.pk)
    work.complete(town.actor("officer_a1"), case=case.pk, answer="扫干净了，找13812345678")
    if solved is not None:
        ending.answer(requester(case), case=case.pk, solved=solved, grade=grade, words=words)
    return case


def test_rates_keep_part_and_whole_and_hide_small_numbers(town):
    for grade in (5, 3, 2):
        finished(town, grade=grade)
    figures = queries.board_figures()
    assert (figures.pleased.part, figures.pleased.whole) == (2, 3)
    assert figures.pleased.value is None
    for _ in range(2):
        finished(town, solved=False, grade=1)
    figures = queries.board_figures()
    assert (figures.solved.part, figures.solved.whole) == (3, 5)
    assert figures.solved.value == pytest.approx(0.6)
    assert (figures.response.part, figures.response.whole) == (5, 5)


def test_only_the_latest_answer_of_a_case_counts(town):
    case = finished(town, solved=False, grade=1)
    work.check(town.actor("head_a"), case=case.pk, passed=True, finding="看过")
    ending.answer(requester(case), case=case.pk, solved=True, grade=4)
    solved = queries.board_figures().solved
    assert (solved.part, solved.whole) == (1, 1)


def test_the_board_shows_no_words_without_consent_and_release(town, client):
    case = town.case(IN_ELM, "三楼的老王天天吵", agreed_public=True)
    page = client.get(f"/board/cases/{case.number}/").content.decode()
    assert "三楼的老王" not in page
    privacy.release(town.actor("worker_a"), case=case.pk, words=True, photos=[])
    assert "三楼的老王" in client.get(f"/board/cases/{case.number}/").content.decode()


def test_the_board_masks_numbers_in_answers_and_hides_what_was_said_between_two(town, client):
    case = finished(town, words="谢谢李师傅")
    page = client.get(f"/board/cases/{case.number}/").content.decode()
    assert "扫干净了" in page
    assert "13812345678" not in page
    assert "谢谢李师傅" not in page


def test_places_with_few_cases_are_not_on_the_map(town, client):
    for _ in range(4):
        town.case(IN_ELM)
    assert "榆钱小区" not in client.get("/board/map/").content.decode()
    town.case(IN_ELM)
    assert "榆钱小区" in client.get("/board/map/").content.decode()


@pytest.mark.parametrize("state", ["not_file", "redirect"])
def test_what_was_turned_away_is_not_on_the_board(town, client, state):
    case = town.case(IN_ELM)
    if state == "not_file":
        work.not_file(town.actor("dispatcher_west"), case=case.pk, reason="没有这回事")
    else:
        work.redirect(town.actor("worker_a"), case=case.pk, channel="12345", reason="归市里")
    assert client.get(f"/board/cases/{case.number}/").status_code == 404


def test_ending_a_case_does_not_undo_a_missed_limit(town, clock):
    case = town.case(IN_ELM)
    clock.pass_by(days=5)
    work.not_file(town.actor("dispatcher_west"), case=case.pk, reason="没有这回事")
    limit = Limit.objects.get(case=case, kind="response")
    assert limit.ended_at > limit.due_at
    response = queries.board_figures().response
    assert (response.part, response.whole) == (0, 1)


def test_only_what_was_done_counts_as_ended(town, clock):
    case, gone = town.case(IN_ELM), town.case(IN_ELM, "另一件")
    work.take(town.actor("officer_a1"), case=case.pk)
    work.complete(town.actor("officer_a1"), case=case.pk, answer="办好了")
    ending.answer(requester(case), case=case.pk, solved=True, grade=5)
    intake.withdraw(requester(gone), case=gone.pk)
    figures = queries.board_figures()
    assert (figures.ended, figures.elsewhere) == (1, 1)


def test_the_board_and_the_rates_agree(town, clock):
    late = town.case(IN_ELM)
    clock.pass_by(days=3)
    for grade in (5, 5, 4, 3, 2, 1):
        case = finished(town, solved=grade > 2, grade=grade)
    exclusions.ask_exclusion(town.actor("officer_a1"), case=case.pk, ground="mistake", evidence="点错了")
    exclusions.grant_exclusion(town.actor("supervisor"), case=case.pk, reason="点错了")
    work.take(town.actor("officer_a1"), case=late.pk)
    actions.rebuild()
    live, kept = queries.board_figures(), rates.whole(rates.all_periods()[0], rates.Scope())
    assert (live.response.part, live.response.whole) == (kept["response_ok"], kept["response"]) == (6, 7)
    assert (live.solved.part, live.solved.whole) == (kept["solved"], kept["answers"]) == (4, 5)
    assert (live.pleased.part, live.silent, live.received) == (kept["pleased"], kept.get("silent", 0), kept["received"]) == (4, 0, 7)


def test_the_board_is_silent_about_a_single_exclusion(town):
    case = finished(town, grade=1)
    exclusions.ask_exclusion(town.actor("officer_a1"), case=case.pk, ground="mistake", evidence="点错了")
    exclusions.grant_exclusion(town.actor("supervisor"), case=case.pk, reason="点错了")
    exclusions.appeal_exclusion(requester(case), case=case.pk, words="没点错")
    exclusions.reject_appeal(town.actor("dispatcher"), case=case.pk, reason="没有新的事实")
    told = {point.action for point in public.find(case.number).points}
    assert not {action for action in told if "exclusion" in action or "appeal" in action}
