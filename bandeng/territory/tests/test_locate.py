"""From a point to its places, and from words to a point."""

import pytest
import shapely
from django.db import IntegrityError, connection, transaction

from bandeng.territory import addresses, locate
from bandeng.territory.models import Boundary, Place, PlaceKind, Succession
from tests.district import IN_A1, IN_B1, IN_ELM, OUTSIDE, at


def names(chain):
    kinds = ("district", "subdistrict", "community", "grid", "compound", "building")
    return [getattr(chain, kind).name if getattr(chain, kind) else None for kind in kinds]


def test_a_point_in_a_compound_has_the_whole_chain(town):
    assert names(locate.locate(*IN_ELM)) == ["试验区", "西街街道", "槐树社区", "槐树第一网格", "榆钱小区", None]


def test_a_point_in_a_building_names_it(town):
    assert locate.locate(*at(0.15, 0.15)).building.name == "1号楼"


def test_a_point_on_the_street_has_no_compound(town):
    chain = locate.locate(*IN_A1)
    assert (chain.grid.name, chain.compound) == ("槐树第一网格", None)


def test_a_point_outside_has_an_empty_chain(town):
    chain = locate.locate(*OUTSIDE)
    assert not chain.inside
    assert chain.grid is None


def test_a_point_on_a_shared_edge_belongs_to_the_first_place_for_every_worker(town):
    edge = at(2, 1)
    first = locate.locate(*edge)
    locate.forget()
    assert locate.locate(*edge).grid.id == first.grid.id == town.places["a1"].pk


def test_chain_and_tree_agree_on_the_edge_of_communities(town):
    chain = locate.locate(*at(3, 2))
    grid = Place.objects.get(pk=chain.grid.id)
    assert chain.community.id == grid.parent_id
    assert chain.subdistrict.id == grid.parent.parent_id


def test_nothing_is_inside_an_empty_database(db):
    assert not locate.locate(*IN_ELM).inside


def test_a_place_that_ended_holds_nothing_any_more(town, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        Place.objects.filter(pk=town.places["elm"].pk).update(ended_on="2026-01-01")
        locate.raise_version()
    assert locate.locate(*IN_ELM).compound is None


def test_a_redrawn_boundary_is_seen_at_once_by_the_worker_that_drew_it(town, django_capture_on_commit_callbacks):
    before = locate.locate(*IN_B1)
    with django_capture_on_commit_callbacks(execute=True):
        Boundary.objects.filter(place=town.places["b1"]).update(wkb=shapely.to_wkb(shapely.box(*at(0, 2), *at(1, 4))))
        locate.raise_version()
    after = locate.locate(*IN_B1)
    assert (before.grid.name, after.grid) == ("北门第一网格", None)
    assert after.version > before.version


def test_a_redrawn_boundary_is_seen_by_other_workers_at_their_next_look(town, monkeypatch):
    before = locate.locate(*IN_B1)
    Boundary.objects.filter(place=town.places["b1"]).delete()
    locate.raise_version()  # its commit, and so its forgetting, happens elsewhere
    monkeypatch.setattr(locate, "_CHECK_EVERY", 0.0)
    assert before.grid
    assert locate.locate(*IN_B1).grid is None


def test_between_two_looks_the_database_is_not_asked(town, django_assert_num_queries):
    locate.locate(*IN_ELM)
    with django_assert_num_queries(0):
        locate.locate(*IN_A1)


@pytest.mark.parametrize(
    ("one", "other"),
    [("榆钱小区3栋", "榆钱小区3号楼"), ("榆钱小区3幢", "榆钱小区 3 号楼"), ("榆钱小区3#楼", "榆钱小区3#"),
     ("榆钱小区３号楼", "榆钱小区3号楼"), ("榆钱·小区", "榆钱小区"), ("ABC广场", "abc 广场"), ("东街(北)", "东街北")],
)
def test_spellings_of_one_place_fold_alike(one, other):
    assert addresses.fold(one) == addresses.fold(other)


def test_different_buildings_do_not_fold_alike():
    assert addresses.fold("榆钱小区3号楼") != addresses.fold("榆钱小区13号楼")


def test_an_exact_name_comes_first(town):
    assert [found.text for found in addresses.find("榆钱小区")][0] == "榆钱小区"


def test_a_building_is_found_by_its_other_name_and_not_by_a_longer_number(town):
    assert addresses.find("榆钱小区1栋", limit=1)[0].text == "榆钱小区1号楼"


@pytest.mark.parametrize("typed", ["榆钱小区1号楼2单元501", "榆钱小区1号楼2单元501室", "榆钱小区1号楼 3层", "榆钱小区1号楼12门"])
def test_the_flat_is_dropped(town, typed):
    assert addresses.find(typed, limit=1)[0].text == "榆钱小区1号楼"


def test_an_unknown_building_of_a_known_compound_finds_the_compound(town):
    assert addresses.find("松风小区9号楼", limit=1)[0].text == "松风小区"


@pytest.mark.parametrize("typed", ["", " ", "某某某", "x", "%", "__", "🚲🚲"])
def test_what_is_nowhere_finds_nothing(town, typed):
    assert addresses.find(typed) == []


def test_no_more_than_asked_are_returned(town):
    assert len(addresses.find("榆钱", limit=2)) == 2


@pytest.mark.parametrize(
    "wrong", [{"kind": "grid", "parent": None}, {"kind": "district", "parent": "a"}, {"kind": "planet", "parent": "a"},
              {"kind": "grid", "parent": "a", "compound": "elm"}],
)
def test_the_database_refuses_places_outside_the_tree(town, wrong):
    parent, compound = town.places.get(wrong["parent"]), town.places.get(wrong.get("compound"))
    with pytest.raises(IntegrityError), transaction.atomic():
        Place.objects.create(name="x", kind=wrong["kind"], parent=parent, compound=compound)


def test_a_place_with_children_cannot_be_deleted(town):
    with pytest.raises(IntegrityError), transaction.atomic():
        town.places["a"].delete()


def test_a_succession_says_which_place_followed_which(town):
    Succession.objects.create(old=town.places["a1"], new=town.places["a2"], share=0.5, on="2026-01-01")
    assert town.places["a1"].successors.get().new == town.places["a2"]


def test_every_kind_of_place_has_a_seat_in_the_tree():
    from bandeng.territory.models import PARENT_KINDS

    assert set(PARENT_KINDS) == set(PlaceKind.values)
    assert connection.vendor in {"sqlite", "postgresql"}
