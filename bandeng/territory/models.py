"""Places: the tree district → subdistrict → community → (grid | compound) → building → stairwell."""

from django.db import models


class PlaceKind(models.TextChoices):
    DISTRICT = "district"  # 区
    SUBDISTRICT = "subdistrict"  # 街道
    COMMUNITY = "community"  # 社区
    GRID = "grid"  # 网格
    COMPOUND = "compound"  # 小区
    BUILDING = "building"  # 楼栋
    STAIRWELL = "stairwell"  # 单元


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
