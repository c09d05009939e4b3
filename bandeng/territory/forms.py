"""What is drawn on the map, as a form: the points are text, so that they can also be typed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bandeng.territory.models import Place

MOST_POINTS = 3000
Points = list[tuple[float, float]]


class PointsField(forms.CharField):
    """Points as "lon,lat" pairs, separated by spaces, semicolons or lines."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 3, "data-points": ""}))
        super().__init__(max_length=MOST_POINTS * 30, **kwargs)

    def clean(self, value: Any) -> Points:
        text = super().clean(value)
        points = []
        for pair in text.replace(";", " ").replace("；", " ").replace("，", ",").split():
            try:
                lon, lat = (float(part) for part in pair.split(","))
            except ValueError:
                raise forms.ValidationError(_("“%(pair)s” 不是“经度,纬度”。") % {"pair": pair[:40]}) from None
            if not (-180 <= lon <= 180 and -90 <= lat <= 90):
                raise forms.ValidationError(_("“%(pair)s” 不在地球上：先写经度，再写纬度。") % {"pair": pair[:40]})
            points.append((lon, lat))
        if len(points) > MOST_POINTS:
            raise forms.ValidationError(_("点太多了，最多 %(n)s 个。") % {"n": MOST_POINTS})
        return points


class GridForm(forms.Form):
    """What every way of drawing begins with: on which grid."""

    grid = forms.ModelChoiceField(Place.objects.none(), label=gettext_lazy("网格"), empty_label=None)

    def __init__(self, *args: Any, grids: list[Place], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("grid", "other"):
            if name in self.fields:
                self.fields[name].queryset = Place.objects.filter(pk__in=[grid.pk for grid in grids]).order_by("code", "name")  # type: ignore[attr-defined]
                # shown from the list that is there; a form that asks by itself asks twice
                self.fields[name].choices = [(grid.pk, f"{grid.name} {grid.code or ''}".strip()) for grid in grids]  # type: ignore[attr-defined]


class SplitForm(GridForm):
    """Cut a grid in two."""

    points = PointsField(label=gettext_lazy("切开的线"))
    name = forms.CharField(label=gettext_lazy("新网格的名字"), max_length=80)
    households = forms.IntegerField(label=gettext_lazy("新网格的户数"), min_value=0, max_value=1_000_000, required=False)
    swap = forms.BooleanField(label=gettext_lazy("大的一块给新网格（不勾：大的一块留原名、原编码、原网格员）"), required=False)


class MergeForm(GridForm):
    """Join two grids."""

    other = forms.ModelChoiceField(Place.objects.none(), label=gettext_lazy("并进来、以后不再有的网格"), empty_label=None)

    field_order = ["grid", "other"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["grid"].label = _("留下的网格")


class ReshapeForm(GridForm):
    """Draw a grid's outline anew."""

    points = PointsField(label=gettext_lazy("新的边界"))


class DrawForm(forms.Form):
    """Draw a new grid."""

    points = PointsField(label=gettext_lazy("新网格的边界"))
    name = forms.CharField(label=gettext_lazy("新网格的名字"), max_length=80)

    def __init__(self, *args: Any, grids: list[Place], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
