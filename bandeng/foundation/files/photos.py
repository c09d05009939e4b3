"""Taking photographs in: the content decides the type, everything is re-encoded, metadata does not survive."""

from __future__ import annotations

import io
import warnings
from typing import IO

from django.conf import settings
from django.db import transaction
from django.http import FileResponse, Http404
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from bandeng.foundation.access import Invalid
from bandeng.foundation.files.models import StoredPhoto

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
MAX_PIXELS = 60_000_000
LARGE, SMALL = 1920, 480


def _decode(name: str, upload: IO[bytes]) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(upload, formats=FORMATS)
            if image.width * image.height > MAX_PIXELS:
                raise Invalid(_("“%(name)s”的像素太多，请缩小后再传。") % {"name": name}, "photos")
            image.load()
            return ImageOps.exif_transpose(image).convert("RGB")
    except Invalid:
        raise
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError,
            Image.DecompressionBombWarning) as error:
        raise Invalid(
            _("“%(name)s”不是能打开的照片。请用 JPG、PNG 或 WebP 照片。") % {"name": name}, "photos"
        ) from error


def _encode(image: Image.Image, side: int) -> tuple[bytes, tuple[int, int]]:
    copy = image.copy()
    copy.thumbnail((side, side))
    out = io.BytesIO()
    # A fresh save without exif/icc arguments carries no metadata over.
    copy.info = {}
    copy.save(out, "JPEG", quality=82, optimize=True)
    return out.getvalue(), copy.size


def store(name: str, size: int, upload: IO[bytes]) -> StoredPhoto:
    """Check, re-encode and keep one photograph; raise Invalid (field "photos") with a sentence for the sender.

    The files are written before the row: a file without a row is harmless, a row without a file is not.
    """
    if size > settings.PHOTO_MAX_BYTES:
        limit = settings.PHOTO_MAX_BYTES // (1024 * 1024)
        raise Invalid(
            _("“%(name)s”超过 %(limit)s MB。请缩小或换一张。") % {"name": name, "limit": limit}, "photos"
        )
    image = _decode(name, upload)
    large, (width, height) = _encode(image, LARGE)
    small, _size = _encode(image, SMALL)
    photo = StoredPhoto(width=width, height=height, size=len(large))
    for thumb, content in ((False, large), (True, small)):
        path = photo.path(thumb)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    photo.save(force_insert=True)
    return photo


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
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(handle, content_type="image/jpeg")
    response["Cache-Control"] = "private, max-age=3600"
    response["Content-Disposition"] = "inline"
    return response
