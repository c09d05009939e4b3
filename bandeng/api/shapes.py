"""What goes in and out, as types: the OpenAPI document is made from them, and every answer is checked by them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Lon = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Lat = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]


class QuestionOut(BaseModel):
    """Something asked for a kind of matter; a notice is only read."""

    code: str
    kind: Literal["text", "number", "date", "single", "multiple", "notice"]
    label: str
    label_en: str
    required: bool
    options: list[str]
    stopping: list[str] = Field(description="options that stop the report: it goes another way")
    stops_all: bool = Field(description="a notice: no report of this kind is taken, unless options decide")


class CategoryOut(BaseModel):
    """A kind of matter: two levels, group and this one. A change makes a new version of the code."""

    code: str
    version: int
    name: str
    name_en: str
    group: str
    group_en: str
    icon: str
    limit_class: str
    response_within: str = Field(description="the limit of the first response, like 24 hour")
    finish_within: str = Field(description="the limit of the result, like 7 day")
    danger: bool = Field(description="the emergency numbers are shown before such a report is taken")
    filing: str = Field(description="when such a matter is put on file")
    closing: str = Field(description="what must be so before it is closed")
    questions: list[QuestionOut]


class CategoriesOut(BaseModel):
    items: list[CategoryOut]


class ReportIn(BaseModel):
    """A report. The place by `lon` and `lat` (WGS-84), or by `place` when exactly one place has that name."""

    model_config = ConfigDict(extra="forbid")

    report_key: str = Field(
        min_length=20, max_length=64,
        description="random, made by the client, once for each report: sending it again gives the same case and code",
    )
    category: str = Field(max_length=8, description="a code of /categories")
    words: str = Field(min_length=1, max_length=2000)
    place: str = Field("", max_length=120, description="compound, building or crossing, in words; never a flat")
    lon: Lon | None = None
    lat: Lat | None = None
    name: str = Field("", max_length=20)
    phone: str = Field("", max_length=20)
    email: str = Field("", max_length=254)
    agreed_public: bool = Field(False, description="the masked words may stand on the board once somebody has read them")
    danger_seen: bool = Field(False, description="the emergency numbers were shown to the person")
    answers: dict[Annotated[str, Field(max_length=16)], str | list[str]] = Field(
        default_factory=dict, max_length=20, description="answers to the questions of the category, by their codes",
    )


class DeskReportIn(ReportIn):
    """A report that staff enter on behalf of somebody."""

    source: Literal["phone", "paper", "visit", "officer"]


class ReportOut(BaseModel):
    """The receipt. The code is shown to whoever reports and to nobody else; the database does not hold it."""

    number: str
    code: str
    follow_url: str
    again: bool = Field(description="the same report was taken before")
    masked: list[str] = Field(description="kinds of personal data that were masked in the words")


class PlaceOut(BaseModel):
    id: int
    name: str
    name_en: str


class OrderOut(BaseModel):
    id: int
    unit: str
    state: str
    whistle: str = Field(description="daily, hard, emergency, or empty for a plain dispatch")
    leads: bool
    ask: str
    asked_at: datetime
    due_at: datetime | None
    result: str
    grade: int | None


class InboxItem(BaseModel):
    """One line of the inbox: a case, or the order of one's unit on it."""

    number: str
    state: str
    level: str
    slip: str
    category: str
    words: str
    ask: str = Field(description="what the unit is asked for, where the line is an order")
    order: int | None
    whistle: str
    place: str
    community: PlaceOut | None
    grid: PlaceOut | None
    compound: PlaceOut | None
    lon: float
    lat: float
    created_at: datetime
    due_at: datetime | None
    late: bool


class InboxOut(BaseModel):
    view: str
    page: int
    total: int
    items: list[InboxItem]


class EventOut(BaseModel):
    at: datetime
    who: str = Field(description="a role at a place or a unit; never a name")
    did: str
    text: str
    public: bool
    photos: int


class LimitOut(BaseModel):
    kind: str
    order: int | None
    started_at: datetime
    due_at: datetime
    met_at: datetime | None
    ended_at: datetime | None
    extended: bool
    stopped: bool


class CaseOut(BaseModel):
    """A case for those who work on it: without contact, without the original words."""

    number: str
    state: str
    level: str
    slip: str
    source: str
    category: str
    words: str
    answer: str
    done_by: str = Field(description="which unit or office did it, once there is an answer")
    done_on: date | None
    place: str
    subdistrict: PlaceOut | None
    community: PlaceOut | None
    grid: PlaceOut | None
    compound: PlaceOut | None
    lon: float
    lat: float
    created_at: datetime
    due_at: datetime | None
    completed_at: datetime | None
    closed_at: datetime | None
    reopened_times: int
    next: str = Field(description="who owes what by when, in one sentence")
    orders: list[OrderOut]
    limits: list[LimitOut]
    events: list[EventOut]


class RateOut(BaseModel):
    part: int
    whole: int
    value: float | None = Field(description="null where fewer than five cases stand behind it")


class GroupOut(BaseModel):
    group: str
    group_en: str
    received: int


class CommunityOut(BaseModel):
    id: int
    name: str
    name_en: str
    received: int
    open: int | None = Field(description="null where there are fewer than five")


class FiguresOut(BaseModel):
    """The board's figures. Groups and communities with fewer than five cases are left out."""

    as_of: datetime
    days: int
    formula: int
    received: int
    ended: int
    elsewhere: int
    open_now: int
    late: int
    silent: int
    response: RateOut
    solved: RateOut
    pleased: RateOut
    groups: list[GroupOut]
    communities: list[CommunityOut]


class BoardItem(BaseModel):
    number: str
    state: str
    category: str
    community: PlaceOut | None
    where: PlaceOut | None = Field(description="the compound, else the grid; never a point")
    answer: str
    created_on: str
    closed_on: str | None


class BoardOut(BaseModel):
    page: int
    total: int
    items: list[BoardItem]


class PublicEventOut(BaseModel):
    at: datetime
    who: str
    did: str
    text: str


class PublicCaseOut(BaseModel):
    number: str
    state: str
    category: str
    community: PlaceOut | None
    where: PlaceOut | None
    words: str = Field(description="only where the requester agreed and a dispatcher released them")
    answer: str
    done_by: str = Field(description="which unit or office did it, once there is an answer")
    done_on: date | None
    created_on: str
    closed_on: str | None
    next: str
    events: list[PublicEventOut]


class Feature(BaseModel):
    type: Literal["Feature"]
    properties: dict[str, Any]
    geometry: dict[str, Any]


class FeaturesOut(BaseModel):
    """GeoJSON, WGS-84 lon/lat."""

    type: Literal["FeatureCollection"]
    features: list[Feature]
