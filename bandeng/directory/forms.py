"""Writing down a service point by hand."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bandeng.directory import kinds


class PointForm(forms.Form):
    """The place on the map (or its coordinates), what it is, when it is open."""

    kind = forms.ChoiceField(label=_("类别"))
    name = forms.CharField(label=_("名称"), max_length=80)
    address = forms.CharField(label=_("地址"), max_length=120, required=False)
    hours = forms.CharField(label=_("开放时间"), max_length=200, required=False,
                            help_text=_("如 周一至周五 9:00-17:00；周六 10:00-12:00；节假日休息。调休上班的周末按周五算"))
    phone = forms.CharField(label=_("电话"), max_length=40, required=False)
    note = forms.CharField(label=_("说明"), max_length=200, required=False, help_text=_("有什么、要带什么"))
    name_en = forms.CharField(label=_("英文名"), max_length=120, required=False)
    lon = forms.FloatField(label=_("经度"), min_value=-180, max_value=180, widget=forms.TextInput(attrs={"inputmode": "decimal"}))
    lat = forms.FloatField(label=_("纬度"), min_value=-90, max_value=90, widget=forms.TextInput(attrs={"inputmode": "decimal"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            ("", _("选一类")), *[(str(group.label), [(key, kinds.label(key)) for key in group.kinds]) for group in kinds.GROUPS],
        ]
