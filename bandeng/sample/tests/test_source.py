"""The sample district at the size of the newspaper report."""

from collections import Counter

import pytest
from django.db.models import Count

from bandeng.cases.models import Case
from bandeng.directory.models import ServicePoint
from bandeng.people.models import Account, Post, Unit
from bandeng.people.roles import Role
from bandeng.sample import source
from bandeng.territory import tree
from bandeng.territory.models import Place


@pytest.mark.django_db(transaction=True)
def test_the_district_has_the_numbers_of_the_report_and_no_hole_in_its_lines():
    said = []
    source.load_source(said.append, cases=400)
    kinds = dict(Place.objects.values_list("kind").annotate(Count("pk")).order_by())
    assert (kinds["subdistrict"], kinds["community"], kinds["grid"]) == (9, 61, 730)
    sorts = Counter(Place.objects.filter(kind="subdistrict").values_list("name", flat=True))
    assert sum(name.endswith("镇") for name in sorts) == 1
    assert Post.objects.filter(role=Role.BUILDING_LEADER).count() == 2399
    assert ServicePoint.objects.filter(kind="rest_station").count() == 31
    assert Unit.objects.filter(does="共建共治联合单位").count() == 37
    assert Unit.objects.filter(does="商圈联盟商户").count() == 78
    assert tree.faults() == []
    assert Case.objects.count() == 400
    assert not Case.objects.filter(grid__isnull=True).exists()
    assert not Account.objects.filter(is_sample=False).exists()
    grids = Place.objects.filter(kind="grid").annotate(n=Count("children"))
    assert grids.filter(parent__kind="community").count() == 730
    assert len(said) > 15  # it said how far it was
    names = Place.objects.filter(kind="compound").values("parent", "name").annotate(n=Count("pk")).filter(n__gt=1)
    assert not names.exists()
