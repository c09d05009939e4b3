"""Places: the tree district → subdistrict → community → (grid | compound) → building → stairwell."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PlaceKind(models.TextChoices):
    DISTRICT = "district", _("区县")
    SUBDISTRICT = "subdistrict", _("街道、镇")
    COMMUNITY = "community", _("社区、村")
    GRID = "grid", _("网格")
    COMPOUND = "compound", _("小区")
    BUILDING = "building", _("楼栋")
    STAIRWELL = "stairwell", _("单元")


class Sort(models.TextChoices):
    """What sort of subdistrict, community, grid or compound it is; which one fits which kind is in SORTS."""

    STREET = "street", _("街道")
    TOWN = "town", _("镇")
    TOWNSHIP = "township", _("乡")
    RESIDENTS = "residents", _("居委会")
    VILLAGERS = "villagers", _("村委会")
    SPECIAL = "special", _("专属网格")  # a market, a school, a hospital: a grid with nobody living in it
    MODERN = "modern", _("商品房小区")
    OLD = "old", _("老旧小区")
    COURT = "court", _("单位宿舍院")
    LANES = "lanes", _("平房院落")


SORTS: dict[str, tuple[str, ...]] = {
    PlaceKind.SUBDISTRICT: (Sort.STREET, Sort.TOWN, Sort.TOWNSHIP),
    PlaceKind.COMMUNITY: (Sort.RESIDENTS, Sort.VILLAGERS),
    PlaceKind.GRID: (Sort.SPECIAL,),
    PlaceKind.COMPOUND: (Sort.MODERN, Sort.OLD, Sort.COURT, Sort.LANES),
}


# Which kind of place stands under which. A building's parent is its grid; its compound is a second link.
PARENT_KINDS: dict[str, str | None] = {
    PlaceKind.DISTRICT: None,
    PlaceKind.SUBDISTRICT: PlaceKind.DISTRICT,
    PlaceKind.COMMUNITY: PlaceKind.SUBDISTRICT,
    PlaceKind.GRID: PlaceKind.COMMUNITY,
    PlaceKind.COMPOUND: PlaceKind.COMMUNITY,
    PlaceKind.BUILDING: PlaceKind.GRID,
    PlaceKind.STAIRWELL: PlaceKind.BUILDING,
}


class Place(models.Model):
    """One place of the tree. Codes follow GB/T 2260 and its 12-digit continuation; grids add three digits."""

    kind = models.CharField(max_length=12, choices=PlaceKind)
    code = models.CharField(max_length=24, unique=True, null=True)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120, blank=True)
    sort = models.CharField(max_length=10, choices=Sort, blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    compound = models.ForeignKey("self", models.PROTECT, null=True, related_name="buildings")
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    households = models.PositiveIntegerField(null=True)
    by_rule = models.BooleanField(default=False)  # drawn by a program, not by an office
    ended_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=PlaceKind.values), name="place_kind"),
            models.CheckConstraint(
                condition=models.Q(kind="district", parent__isnull=True)
                | models.Q(parent__isnull=False) & ~models.Q(kind="district"),
                name="place_parent",
            ),
            models.CheckConstraint(
                condition=models.Q(compound__isnull=True) | models.Q(kind="building"),
                name="place_compound_of_buildings",
            ),
        ]
        indexes = [models.Index(fields=["kind", "name"], name="place_kind_name")]

    def __str__(self) -> str:
        return self.name


class Boundary(models.Model):
    """The outline of a place: WKB, WGS-84 lon/lat."""

    place = models.OneToOneField(Place, models.CASCADE, primary_key=True, related_name="boundary")
    wkb = models.BinaryField()

    def __str__(self) -> str:
        return f"boundary of {self.place_id}"


class PastBoundary(models.Model):
    """An outline that was replaced: so that figures can also be counted by the lines of their day."""

    place = models.ForeignKey(Place, models.PROTECT, related_name="past_boundaries")
    wkb = models.BinaryField()
    version = models.PositiveIntegerField()  # the last boundary version in which it was in force
    on = models.DateField()

    def __str__(self) -> str:
        return f"boundary of {self.place_id} until version {self.version}"


class BoundaryVersion(models.Model):
    """Raised in every transaction that changes a place or a boundary. One row, id 1."""

    number = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return str(self.number)


class Succession(models.Model):
    """When lines are redrawn: which place followed which, and with what share of it."""

    old = models.ForeignKey(Place, models.PROTECT, related_name="successors")
    new = models.ForeignKey(Place, models.PROTECT, related_name="predecessors")
    share = models.FloatField(default=1.0)
    on = models.DateField()

    def __str__(self) -> str:
        return f"{self.old_id} → {self.new_id}"


class AddressPoint(models.Model):
    """A name by which people find a point: street, compound, building, shop."""

    text = models.CharField(max_length=120)
    folded = models.CharField(max_length=120, db_index=True)  # as `addresses.fold` writes it
    kind = models.CharField(max_length=20)
    lon = models.FloatField()
    lat = models.FloatField()

    def __str__(self) -> str:
        return self.text


class BaseMap(models.Model):
    """The quiet base map of the district as GeoJSON. One row, id 1."""

    geojson = models.TextField()
    bounds = models.CharField(max_length=80)  # minlon,minlat,maxlon,maxlat
    source = models.CharField(max_length=200)  # shown on every map
    digest = models.CharField(max_length=16)

    def __str__(self) -> str:
        return self.source
