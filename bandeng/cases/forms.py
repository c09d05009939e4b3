"""Forms: what may be typed, and the words beside it. Rules live in the actions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bandeng.cases import channels
from bandeng.cases.actions.orders import Occasion
from bandeng.cases.actions.paper import PAD
from bandeng.cases.limits import EXTENSION_MOST, Whistle
from bandeng.cases.models import Category, ExclusionGround, Grade, NotFiledGround, Slip, Source, Table
from bandeng.cases.queries import categories
from bandeng.cases.questions import QuestionsForm
from bandeng.people.models import Unit
from bandeng.territory import addresses
from bandeng.territory.models import Place


class Photos(forms.FileInput):
    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Several photographs in one field; the action checks what they are."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault("label", _("照片"))
        widget = Photos(attrs={"accept": "image/jpeg,image/png,image/webp", "multiple": True})
        super().__init__(widget=widget, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list:
        one = super().clean
        items = data if isinstance(data, list | tuple) else [data] if data else []
        return [one(item, initial) for item in items]


def _area(rows: int = 4, **attrs: Any) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, **attrs})


# What may stand behind the name of a building without making it another place: the flat.
_FLAT = re.compile(r"(?:\d+(?:单元|室|门|层|户)?)*")  # untranslated: read in addresses


def _is_all(typed: str, name: str) -> bool:
    """Return whether *typed* is that name and at most a flat: "东街" is not what "东街小学" means."""
    written, known = addresses.fold(typed), addresses.fold(name)
    return written.startswith(known) and bool(_FLAT.fullmatch(written.removeprefix(known)))


ELSEWHERE = "map"  # the choice "none of these, I touch the map"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that may be meant; `value` is "lon,lat"."""

    text: str
    value: str
    choice: str

    @property
    def chosen(self) -> bool:
        return self.value == self.choice


class CategoryField(forms.ChoiceField):
    """One of the categories in use, as this process knows them; its value is the row."""

    staff = False  # whether the tables of city management may be chosen from too

    def to_python(self, value: Any) -> Category | None:
        if value in self.empty_values:
            return None
        for row in categories(staff=self.staff):
            if str(row.pk) == str(value):
                return row
        raise forms.ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")

    def validate(self, value: Any) -> None:
        if value is None and self.required:
            raise forms.ValidationError(self.error_messages["required"], code="required")


class ReportForm(forms.Form):
    """A report: place, matter, words; contact and photographs if one likes."""

    report_key = forms.CharField(widget=forms.HiddenInput, min_length=20, max_length=64)
    place = forms.CharField(
        label=_("小区、楼号或路口"), max_length=120, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": _("如：槐树小区3号楼")}),
    )
    lon = forms.FloatField(widget=forms.HiddenInput, required=False, min_value=-180, max_value=180)
    lat = forms.FloatField(widget=forms.HiddenInput, required=False, min_value=-90, max_value=90)
    category = CategoryField(
        label=_("是什么事"), widget=forms.RadioSelect,
        error_messages={"required": _("请点一下是哪一类的事。"), "invalid_choice": _("请点一下是哪一类的事。")},
    )
    words = forms.CharField(
        label=_("说说怎么回事"), max_length=2000, widget=_area(5),
        error_messages={"required": _("请写几个字，让去看的人明白。")},
    )
    photos = PhotosField()
    name = forms.CharField(label=_("怎么称呼"), max_length=20, required=False)
    phone = forms.RegexField(
        label=_("电话"), regex=r"^[0-9+\-\s（）()]{5,20}$", required=False, strip=True,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel", "type": "tel"}),
        error_messages={"invalid": _("电话里只能有数字、空格和短横。")},
    )
    email = forms.EmailField(label=_("邮箱"), required=False)
    agreed_public = forms.BooleanField(
        label=_("同意把上面的话放到公示板上（先遮住电话等，再由社区看过）"), required=False
    )
    choice = forms.CharField(max_length=60, required=False, widget=forms.HiddenInput)  # radio buttons of its own
    danger_seen = forms.BooleanField(required=False, widget=forms.HiddenInput)

    candidates: tuple[Candidate, ...] = ()  # what the typed place may mean, to choose from
    questions: QuestionsForm | None = None  # of the kind that was chosen
    asks = True  # whether what a kind must know is asked here

    def clean(self) -> dict:
        data = super().clean() or {}
        if category := data.get("category"):
            self.questions = QuestionsForm(category, self.data)
            if not self.asks:
                self.questions.is_valid()
            elif self.questions.unseen:
                self.add_error(None, _("这一类还有几个小问题，看一下再交。"))
            elif not self.questions.is_valid():
                for errors in self.questions.errors.values():
                    self.add_error(None, errors)
        return self._place(data)

    def _place(self, data: dict) -> dict:
        typed = (data.get("place") or "").strip()
        if data.get("lon") is not None and data.get("lat") is not None:
            return data
        if self.errors.keys() & {"lon", "lat"}:
            self.add_error("place", _("这个坐标用不了。请重新点地图，或写小区、路口的名字。"))
        elif not typed:
            self.add_error("place", _("请写小区、路口的名字，或在地图上点一下。"))
        else:
            self._find_place(typed, data)
        return data

    def _find_place(self, typed: str, data: dict) -> None:
        """Take the one point of exactly that name; otherwise ask which one is meant, never guess."""
        found = addresses.told_apart(addresses.find(typed, limit=10))
        exact = [match for match in found if match.exact and _is_all(typed, match.text)]
        choice = (data.get("choice") or "").strip()
        if len(exact) == 1:
            data["lon"], data["lat"] = exact[0].lon, exact[0].lat
            return
        self.candidates = tuple(Candidate(match.text, f"{match.lon!r},{match.lat!r}", choice) for match in found)
        taken = next((row for row in self.candidates if row.chosen), None)
        if taken:
            data["lon"], data["lat"] = (float(part) for part in taken.value.split(","))
        elif found and choice == ELSEWHERE:
            self.add_error("place", _("那请在地图上点一下，或换个写法，如“槐树小区3号楼”。"))
        elif found:
            self.add_error("place", _("没有一模一样的。下面有您要的吗，请点一个。"))
        else:
            self.add_error("place", _("没找到这个地方。换个写法试试，如“槐树小区3号楼”，或在地图上点一下。"))


class EnterForm(ReportForm):
    """The same, entered by staff on behalf of somebody: by telephone, on paper, at the door, on a round."""

    source = forms.ChoiceField(
        label=_("从哪里来"), choices=[s for s in Source.choices if s[0] not in ("web", "import")],
        widget=forms.RadioSelect, initial="phone",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].staff = True  # type: ignore[attr-defined]


class CategoryWordField(forms.CharField):
    """A kind of matter by its code, its name, or a part of the name that only one has: typed faster than chosen."""

    def to_python(self, value: Any) -> Any:
        typed = super().to_python(value).strip()
        if not typed:
            return None
        rows = categories(staff=True)
        exact = [row for row in rows if typed.upper() == row.code or typed in (row.name, row.name_en)]
        close = [row for row in rows if typed in row.name or typed.lower() in row.name_en.lower()]
        matters = [row for row in close if row.table == Table.MATTER]
        found = exact or matters or close
        if len(found) == 1:
            return found[0]
        if found:
            raise forms.ValidationError(_("有好几类：%(names)s。写全一点，或写编码。"), params={
                "names": "、".join(f"{row.label} {row.code}" for row in found[:6])})
        raise forms.ValidationError(_("没有这一类。写名称里的几个字，或写编码。"))

    def validate(self, value: Any) -> None:
        if value is None:
            raise forms.ValidationError(_("请写是哪一类。"), code="required")


class PaperForm(ReportForm):
    """One slip of a pile: few fields, in the order of the paper."""

    asks = False
    paper = forms.CharField(label=_("单子编号"), max_length=20, required=False, widget=forms.TextInput(attrs={
        "autocomplete": "off", "placeholder": "P000001", "autofocus": True}), help_text=_("印好的民情单才有"))
    category = CategoryWordField(label=_("是什么事"), widget=forms.TextInput(attrs={"list": "kinds", "autocomplete": "off"}),
                                 error_messages={"required": _("请写是哪一类。")}, help_text=_("写几个字或编码"))
    words = forms.CharField(label=_("纸上写的话"), max_length=2000, widget=_area(3), error_messages={
        "required": _("请写几个字，让去看的人明白。")})
    slip = forms.ChoiceField(label=_("勾了哪种"), required=False, choices=[("", _("没勾，照规矩")), *Slip.choices])
    photos = email = None  # type: ignore[assignment]
    field_order = ["paper", "place", "category", "words", "name", "phone", "slip", "agreed_public"]


class PadForm(forms.Form):
    """A pad of blank slips."""

    community = forms.ModelChoiceField(label=_("哪个社区的"), queryset=Place.objects.none())
    count = forms.IntegerField(label=_("印几张"), min_value=1, max_value=PAD, initial=10)

    def __init__(self, *args: Any, communities: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["community"].queryset = communities  # type: ignore[attr-defined]


class ClaimForm(forms.Form):
    number = forms.CharField(
        label=_("编号"), max_length=40, widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    )
    code = forms.CharField(
        label=_("查询码（16 位数字）"), max_length=60,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class WordsForm(forms.Form):
    words = forms.CharField(label=_("想补充什么"), max_length=1000, required=False, widget=_area())
    photos = PhotosField()


class AnswerForm(forms.Form):
    solved = forms.TypedChoiceField(
        label=_("解决了吗"), choices=[("yes", _("解决了")), ("no", _("没解决"))], widget=forms.RadioSelect,
        coerce=lambda value: value == "yes", error_messages={"required": _("请先选解决了没有。")},
    )
    grade = forms.TypedChoiceField(
        label=_("满意吗"), choices=Grade.choices, widget=forms.RadioSelect, coerce=int,
        error_messages={"required": _("满意不满意，请点一个。")},
    )
    words = forms.CharField(label=_("想说什么"), max_length=500, required=False, widget=_area(3))


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("理由"), max_length=500, widget=_area(3))


class ToRequesterForm(forms.Form):
    """A reason that the requester reads."""

    reason = forms.CharField(label=_("写给反映的人：为什么要晚几天"), max_length=500, widget=_area(3))


class ToObjectorForm(forms.Form):
    """A reason that whoever objected reads."""

    reason = forms.CharField(label=_("写给反映的人：为什么维持"), max_length=500, widget=_area(3))


class ExtensionForm(ReasonForm):
    days = forms.IntegerField(label=_("要多几天"), min_value=1, max_value=EXTENSION_MOST, help_text=_("最多 15 天，只能延一次"))
    field_order = ["days", "reason"]


class DeferralForm(forms.Form):
    """Why something cannot be solved now, what will be done, and when one looks again. All of it is public."""

    ground = forms.CharField(label=_("为什么现在办不了"), max_length=500, widget=_area(3))
    plan = forms.CharField(label=_("打算怎么办"), max_length=500, widget=_area(3))
    review_on = forms.DateField(
        label=_("哪天再看"), widget=forms.DateInput(attrs={"type": "date"}), help_text=_("90 天以内；到那天时限自己接着走"),
    )


class QuestionForm(forms.Form):
    question = forms.CharField(
        label=_("要反映的人说什么、做什么"), max_length=500, widget=_area(3), help_text=_("只能等一次，最多七天；补充了就接着走"),
    )


class OptionalReasonForm(forms.Form):
    reason = forms.CharField(label=_("为什么"), max_length=500, required=False, widget=_area(2))


class WantForm(forms.Form):
    """Letters about this case: yes or no more."""

    wanted = forms.BooleanField(required=False, widget=forms.HiddenInput)


class PlainForm(forms.Form):
    """Nothing to fill in: one button."""


class NoteForm(forms.Form):
    words = forms.CharField(label=_("写给一起办的人，居民看不到"), max_length=2000, widget=_area(3))


class TellForm(forms.Form):
    words = forms.CharField(label=_("写给反映的人"), max_length=500, widget=_area(3))


class CompleteForm(forms.Form):
    """The one answer: what was done, by whom, when."""

    answer = forms.CharField(label=_("做了什么，现在是什么样"), max_length=2000, widget=_area(4))
    done_by = forms.CharField(label=_("谁做的"), max_length=60, help_text=_("写单位或队伍，不写个人的名字"))
    done_on = forms.DateField(label=_("哪天做的"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    photos = PhotosField(label=_("照片"))


class ResultForm(forms.Form):
    result = forms.CharField(label=_("做了什么"), max_length=2000, widget=_area(4))
    photos = PhotosField(label=_("照片"))


class FindingForm(forms.Form):
    finding = forms.CharField(label=_("现场看到什么"), max_length=500, widget=_area(3))


class GroundForm(forms.Form):
    ground = forms.CharField(label=_("凭哪一条说不归你们办"), max_length=500, widget=_area(3))


class RedirectForm(ReasonForm):
    channel = forms.ChoiceField(label=_("该走哪个渠道"), choices=channels.choices, help_text=_("电话和怎么走，会一起告诉反映的人"))
    field_order = ["channel", "reason"]


class NotFiledForm(ReasonForm):
    ground = forms.ChoiceField(label=_("为什么不立案"), choices=NotFiledGround.choices)
    reason = forms.CharField(label=_("写给反映的人：查了什么、为什么"), max_length=500, widget=_area(3))
    field_order = ["ground", "reason"]


class ObjectForm(forms.Form):
    words = forms.CharField(label=_("为什么该办，有什么新情况"), max_length=500, widget=_area(3))


class MergeForm(forms.Form):
    into = forms.CharField(label=_("另一件的编号"), max_length=20)


class SplitForm(forms.Form):
    """One more matter of the same report."""

    category = forms.TypedChoiceField(
        label=_("另一件是哪一类"), coerce=lambda pk: next(c for c in categories(staff=True) if c.pk == int(pk)),
        choices=lambda: [(c.pk, f"{c.group_label} · {c.label}") for c in categories(staff=True)],
    )
    words = forms.CharField(label=_("另一件怎么回事"), max_length=2000, widget=_area(3))


class GradeForm(forms.Form):
    grade = forms.TypedChoiceField(
        label=_("这次报到打几分"), choices=[(n, str(n)) for n in (5, 4, 3, 2, 1)], coerce=int, widget=forms.RadioSelect
    )


class UnitsForm(forms.Form):
    """Which units, which of them leads, and why."""

    units = forms.TypedMultipleChoiceField(
        label=_("叫哪些单位"), coerce=int, widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("请至少选一个单位。")},
    )
    reason = forms.CharField(label=_("要他们做什么"), max_length=500, widget=_area(3))

    def __init__(  # *led*: a unit leads already; *why*: why those units are *wanted*, by the rules
        self, *args: Any, units: list[Unit] = (), wanted: list[int] = (), led: bool = False, why: str = "", **kwargs: Any  # type: ignore[assignment]
    ) -> None:
        super().__init__(*args, **kwargs)
        if led:
            self.fields.pop("leader", None)
        choices = [(unit.pk, f"{unit.name} · {unit.does}" if unit.does else unit.name) for unit in units]
        self.fields["units"].choices = choices  # type: ignore[attr-defined]
        self.fields["units"].initial = list(wanted)
        if why:
            self.fields["units"].help_text = _("建议：%(why)s。您来定。") % {"why": why}
        if "leader" in self.fields:
            self.fields["leader"].choices = [("", _("选中的第一个")), *choices]  # type: ignore[attr-defined]


class DispatchForm(UnitsForm):
    leader = forms.TypedChoiceField(label=_("谁牵头"), coerce=int, required=False, empty_value=None)
    field_order = ["units", "leader", "reason"]


class WhistleForm(DispatchForm):
    kind = forms.ChoiceField(
        label=_("哪一种哨"), choices=[c for c in Whistle.choices if c[0]], widget=forms.RadioSelect, initial="daily"
    )
    occasion = forms.ChoiceField(
        label=_("依据"), choices=Occasion.choices, widget=forms.RadioSelect, initial="hard"
    )
    field_order = ["kind", "occasion", "units", "leader", "reason"]


class PlanForm(forms.Form):
    plan = forms.CharField(label=_("打算怎么办、分几步、谁来办，居民看得到"), max_length=2000, widget=_area(4))


class StageForm(forms.Form):
    words = forms.CharField(label=_("办到哪一步、为什么还没完、下一步，居民看得到"), max_length=1000, widget=_area(3))


class PartnerForm(UnitsForm):
    """Whom the leading unit wants beside it."""


class WhistleGradeForm(forms.Form):
    grade = forms.TypedChoiceField(
        label=_("这次哨吹得怎么样：该不该叫、说没说清楚"), choices=[(n, str(n)) for n in (5, 4, 3, 2, 1)], coerce=int,
        widget=forms.RadioSelect,
    )
    words = forms.CharField(label=_("想说什么"), max_length=500, required=False, widget=_area(2))


class MembersForm(WhistleForm):
    """A whistle of the community: the emergency one is the subdistrict's."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [c for c in Whistle.choices if c[0] in ("daily", "hard")]  # type: ignore[attr-defined]
        self.fields["occasion"].choices = [c for c in Occasion.choices if c[0] != "emergency"]  # type: ignore[attr-defined]


class ReleaseForm(forms.Form):
    words = forms.BooleanField(label=_("公示板可以显示居民的话（已遮住电话等）"), required=False)
    photos = forms.TypedMultipleChoiceField(
        label=_("公示板可以显示的照片（没有人脸和车牌的）"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, photos: list = (), agreed: bool = False, **kwargs: Any) -> None:  # type: ignore[assignment]
        super().__init__(*args, **kwargs)
        if not agreed:
            del self.fields["words"]
        self.fields["photos"].choices = [(p.pk, _("照片 %(n)s") % {"n": n}) for n, p in enumerate(photos, 1)]  # type: ignore[attr-defined]
        self.fields["photos"].initial = [p.pk for p in photos if p.released]
        if not photos:
            del self.fields["photos"]


class SlipForm(forms.Form):
    slip = forms.ChoiceField(label=_("红单还是蓝单"), choices=Slip.choices, widget=forms.RadioSelect)


class CategoryForm(forms.Form):
    category = forms.TypedChoiceField(
        label=_("该是哪一类"), coerce=lambda pk: next(c for c in categories(staff=True) if c.pk == int(pk)),
        choices=lambda: [(c.pk, f"{c.group_label} · {c.label}") for c in categories(staff=True)],
    )


class PlaceForm(forms.Form):
    """Where the matter really is, by name; the best fitting name is taken and shown afterwards."""

    place_text = forms.CharField(label=_("小区、楼号或路口"), max_length=120)

    def clean(self) -> dict:
        data = super().clean() or {}
        typed = data.get("place_text") or ""
        found = addresses.find(typed, limit=1)
        if typed and not found:
            self.add_error("place_text", _("没找到这个地方。换个写法试试。"))
        elif found:
            data["lon"], data["lat"] = found[0].lon, found[0].lat
        return data


class HeardForm(forms.Form):
    grade = forms.TypedChoiceField(label=_("满意吗"), choices=Grade.choices, widget=forms.RadioSelect, coerce=int)
    words = forms.CharField(label=_("他说了什么"), max_length=500, required=False, widget=_area(3))


class ExclusionForm(forms.Form):
    """Why a rating should not count: one ground of the published list, and what shows it."""

    ground = forms.ChoiceField(
        label=_("依据哪一条"), choices=ExclusionGround.choices, widget=forms.RadioSelect,
        error_messages={"required": _("请选一条依据。"), "invalid_choice": _("请选一条依据。")},
    )
    evidence = forms.CharField(
        label=_("凭什么这么说，证据是什么"), max_length=500, widget=_area(4), help_text=_("只写事，不写人；电话等会遮住"),
    )


class RulingForm(forms.Form):
    """A decision's reason that the requester reads."""

    reason = forms.CharField(label=_("理由，反映的人看得到"), max_length=500, widget=_area(3))


class AppealForm(forms.Form):
    words = forms.CharField(label=_("为什么该算进去"), max_length=500, widget=_area(3))
