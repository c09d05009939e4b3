"""Cases written in bulk are what the real actions would have made of the same acts, column by column."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.utils import timezone

from bandeng.cases import claims
from bandeng.cases.actions import ending, family, filing, intake, orders, privacy, work
from bandeng.cases.actions.intake import Reach
from bandeng.cases.models import (
    Case,
    CasePhoto,
    Category,
    ClaimTry,
    Contact,
    ContactOpening,
    DayCounter,
    Event,
    Limit,
    Order,
    OriginalWords,
    Rating,
    WhistleAsk,
)
from bandeng.foundation.access import SYSTEM, Actor
from bandeng.foundation.clock import moment
from bandeng.foundation.journal import sealer
from bandeng.foundation.journal.models import Entry
from bandeng.foundation.sealed import vault
from bandeng.foundation.sealed.models import DataKey
from bandeng.people.models import Unit
from bandeng.people.queries import actor_of
from bandeng.sample import bulk, loading
from bandeng.sample.paper import Given
from bandeng.sample.sheets import Sheet
from bandeng.territory import queries

PRESENT = datetime(2026, 3, 9, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
CASES, DAYS = 260, 75
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def town(django_db_setup, django_db_blocker):
    """The sample town with its people, once; what a test adds is taken back."""
    with django_db_blocker.unblock(), transaction.atomic():
        queries.forget()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(timezone, "now", lambda: PRESENT)
            loading.load_town(lambda text: None, Random(1))
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def every_seventh_is_looked_at(settings):
    settings.FIELD_CHECK_SHARE = 0.15


def load(**more):
    acts = []
    bulk.load(CASES, days=DAYS, present=PRESENT, log=acts, **more)
    return acts


# Playing the acts again


class Player:
    """Does by the real actions what the bulk loader wrote down."""

    def __init__(self, given: dict[int, Given]) -> None:
        self.given = given
        self.real: dict[int, int] = {}  # number of the case there -> here

    def play(self, acts) -> None:
        for at, case, verb, hand, given in sorted(acts, key=lambda act: act[0]):
            with moment.at(at):
                if verb == "report":
                    self.real[case] = self.report(self.given[case], hand)
                else:
                    self.act(self.real[case], verb, hand, dict(given))

    def report(self, given: Given, hand) -> int:
        actor = actor_of(hand.person_id) if hand else Actor()
        return intake.report(
            actor, report_key=given.report_key, category=given.category, lon=given.point.lon, lat=given.point.lat,
            words=given.words, place_text=given.point.text, agreed_public=given.agreed_public,
            reach=Reach(**given.reach) if given.reach else Reach(), source=given.source, post=actor.posts[0] if hand else None,
        ).case.pk

    def act(self, case: int, verb: str, hand, given: dict) -> None:
        if verb == "erase":
            assert privacy.erase(case)
            return
        if verb == "close_by_silence":
            ending.close_by_silence(case)
            return
        if part := given.pop("order", None):
            given["order"] = Order.objects.get(case=case, unit=part.unit, asked_at=part.asked_at).pk
        actor = actor_of(hand.person_id) if hand else Actor(claims=frozenset({case}))
        room = next(room for room in (work, family, filing, orders, ending, intake, privacy) if hasattr(room, verb) and room.__name__ == getattr(
            room, verb).__module__)
        getattr(room, verb)(actor, case=case, **given)


# What is compared


def rows_of(model, *, leave=(), names=None):
    """Every row of a table as a tuple: keys of other rows by what they stand for, numbers of rows left out."""
    fields = [f for f in model._meta.concrete_fields if not (f.primary_key and not f.is_relation) and f.name not in leave]
    found = []
    for row in model.objects.all():
        found.append(tuple(_value(row, field, names or {}) for field in fields))
    return sorted(found, key=repr)


def _value(row, field, names):
    value = getattr(row, field.attname)
    if isinstance(value, memoryview | bytes):
        value = bytes(value)
    if value is not None and field.is_relation and field.related_model in names:
        return names[field.related_model][value]
    return value


def picture():
    """All that the loader writes, with nothing in it that chance or counting decides."""
    numbers = dict(Case.objects.values_list("pk", "number"))
    asked = {o.pk: (numbers[o.case_id], o.unit_id, o.asked_at) for o in Order.objects.all()}
    names = {Case: numbers, Order: asked}
    found = {
        model.__name__: rows_of(model, names=names)
        for model in (Limit, Event, Rating, ContactOpening, Order)
    }
    found["Case"] = rows_of(Case, leave=("data_key",), names=names)
    found["DayCounter"] = list(DayCounter.objects.order_by("day").values_list("day", "last"))
    found["WhistleAsk"] = sorted(
        (numbers[a.case_id], a.reason, a.asked_at, a.answered_at, a.answer, sorted(a.units.values_list("pk", flat=True)))
        for a in WhistleAsk.objects.all()
    )
    found["Entry"] = sorted(
        ((e.at, e.person_id, e.post_id, e.action, e.object_kind,
          (numbers if e.object_kind == "cases.case" else asked)[int(e.object_id)], e.fields)
         for e in Entry.objects.filter(object_kind__in=("cases.case", "cases.order"))), key=repr,
    )
    found["sealed"] = sorted(opened(case) for case in Case.objects.select_related("data_key"))
    found["keys"] = DataKey.objects.count(), sorted(DataKey.objects.values_list("master", flat=True))
    return found


def opened(case):
    """The sealed words and contact of a case, opened; None where they are gone."""
    key = case.data_key
    words = OriginalWords.objects.filter(pk=case.pk).first()
    contact = Contact.objects.filter(pk=case.pk).first()
    if key is None:
        assert words is None and contact is None
        return case.number, "", ()
    reach = tuple(vault.unseal(key, getattr(contact, n), f"contact.{n}") for n in ("name", "phone", "email")) if contact else ()
    return case.number, vault.unseal(key, words.text, "original"), (*reach, contact.wants_messages) if contact else ()


@pytest.fixture
def given(monkeypatch):
    """What each report of the load brought, by the number of its case."""
    found: dict[int, Given] = {}
    take = bulk.Book.take

    def note(book, case, *rest):
        found[case.id] = case.given
        take(book, case, *rest)

    monkeypatch.setattr(bulk.Book, "take", note)
    return found


def test_the_rows_equal_those_of_the_real_actions(town, given):
    with transaction.atomic():
        acts = load()
        written = picture()
        transaction.set_rollback(True)
    assert not Case.objects.exists()
    Player(given).play(acts)
    played = picture()
    for table in written:
        assert written[table] == played[table], table
    assert len(written["Case"]) == CASES
    # The comparison is worth something only when it covers the verbs and states.
    assert {
        "report", "take", "pass_up", "file", "redirect", "not_file", "note", "tell_requester", "set_slip", "complete",
        "check", "answer", "close_by_silence", "withdraw", "open_contact", "erase", "ask_whistle", "whistle",
        "dispatch", "acknowledge", "contact", "report_in", "start_work", "give_result", "rate_order",
    } <= {act[2] for act in acts}
    assert len(set(Case.objects.values_list("state", flat=True))) >= 8


RARE = {"object_to", "rule_objection", "decline_whistle", "reopen", "merge"}


def test_what_is_rare_equals_too(town, given):
    """Objections, a declined whistle, a merger, a case that comes back: the first load that holds them all."""
    acts, written = [], {}
    for seed in range(2, 60):
        given.clear()
        with transaction.atomic():
            acts = load(seed=seed)
            if held := {act[2] for act in acts} >= RARE:
                written = picture()
            transaction.set_rollback(True)
        if held:
            break
    assert {act[2] for act in acts} >= RARE
    Player(given).play(acts)
    assert written == picture()


def test_the_same_seed_and_moment_give_the_same_cases(town):
    found = []
    for _ in range(2):
        with transaction.atomic():
            load(seed=5)
            found.append(list(Case.objects.order_by("pk").values_list("number", "state", "words", "created_at", "due_at", "report_key")))
            transaction.set_rollback(True)
    assert found[0] == found[1]
    with transaction.atomic():
        load(seed=6)
        assert list(Case.objects.order_by("pk").values_list(
            "number", "state", "words", "created_at", "due_at", "report_key")) != found[0]
        transaction.set_rollback(True)


def test_the_district_goes_on_by_the_real_actions_afterwards(town):
    load()
    first, last = Case.objects.order_by("pk").first(), Case.objects.order_by("-pk").first()
    with moment.at(PRESENT):
        done = intake.report(
            Actor(), report_key=claims.new_report_key(), category=Category.objects.get(code="1003"), lon=first.lon,
            lat=first.lat, words="电梯又停了",
        ).case
    assert done.pk > last.pk
    today = [number for number in Case.objects.values_list("number", flat=True) if number.startswith("260309")]
    assert len(today) == len(set(today)) >= 2
    waiting = Case.objects.filter(state="callback").exclude(pk=done.pk).order_by("pk").first()
    with moment.at(PRESENT):
        ending.answer(Actor(claims=frozenset({waiting.pk})), case=waiting.pk, solved=True, grade=5)
    waiting.refresh_from_db()
    assert waiting.state == "rated"


def test_the_journal_is_in_order_and_can_be_sealed(town):
    load()
    times = list(Entry.objects.filter(action__startswith="case.").order_by("pk").values_list("at", flat=True))
    assert times == sorted(times)
    sealer.seal()
    assert list(sealer.verify()) == []


def test_contact_and_words_are_kept_as_long_as_promised(town):
    load()
    over = PRESENT - timedelta(days=30, hours=2)
    assert Case.objects.filter(merged_into=None, closed_at__lt=over).exists()
    assert not Case.objects.filter(merged_into=None, closed_at__lt=over, erased_at=None).exists()
    assert not Case.objects.filter(closed_at=None).exclude(erased_at=None).exists()
    assert OriginalWords.objects.count() == Case.objects.filter(erased_at=None).count() == DataKey.objects.count()
    assert 0.2 < Contact.objects.count() / OriginalWords.objects.count() < 0.6


def test_nothing_lies_in_the_future_and_nobody_is_told(town):
    load()
    assert not Case.objects.filter(created_at__gt=PRESENT).exists()
    assert not Event.objects.filter(at__gt=PRESENT).exists()
    assert not ClaimTry.objects.exists() and not CasePhoto.objects.exists()


def test_heating_is_a_matter_of_the_cold_months(town):
    bulk.load(3000, days=365, present=PRESENT)
    heat = Counter()
    for code, at in Case.objects.values_list("category__code", "created_at"):
        if code.startswith("3"):
            heat[timezone.localtime(at).month in {10, 11, 12, 1, 2, 3, 4}] += 1
    share = sum(heat.values()) / 3000
    assert 0.08 < share < 0.16
    assert heat[True] > 3 * heat[False]


@pytest.mark.parametrize(("head", "least", "most"), [("1", 0.18, 0.26), ("4", 0.08, 0.14), ("A", 0.02, 0.06), ("B", 0.02, 0.06)])
def test_matters_have_their_shares(town, head, least, most):
    bulk.load(2000, days=365, present=PRESENT)
    assert least < Case.objects.filter(category__code__startswith=head).count() / 2000 < most


def test_a_new_column_is_noticed_before_anything_is_written(town):
    with pytest.raises(TypeError, match="other columns"):
        Sheet(Rating, ["case_id", "solved"], own_key=False)


def test_numbers_go_on_behind_those_of_the_day(town):
    day = timezone.localdate(PRESENT)
    DayCounter.objects.create(day=day, last=41)
    load()
    numbers = [int(n.split("-")[1]) for n in Case.objects.filter(number__startswith=f"{day:%y%m%d}").values_list("number", flat=True)]
    assert min(numbers) == 42
    assert DayCounter.objects.get(day=day).last == max(numbers)


def test_units_and_people_are_those_that_are_there(town):
    load()
    assert set(Order.objects.values_list("unit_id", flat=True)) <= set(Unit.objects.values_list("pk", flat=True))
    assert not Event.objects.filter(person_id=SYSTEM.person_id, by="grid_officer").exists()
