"""Trying a file out, loading it whole or not at all, and forgetting it."""

from __future__ import annotations

import base64
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from bandeng.foundation.access import Actor, Invalid, PostRef, Refused
from bandeng.foundation.clock.moment import now
from bandeng.foundation.journal.writer import record
from bandeng.foundation.sealed import vault
from bandeng.foundation.sheets.kinds import KINDS, Plan, SheetKind, parse
from bandeng.foundation.sheets.models import Upload
from bandeng.foundation.sheets.table import SheetError, Table

KEPT = timedelta(days=1)
CONTEXT = "sheet"


def try_out(actor: Actor, *, kind: SheetKind, name: str, content: bytes, datum: str = "wgs84") -> Upload:
    """Keep a file for its trial; nothing of it is loaded.

    Raises Refused where the actor may not load such sheets, Invalid (field "file") for what cannot be read.
    """
    _may(actor, kind)
    try:
        parse(kind, name, content, datum)
    except SheetError as error:
        raise Invalid(str(error), "file") from error
    with transaction.atomic():
        key = vault.new_key()
        return Upload.objects.create(
            kind=kind.name, name=name[-200:], datum=datum, person_id=actor.person_id, created_at=now(),
            content=vault.seal(key, base64.b64encode(content).decode(), CONTEXT), data_key=key,
        )


def own(actor: Actor, pk: int) -> Upload | None:
    """Return the upload if *actor* sent it and it is not forgotten yet."""
    return Upload.objects.select_related("data_key").filter(pk=pk, person_id=actor.person_id).first()


def planned(actor: Actor, upload: Upload) -> tuple[Table, Plan]:
    """Return the table of an upload and what loading it would do now. Raises Invalid when it was forgotten."""
    kind = KINDS[upload.kind]
    _may(actor, kind)
    if upload.content is None or upload.data_key is None:
        raise Invalid(_("这个文件已经导入或过了一天，请重新选一次。"), "file")
    content = base64.b64decode(vault.unseal(upload.data_key, upload.content, CONTEXT))
    table = parse(kind, upload.name, content, upload.datum)
    plan = kind.plan(actor, table)
    plan.problems = sorted([*table.problems, *plan.problems], key=lambda problem: (problem.row, not problem.grave))
    plan.notes = [*table.notes, *plan.notes]
    return table, plan


def load(actor: Actor, *, upload: int) -> Plan:
    """Load an upload: all of it, or nothing. What it would do is worked out anew under the lock.

    Raises Invalid while any row is wrong.
    """
    with transaction.atomic():
        row = Upload.objects.select_for_update().filter(pk=upload, person_id=actor.person_id).first()
        if row is None:
            raise Invalid(_("这个文件已经导入或过了一天，请重新选一次。"), "file")
        _table, plan = planned(actor, row)
        if plan.grave:
            raise Invalid(_("还有 %(n)s 行不对，一行也没有导入。") % {"n": plan.grave}, "file")
        granted = KINDS[row.kind].grant(actor)
        post = granted if isinstance(granted, PostRef) else None
        plan.write(post)
        row.loaded_at, row.new, row.changed, row.same = now(), plan.new, plan.changed, plan.same
        forget(row)
        record(actor, f"sheet.{row.kind}", row, post=post, fields=["rows"])
    return plan


def forget(upload: Upload) -> None:
    """Drop the content of an upload and its key; who loaded what and how many rows stays."""
    key, upload.content, upload.data_key = upload.data_key, None, None
    upload.save()
    if key is not None:
        key.delete()


def forget_old() -> int:
    """Forget what was sent more than a day ago; return how many files."""
    old = Upload.objects.select_related("data_key").filter(created_at__lt=now() - KEPT, content__isnull=False)
    done = 0
    for upload in old[:500]:
        with transaction.atomic():
            forget(upload)
        done += 1
    return done


def load_file(
    actor: Actor, *, kind: SheetKind, name: str, content: bytes, datum: str = "wgs84", dry: bool = False
) -> tuple[Table, Plan]:
    """Try a file out and, unless *dry* or wrong, load it: for the command line."""
    upload = try_out(actor, kind=kind, name=name, content=content, datum=datum)
    table, plan = planned(actor, upload)
    if dry or plan.grave:
        with transaction.atomic():
            forget(upload)
        return table, plan
    return table, load(actor, upload=upload.pk)


def _may(actor: Actor, kind: SheetKind) -> None:
    if not kind.grant(actor):
        raise Refused(_("您的岗位不能导入这种表。"))
