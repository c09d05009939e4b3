"""Taking photographs in: the content decides the type, everything is re-encoded, metadata does not survive."""

from __future__ import annotations

import io
import logging
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import transaction
from django.http import FileResponse, Http404
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from bandeng.foundation.access import Invalid
from bandeng.foundation.files.models import StoredPhoto

log = logging.getLogger(__name__)
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
MAX_PIXELS = 52_000_000
LARGE, SMALL = 1920, 480
_when_committed = transaction.on_commit
_decoding = threading.Semaphore(1)  # an unpacked photograph takes up to 120 MB: one at a time in a process


@dataclass(frozen=True, slots=True)
class PreparedPhoto:
    """A photograph re-encoded in memory, with its thumbnail, not kept anywhere yet."""

    large: bytes
    small: bytes
    width: int
    height: int


def _decode(name: str, upload: IO[bytes]) -> Image.Image:
    try:
        image = Image.open(upload, formats=FORMATS)  # reads the head only
        if image.width * image.height > MAX_PIXELS:
            raise Invalid(_("“%(name)s”的像素太多，请缩小后再传。") % {"name": name}, "photos")
        if image.format == "JPEG":
            image.draft("RGB", (LARGE, LARGE))  # unpacked no larger than is needed
        image.load()
        return ImageOps.exif_transpose(image).convert("RGB")
    except (Invalid, MemoryError):
        raise
    except Exception as error:  # damaged pictures raise whatever their decoder stumbles over
        raise Invalid(
            _("“%(name)s”不是能打开的照片。请用 JPG、PNG 或 WebP 照片。") % {"name": name}, "photos"
        ) from error


def _encode(image: Image.Image, side: int) -> tuple[bytes, tuple[int, int]]:
    image.thumbnail((side, side))
    out = io.BytesIO()
    # A fresh save without exif/icc arguments carries no metadata over.
    image.info = {}
    image.save(out, "JPEG", quality=82, optimize=True)
    return out.getvalue(), image.size


def prepare(name: str, size: int, upload: IO[bytes]) -> PreparedPhoto:
    """Check and re-encode one photograph in memory; raise Invalid (field "photos") with a sentence for the sender.

    It touches neither database nor disk and may take a second: call it before the transaction.
    """
    if size > settings.PHOTO_MAX_BYTES:
        limit = settings.PHOTO_MAX_BYTES // (1024 * 1024)
        raise Invalid(
            _("“%(name)s”超过 %(limit)s MB。请缩小或换一张。") % {"name": name, "limit": limit}, "photos"
        )
    with _decoding:
        image = _decode(name, upload)
        large, (width, height) = _encode(image, LARGE)
        small, _size = _encode(image, SMALL)
    return PreparedPhoto(large, small, width, height)


def keep(prepared: PreparedPhoto) -> StoredPhoto:
    """Keep a prepared photograph: its row now, its files when the transaction has committed.

    A transaction that fails leaves neither. Until the commit the files are not there.
    """
    photo = StoredPhoto.objects.create(width=prepared.width, height=prepared.height, size=len(prepared.large))
    _when_committed(lambda: _write(photo, prepared))
    return photo


def _write(photo: StoredPhoto, prepared: PreparedPhoto) -> None:
    """Write both files. The row stands already, so a full disk is logged, and `serve` finds nothing."""
    try:
        for thumb, content in ((False, prepared.large), (True, prepared.small)):
            _write_whole(photo.path(thumb), content)
    except OSError:
        log.exception("photo %s could not be written", photo.pk)


def _write_whole(path: Path, content: bytes) -> None:
    """Write a file that is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    try:
        part.write_bytes(content)
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def store(name: str, size: int, upload: IO[bytes]) -> StoredPhoto:
    """Prepare and keep one photograph in one go."""
    return keep(prepare(name, size, upload))


def discard(photo: StoredPhoto) -> None:
    """Delete row and files; the files go when the transaction has committed."""
    paths = [photo.path(), photo.path(thumb=True)]
    photo.delete()

    def remove() -> None:
        for path in paths:
            path.unlink(missing_ok=True)

    transaction.on_commit(remove)


def serve(photo: StoredPhoto, thumb: bool = False) -> FileResponse:
    """Return the photograph as a response. The caller has asked whether the reader may see it."""
    try:
        handle = photo.path(thumb).open("rb")
    except OSError as error:  # lost, or never written: see `_write`
        raise Http404 from error
    response = FileResponse(handle, content_type="image/jpeg")
    response["Cache-Control"] = "private, max-age=3600"
    response["Content-Disposition"] = "inline"
    return response
