"""Writing service points: by hand, and from a map extract."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from bandeng.directory import policies
from bandeng.directory.hours import HoursError, read
from bandeng.directory.kinds import BY_KEY
from bandeng.directory.matching import Known
from bandeng.directory.models import Origin, ServicePoint
from bandeng.foundation.access import Actor, Invalid, PostRef, Refused
from bandeng.foundation.clock.moment import today
from bandeng.foundation.journal.models import Entry
from bandeng.foundation.journal.writer import entry, record
from bandeng.osm.model import ServicePoint as MapPoint
from bandeng.territory.locate import index, locate

FIELDS = ("kind", "name", "name_en", "lon", "lat", "address", "phone", "hours", "note")


def save(actor: Actor, *, point: int | None, lon: float, lat: float, kind: str, name: str, **more: str) -> ServicePoint:
    """Write down a service point, or change one. It is checked today, by somebody who knows.

    Raises Refused where the actor may not (at the old and at the new place), Invalid for the field that is wrong.
    """
    chain = locate(lon, lat)
    if not chain.inside:
        raise Invalid(_("这个地点不在本区。请在地图上重新点一下。"), "lon")
    post = policies.editor(actor, chain)
    if not post:
        raise Refused(_("这个地方不归您管，不能登记。"))
    if kind not in BY_KEY:
        raise Invalid(_("请选一类。"), "kind")
    texts = {key: more.get(key, "").strip() for key in ("name_en", *FIELDS[5:])}
    values: dict[str, Any] = {"kind": kind, "name": name.strip(), "lon": lon, "lat": lat, **texts}
    if not values["name"]:
        raise Invalid(_("没有名称。"), "name")
    values["hours"] = _hours(values["hours"])
    with transaction.atomic():
        row = ServicePoint.objects.select_for_update().filter(pk=point, ended_on__isnull=True).first() if point else ServicePoint()
        if row is None:
            raise Invalid(_("这个地方刚刚被撤掉了。"), "name")
        if point and not policies.editor(actor, locate(row.lon, row.lat)):
            raise Refused(_("这个地方不归您管，不能登记。"))
        changed = [key for key, value in values.items() if getattr(row, key) != value] if point else list(FIELDS)
        for key, value in values.items():
            setattr(row, key, value)
        row.community_id = chain.community.id if chain.community else None
        row.checked_on = today()
        if row.origin != Origin.OSM or changed:
            row.origin = Origin.HAND  # from now on a map does not overwrite it
        row.save()
        record(actor, "service.change" if point else "service.create", row, post=_ref(post), fields=changed)
    return row


def end(actor: Actor, *, point: int) -> None:
    """Note that a service point is no more."""
    with transaction.atomic():
        row = ServicePoint.objects.select_for_update().filter(pk=point, ended_on__isnull=True).first()
        if row is None:
            raise Invalid(_("这个地方刚刚被撤掉了。"), "name")
        post = policies.editor(actor, locate(row.lon, row.lat))
        if not post:
            raise Refused(_("这个地方不归您管，不能登记。"))
        row.ended_on = today()
        row.save(update_fields=["ended_on"])
        record(actor, "service.end", row, post=_ref(post), fields=["ended_on"])


def _hours(text: str) -> str:
    try:
        return read(text)
    except HoursError as error:
        raise Invalid(_("开放时间看不懂。可以写“周一至周五 9:00-12:00，14:00-17:00；周六 10:00-12:00；节假日休息”。"), "hours") from error


def _ref(post: PostRef | bool | None) -> PostRef | None:
    return post if isinstance(post, PostRef) else None


@dataclass(frozen=True, slots=True)
class FromMap:
    """What a map brought: new points, changed ones, and those left alone because somebody has put them right."""

    new: int
    changed: int
    left: int


@transaction.atomic
def load_map_points(actor: Actor, points: Iterable[MapPoint], on: date | None = None) -> FromMap:
    """Take the service points of a map extract in: new ones are added, those of the same origin brought up to date.

    A point that was written by hand or by sheet, of the same name and kind within 80 m, is left as it is.
    """
    on = on or today()
    known, places, points = Known(), index(fresh=True), list(points)
    there = {point.osm_id for point in points}
    fresh, changed, left = [], [], 0
    for point in points:
        if not point.name or point.kind not in BY_KEY:
            continue
        chain = places.chain(point.lon, point.lat)
        if not chain.inside:
            continue
        values = {"kind": point.kind, "name": point.name[:80], "lon": point.lon, "lat": point.lat, "phone": (point.phone or "")[:40],
                  "hours": _map_hours(point.opening_hours), "community_id": chain.community.id if chain.community else None}
        row = known.of_origin(Origin.OSM, point.osm_id) or known.like(point.kind, point.name, point.lon, point.lat)
        if row is None:
            row = ServicePoint(origin=Origin.OSM, origin_id=point.osm_id, checked_on=on, **values)
            known.add(row)
            fresh.append(row)
        elif row.origin != Origin.OSM:
            left += 1
        elif row.origin_id != point.osm_id and row.origin_id in there:
            continue  # drawn twice on the map, as a spot and as a house: one of them is enough
        elif any(getattr(row, key) != value for key, value in values.items()) and row.pk is not None:
            for key, value in values.items():
                setattr(row, key, value)
            row.checked_on, row.origin_id = on, point.osm_id
            changed.append(row)
    ServicePoint.objects.bulk_create(fresh, batch_size=500)
    ServicePoint.objects.bulk_update(changed, ["kind", "name", "lon", "lat", "phone", "hours", "community", "checked_on", "origin_id"],
                                     batch_size=300)
    Entry.objects.bulk_create(
        [entry(actor, "service.create", row, fields=["name"]) for row in fresh]
        + [entry(actor, "service.change", row, fields=["name"]) for row in changed], batch_size=500)
    return FromMap(len(fresh), len(changed), left)


def _map_hours(text: str) -> str:
    try:
        return read(text)
    except HoursError:
        return ""  # what nobody can read is not shown
