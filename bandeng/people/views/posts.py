"""One post: hand it over, stand in, be shown; and the grids that nobody looks after, and the units."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from bandeng.foundation.access import Invalid, Refused, WrongState
from bandeng.foundation.pages.door import logged_in, with_post
from bandeng.foundation.pages.paging import page_of, pages
from bandeng.people import appointing
from bandeng.people.actions import end_post, handover, invitations
from bandeng.people.actions.handover import Who
from bandeng.people.models import Post, Unit
from bandeng.people.open_work import open_work
from bandeng.people.policies import appointable, may, visible
from bandeng.people.queries import serving
from bandeng.people.roles import Role
from bandeng.people.vacancies import vacancies
from bandeng.people.views.people import _handed_over

UNITS = 60


class DayInput(forms.DateInput):
    input_type = "date"


class WhoForm(forms.Form):
    """Somebody by name and log-in; an account is made when there is none."""

    name = forms.CharField(label=gettext_lazy("姓名"), max_length=40)
    login = forms.CharField(label=gettext_lazy("手机或邮箱"), max_length=120)


class HandOverForm(WhoForm):
    """To whom, from which day, and how neighbours will call the next holder."""

    on = forms.DateField(label=gettext_lazy("从哪天起由他接手"), required=False, widget=DayInput, help_text=gettext_lazy("不填就从今天起"))
    called = forms.CharField(label=gettext_lazy("大家怎么叫他"), max_length=20, required=False)
    shows_name = forms.BooleanField(label=gettext_lazy("他同意公开称呼和值班电话"), required=False)


class AbsenceForm(forms.Form):
    """From when, until when, who stands in."""

    starts_on = forms.DateField(label=gettext_lazy("从哪天不在"), widget=DayInput)
    ends_on = forms.DateField(label=gettext_lazy("哪天回来"), widget=DayInput)
    name = forms.CharField(label=gettext_lazy("谁代班：姓名"), max_length=40, required=False)
    login = forms.CharField(label=gettext_lazy("谁代班：手机或邮箱"), max_length=120, required=False,
                            help_text=gettext_lazy("不填：网格由社区先接着"))


class ShowForm(forms.Form):
    """Whether name and duty telephone are shown."""

    called = forms.CharField(label=gettext_lazy("大家怎么叫"), max_length=20, required=False)
    shows = forms.BooleanField(label=gettext_lazy("本人同意，称呼和值班电话公开"), required=False)


class EndForm(forms.Form):
    """From which day nobody holds the post."""

    on = forms.DateField(label=gettext_lazy("从哪天起没有"), required=False, widget=DayInput, help_text=gettext_lazy("不填就从今天起"))


class BackForm(forms.Form):
    absence = forms.IntegerField(widget=forms.HiddenInput)


@dataclass(frozen=True)
class Act:
    """One thing that can be done with a post."""

    name: str
    right: str
    label: Any
    hint: Any
    form: type[forms.Form]


ACTS = (
    Act("hand_over", "hand_over", gettext_lazy("办交接"), gettext_lazy("这位卸任，下一位接手，没办完的一起交"), HandOverForm),
    Act("be_away", "be_away", gettext_lazy("登记不在、请人代班"), gettext_lazy("请假、学习，回来还是他"), AbsenceForm),
    Act("show_name", "show_name", gettext_lazy("公开称呼"), gettext_lazy("不同意公开的，由网页转达"), ShowForm),
    Act("end", "end", gettext_lazy("卸任，暂时没有下一位"), gettext_lazy("没办完的由上一级先接着；网格会列在没人看着的里面"), EndForm),
)


def _post(request: HttpRequest, pk: int) -> tuple[Post, dict[str, bool]]:
    rows = Post.objects.select_related("person", "unit", "place__parent__parent__parent", "place__compound")
    row = rows.filter(visible(request.actor), pk=pk).first()
    rights = {act.right: may(request.actor, act.right, row) for act in ACTS} if row else {}
    if row is None:
        raise Http404
    return row, rights


@never_cache
@logged_in
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """One post: who, where, since when, how much work lies there, and what can be done."""
    row, rights = _post(request, pk)
    return _page(request, row, rights)


def _page(request: HttpRequest, row: Post, rights: dict[str, bool], bound: tuple[str, forms.Form] | None = None) -> HttpResponse:
    made = []
    for act in ACTS:
        if rights[act.right] and row.is_open:
            mine = bound is not None and bound[0] == act.name
            start = {"called": row.called, "shows": row.shows_name} if act.name == "show_name" else {}
            form = bound[1] if bound is not None and mine else act.form(initial=start, auto_id=f"{act.name}_%s")
            made.append((act, form, mine))
    context = {
        "here": "people", "post": row, "seat": appointing.seat_name(row.place or row.unit), "acts": made, "work": open_work(row),
        "absences": list(row.absences.select_related("deputy__person").order_by("starts_on")), "may_back": rights["be_away"],
    }
    return render(request, "people/post.html", context, status=422 if bound else 200)


@never_cache
@logged_in
def act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Do one of these things."""
    row, rights = _post(request, pk)
    if request.method != "POST":
        return redirect("people:post", pk)
    if act == "back":
        return _back(request, row)
    found = next((one for one in ACTS if one.name == act and rights[one.right]), None)
    if found is None:
        raise Http404
    form = found.form(request.POST, auto_id=f"{act}_%s")
    if form.is_valid():
        try:
            return _DO[act](request, row, form.cleaned_data)
        except Invalid as error:
            field = {"to": "login", "deputy": "login", "reach": "login"}.get(error.field, error.field)
            form.add_error(field if field in form.fields else None, str(error))
        except (Refused, WrongState) as error:
            form.add_error(None, str(error))
    return _page(request, row, rights, (act, form))


def _back(request: HttpRequest, row: Post) -> HttpResponse:
    form = BackForm(request.POST)
    try:
        if form.is_valid() and row.absences.filter(pk=form.cleaned_data["absence"]).exists():
            handover.come_back(request.actor, absence=form.cleaned_data["absence"])
            messages.success(request, _("记下了：今天起回来了，代班到今天为止。"))
    except (Refused, WrongState) as error:
        messages.error(request, str(error))
    return redirect("people:post", row.pk)


def _hand_over(request: HttpRequest, row: Post, data: dict[str, Any]) -> HttpResponse:
    done = handover.hand_over(
        request.actor, post=row.pk, to=Who(data["name"], data["login"]), on=data["on"], called=data["called"],
        shows_name=data["shows_name"],
    )
    to = done.post.person
    messages.success(request, _("交接好了：%(name)s接手，没办完的 %(n)s 件一起过去了。") % {"name": to.name, "n": done.work})
    if not to.has_usable_password():  # never here yet: the link by which the next holder comes in
        made = invitations.invite(request.actor, role=row.role, place=row.place, unit=row.unit, name=to.name, email=to.email or "",
                                  phone=to.phone or "")
        return _handed_over(request, made)
    return redirect("people:post", done.post.pk)


def _be_away(request: HttpRequest, row: Post, data: dict[str, Any]) -> HttpResponse:
    deputy = Who(data["name"], data["login"]) if data["login"] else None
    handover.be_absent(request.actor, post=row.pk, starts_on=data["starts_on"], ends_on=data["ends_on"], deputy=deputy)
    messages.success(request, _("记下了，这几天找%(who)s。") % {"who": deputy.name if deputy else _("社区")})
    return redirect("people:post", row.pk)


def _show_name(request: HttpRequest, row: Post, data: dict[str, Any]) -> HttpResponse:
    handover.show_name(request.actor, post=row.pk, shows=data["shows"], called=data["called"])
    messages.success(request, _("记下了，称呼公开了。") if data["shows"] else _("记下了，称呼不公开，由网页转达。"))
    return redirect("people:post", row.pk)


def _end(request: HttpRequest, row: Post, data: dict[str, Any]) -> HttpResponse:
    end_post(request.actor, post=row, on=data["on"])
    messages.success(request, _("记下了，这个岗位到此为止。"))
    return redirect("people:post", row.pk)


_DO: dict[str, Callable[..., HttpResponse]] = {"hand_over": _hand_over, "be_away": _be_away, "show_name": _show_name, "end": _end}


@never_cache
@logged_in
def vacant(request: HttpRequest) -> HttpResponse:
    """The grids that nobody looks after today."""
    if Role.GRID_OFFICER not in appointable(request.actor):
        raise Http404
    return render(request, "people/vacant.html", {"here": "people", "rows": vacancies(request.actor)})


@never_cache
@with_post
def units(request: HttpRequest) -> HttpResponse:
    """The units, where they sit, what they are asked for, which compounds they serve."""
    sought = request.GET.get("q", "").replace("\0", "").strip()[:60]
    rows = Unit.objects.filter(ended_on__isnull=True).select_related("seat").order_by("kind", "name")
    if sought:
        rows = rows.filter(Q(name__icontains=sought) | Q(does__icontains=sought) | Q(seat__name__icontains=sought))
    number, total = page_of(request), rows.count()
    shown = list(rows[(number - 1) * UNITS : number * UNITS])
    served: dict[int, list[str]] = {}
    for row in serving().filter(unit__in=shown).select_related("compound").order_by("compound__name"):
        served.setdefault(row.unit_id, []).append(row.compound.name)
    context = {"here": "people", "rows": [(unit, served.get(unit.pk, [])) for unit in shown], "total": total, "sought": sought,
               "pages": pages(number, total, UNITS), "keep": [("q", sought)] if sought else []}
    return render(request, "people/units.html", context)


